/**
 * Holt-Winters' season and levels, corrected per lead time, with quantiles from the model's own past errors at that lead.
 * It is fitted on the steps before `fitEnd` and then read at any later origin, whose forecast uses steps before it only.
 */
import type { LeadFit, Range } from './lead-model.ts';
import { fitLead, spreadOf } from './lead-model.ts';
import { quantileOf } from './residual-quantiles.ts';
import { fromScale, meanFromScale } from './scale.ts';
import type { DemandSeries, SeasonalState } from './seasonal-state.ts';
import { seasonalState } from './seasonal-state.ts';
import type { TargetRows, WindowView } from './window-view.ts';
import {
  BASE,
  FEATURES,
  FIRST_LEVEL,
  LAST_LEVEL,
  MEAN_BASE,
  RECENT_SIZE,
  USUAL_SIZE,
  daysBack,
  emptyRows,
  limitEvents,
  readTargets,
  targetRows,
  windowView,
} from './window-view.ts';

/** Lead times that get a regression of their own, in seconds; those between are interpolated in log lead. */
const ANCHOR_LEADS = [300, 900, 2700, 7200, 21_600, 84_000, 172_800] as const;
const MAX_ROWS = 600;
/** Strides between rows are whole numbers and this, the least rational of fractions. */
const GOLDEN = 0.618033988749895;
/** No forecast goes further beyond the largest peak so far than this factor: tails are extrapolated, but not for ever. */
const BEYOND_LARGEST = 3;
/** And no mean beyond this many. */
const MEAN_BEYOND_LARGEST = 1.5;
/** From this level on a quantile of the peak is not below the mean. */
const HIGH_LEVEL = 0.9;
/** Where there is nothing at all nine times out of ten, a mean below this is no reason to hold an environment: it counts as 0. */
const SELDOM = 0.5;

export interface SlotDistribution {
  mean: Float64Array;
  /** One array per level. */
  quantiles: Float64Array[];
}

export interface StepRequest {
  /** Steps first, first + 1, ... first + steps - 1; first >= origin. */
  first: number;
  steps: number;
  window: number;
  levels: readonly number[];
}

export interface SeasonalModel {
  name: string;
  /** Reads the distribution of the maximum over `window` steps from each requested step on, known before `origin`. */
  forecastAt(origin: number, request: StepRequest): SlotDistribution;
}

/** What was fitted for one window, made when it is first asked for. */
interface WindowFits {
  /** For targets from `fitEnd` on. */
  viewOf(days: number): WindowView;
  anchors: readonly number[];
  fitOf(lead: number): LeadFit;
}

export function fitSeasonalModel(series: DemandSeries, fitEnd: number, reachSteps: number): SeasonalModel {
  const state = seasonalState(series, fitEnd, reachSteps);
  const fitsOf = memo((window) => windowFits(state, window));
  return {
    name: modelName(state),
    forecastAt: (origin, request) => readModel(state, fitsOf(request.window), origin, request),
  };
}

/** Remembers the results of a function of a small integer. */
function memo<T>(compute: (key: number) => T): (key: number) => T {
  const known: (T | undefined)[] = [];
  return (key) => (known[key] ??= compute(key));
}

function windowFits(state: SeasonalState, window: number): WindowFits {
  const nearRows = sharedRows(windowView(state, window, 1), 1);
  const near = limitEvents(nearRows.view, nearRows);
  const { rawLimit, smoothLimit } = near;
  const viewOf = (days: number, from: number) => ({ ...windowView(state, window, days, from), rawLimit, smoothLimit });
  const rowsOf = memo((days) => (days === 1 ? nearRows : sharedRows(viewOf(days, 0), days)));
  const all = [...new Set(ANCHOR_LEADS.map((s) => Math.max(1, Math.floor(s / state.stepSeconds))))];
  return {
    viewOf: memo((days) => (days === 1 ? near : viewOf(days, state.fitEnd))),
    anchors: all.filter((lead, i) => i === 0 || hasRows(state, window, lead)),
    fitOf: memo((lead) => fitAnchor(state, rowsOf(daysBack(state, lead, window)), lead)),
  };
}

function sharedRows(view: WindowView, days: number): TargetRows {
  const range = rowRange(view.state, view.window, days);
  const least = (range.to - range.from) / MAX_ROWS;
  const stride = least <= 1 ? 1 : Math.ceil(least - GOLDEN) + GOLDEN;
  return targetRows(view, { ...range, stride });
}

function rowRange(state: SeasonalState, window: number, days: number): { from: number; to: number } {
  const { m, kind } = state.profile;
  // The profile's first days are copies of few days, and their errors not what they are later: left out when there is enough.
  const young = state.fitEnd >= 21 * m ? 3 : state.fitEnd > 5 * m ? 1 : 0;
  return { from: kind === 'flat' ? 0 : (days + young) * m, to: state.fitEnd - window + 1 };
}

/** A lead time gets its own regression once half a day of targets is there. */
function hasRows(state: SeasonalState, window: number, lead: number): boolean {
  const { from, to } = rowRange(state, window, daysBack(state, lead, window));
  return to - Math.max(from, lead) >= state.profile.m / 2;
}

function fitAnchor(state: SeasonalState, rows: TargetRows, lead: number): LeadFit {
  const length = rows.n > 0 ? rows.targets[rows.n - 1]! - rows.targets[0]! + 1 : 1;
  // Targets within a lead time of each other share their error: so many independent ones are there.
  const together = Math.max(1800 / state.stepSeconds, lead);
  const independent = length / together;
  return fitLead(rows, { lead, independent });
}

function modelName(state: SeasonalState): string {
  if (state.profile.kind === 'flat') return 'recent level';
  const seasons = state.fitEnd >= 14 * state.profile.m && state.weekWeight > 0 ? 'day and week' : 'day';
  return `Holt-Winters, ${seasons}, corrected per lead time`;
}

/** Far beyond the data the same time of an earlier week stands in. */
function withinReach(state: SeasonalState, step: number, window: number): number {
  const beyond = step + window - state.profile.day.length;
  const weekSteps = 7 * state.profile.m;
  return beyond > 0 ? step - Math.ceil(beyond / weekSteps) * weekSteps : step;
}

/** The regressions at the anchors around a lead, and how far it is from the first to the second in log lead. */
interface Bracket {
  a: LeadFit;
  b: LeadFit;
  /** Quantiles of the errors at the levels asked for. */
  tableA: Float64Array;
  tableB: Float64Array;
  /** Leads from..until (exclusive) are between these anchors. */
  from: number;
  until: number;
  /** 1 / log of the ratio of the two leads; 0 where there is one alone. */
  perLog: number;
}

/** Within a day the season is a day old; the anchor beyond, for which it is older, plays no part. */
function bracketAt(fits: WindowFits, lead: number, m: number, levels: readonly number[]): Bracket {
  const { anchors } = fits;
  let i = 0;
  while (i + 1 < anchors.length && anchors[i + 1]! <= lead) i++;
  const from = anchors[i]!;
  const next = anchors[i + 1] ?? Infinity;
  const isAlone = next === Infinity || (lead <= m && next > m);
  const a = fits.fitOf(from);
  const b = isAlone ? a : fits.fitOf(next);
  const tableOf = (fit: LeadFit) => Float64Array.from(levels, (level) => quantileOf(fit.quantiles, level));
  const tableA = tableOf(a);
  return {
    a,
    b,
    tableA,
    tableB: isAlone ? tableA : tableOf(b),
    from,
    until: isAlone ? Math.min(next, lead <= m ? m + 1 : Infinity) : next,
    perLog: isAlone ? 0 : 1 / Math.log(next / from),
  };
}

function readModel(state: SeasonalState, fits: WindowFits, origin: number, request: StepRequest): SlotDistribution {
  const { steps, levels, first } = request;
  const { m } = state.profile;
  const out = { mean: new Float64Array(steps), quantiles: levels.map(() => new Float64Array(steps)) };
  const last = origin > 0 ? state.lastKnown[Math.min(origin, state.lastKnown.length) - 1]! : 0;
  const ceiling = BEYOND_LARGEST * state.largest[last]!;
  const columns = columnsAt(state, fits, last, request);
  const asked = [...levels, HIGH_LEVEL];
  const quantiles = new Float64Array(asked.length);
  let bracket: Bracket | null = null;
  for (let s = 0; s < steps; s++) {
    const lead = Math.max(1, first + s - last);
    if (!bracket || lead >= bracket.until) bracket = bracketAt(fits, lead, m, asked);
    const weight = bracket.perLog * Math.log(lead / bracket.from);
    const { mean, z, size } = readStep(state, bracket, weight, { columns, s });
    for (let k = 0; k < asked.length; k++) {
      const q = mix(bracket.tableA[k]!, bracket.tableB[k]!, weight);
      quantiles[k] = peakOf(state, z + size * q, ceiling);
    }
    const nine = quantiles[levels.length]!;
    out.mean[s] = Math.min(mean, (ceiling * MEAN_BEYOND_LARGEST) / BEYOND_LARGEST);
    if (out.mean[s]! > nine && state.isWhole && out.mean[s]! < SELDOM) out.mean[s] = nine;
    for (let k = 0; k < levels.length; k++) {
      out.quantiles[k]![s] = levels[k]! >= HIGH_LEVEL ? Math.max(out.mean[s]!, quantiles[k]!) : quantiles[k]!;
    }
  }
  return out;
}

/** A load on the model's scale as a peak; where peaks are whole numbers, the nearest of them. */
function peakOf({ scale, isWhole }: SeasonalState, z: number, ceiling: number): number {
  const peak = Math.min(fromScale(scale, z), ceiling);
  return isWhole ? Math.round(peak) : peak;
}

/** What is known at step `last` of each target. */
function columnsAt(state: SeasonalState, fits: WindowFits, last: number, request: StepRequest): Float64Array[] {
  const { first, steps, window } = request;
  const rows = emptyRows(steps);
  rows.n = steps;
  const daysOf = (s: number) => {
    const isBorrowed = rows.targets[s]! < first + s;
    return isBorrowed ? 1 : daysBack(state, Math.max(1, first + s - last), window);
  };
  for (let s = 0; s < steps; s++) rows.targets[s] = withinReach(state, first + s, window);
  for (let from = 0, to = 0; from < steps; from = to) {
    const days = daysOf(from);
    while (to < steps && daysOf(to) === days) to++;
    readTargets(fits.viewOf(days), rows, from, to);
  }
  for (let k = 0; k < state.levels.length; k++) rows.columns[FIRST_LEVEL + k]!.fill(state.levels[k]![last]!);
  rows.columns[RECENT_SIZE]!.fill(state.recentSize[last]!);
  return rows.columns;
}

/** The mean, and centre and unit of the peak's distribution on the model's scale. */
function readStep(
  { scale }: SeasonalState,
  { a, b }: Bracket,
  weight: number,
  { columns, s }: { columns: Float64Array[]; s: number },
): { mean: number; z: number; size: number } {
  let correction = 0;
  let meanCorrection = 0;
  for (let i = 0; i < FEATURES; i++) {
    const x = columns[i]![s]!;
    correction += x * mix(a.coefficients[i]!, b.coefficients[i]!, weight);
    meanCorrection += x * mix(a.meanCoefficients[i]!, b.meanCoefficients[i]!, weight);
  }
  const now = columns[LAST_LEVEL]![s]!;
  const z = columns[BASE]![s]! + within(correction, a.range, b.range, now);
  const zMean = columns[MEAN_BASE]![s]! + within(meanCorrection, a.meanRange, b.meanRange, now);
  const usual = columns[USUAL_SIZE]![s]!;
  const recent = columns[RECENT_SIZE]![s]!;
  const size = mix(spreadOf(a.spread, usual, recent), spreadOf(b.spread, usual, recent), weight);
  const variance = mix(a.meanVariance, b.meanVariance, weight) * size * size;
  return { mean: meanFromScale(scale, zMean, variance), z, size };
}

/** The value, or the nearest to it that either range has seen or that is there now. */
function within(value: number, a: Range, b: Range, now: number): number {
  const low = Math.min(a.low, b.low, now);
  const high = Math.max(a.high, b.high, now);
  return value < low ? low : value > high ? high : value;
}

function mix(a: number, b: number, weight: number): number {
  return a + weight * (b - a);
}
