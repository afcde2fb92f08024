/**
 * Holt-Winters' season and levels, corrected per lead time, with quantiles from the model's own past errors at that lead.
 * It is fitted on the steps before `fitEnd` and then read at any later origin, whose forecast uses steps before it only.
 */
import { daysBack, leadData } from './lead-data.ts';
import type { LeadData, LeadFit, Range } from './lead-model.ts';
import { fitLead, spreadAt, writeFeatures } from './lead-model.ts';
import { quantileOf } from './residual-quantiles.ts';
import { fromScale, meanFromScale } from './scale.ts';
import type { DemandSeries, SeasonalState } from './seasonal-state.ts';
import { seasonalState } from './seasonal-state.ts';

/** Lead times that get a regression of their own, in seconds; those between are interpolated in log lead. */
const ANCHOR_LEADS = [300, 600, 1200, 2400, 4800, 10_800, 21_600, 43_200, 84_000, 172_800] as const;
const MAX_ROWS = 1200;
/** Coprime with every number of steps a day, so that rows visit all times of day. */
const STRIDES = [1, 5, 7, 11, 13, 17, 19, 23] as const;
/** No forecast goes further beyond the largest peak so far than this factor: tails are extrapolated, but not for ever. */
const BEYOND_LARGEST = 3;
/** And no mean beyond this many. */
const MEAN_BEYOND_LARGEST = 1.5;
/** A coefficient is held back as by this many independent stretches of a lead time (at least half an hour) without effect. */
const RIDGE_STRETCHES = 7.5;

/** Of the coefficients about half are of any use at a given lead; the others, held back, explain little away. */
const ACTIVE_SHARE = 0.5;

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

export function fitSeasonalModel(series: DemandSeries, fitEnd: number, reachSteps: number): SeasonalModel {
  const state = seasonalState(series, fitEnd, reachSteps);
  const dataOf = memo((window, days) => leadData(state, window, days));
  const fitOf = memo((window, lead) => fitAnchor(state, dataOf(window, daysBack(state, lead, window)), window, lead));
  const all = [...new Set(ANCHOR_LEADS.map((s) => Math.max(1, Math.floor(s / series.stepSeconds))))];
  const anchorsOf = memo((window) => all.filter((lead, i) => i === 0 || hasRows(state, window, lead)));
  return {
    name: modelName(state),
    forecastAt: (origin, request) => {
      const { window, steps, levels } = request;
      const out = { mean: new Float64Array(steps), quantiles: levels.map(() => new Float64Array(steps)) };
      const tableOf = memo((lead) => levels.map((level) => quantileOf(fitOf(window, lead).quantiles, level)));
      const last = origin > 0 ? state.lastKnown[Math.min(origin, state.lastKnown.length) - 1]! : 0;
      const ceiling = BEYOND_LARGEST * state.largest[last]!;
      for (let s = 0; s < steps; s++) {
        const lead = Math.max(1, request.first + s - last);
        const target = withinReach(state, request.first + s, window);
        const isBorrowed = target < request.first + s;
        const data = dataOf(window, isBorrowed ? 1 : daysBack(state, lead, window));
        const [lower, upper, weight] = bracket(anchorsOf(window, 0), lead, state.profile.m);
        const query = { a: fitOf(window, lower), b: fitOf(window, upper), weight, origin: last, target };
        const { mean, z, size } = readStep(state, data, query);
        out.mean[s] = Math.min(mean, (ceiling * MEAN_BEYOND_LARGEST) / BEYOND_LARGEST);
        const [qa, qb] = [tableOf(lower, 0), tableOf(upper, 0)];
        for (let k = 0; k < levels.length; k++) {
          const q = qa[k]! + weight * (qb[k]! - qa[k]!);
          out.quantiles[k]![s] = Math.min(fromScale(state.scale, z + size * q), ceiling);
        }
      }
      return out;
    },
  };
}

/** Remembers the results of a pure function of two small integers. */
function memo<T>(compute: (a: number, b: number) => T): (a: number, b: number) => T {
  const known = new Map<number, T>();
  return (a, b) => {
    const key = a * 65_536 + b;
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = compute(a, b)));
    return value;
  };
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

/**
 * The anchors around a lead and how far it is from the first to the second in log lead. Within a day the season is a day
 * old; the anchor beyond, for which it is older, plays no part.
 */
function bracket(anchors: number[], lead: number, m: number): [number, number, number] {
  let i = 0;
  while (i + 1 < anchors.length && anchors[i + 1]! <= lead) i++;
  const a = anchors[i]!;
  const b = anchors[Math.min(i + 1, anchors.length - 1)]!;
  if (a === b || lead <= a || (lead <= m && b > m)) return [a, a, 0];
  return [a, b, Math.log(lead / a) / Math.log(b / a)];
}

function rowRange(state: SeasonalState, window: number, lead: number): { from: number; to: number } {
  const { m, kind } = state.profile;
  // The profile's first days are copies of few days, and their errors not what they are later: left out when there is enough.
  const young = state.fitEnd >= 21 * m ? 3 : state.fitEnd > 5 * m ? 1 : 0;
  const settled = (daysBack(state, lead, window) + young) * m;
  return { from: Math.max(kind === 'flat' ? 0 : settled, lead), to: state.fitEnd - window + 1 };
}

/** A lead time gets its own regression once half a day of targets is there. */
function hasRows(state: SeasonalState, window: number, lead: number): boolean {
  const { from, to } = rowRange(state, window, lead);
  return to - from >= state.profile.m / 2;
}

function fitAnchor(state: SeasonalState, data: LeadData, window: number, lead: number): LeadFit {
  const { from, to } = rowRange(state, window, lead);
  const stride = STRIDES.find((s) => (to - from) / s <= MAX_ROWS) ?? STRIDES.at(-1)!;
  // Targets within a lead time of each other share their error: so many independent ones are there.
  const stretches = Math.max(1, to - from) / Math.max(1800 / state.stepSeconds, lead);
  const ridgeShare = RIDGE_STRETCHES / stretches;
  const leverage = ACTIVE_SHARE / (stretches * (1 + ridgeShare));
  return fitLead(data, { lead, from, to, stride, ridgeShare, leverage });
}

interface StepQuery {
  /** The regressions at the anchors before and after the lead; `weight` is that of `b`. */
  a: LeadFit;
  b: LeadFit;
  weight: number;
  origin: number;
  target: number;
}

/** The mean, and centre and unit of the peak's distribution on the model's scale. */
function readStep(state: SeasonalState, data: LeadData, query: StepQuery): { mean: number; z: number; size: number } {
  const { a, b, weight, target } = query;
  const features = new Float64Array(a.coefficients.length);
  writeFeatures(features, data, query);
  let correction = 0;
  let meanCorrection = 0;
  for (let i = 0; i < features.length; i++) {
    correction += features[i]! * mix(a.coefficients[i]!, b.coefficients[i]!, weight);
    meanCorrection += features[i]! * mix(a.secondCoefficients[i]!, b.secondCoefficients[i]!, weight);
  }
  const z = data.base[target]! + within(correction, a.range, b.range);
  const zMean = data.second ? data.second.base[target]! + within(meanCorrection, a.secondRange, b.secondRange) : 0;
  const size = mix(spreadAt(a.spread, data, query), spreadAt(b.spread, data, query), weight);
  const variance = mix(a.secondVariance, b.secondVariance, weight) * size * size;
  return { mean: meanFromScale(state.scale, zMean, variance), z, size };
}

/** The value, or the nearest that either range has seen. */
function within(value: number, a: Range, b: Range): number {
  return Math.max(Math.min(a.low, b.low), Math.min(Math.max(a.high, b.high), value));
}

function mix(a: number, b: number, weight: number): number {
  return a + weight * (b - a);
}
