/**
 * Causal profiles: for every step, what its time of day and time of week say, from earlier days and weeks alone.
 *
 * The day profile is Holt-Winters' season: an exponentially weighted mean of the smoothed values at the same time on earlier
 * days, started with their median and kept from following single events. Entry t of each array uses values up to
 * t - m (+ smoothing) only, so that all arrays extend one day beyond the data, and a part of them is what would have been
 * known at that time.
 */
import { median } from 'simple-statistics';
import { runningMean, runningMedian } from './smooth.ts';

export interface SeasonProfile {
  kind: 'day and week' | 'flat';
  /** Steps a day. */
  m: number;
  /** How many steps a value at t takes to be in the smooth of its neighbourhood. */
  smoothingSteps: number;
  /** The smoothed values; NaN where unknown. */
  smooth: Float64Array;
  /** Expected smooth value by time of day. */
  day: Float64Array;
  /** Expected smooth value by time of week; equal to `day` before there is a week. */
  week: Float64Array;
  /** Expected excess over the smooth value, for what recurs at the same step every day. */
  spike: Float64Array;
}

/** Share of a new day in the day profile, once five days are known. */
const DAY_GAIN = 0.15;
/** Days in the median that starts the day profile. */
const START_DAYS = 5;
/** One day moves a profile by no more than its gain times this many mean absolute deviations. */
const CLIP = 3;

/** Half-widths of the smoothing mean that are tried, in seconds. */
const MEAN_HALF_WIDTHS = [0, 600, 1800] as const;
/** The median before it removes what lasts for less. */
const MEDIAN_HALF_WIDTH = 600;

/** Profiles reach `length` steps; choices are made from the steps before `fitEnd`. */
export interface ProfileExtent {
  length: number;
  fitEnd: number;
  stepSeconds: number;
}

export function seasonProfile(z: Float64Array, extent: ProfileExtent): SeasonProfile {
  const { length, fitEnd, stepSeconds } = extent;
  const m = 86_400 / stepSeconds;
  const steps = (seconds: number) => Math.floor(seconds / stepSeconds);
  const robust = runningMedian(z, steps(MEDIAN_HALF_WIDTH));
  let best: { loss: number; half: number; smooth: Float64Array; day: Float64Array } | null = null;
  for (const seconds of MEAN_HALF_WIDTHS) {
    const half = steps(seconds);
    if (best && half === best.half) continue;
    const smooth = runningMean(robust, half);
    const day = dayProfile(smooth, length, m);
    const loss = absoluteLoss(z, day, Math.max(m, fitEnd - 14 * m), fitEnd);
    if (!best || loss < best.loss) best = { loss, half, smooth, day };
  }
  const { smooth, day, half } = best!;
  return {
    kind: 'day and week',
    m,
    smoothingSteps: half + steps(MEDIAN_HALF_WIDTH),
    smooth,
    day,
    week: weekProfile(smooth, day, m),
    spike: spikeProfile(z, smooth, length, m),
  };
}

/** Before a season can be learned: the median of all there is. */
export function flatProfile(z: Float64Array, extent: ProfileExtent): SeasonProfile {
  const { length, fitEnd, stepSeconds } = extent;
  const known = z.subarray(0, fitEnd).filter((x) => x === x);
  const flat = new Float64Array(length).fill(known.length > 0 ? median([...known]) : NaN);
  const m = 86_400 / stepSeconds;
  const spike = new Float64Array(length);
  return { kind: 'flat', m, smoothingSteps: 0, smooth: z, day: flat, week: flat, spike };
}

function absoluteLoss(z: Float64Array, expected: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) {
    const error = z[t]! - expected[t]!;
    if (error === error) sum += Math.abs(error);
  }
  return sum;
}

function dayProfile(smooth: Float64Array, length: number, m: number): Float64Array {
  const day = new Float64Array(length).fill(NaN);
  const deviation = new Float64Array(m);
  const start = new Float64Array(START_DAYS);
  let usual = 0;
  for (let t = m; t < length; t++) {
    const value = t - m < smooth.length ? smooth[t - m]! : NaN;
    const expected = day[t - m]!;
    if (value !== value) {
      day[t] = expected;
      continue;
    }
    const phase = t % m;
    const error = expected === expected ? value - expected : 0;
    const limit = CLIP * Math.max(usual, deviation[phase]!);
    day[t] =
      t < (START_DAYS + 1) * m || expected !== expected
        ? medianOfDays(smooth, t, m, start)
        : expected + DAY_GAIN * Math.max(-limit, Math.min(limit, error));
    const size = t < 3 * m ? Math.abs(error) : Math.min(Math.abs(error), 2 * limit);
    deviation[phase]! += DAY_GAIN * (size - deviation[phase]!);
    usual += (size - usual) / Math.min(m, t - m + 1);
  }
  fillUnseen(day, m);
  return day;
}

/** A time of day that was never known is expected to be as the one before it. */
function fillUnseen(day: Float64Array, m: number): void {
  for (let t = m + 1; t < day.length; t++) if (day[t] !== day[t]) day[t] = day[t - 1]!;
}

/** Median of the known values at the same time on the last START_DAYS days before t. */
function medianOfDays(smooth: Float64Array, t: number, m: number, window: Float64Array): number {
  let n = 0;
  for (let j = t - m; j >= 0 && n < window.length; j -= m) {
    const y = smooth[j]!;
    if (y !== y) continue;
    let i = n++;
    while (i > 0 && window[i - 1]! > y) {
      window[i] = window[i - 1]!;
      i--;
    }
    window[i] = y;
  }
  return (window[(n - 1) >> 1]! + window[n >> 1]!) / 2;
}

/** Median of the last three weeks at the same time: as quick as a gain of 1/2, and one odd week does not count. */
function weekProfile(smooth: Float64Array, day: Float64Array, m: number): Float64Array {
  const week = day.slice();
  const lag = 7 * m;
  const window = new Float64Array(3);
  for (let t = lag; t < week.length; t++) {
    const value = medianOfDays(smooth, t, lag, window);
    if (value === value) week[t] = value;
  }
  return week;
}

/**
 * Exponentially weighted mean of (value - smooth) at the same step of earlier days, shrunk by how consistent it is from day
 * to day (Wiener weight: signal variance over total); from four days on.
 */
function spikeProfile(z: Float64Array, smooth: Float64Array, length: number, m: number): Float64Array {
  const spike = new Float64Array(length);
  const meanOf = new Float64Array(m);
  const varianceOf = new Float64Array(m);
  const days = new Int32Array(m);
  for (let t = m; t < length; t++) {
    const phase = t % m;
    const excess = t - m < z.length ? z[t - m]! - smooth[t - m]! : NaN;
    if (excess === excess) {
      const gain = Math.max(DAY_GAIN, 1 / ++days[phase]!);
      const error = excess - meanOf[phase]!;
      meanOf[phase]! += gain * error;
      varianceOf[phase]! += gain * ((1 - gain) * error * error - varianceOf[phase]!);
    }
    if (days[phase]! < 4) continue;
    const mean = meanOf[phase]!;
    const noise = varianceOf[phase]! * Math.max(DAY_GAIN / (2 - DAY_GAIN), 1 / days[phase]!);
    if (mean * mean > noise) spike[t] = (mean * (mean * mean - noise)) / (mean * mean);
  }
  return spike;
}

/** Exponentially weighted mean of the same step on earlier days; 0 before there is one; single events capped. */
export function recurring(values: Float64Array, length: number, m: number): Float64Array {
  const out = new Float64Array(length);
  const days = new Int32Array(m);
  let usual = 0;
  let n = 0;
  for (let t = m; t < length; t++) {
    const value = t - m < values.length ? values[t - m]! : NaN;
    out[t] = out[t - m]!;
    if (value !== value) continue;
    const limit = n > m ? 4 * Math.max(usual, Math.abs(out[t]!)) : Infinity;
    const clipped = Math.max(-limit, Math.min(limit, value));
    out[t]! += Math.max(DAY_GAIN, 1 / ++days[t % m]!) * (clipped - out[t]!);
    usual += (Math.abs(clipped) - usual) / Math.min(m, ++n);
  }
  return out;
}
