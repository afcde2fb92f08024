/** Smoothing and capping of series that may hold unknown values (NaN), which stay unknown and do not count. */

/** Median over t-half..t+half of what is known; NaN where value t itself is unknown. O(n half). */
export function runningMedian(values: Float64Array, half: number): Float64Array {
  if (half === 0) return values;
  const out = new Float64Array(values.length);
  const window = new Float64Array(2 * half + 1);
  for (let t = 0; t < values.length; t++)
    out[t] = values[t] === values[t] ? medianAround(values, t, half, window) : NaN;
  return out;
}

function medianAround(values: Float64Array, t: number, half: number, window: Float64Array): number {
  const to = Math.min(values.length - 1, t + half);
  let n = 0;
  for (let j = Math.max(0, t - half); j <= to; j++) {
    const y = values[j]!;
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

/** What is exceeded by one value in fifty is not rare; half as much again is. */
const RARE_LEVEL = 0.98;
const RARE_FACTOR = 1.5;
/** A sample of this size is enough to find the level. */
const RARE_SAMPLE = 600;

/** Brings single events down to the largest of what is usual: 1.5 times the 98th percentile of the size before `fitEnd`. */
export function capRare(values: Float64Array, fitEnd: number): Float64Array {
  const limit = rareSize(values, fitEnd);
  return values.map((x) => (x > limit ? limit : x < -limit ? -limit : x));
}

export function rareSize(values: Float64Array, fitEnd: number): number {
  // An odd stride, so that all times of day are in the sample.
  const stride = 2 * Math.floor(Math.min(fitEnd, values.length) / RARE_SAMPLE / 2) + 1;
  const sizes = new Float64Array(Math.ceil(Math.min(fitEnd, values.length) / stride));
  let n = 0;
  for (let t = 0; t < fitEnd && t < values.length; t += stride)
    if (values[t] === values[t]) sizes[n++] = Math.abs(values[t]!);
  if (n === 0) return Infinity;
  return RARE_FACTOR * sizes.subarray(0, n).sort()[Math.floor(RARE_LEVEL * (n - 1))]!;
}
