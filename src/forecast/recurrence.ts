/** What recurs at the same step of every day: a robust exponentially weighted mean per step of the day, and its spread. */
import { insertSorted, medianOfSorted } from './smooth.ts';

/** Share of a new day, once enough days are known for it to be more than that of their plain mean. */
export const DAY_GAIN = 0.15;
/** Days in the median that the mean starts with. */
const START_DAYS = 5;

export interface RecurrenceOptions {
  length: number;
  /** Steps a day. */
  m: number;
  /** One day moves the mean by no more than its gain times this many usual deviations. */
  clip: number;
  /** Where the mean absolute deviation from the mean is wanted: as long as the result. */
  deviation?: Float64Array;
}

/** As of one day; one entry per step of it. */
interface DayState {
  mean: Float64Array;
  deviation: Float64Array;
  /** Deviation of all steps. */
  usual: number;
  /** The first days' values per step, in order, and how many they are. */
  seen: Float64Array;
  count: Uint8Array;
}

/**
 * Entry t, for `length` steps, is made of values[t - m], values[t - 2m], ...: their exponentially weighted mean, started with
 * the median of the first days; NaN before a step's first known value.
 */
export function recurrence(values: Float64Array, { length, m, clip, deviation }: RecurrenceOptions): Float64Array {
  const expected = new Float64Array(length);
  const state: DayState = {
    mean: new Float64Array(m).fill(NaN),
    deviation: new Float64Array(m),
    usual: 0,
    seen: new Float64Array(m * START_DAYS),
    count: new Uint8Array(m),
  };
  for (let t = 0; t < length; t += m) {
    if (t > 0 && t <= START_DAYS * m) startDay(values, t - m, state);
    else if (t > 0) followDay(values, t - m, state, clip);
    const rest = Math.min(m, length - t);
    expected.set(rest < m ? state.mean.subarray(0, rest) : state.mean, t);
    deviation?.set(rest < m ? state.deviation.subarray(0, rest) : state.deviation, t);
  }
  return expected;
}

/** Takes in a day that begins at step `from`, one of the first. */
function startDay(values: Float64Array, from: number, state: DayState): void {
  const { mean, deviation, seen, count } = state;
  const m = mean.length;
  const to = Math.min(m, values.length - from);
  for (let slot = 0; slot < to; slot++) {
    const value = values[from + slot]!;
    if (value !== value) continue;
    const n = count[slot]!;
    insertSorted(seen, slot * START_DAYS, n, value);
    count[slot] = n + 1;
    const last = mean[slot]!;
    mean[slot] = medianOfSorted(seen, slot * START_DAYS, n + 1);
    if (n === 0) continue;
    const size = Math.abs(value - last);
    deviation[slot]! += (size - deviation[slot]!) / n;
    state.usual += (size - state.usual) / (from <= m ? slot + 1 : m);
  }
}

/** Takes in a later day. */
function followDay(values: Float64Array, from: number, state: DayState, clip: number): void {
  const { mean, deviation } = state;
  const m = mean.length;
  const to = Math.min(m, values.length - from);
  let usual = state.usual;
  const pace = 1 / m;
  for (let slot = 0; slot < to; slot++) {
    const value = values[from + slot]!;
    const last = mean[slot]!;
    const spread = deviation[slot]!;
    const error = value - last;
    if (error === error) {
      const limit = clip * (usual > spread ? usual : spread);
      mean[slot] = last + DAY_GAIN * (error > limit ? limit : error < -limit ? -limit : error);
      const size = Math.abs(error);
      const counted = size > 2 * limit ? 2 * limit : size;
      deviation[slot] = spread + DAY_GAIN * (counted - spread);
      usual += (counted - usual) * pace;
    } else if (last !== last) {
      mean[slot] = value;
    }
  }
  state.usual = usual;
}
