/**
 * Causal profiles: for every step, what its time of day and time of week say, from earlier days and weeks alone.
 *
 * The day profile is Holt-Winters' season: an exponentially weighted mean of the smoothed values at the same time on earlier
 * days, started with their median and kept from following single events. Entry t of each array uses values up to
 * t - m (+ smoothing) only, so that all arrays extend one day beyond the data, and a part of them is what would have been
 * known at that time.
 */
import { DAY_GAIN, recurrence } from './recurrence.ts';
import { shortCycle } from './short-cycle.ts';
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
  /** The same for what recurs every `period` steps, fewer than a day; zero where there is nothing of the kind. */
  cycle: Float64Array;
  period: number;
}

/** One day moves a profile by no more than its gain times this many mean absolute deviations. */
const CLIP = 3;
/** The first days' median is known well before the first week is over. */
const START_DAYS = 5;

/** Standard deviation over mean absolute deviation of a normal variable. */
const GAUSS = Math.sqrt(Math.PI / 2);

/** A spike is one when it exceeds two standard errors of what recurs. */
const CONSISTENT = 4;

/** From this day on a spike can be told from noise. */
const FIRST_SPIKE_DAY = 2;

/** Half-widths of the smoothing mean that are tried, in seconds. */
const MEAN_HALF_WIDTHS = [0, 600, 1800] as const;
/** The median before it removes what lasts for less. */
const MEDIAN_HALF_WIDTH = 600;
/** Smoothing is chosen on the last days. */
const CHOICE_DAYS = 14;

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
  const day = recurrence(smooth, { length, m, clip: CLIP });
  fillUnseen(day, m);
  const excess = difference(z, smooth);
  const { cycle, period } = shortCycle(excess, { length, fitEnd, m, lag: m });
  if (period > 0) for (let t = 0; t < excess.length; t++) excess[t]! -= cycle[t]!;
  return {
    kind: 'day and week',
    m,
    smoothingSteps: half + steps(MEDIAN_HALF_WIDTH),
    smooth,
    day,
    week: weekProfile(smooth, day, fitEnd, m),
    spike: spikeProfile(excess, length, m),
    cycle,
    period,
  };
}

/** Before a season can be learned: the median of all there is, and what recurs every few steps. */
export function flatProfile(z: Float64Array, extent: ProfileExtent): SeasonProfile {
  const { length, fitEnd, stepSeconds } = extent;
  const known = z
    .subarray(0, fitEnd)
    .filter((x) => x === x)
    .sort();
  const middle = medianOfSorted(known, 0, known.length);
  const m = 86_400 / stepSeconds;
  return {
    kind: 'flat',
    m,
    smoothingSteps: 0,
    smooth: z,
    day: new Float64Array(length).fill(middle),
    week: new Float64Array(length).fill(NaN),
    spike: new Float64Array(length),
    ...shortCycle(
      z.map((x) => x - middle),
      { length, fitEnd, m, lag: 0 },
    ),
  };
}

/** The smoothing with which the mean of the last two days says most about a step of the next, over the last two weeks. */
function bestHalfWidth(
  z: Float64Array,
  robust: Float64Array,
  options: { fitEnd: number; m: number; halves: number[] },
): number {
  const { fitEnd, m, halves } = options;
  const from = Math.max(2 * m, fitEnd - CHOICE_DAYS * m);
  const recent = robust.subarray(from - 2 * m, fitEnd);
  let best = { half: halves[0]!, loss: Infinity };
  for (const half of new Set(halves)) {
    const smooth = runningMean(recent, half);
    let loss = 0;
    // Every fifth step is enough to tell.
    for (let t = from, i = 2 * m; t < fitEnd; t += 5, i += 5) {
      const error = Math.abs(z[t]! - (smooth[i - m]! + smooth[i - 2 * m]!) / 2);
      if (error === error) loss += error;
    }
    if (loss < best.loss) best = { half, loss };
  }
  return best.half;
}

/** A time of day that was never known is expected to be as the one before it. */
function fillUnseen(day: Float64Array, m: number): void {
  for (let t = m + 1; t < day.length; t++) if (day[t] !== day[t]) day[t] = day[t - 1]!;
}

/** Median of the last three weeks at the same time: as quick as a gain of 1/2, and one odd week does not count. */
function weekProfile(smooth: Float64Array, day: Float64Array, fitEnd: number, m: number): Float64Array {
  // The first days are compared with the median of the first days, which is known well before the week is over.
  const usual = day.slice();
  usual.copyWithin(0, START_DAYS * m, 2 * START_DAYS * m);
  const values = difference(smooth, usual);
  capRare(values, fitEnd);
  for (let t = 0; t < values.length; t++) values[t]! += usual[t]!;
  // What is different from the day is capped; `usual` has done its duty.
  const week = usual;
  const window = new Float64Array(3);
  week.fill(NaN, 0, 7 * m);
  for (let t = 7 * m; t < week.length; t++) week[t] = medianOfWeeks(values, t, 7 * m, window) - day[t]!;
  capRare(week, fitEnd);
  for (let t = 7 * m; t < week.length; t++) week[t]! += day[t]!;
  return week;
}

/** Median of the values one, two and three weeks before t, or of the last three known ones where those are not. */
function medianOfWeeks(values: Float64Array, t: number, lag: number, window: Float64Array): number {
  if (t >= 3 * lag && t - lag < values.length) {
    const a = values[t - lag]!;
    const b = values[t - 2 * lag]!;
    const c = values[t - 3 * lag]!;
    const middle = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    if (middle === middle) return middle;
  }
  let n = 0;
  for (let j = t - lag; j >= 0 && n < window.length; j -= lag) {
    const y = j < values.length ? values[j]! : NaN;
    if (y === y) insertSorted(window, 0, n++, y);
  }
  return medianOfSorted(window, 0, n);
}

/**
 * What (value - smooth) recurs at the same step of every day, shrunk by how consistent it is from day to day (Wiener weight:
 * signal variance over total).
 */
function spikeProfile(excess: Float64Array, length: number, m: number): Float64Array {
  const deviation = new Float64Array(length);
  const expected = recurrence(excess, { length, m, clip: CLIP, deviation });
  const most = (2 - DAY_GAIN) / DAY_GAIN;
  expected.fill(0, 0, Math.min(length, FIRST_SPIKE_DAY * m));
  for (let t = FIRST_SPIKE_DAY * m; t < length; t++) {
    const mean = expected[t]!;
    const noise = (GAUSS * GAUSS * deviation[t]! * deviation[t]!) / Math.min(t / m, most);
    expected[t] = mean * mean > CONSISTENT * noise ? mean - noise / mean : 0;
  }
  return expected;
}

/** The same phase of a cycle, at least `shift` steps earlier. */
export function cycleShift(period: number, shift: number): number {
  return period > 0 ? Math.ceil(shift / period) * period : shift;
}
