/** Smoothing, capping and differences of series that may hold unknown values (NaN), which stay unknown and do not count. */

/** Median over t-half..t+half of what is known; NaN where value t itself is unknown. O(n half). */
export function runningMedian(values: Float64Array, half: number): Float64Array {
  if (half === 0) return values;
  const out = new Float64Array(values.length);
  const window = new Float64Array(2 * half + 1);
  for (let t = 0; t < values.length; t++)
    out[t] = values[t] === values[t] ? medianAround(values, t, half, window) : NaN;
  return out;
}

/** Puts `y` in its place among the first `n` values, which are in order. */
export function insertSorted(window: Float64Array, n: number, y: number): void {
  let i = n;
  while (i > 0 && window[i - 1]! > y) {
    window[i] = window[i - 1]!;
    i--;
  }
  window[i] = y;
}

/** Of the first `n` values, which are in order. */
export function medianOfSorted(window: Float64Array, n: number): number {
  return (window[(n - 1) >> 1]! + window[n >> 1]!) / 2;
}

function medianAround(values: Float64Array, t: number, half: number, window: Float64Array): number {
  const to = Math.min(values.length - 1, t + half);
  let n = 0;
  for (let j = Math.max(0, t - half); j <= to; j++) {
    const y = values[j]!;
    if (y !== y) continue;
    insertSorted(window, n++, y);
  }
  return medianOfSorted(window, n);
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

/** What is larger than this many times the mean size is a single event. */
const RARE_FACTOR = 6;

/** Brings single events down to the largest of what is usual: six times the mean absolute value before `fitEnd`. O(n). */
export function capRare(values: Float64Array, fitEnd: number): Float64Array {
  const limit = rareSize(values, fitEnd);
  const out = new Float64Array(values.length);
  for (let t = 0; t < values.length; t++) {
    const x = values[t]!;
    out[t] = x > limit ? limit : x < -limit ? -limit : x;
  }
  return out;
}

function rareSize(values: Float64Array, fitEnd: number): number {
  let sum = 0;
  let n = 0;
  for (let t = 0; t < fitEnd && t < values.length; t++) {
    const x = values[t]!;
    if (x !== x) continue;
    sum += x < 0 ? -x : x;
    n++;
  }
  return n > 0 ? (RARE_FACTOR * sum) / n : Infinity;
}

/** a - b, for as long as a is. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let t = 0; t < a.length; t++) out[t] = a[t]! - b[t]!;
  return out;
}
