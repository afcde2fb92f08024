/** Smoothing, capping and differences of series that may hold unknown values (NaN), which stay unknown and do not count. */

/** Median over t-half..t+half of what is known; NaN where value t itself is unknown. O(n half). */
export function runningMedian(values: Float64Array, half: number): Float64Array {
  if (half === 0) return values;
  const out = new Float64Array(values.length);
  const window = new Float64Array(2 * half + 1);
  for (let t = 0; t < values.length; t++) {
    const isInside = t >= half && t + half < values.length;
    let median = NaN;
    if (isInside) median = half === 2 ? medianOfFive(values, t - 2) : half === 1 ? medianOfThree(values, t - 1) : NaN;
    // Unknown neighbours make the fast medians NaN.
    if (median !== median && values[t] === values[t]) median = medianAround(values, t, half, window);
    out[t] = values[t] === values[t] ? median : NaN;
  }
  return out;
}

/** Without branches; NaN if one of the values is. */
function medianOfThree(values: Float64Array, from: number): number {
  const [a, b, c] = [values[from]!, values[from + 1]!, values[from + 2]!];
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function medianOfFive(values: Float64Array, from: number): number {
  const a = values[from]!;
  const b = values[from + 1]!;
  const c = values[from + 2]!;
  const d = values[from + 3]!;
  const e = values[from + 4]!;
  // The largest of the smaller and the smallest of the larger of two pairs: the median of all lies between, or is the fifth.
  const low = Math.max(Math.min(a, b), Math.min(c, d));
  const high = Math.min(Math.max(a, b), Math.max(c, d));
  return Math.max(Math.min(low, high), Math.min(Math.max(low, high), e));
}

/** Puts `y` in its place among the `n` values from `start` on, which are in order. */
export function insertSorted(window: Float64Array, start: number, n: number, y: number): void {
  let i = start + n;
  while (i > start && window[i - 1]! > y) {
    window[i] = window[i - 1]!;
    i--;
  }
  window[i] = y;
}

/** Of the `n` values from `start` on, which are in order; NaN without any. */
export function medianOfSorted(window: Float64Array, start: number, n: number): number {
  return n > 0 ? (window[start + ((n - 1) >> 1)]! + window[start + (n >> 1)]!) / 2 : NaN;
}

function medianAround(values: Float64Array, t: number, half: number, window: Float64Array): number {
  const to = Math.min(values.length - 1, t + half);
  let n = 0;
  for (let j = Math.max(0, t - half); j <= to; j++) {
    const y = values[j]!;
    if (y === y) insertSorted(window, 0, n++, y);
  }
  return medianOfSorted(window, 0, n);
}

/** Mean over t-half..t+half of what is known; NaN where value t itself is unknown. O(n). */
export function runningMean(values: Float64Array, half: number): Float64Array {
  if (half === 0) return values;
  const out = new Float64Array(values.length);
  let sum = 0;
  let n = 0;
  for (let t = -half; t < values.length; t++) {
    const enters = t + half < values.length ? values[t + half]! : NaN;
    const leaves = t - half - 1 >= 0 ? values[t - half - 1]! : NaN;
    if (enters === enters) {
      sum += enters;
      n++;
    }
    if (leaves === leaves) {
      sum -= leaves;
      n--;
    }
    if (t >= 0) out[t] = values[t] === values[t] ? sum / n : NaN;
  }
  return out;
}

/** What is larger than this many times the mean size, and than all but this share, is a single event. */
const RARE_FACTOR = 6;
const RARE_SHARE = 0.02;
/** The share is taken from about so many values. */
const RARE_SAMPLE = 250;

/** Brings single events down, in place, to the largest of what is usual before `fitEnd`. O(n). */
export function capRare(values: Float64Array, fitEnd: number): void {
  const limit = rareSize(values, fitEnd);
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    if (x > limit) values[t] = limit;
    else if (x < -limit) values[t] = -limit;
  }
}

/**
 * The largest that is still usual: six times the mean absolute value, or more where larger ones are not rare, as those of a
 * load that is idle most of the time.
 */
export function rareSize(values: Float64Array, fitEnd: number): number {
  const to = Math.min(fitEnd, values.length);
  // An odd stride visits all times of day.
  const stride = 2 * Math.floor(to / (2 * RARE_SAMPLE)) + 1;
  const sample = new Float64Array(Math.ceil(to / stride));
  let n = 0;
  let sum = 0;
  for (let t = 0; t < to; t += stride) {
    const size = Math.abs(values[t]!);
    if (size !== size) continue;
    sample[n++] = size;
    sum += size;
  }
  if (n === 0) return Infinity;
  const usual = sample.subarray(0, n).sort()[Math.floor((1 - RARE_SHARE) * (n - 1))]!;
  return Math.max((RARE_FACTOR * sum) / n, usual);
}

/** a - b, for as long as a is. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let t = 0; t < a.length; t++) out[t] = a[t]! - b[t]!;
  return out;
}
