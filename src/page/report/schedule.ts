/** The schedule as a table that can be filtered; what follows the same forecast below it. */
import { byId, cleanName, element, fill } from '../shared/dom.ts';
import { type Clock, number } from '../shared/format.ts';
import type { ReportModel, ScheduleRow } from './model.ts';

/** More rows than anybody reads, and than a browser lays out at once without being felt. */
const ROWS_SHOWN = 300;

export function showSchedule(model: ReportModel, clock: Clock, onSelect: (slotMs: number) => void): void {
  const { schedule, kind } = model;
  const body = element('tbody', {});
  const count = element('p', { class: 'dim small', role: 'status' });
  const preview = kind === 'preview';
  const rows = schedule.map((row, i) => ({
    row,
    text: searchText(row, clock),
    before: i > 0 ? schedule[i - 1] : undefined,
  }));
  const show = (query: string) => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter(({ text }) => words.every((word) => text.includes(word)));
    const shown = found.slice(0, ROWS_SHOWN);
    fill(body, ...shown.map(({ row, before }) => rowElement(row, { clock, preview, before, onSelect })));
    count.textContent = `${number(found.length)} of ${number(rows.length)} ${preview ? 'actions' : 'changes'}${found.length > shown.length ? `, the first ${ROWS_SHOWN} shown` : ''}`;
  };
  const filter = element('input', {
    type: 'search',
    id: 'schedule-filter',
    placeholder: 'Filter, e.g. Mon 09: or create',
    autocomplete: 'off',
  });
  filter.addEventListener('input', () => show(filter.value));
  const head = preview ? ['When', 'Min', 'Max', 'Change', 'Name'] : ['When', 'Level', 'Change'];
  fill(
    byId('schedule'),
    element(
      'div',
      { class: 'row between' },
      element('label', { class: 'row small', for: 'schedule-filter' }, 'Filter', filter),
      count,
    ),
    schedule.length === 0
      ? element('p', { class: 'lead' }, 'No scheduled actions.')
      : element(
          'div',
          { class: 'scroll tall', tabindex: 0, role: 'region', 'aria-label': 'Schedule' },
          element(
            'table',
            { class: 'table nowrap' },
            element(
              'thead',
              {},
              element(
                'tr',
                {},
                ...head.map((title) =>
                  element(
                    'th',
                    { scope: 'col', ...(['Min', 'Max', 'Level'].includes(title) ? { class: 'number' } : {}) },
                    title,
                  ),
                ),
              ),
            ),
            body,
          ),
        ),
    neighbours(model),
  );
  show('');
}

function searchText({ atMs, when, minCapacity, maxCapacity, name, change }: ScheduleRow, clock: Clock): string {
  return [atMs === null ? when : clock.moment(atMs), minCapacity, maxCapacity, name.slice(0, 300), change]
    .join(' ')
    .toLowerCase();
}

interface RowContext {
  clock: Clock;
  preview: boolean;
  before: ScheduleRow | undefined;
  onSelect: (slotMs: number) => void;
}

function rowElement(row: ScheduleRow, { clock, preview, before, onSelect }: RowContext): HTMLElement {
  const { atMs } = row;
  const when =
    atMs === null
      ? element('code', {}, cleanName(row.when))
      : element('button', { type: 'button', class: 'link', onclick: () => onSelect(atMs) }, clock.moment(atMs));
  const cell = (value: number | null) => element('td', { class: 'number' }, value === null ? '–' : number(value));
  if (!preview) {
    const step = (row.minCapacity ?? 0) - (before?.minCapacity ?? 0);
    return element(
      'tr',
      {},
      element('td', {}, when),
      cell(row.minCapacity),
      element('td', {}, step === 0 ? '' : `${step > 0 ? '+' : ''}${number(step)}`),
    );
  }
  return element(
    'tr',
    {},
    element('td', {}, when),
    cell(row.minCapacity),
    cell(row.maxCapacity),
    element('td', {}, row.change),
    element('td', {}, element('code', { class: 'name' }, cleanName(row.name))),
  );
}

function neighbours({ json }: ReportModel): HTMLElement | null {
  if (json.schema !== 'prewarm/preview/1' || !json.related || json.related.length === 0) return null;
  return element(
    'div',
    { class: 'neighbours' },
    element('h3', {}, 'Neighbours that follow the same forecast'),
    element(
      'ul',
      {},
      ...json.related.map(({ resourceId, outcome, reason }) =>
        element(
          'li',
          {},
          element('code', { class: 'name' }, cleanName(resourceId)),
          `: ${outcome}, ${cleanName(reason)}`,
        ),
      ),
    ),
  );
}
