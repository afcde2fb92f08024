/** Assumptions with their values; those that the page can recompute from can be moved. */
import { byId, cleanName, element, fill } from '../shared/dom.ts';
import { duration, number, percent, usd } from '../shared/format.ts';
import { bestFor, effectiveUsd } from './choice.ts';
import type { Aim, Point, ReportModel } from './model.ts';

/** Sliders move by powers of ten: from a hundredth of a thousandth of a dollar to a hundred, or from a millionth to all requests. */
const PRICE_RANGE = [-5, 2] as const;
const RATE_RANGE = [-6, 0] as const;
const STEPS_PER_DECADE = 40;

export function showAssumptions(model: ReportModel, onAim: (aim: Aim) => void): void {
  fill(byId('assumptions'), model.points.length > 0 ? whatIf(model, onAim) : null, assumptionTable(model));
}

function whatIf(model: ReportModel, onAim: (aim: Aim) => void): HTMLElement {
  const byRate = model.aim.maxColdStartRate !== null;
  const given = byRate ? model.aim.maxColdStartRate : model.aim.coldStartPriceUsd;
  const [low, high] = byRate ? RATE_RANGE : PRICE_RANGE;
  const show = byRate ? (value: number) => percent(value) : usd;
  const positionOf = (value: number) => Math.round(Math.log10(Math.max(10 ** low, value)) * STEPS_PER_DECADE);
  const slider = element('input', {
    type: 'range',
    id: 'aim',
    min: low * STEPS_PER_DECADE,
    max: high * STEPS_PER_DECADE,
    step: 1,
    value: positionOf(given ?? 0.01),
    'aria-describedby': 'what-if',
  });
  const output = element('output', { for: 'aim', class: 'aim-value' });
  const result = element('p', { id: 'what-if', role: 'status' });
  const update = (value: number) => {
    const aim: Aim = byRate ? { ...model.aim, maxColdStartRate: value } : { ...model.aim, coldStartPriceUsd: value };
    output.textContent = show(value);
    slider.setAttribute('aria-valuetext', show(value));
    result.textContent = outcomeText(model, aim);
    onAim(aim);
  };
  slider.addEventListener('input', () =>
    update(Number((10 ** (slider.valueAsNumber / STEPS_PER_DECADE)).toPrecision(3))),
  );
  const reset = element(
    'button',
    {
      type: 'button',
      class: 'button',
      onclick: () => {
        slider.value = String(positionOf(given ?? 0.01));
        update(given ?? 0.01);
      },
    },
    given === null ? 'Reset' : `Back to ${show(given)}`,
  );
  const label = byRate
    ? 'Highest share of requests that may meet a cold start'
    : 'What is avoiding one cold start worth?';
  const node = element(
    'div',
    { class: 'what-if' },
    element(
      'div',
      { class: 'row between' },
      element('label', { for: 'aim' }, label),
      element('div', { class: 'row' }, output, reset),
    ),
    slider,
    result,
  );
  output.textContent = show(given ?? 0.01);
  slider.setAttribute('aria-valuetext', show(given ?? 0.01));
  result.textContent = outcomeText(model, model.aim);
  return node;
}

function outcomeText(model: ReportModel, aim: Aim): string {
  const isGiven =
    aim.coldStartPriceUsd === model.aim.coldStartPriceUsd && aim.maxColdStartRate === model.aim.maxColdStartRate;
  const best = isGiven && model.kind === 'preview' ? model.chosen : bestFor(model.points, aim);
  if (!best) return 'The JSON carries no candidates to choose from.';
  const onDemand = model.points.find(({ kind }) => kind === 'on-demand');
  const change = onDemand && onDemand !== best ? comparison(best, onDemand, aim) : '';
  const verb = model.kind === 'preview' && isGiven ? 'Chosen' : 'Cheapest of the candidates in this period';
  return `${verb}: ${cleanName(best.name)}, ${usd(best.usdPerDay)} and ${number(best.coldStartsPerDay, 1)} cold starts a day${change}.`;
}

function comparison(best: Point, onDemand: Point, aim: Aim): string {
  if (aim.maxColdStartRate !== null)
    return `, against ${usd(onDemand.usdPerDay)} and ${number(onDemand.coldStartsPerDay, 1)} on demand`;
  const [ours, theirs] = [effectiveUsd(best, aim), effectiveUsd(onDemand, aim)];
  const share = theirs > 0 ? 1 - ours / theirs : 0;
  return `; ${usd(ours)} all in, ${percent(Math.abs(share))} ${share >= 0 ? 'less' : 'more'} than on demand`;
}

const gbSecond = (value: number) => `${usd(value * 1e6)} per million GB-seconds`;
const seconds = (value: number) => duration(value);
const milliseconds = (value: number) => (value >= 1000 ? `${number(value / 1000)}\u202fs` : `${number(value)}\u202fms`);
const measured = (show: (value: number) => string) => (value: number | null) =>
  value === null ? 'as measured' : show(value);
const given = (show: (value: number) => string) => (value: number | null) => (value === null ? 'none' : show(value));

/** Name of the setting: what it is, and how its value reads. */
const ROWS: Readonly<Record<string, readonly [string, (value: never) => string]>> = {
  coldStartPriceUsd: ['What avoiding one cold start is worth', given(usd)],
  maxColdStartRate: ['Highest share of requests that may meet a cold start', given((value) => percent(value))],
  monthlyBudgetUsd: ['Monthly budget', given(usd)],
  averageDurationMs: ['Duration of a request', measured(milliseconds)],
  coldStartMs: ['Duration of a cold start', measured(milliseconds)],
  idleTimeoutSeconds: ['An on-demand environment stays warm for', seconds],
  memoryMb: ['Memory', (value: number) => `${number(value)}\u202fMB`],
  architecture: ['Architecture', String],
  region: ['Region', cleanName],
  minCapacity: ['Never fewer than', (value: number) => `${number(value)} environments`],
  maxCapacity: ['Never more than', (value: number) => `${number(value)} environments`],
  leadTimeSeconds: ['Asked for ahead of need by', seconds],
  allocationDelaySeconds: ['Until capacity is allocated', seconds],
  actionLatenessSeconds: ['A scheduled action runs late by', seconds],
  horizonHours: ['Planned ahead', (value: number) => `${number(value)} h`],
  timeZone: ['Time zone of the calendar', cleanName],
  seed: ['Seed of the simulation', String],
};

const PRICE_ROWS: readonly (readonly [
  keyof NonNullable<ReportModel['assumptions']>['prices'],
  string,
  (value: number) => string,
])[] = [
  ['onDemandGbSecondUsd', 'On demand', gbSecond],
  ['provisionedGbSecondUsd', 'Provisioned, held', gbSecond],
  ['provisionedDurationGbSecondUsd', 'Duration on provisioned', gbSecond],
  ['requestUsd', 'Requests', (value) => `${usd(value * 1e6)} per million`],
];

function assumptionTable({ assumptions }: ReportModel): HTMLElement {
  if (!assumptions) return element('p', { class: 'lead' }, 'This JSON does not carry its assumptions.');
  const values = assumptions as unknown as Record<string, never>;
  const rows = Object.entries(ROWS)
    .filter(([name]) => name in values)
    .map(([name, [label, show]]) => [label, show(values[name] as never), name] as const);
  const prices = PRICE_ROWS.map(
    ([name, label, show]) => [`${label}, list price`, show(assumptions.prices[name]), `prices.${name}`] as const,
  );
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Values of the assumptions' },
    element(
      'table',
      { class: 'table' },
      element('caption', { class: 'sr' }, 'Assumptions and their values'),
      element(
        'thead',
        {},
        element('tr', {}, ...['Assumption', 'Value', 'Setting'].map((title) => element('th', { scope: 'col' }, title))),
      ),
      element(
        'tbody',
        {},
        ...[...rows, ...prices].map(([label, value, name]) =>
          element(
            'tr',
            {},
            element('td', {}, label),
            element('td', {}, value),
            element('td', {}, element('code', {}, name)),
          ),
        ),
      ),
    ),
  );
}
