/** Should I switch it on: one sentence, one number. */
import { byId, cleanName, element, fill } from '../shared/dom.ts';
import { number, percent, usd } from '../shared/format.ts';
import { effectiveUsd } from './choice.ts';
import type { Aim, Point, ReportModel } from './model.ts';
import { policyLabel } from './replay-model.ts';

export interface Verdict {
  answer: 'Yes' | 'No' | 'Not yet';
  sentence: string;
  /** The one number, and what it is. */
  figure: string | null;
  unit: string;
}

const DAYS_PER_MONTH = 365 / 12;
/** Differences below this are none. */
const LEAST_SHARE = 0.005;

export function verdictOf(model: ReportModel): Verdict {
  const { chosen, aim, points } = model;
  const onDemand =
    points.find(({ kind, name }) => kind === 'policy' && name === 'on-demand') ??
    points.find(({ kind }) => kind === 'on-demand');
  if (!chosen || !onDemand) return undecided(model);
  if (aim.maxColdStartRate !== null) return byCeiling(model, chosen, aim.maxColdStartRate);
  const [ours, theirs] = [effectiveUsd(chosen, aim), effectiveUsd(onDemand, aim)];
  const saved = theirs - ours;
  const share = theirs > 0 ? saved / theirs : 0;
  if (Math.abs(share) < LEAST_SHARE) {
    return {
      answer: 'No',
      sentence: `On demand is right for this function${priceClause(aim)}: ${subject(model)} finds nothing worth holding, and costs what on demand costs.`,
      figure: usd(theirs * DAYS_PER_MONTH),
      unit: 'a month, bill and cold starts, either way',
    };
  }
  return {
    answer: share > 0 ? 'Yes' : 'No',
    sentence: `${subject(model)} would have cost ${percent(Math.abs(share))} ${share > 0 ? 'less' : 'more'} than on demand${priceClause(aim)}, with ${coldStarts(chosen)} cold starts a day instead of ${coldStarts(onDemand)}.`,
    figure: usd(Math.abs(saved) * DAYS_PER_MONTH),
    unit: `a month ${share > 0 ? 'saved' : 'lost'}, bill and cold starts together`,
  };
}

function subject({ kind, chosen }: ReportModel): string {
  return kind === 'replay' ? 'Prewarm' : `The chosen policy (${cleanName(chosen?.name ?? '')})`;
}

function priceClause({ coldStartPriceUsd }: Aim): string {
  return coldStartPriceUsd === null ? '' : ` at ${usd(coldStartPriceUsd)} per cold start`;
}

function coldStarts({ coldStartsPerDay }: Point): string {
  return number(coldStartsPerDay, coldStartsPerDay >= 10 ? 0 : 1);
}

function byCeiling(model: ReportModel, chosen: Point, ceiling: number): Verdict {
  const kept = chosen.coldStartRate <= ceiling;
  return {
    answer: kept ? 'Yes' : 'No',
    sentence: `${subject(model)} would have ${kept ? 'kept' : 'missed'} the ceiling of ${percent(ceiling)} cold starts, for ${usd(chosen.usdPerDay)} a day.`,
    figure: percent(chosen.coldStartRate),
    unit: 'of requests would have met a cold start',
  };
}

function undecided({ kind, reason, notes }: ReportModel): Verdict {
  const why = reason ?? notes.at(-1) ?? 'there is too little history to compare policies';
  return {
    answer: 'Not yet',
    sentence: `Nothing could be ${kind === 'replay' ? 'replayed' : 'compared'}: ${why}`,
    figure: null,
    unit: '',
  };
}

const LONGEST_NOTE = 600;
/** More than fits a look is folded away. */
const NOTES_SHOWN = 3;

export function showVerdict(model: ReportModel): void {
  const { answer, sentence, figure, unit } = verdictOf(model);
  const tone = answer === 'Yes' ? 'yes' : answer === 'No' ? 'no' : 'wait';
  fill(
    byId('verdict'),
    element(
      'div',
      { class: 'verdict-text' },
      element('p', { class: 'question' }, 'Should I switch it on?'),
      element('p', { class: 'answer' }, element('strong', { class: tone }, `${answer}.`), ` ${cleanText(sentence)}`),
    ),
    figure === null
      ? null
      : element('p', { class: 'figure' }, element('strong', {}, figure), element('span', {}, unit)),
  );
  fill(byId('notes'), tableOf(model), ...notesOf(model.notes), reasonOf(model));
}

/** A sentence from outside: whole, but without invisible characters. */
function cleanText(text: string): string {
  return text.length <= LONGEST_NOTE
    ? text
        .split(/(?<=\s)/)
        .map(cleanName)
        .join('')
    : cleanText(`${text.slice(0, LONGEST_NOTE - 1)}…`);
}

function notesOf(notes: readonly string[]): HTMLElement[] {
  if (notes.length === 0) return [];
  const list = (some: readonly string[]) =>
    element('ul', {}, ...some.map((note) => element('li', {}, cleanText(note))));
  const rest = notes.slice(NOTES_SHOWN);
  return [
    list(notes.slice(0, NOTES_SHOWN)),
    ...(rest.length > 0
      ? [element('details', {}, element('summary', {}, `${rest.length} more notes`), list(rest))]
      : []),
  ];
}

function reasonOf({ reason }: ReportModel): HTMLElement | null {
  if (reason === null || reason === '') return null;
  const clauses = reason.split('; ').map((clause) => element('li', {}, cleanText(clause)));
  return element(
    'details',
    {},
    element('summary', {}, 'The decision, clause by clause'),
    element('ul', {}, ...clauses),
  );
}

/** The replayed policies side by side, the cheapest first. */
function tableOf({ json, aim }: ReportModel): HTMLElement | null {
  if (json.schema !== 'prewarm/replay/1' || json.policies.length === 0) return null;
  const head = [
    'Policy',
    ...(aim.maxColdStartRate === null ? ['All in'] : []),
    'Bill',
    'Cold starts',
    'Of requests',
    'Env-hours',
    'Utilised',
    '',
  ];
  const rows = json.policies
    .toSorted((a, b) => a.effectiveCostUsd - b.effectiveCostUsd)
    .map((policy) => {
      const cells = [
        ...(aim.maxColdStartRate === null ? [usd(policy.effectiveCostUsd)] : []),
        usd(policy.costUsd),
        number(policy.coldStarts, 0),
        percent(policy.coldStartRate),
        number(policy.provisionedHours, 0),
        policy.utilization === null ? '–' : percent(policy.utilization, 0),
      ];
      return element(
        'tr',
        policy.name === 'prewarm' ? { class: 'ours' } : {},
        element('td', {}, policyLabel(policy.name)),
        ...cells.map((cell) => element('td', { class: 'number' }, cell)),
        element('td', { class: 'dim' }, policy.detail === policy.name ? '' : cleanName(policy.detail)),
      );
    });
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Policies compared' },
    element(
      'table',
      { class: 'table nowrap' },
      element('caption', { class: 'sr' }, 'What each policy would have cost and missed in the evaluated period'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...head.map((title, i) =>
            element(
              'th',
              { scope: 'col', ...(i > 0 && title !== '' ? { class: 'number' } : {}) },
              title === '' ? element('span', { class: 'sr' }, 'Detail') : title,
            ),
          ),
        ),
      ),
      element('tbody', {}, ...rows),
    ),
  );
}
