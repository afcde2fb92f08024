/** What a history looks like to the season and the levels: everything that the regressions read, on the model's scale. */
import type { Scale } from './scale.ts';
import { chooseScale, seriesToScale } from './scale.ts';
import type { ResidualStates } from './residual-states.ts';
import { residualStates } from './residual-states.ts';
import { fitHoltWinters } from './holt-winters-fit.ts';
import { recurrence } from './recurrence.ts';
import { levelFactors } from './relevel.ts';
import type { SeasonProfile } from './season-profile.ts';
import { difference, rareSize } from './smooth.ts';
import { flatProfile, seasonProfile } from './season-profile.ts';

/** What is known of the demand; NaN = unknown. */
export interface DemandSeries {
  stepSeconds: number;
  /** The load that season and levels are learned from. */
  signal: Float64Array;
  /** What is forecast; `signal` itself where that is the observed peak. */
  peak: Float64Array;
  mean: Float64Array;
}

/** A quantity that moves with the signal: its values, and by how much the signal usually exceeds it at each time of day. */
export interface Companion {
  z: Float64Array;
  gap: Float64Array | null;
}

export interface SeasonalState extends ResidualStates {
  scale: Scale;
  stepSeconds: number;
  /** Regressions use targets before this step. */
  fitEnd: number;
  signal: Float64Array;
  peak: Companion;
  mean: Companion;
  profile: SeasonProfile;
  /** Share of (week - day) that is added to the day profile. */
  weekWeight: number;
  /** What the season expects of the signal. */
  expected: Float64Array;
  /** Usual size of what the season leaves over of the peak, by time of day. */
  usualSize: Float64Array;
  /** For each step the last known step up to it, and the largest peak. */
  lastKnown: Int32Array;
  largest: Float64Array;
  /** Peaks are whole numbers. */
  isWhole: boolean;
}

/** Days that Holt-Winters' parameters are estimated on. */
const HOLT_WINTERS_DAYS = 7;
/** Below this there is no day to compare a day with. */
const MIN_SEASON_SECONDS = 2 * 86_400;
/** One day moves the usual size of errors, and the usual gap between two quantities, by at most so many of its deviations. */
const SIZE_CLIP = 3;
const GAP_CLIP = 3;

/**
 * Choices (scale, smoothing, weight of the week) are made from the steps before `fitEnd`; entry t of every array depends on
 * values up to t only (the profiles': up to a day before t), so that a part of it is what was known at that time. O(n).
 */
export function seasonalState(measured: DemandSeries, fitEnd: number, reachSteps: number): SeasonalState {
  const { stepSeconds } = measured;
  const series = onPresentLevel(measured, fitEnd);
  const scale = chooseScale(series.signal.subarray(0, fitEnd), Math.round(3600 / stepSeconds));
  const signal = seriesToScale(scale, series.signal);
  const length = signal.length + reachSteps;
  const isShort = countKnown(signal, fitEnd) * stepSeconds < MIN_SEASON_SECONDS;
  const profile = (isShort ? flatProfile : seasonProfile)(signal, { length, fitEnd, stepSeconds });
  const { m } = profile;
  const companion = (values: Float64Array): Companion => {
    if (values === series.signal) return { z: signal, gap: null };
    const z = seriesToScale(scale, values);
    return { z, gap: recurrence(difference(signal, z), { length, m, clip: GAP_CLIP }) };
  };
  const weekWeight = weekWeightOf(signal, profile, fitEnd);
  const expected = expectations(profile, weekWeight);
  const residual = difference(signal, expected);
  const peak = companion(series.peak);
  const size = peak.gap ? difference(peak.z, difference(expected, peak.gap)) : residual.slice();
  for (let t = 0; t < size.length; t++) size[t] = Math.abs(size[t]!);
  const states = residualStates(residual, size, {
    stepSeconds,
    holtWintersGain: holtWintersGain(signal, fitEnd, profile),
    limit: rareSize(residual, fitEnd),
  });
  return {
    scale,
    stepSeconds,
    fitEnd,
    signal,
    peak,
    mean: companion(series.mean),
    profile,
    weekWeight,
    expected,
    ...states,
    usualSize: recurrence(size, { length, m, clip: SIZE_CLIP }),
    ...runningFacts(signal, series.peak),
    isWhole: isWhole(measured.peak, fitEnd),
  };
}

/** Holt-Winters' own alpha, estimated on the last week; 1 before a season can be. */
function holtWintersGain(signal: Float64Array, fitEnd: number, { kind, m }: SeasonProfile): number {
  if (kind === 'flat') return 1;
  return fitHoltWinters(signal.subarray(Math.max(0, fitEnd - HOLT_WINTERS_DAYS * m), fitEnd), m).alpha;
}

/** The series with all of their past brought to the level of today. */
function onPresentLevel(series: DemandSeries, fitEnd: number): DemandSeries {
  const factors = levelFactors(series.signal, fitEnd, series.stepSeconds);
  if (!factors) return series;
  const scaled = (values: Float64Array) => values.map((y, t) => y * factors[t]!);
  const signal = scaled(series.signal);
  const peak = series.peak === series.signal ? signal : scaled(series.peak);
  return { ...series, signal, peak, mean: scaled(series.mean) };
}

/** What the season expects of each step. */
function expectations({ day, week, spike, cycle }: SeasonProfile, weekWeight: number): Float64Array {
  const out = new Float64Array(day.length);
  for (let t = 0; t < out.length; t++) {
    const weekly = week[t]! - day[t]!;
    out[t] = day[t]! + (weekly === weekly ? weekWeight * weekly : 0) + spike[t]! + cycle[t]!;
  }
  return out;
}

function countKnown(z: Float64Array, end: number): number {
  let n = 0;
  for (let t = 0; t < end; t++) if (z[t] === z[t]) n++;
  return n;
}

/** By least squares on one-day-ahead expectations; held back as by one day of rows without a week in them. */
function weekWeightOf(z: Float64Array, profile: SeasonProfile, fitEnd: number): number {
  let xy = 0;
  let xx = 0;
  let n = 0;
  // A week after only one other is compared with that one alone; later weeks say more, where there are enough.
  const from = fitEnd >= 21 * profile.m ? 14 : 7;
  for (let t = from * profile.m; t < fitEnd; t++) {
    const x = profile.week[t]! - profile.day[t]!;
    const y = z[t]! - profile.day[t]! - profile.spike[t]! - profile.cycle[t]!;
    if (x !== x || y !== y) continue;
    xy += x * y;
    xx += x * x;
    n++;
  }
  if (n === 0 || xx === 0) return 0;
  return Math.max(0, Math.min(1, xy / (xx * (1 + profile.m / n))));
}

function runningFacts(z: Float64Array, peak: Float64Array): Pick<SeasonalState, 'lastKnown' | 'largest'> {
  const lastKnown = new Int32Array(z.length);
  const largest = new Float64Array(z.length);
  let last = 0;
  let max = 0;
  for (let t = 0; t < z.length; t++) {
    if (z[t] === z[t]) last = t;
    if (peak[t]! > max) max = peak[t]!;
    lastKnown[t] = last;
    largest[t] = max;
  }
  return { lastKnown, largest };
}

/** Looks at about a thousand values. */
function isWhole(values: Float64Array, end: number): boolean {
  const stride = 2 * Math.floor(end / 2000) + 1;
  for (let t = 0; t < end; t += stride) if (Math.floor(values[t]!) < values[t]!) return false;
  return true;
}
