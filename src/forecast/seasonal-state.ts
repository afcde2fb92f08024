/** What a history looks like to the season and the levels: everything that the regressions read, on the model's scale. */
import type { Scale } from './scale.ts';
import { chooseScale, seriesToScale } from './scale.ts';
import { LEVEL_HALF_LIVES, exponentialLevel, gainOfHalfLife } from './residual-states.ts';
import { fitHoltWinters } from './holt-winters-fit.ts';
import { levelFactors } from './relevel.ts';
import type { SeasonProfile } from './season-profile.ts';
import { capRare, difference } from './smooth.ts';
import { flatProfile, recurrence, seasonProfile } from './season-profile.ts';

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

export interface SeasonalState {
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
  /** Holt-Winters' level of what the season leaves over, at several speeds, fastest first. */
  levels: Float64Array[];
  /** Usual size of that at the time of day, and its recent size. */
  usualSize: Float64Array;
  recentSize: Float64Array;
  /** For each step the last known step up to it, and the largest peak. */
  lastKnown: Int32Array;
  largest: Float64Array;
}

/** Days that Holt-Winters' parameters are estimated on. */
const HOLT_WINTERS_DAYS = 14;
/** Below this there is no day to compare a day with. */
const MIN_SEASON_SECONDS = 2 * 86_400;

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
  const companion = (values: Float64Array): Companion => {
    if (values === series.signal) return { z: signal, gap: null };
    const z = seriesToScale(scale, values);
    return { z, gap: recurrence(difference(signal, z), length, profile.m).expected };
  };
  const weekWeight = weekWeightOf(signal, profile, fitEnd);
  const residual = new Float64Array(signal.length);
  for (let t = 0; t < signal.length; t++) residual[t] = signal[t]! - expectation(profile, weekWeight, t, 0);
  // A slow level would carry a single event for hours.
  const capped = capRare(residual, fitEnd);
  const size = residual.map(Math.abs);
  return {
    scale,
    stepSeconds,
    fitEnd,
    signal,
    peak: companion(series.peak),
    mean: companion(series.mean),
    profile,
    weekWeight,
    levels: [
      exponentialLevel(residual, holtWintersGain(signal, fitEnd, profile)),
      ...LEVEL_HALF_LIVES.map((seconds) =>
        exponentialLevel(seconds > 3600 ? capped : residual, gainOfHalfLife(seconds / stepSeconds)),
      ),
    ],
    usualSize: recurrence(size, length, profile.m).expected,
    recentSize: exponentialLevel(size, gainOfHalfLife(3600 / stepSeconds)),
    lastKnown: lastKnownSteps(signal),
    largest: runningMaximum(series.peak),
  };
}

/** Holt-Winters' own alpha, estimated on the last two weeks; 1 before a season can be. */
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

/** What the season expects at step t when the day profile is known up to `shift` steps (whole days) before the usual. */
export function expectation(profile: SeasonProfile, weekWeight: number, t: number, shift: number): number {
  const day = profile.day[t - shift]!;
  const weekly = profile.week[t]! - day;
  return day + (weekly === weekly ? weekWeight * weekly : 0) + profile.spike[t - shift]!;
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
    const y = z[t]! - profile.day[t]! - profile.spike[t]!;
    if (x !== x || y !== y) continue;
    xy += x * y;
    xx += x * x;
    n++;
  }
  if (n === 0 || xx === 0) return 0;
  return Math.max(0, Math.min(1, xy / (xx * (1 + profile.m / n))));
}

function lastKnownSteps(z: Float64Array): Int32Array {
  const out = new Int32Array(z.length);
  let last = 0;
  for (let t = 0; t < z.length; t++) {
    if (z[t] === z[t]) last = t;
    out[t] = last;
  }
  return out;
}

function runningMaximum(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  let max = 0;
  for (let t = 0; t < values.length; t++) {
    if (values[t]! > max) max = values[t]!;
    out[t] = max;
  }
  return out;
}
