/** What a day looks like: the average of each hour of the week, demand and plan on one scale of colour. */
import { byId, element, fill } from '../shared/dom.ts';
import { type Clock, number } from '../shared/format.ts';
import type { ReportModel } from './model.ts';
import { byWeekHour } from './series.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export function showHeatMaps({ timeline }: ReportModel, clock: Clock): void {
  const { grid, demand, lines } = timeline;
  const rowsOf = (values: Float64Array | undefined | null) =>
    values ? byWeekHour(values, grid, clock.offsetMs) : null;
  const maps = [
    { title: 'Demand, busiest moments', rows: rowsOf(demand), missing: 'The JSON carries no demand.' },
    { title: 'Held by the plan', rows: rowsOf(lines[0]?.values), missing: 'The JSON carries no plan.' },
  ];
  const most = Math.max(
    1e-9,
    ...maps.flatMap(({ rows }) => (rows ?? []).flat()).filter((value) => !Number.isNaN(value)),
  );
  fill(
    byId('heat-maps'),
    ...maps.map(({ title, rows, missing }) =>
      element(
        'figure',
        { class: 'heat' },
        element('figcaption', {}, element('h3', {}, title)),
        rows?.flat().some((value) => !Number.isNaN(value))
          ? heatTable(title, rows, most)
          : element('p', { class: 'lead' }, missing),
      ),
    ),
  );
  fill(
    byId('heat-scale'),
    element('span', {}, '0'),
    element('span', { class: 'ramp', 'aria-hidden': 'true' }),
    element('span', {}, number(most)),
  );
}

function heatTable(title: string, rows: readonly number[][], most: number): HTMLElement {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const readout = element('p', { class: 'readout', 'aria-live': 'off' }, '\u00a0');
  const table = element(
    'table',
    {},
    element('caption', { class: 'sr' }, `${title}: average by weekday and hour`),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td', {}),
        ...hours.map((hour) =>
          element(
            'th',
            { scope: 'col' },
            hour % 6 === 0 ? String(hour) : element('span', { class: 'sr' }, String(hour)),
          ),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row, day) => {
        const name = DAYS[day] ?? '';
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, name.slice(0, 3)),
          ...row.map((value, hour) => heatCell(value, most, `${name} ${String(hour).padStart(2, '0')}:00`)),
        );
      }),
    ),
  );
  table.addEventListener('mouseover', ({ target }) => {
    const { slot, value } = (target as HTMLElement).closest<HTMLElement>('td[data-slot]')?.dataset ?? {};
    readout.textContent = slot === undefined ? '\u00a0' : `${slot}: ${value ?? ''}`;
  });
  return element('div', {}, table, readout);
}

function heatCell(value: number, most: number, slot: string): HTMLElement {
  const text = Number.isNaN(value) ? 'unknown' : number(value);
  const cell = element('td', { 'data-slot': slot, 'data-value': text }, element('span', { class: 'sr' }, text));
  if (Number.isNaN(value)) cell.classList.add('unknown');
  // The eye takes a square root for even steps.
  else cell.style.setProperty('--heat', `${Math.round(100 * Math.sqrt(value / most))}%`);
  return cell;
}
