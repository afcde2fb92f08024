/**
 * Causal profiles: for every step, what its time of day and time of week say, from earlier days and weeks alone.
 *
 * The day profile is Holt-Winters' season: an exponentially weighted mean of the smoothed values at the same time on earlier
 * days, started with their median and kept from following single events. Entry t of each array uses values up to
 * t - m (+ smoothing) only, so that all arrays extend one day beyond the data, and a part of them is what would have been
 * known at that time.
 */
import { median } from 'simple-statistics';
import { capRare, difference, insertSorted, medianOfSorted, runningMean, runningMedian } from './smooth.ts';

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
  /** Expected smooth value by time of week; NaN before there is a week. */
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

/** Standard deviation over mean absolute deviation of a normal variable. */
const GAUSS = Math.sqrt(Math.PI / 2);

/** A spike is one when it exceeds two standard errors of what recurs. */
const CONSISTENT = 4;

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
  const half = bestHalfWidth(z, robust, { fitEnd, m, halves: MEAN_HALF_WIDTHS.map(steps) });
  const smooth = runningMean(robust, half);
  const day = recurrence(smooth, length, m).expected;
  fillUnseen(day, m);
  return {
    kind: 'day and week',
    m,
    smoothingSteps: half + steps(MEDIAN_HALF_WIDTH),
    smooth,
    day,
    week: weekProfile(smooth, day, fitEnd, m),
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
  const unknown = new Float64Array(length).fill(NaN);
  return { kind: 'flat', m, smoothingSteps: 0, smooth: z, day: flat, week: unknown, spike };
}

/** The smoothing with which the mean of the last two days says most about a step of the next, over the last two weeks. */
function bestHalfWidth(
  z: Float64Array,
  robust: Float64Array,
  options: { fitEnd: number; m: number; halves: number[] },
): number {
  const { fitEnd, m, halves } = options;
  let best = { half: halves[0]!, loss: Infinity };
  for (const half of new Set(halves)) {
    const smooth = runningMean(robust, half);
    let loss = 0;
    // Every fifth step is enough to tell.
    for (let t = Math.max(2 * m, fitEnd - 14 * m); t < fitEnd; t += 5) {
      const error = z[t]! - (smooth[t - m]! + smooth[t - 2 * m]!) / 2;
      if (error === error) loss += Math.abs(error);
    }
    if (loss < best.loss) best = { half, loss };
  }
  return best.half;
}

/** What recurs at the same step of every day, and by how much single days are off it. */
export interface Recurrence {
  expected: Float64Array;
  deviation: Float64Array;
}

/**
 * Entry t, for `length` steps, is made of values[t - m], values[t - 2m], ...: their exponentially weighted mean, started with
 * the median of the first days, and moved by no single day more than CLIP usual deviations would. NaN before the first.
 */
export function recurrence(values: Float64Array, length: number, m: number): Recurrence {
  const expected = new Float64Array(length).fill(NaN);
  const deviation = new Float64Array(length);
  const start = new Float64Array(START_DAYS);
  let usual = 0;
  for (let t = m; t < length; t++) {
    const value = t - m < values.length ? values[t - m]! : NaN;
    const last = expected[t - m]!;
    const spread = deviation[t - m]!;
    expected[t] = last;
    deviation[t] = spread;
    if (value !== value) continue;
    const error = last === last ? value - last : 0;
    const limit = CLIP * (usual > spread ? usual : spread);
    expected[t] =
      t < (START_DAYS + 1) * m || last !== last
        ? medianBefore(values, t, m, start)
        : last + DAY_GAIN * clamp(error, limit);
    const size = Math.abs(t < 3 * m ? error : clamp(error, 2 * limit));
    deviation[t] = spread + DAY_GAIN * (size - spread);
    usual += (size - usual) / (t < 2 * m ? t - m + 1 : m);
  }
  return { expected, deviation };
}

function clamp(x: number, limit: number): number {
  return x > limit ? limit : x < -limit ? -limit : x;
}

/** A time of day that was never known is expected to be as the one before it. */
function fillUnseen(day: Float64Array, m: number): void {
  for (let t = m + 1; t < day.length; t++) if (day[t] !== day[t]) day[t] = day[t - 1]!;
}

/** Median of the last known values at t - lag, t - 2 lag, ..., as many as `window` holds; NaN without any. */
function medianBefore(smooth: Float64Array, t: number, lag: number, window: Float64Array): number {
  let n = 0;
  for (let j = t - lag; j >= 0 && n < window.length; j -= lag) {
    const y = smooth[j]!;
    if (y !== y) continue;
    insertSorted(window, n++, y);
  }
  return medianOfSorted(window, n);
}

/** Median of the last three weeks at the same time: as quick as a gain of 1/2, and one odd week does not count. */
function weekProfile(smooth: Float64Array, day: Float64Array, fitEnd: number, m: number): Float64Array {
  // The first days are compared with the median of the first days, which is known well before the week is over.
  const usual = day.slice();
  usual.copyWithin(0, START_DAYS * m, 2 * START_DAYS * m);
  const capped = capRare(difference(smooth, usual), fitEnd);
  for (let t = 0; t < capped.length; t++) capped[t]! += usual[t]!;
  const window = new Float64Array(3);
  const week = new Float64Array(day.length).fill(NaN);
  for (let t = 7 * m; t < day.length; t++) week[t] = medianBefore(capped, t, 7 * m, window) - day[t]!;
  const offset = capRare(week, fitEnd);
  for (let t = 0; t < week.length; t++) week[t] = day[t]! + offset[t]!;
  return week;
}

/**
 * What (value - smooth) recurs at the same step of every day, shrunk by how consistent it is from day to day (Wiener weight:
 * signal variance over total); from four days on.
 */
function spikeProfile(z: Float64Array, smooth: Float64Array, length: number, m: number): Float64Array {
  const excess = difference(z, smooth);
  const { expected, deviation } = recurrence(excess, length, m);
  return expected.map((mean, t) => {
    if (t < 4 * m || mean !== mean) return 0;
    const days = Math.min(Math.floor(t / m), (2 - DAY_GAIN) / DAY_GAIN);
    const noise = (GAUSS * deviation[t]!) ** 2 / days;
    return mean * mean > CONSISTENT * noise ? (mean * (mean * mean - noise)) / (mean * mean) : 0;
  });
}
