/** Why this level at this time: what was expected of a slot, what one more environment is worth, and which action sets it. */
import { byId, cleanName, element, fill, type Child } from '../shared/dom.ts';
import { type Clock, duration, number, percent, usd } from '../shared/format.ts';
import type { Parameters, ReportModel } from './model.ts';
import { greatest } from './series.ts';

const SLOT_MS = 300_000;

export interface SlotFacts {
  slotMs: number;
  /** Highest demand in the slot; null where unknown. */
  demand: number | null;
  level: number | null;
  quantiles: { level: number; value: number }[];
  /** The probability that the peak exceeds the level, between two known quantiles. */
  exceeds: string | null;
  policy: string | null;
  parameters: Parameters | null;
}

export function slotFacts(model: ReportModel, slotMs: number): SlotFacts {
  const { grid, demand, band, lines } = model.timeline;
  const at = Math.floor((slotMs - grid.startMs) / grid.stepMs);
  const known = (values: Float64Array | undefined): number | null => {
    const value = values?.[at];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  const quantiles = band.flatMap(({ level, values }) => {
    const value = known(values);
    return value === null ? [] : [{ level, value }];
  });
  const level = known(lines[0]?.values);
  const policy =
    model.kind === 'preview'
      ? (model.chosen?.name ?? null)
      : (model.decisions.findLast(({ atMs }) => atMs <= slotMs)?.policy ?? null);
  return {
    slotMs,
    demand:
      demand && known(demand) !== null ? greatest(demand, grid, { fromMs: slotMs, toMs: slotMs + SLOT_MS }) : null,
    level,
    quantiles,
    exceeds: level === null ? null : exceedance(level, quantiles),
    policy,
    parameters: model.points.find(({ name }) => name === policy)?.parameters ?? null,
  };
}

/** Between which of the known quantiles a level lies, as the chance of needing more. */
function exceedance(level: number, quantiles: SlotFacts['quantiles']): string | null {
  if (quantiles.length === 0) return null;
  const covered = quantiles.findLast(({ value }) => value <= level);
  const next = quantiles.find(({ value }) => value > level);
  if (!covered) return `more than ${percent(1 - (next?.level ?? 0))}`;
  if (!next) return `less than ${percent(1 - covered.level)}`;
  return `${percent(1 - next.level)} to ${percent(1 - covered.level)}`;
}

export function showSlot(model: ReportModel, clock: Clock, slotMs: number): void {
  const facts = slotFacts(model, slotMs);
  fill(
    byId('slot'),
    element('h3', {}, `${clock.moment(slotMs)}–${clock.hour(slotMs + SLOT_MS)} ${clock.zone}`),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Held', facts.level === null ? '–' : number(facts.level, 0), 'environments'),
      ...fact('Demand', facts.demand === null ? '–' : number(facts.demand, 1), 'at its busiest'),
      ...facts.quantiles
        .map(({ level, value }) => fact(`Forecast p${level * 100} of the peak`, number(value, 1), ''))
        .flat(),
      ...(facts.exceeds === null ? [] : fact('Chance of needing more', facts.exceeds, '')),
    ),
    element('ul', { class: 'why' }, ...whyLines(model, facts, clock).map((line) => element('li', {}, ...line))),
  );
}

function fact(name: string, value: string, unit: string): HTMLElement[] {
  return [
    element(
      'div',
      {},
      element('dt', {}, name),
      element('dd', {}, value, unit === '' ? null : element('small', {}, ` ${unit}`)),
    ),
  ];
}

function whyLines(model: ReportModel, facts: SlotFacts, clock: Clock): Child[][] {
  return [policyLine(facts), ...economicsLines(model, facts), actionLine(model, facts, clock)];
}

function policyLine({ policy, parameters, level, slotMs }: SlotFacts): Child[] {
  if (policy === null)
    return [`No policy is known to have been in force at ${new Date(slotMs).toISOString().slice(0, 16)}Z.`];
  const name = element('strong', {}, cleanName(policy));
  const held = level === null ? '' : level === 0 ? ' Nothing is held.' : '';
  if (!parameters) return ['Policy: ', name, `.${held}`];
  return ['Policy: ', name, `. ${describeParameters(parameters)}${held}`];
}

function describeParameters({
  coverQuantile,
  holdSeconds,
  floor,
  level,
  recentFactor,
  recentSeconds,
  repeatedDays,
}: Parameters): string {
  const parts: string[] = [];
  if (coverQuantile !== undefined)
    parts.push(
      `It covers the ${percent(coverQuantile)} quantile of the busiest moment in the next ${duration(holdSeconds ?? 300)}, and holds it as long.`,
    );
  if (repeatedDays !== undefined)
    parts.push(
      `It repeats the peak of ${repeatedDays === 1 ? 'a day' : 'a week'} before, held ${duration(holdSeconds ?? 300)} around.`,
    );
  if (recentFactor !== undefined)
    parts.push(
      `${coverQuantile === undefined ? 'It holds' : 'It is never below'} ${number(recentFactor)} times the highest peak of the last ${duration(recentSeconds ?? 0)}.`,
    );
  if (floor !== undefined) parts.push(`Its floor is ${number(floor)}.`);
  if (level !== undefined) parts.push('The level is the same at all times.');
  return parts.join(' ');
}

/** What one environment costs in a slot, and what must come of it. */
function economicsLines({ assumptions, aim }: ReportModel, { level }: SlotFacts): Child[][] {
  if (!assumptions) return [['The unit economics need assumptions (memory, prices), which this JSON does not carry.']];
  const gb = assumptions.memoryMb / 1024;
  const { onDemandGbSecondUsd, provisionedGbSecondUsd, provisionedDurationGbSecondUsd } = assumptions.prices;
  const slotUsd = gb * 300 * provisionedGbSecondUsd;
  const evenAt = provisionedGbSecondUsd / (onDemandGbSecondUsd - provisionedDurationGbSecondUsd);
  const lines = [
    `One environment held for five minutes costs ${usd(slotUsd)}${level ? `, ${number(level)} of them ${usd(slotUsd * level)}` : ''}.` +
      (evenAt > 0 && evenAt <= 1
        ? ` It pays for itself when busy ${percent(evenAt)} of the time, since requests on it are cheaper.`
        : ''),
  ];
  if (aim.coldStartPriceUsd !== null && aim.coldStartPriceUsd > 0) {
    const perColdStart = aim.coldStartPriceUsd / slotUsd;
    lines.push(
      perColdStart >= 1
        ? `One cold start avoided is worth ${usd(aim.coldStartPriceUsd)}: as much as ${duration(perColdStart * 300)} of an idle environment.`
        : `One cold start avoided is worth ${usd(aim.coldStartPriceUsd)}: an idle environment must avoid ${number(1 / perColdStart, 1)} of them in five minutes.`,
    );
  }
  return lines.map((line) => [line]);
}

function actionLine(model: ReportModel, { slotMs }: SlotFacts, clock: Clock): Child[] {
  const own = model.schedule.filter(
    ({ atMs, change }) => atMs !== null && change !== 'delete' && change !== 'of others',
  );
  const action = own.findLast(({ atMs }) => atMs !== null && atMs <= slotMs);
  if (!action || action.atMs === null) {
    if (model.kind === 'preview' && slotMs < (model.nowMs ?? 0)) return ['In the past: no action of this schedule.'];
    const now = model.json.schema === 'prewarm/preview/1' ? model.json.changes.registerNow : null;
    return [
      now ? `Set at once: bounds ${now.minCapacity} to ${now.maxCapacity}.` : 'No scheduled action sets this level.',
    ];
  }
  const bounds = `${action.minCapacity ?? 'unchanged'} to ${action.maxCapacity ?? 'unchanged'}`;
  if (action.name === '') return [`Asked for at ${clock.moment(action.atMs)}.`];
  return [
    'Action: ',
    element('code', { class: 'name' }, cleanName(action.name)),
    ` at ${clock.moment(action.atMs)}, bounds ${bounds}.`,
  ];
}
