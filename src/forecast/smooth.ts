/** Centred running median and mean that leave unknown values (NaN) out. */

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
