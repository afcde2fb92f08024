/** The scale on which load is modelled: there its spread hardly depends on its level, and nothing can be negative. */

export interface Scale {
  /** sqrt: z = sqrt(y + offset), for counts (Anscombe 1948); log: z = log(y + offset), where the spread grows with the level. */
  kind: 'sqrt' | 'log';
  offset: number;
}

/** Anscombe's constant: with it the square root of a Poisson count has the most even variance. */
const ANSCOMBE = 3 / 8;
/** Halfway between the slope of counts (1/2) and that of proportional noise (1). */
const LOG_FROM_SLOPE = 0.75;
/** Fewer blocks than these have no slope. */
const MIN_BLOCKS = 12;

/**
 * Chosen from how the spread within blocks of `blockSteps` grows with their mean: the slope of log standard deviation on log
 * mean. The offset is in units of the data's own granularity (1 for counts, less for fractional concurrency).
 */
export function chooseScale(values: Float64Array, blockSteps: number): Scale {
  const positive = positiveSample(values);
  if (positive.length === 0) return { kind: 'sqrt', offset: ANSCOMBE };
  const unit = Math.min(1, lowest(positive, 0.05));
  if (!(spreadSlope(values, Math.max(4, blockSteps)) > LOG_FROM_SLOPE))
    return { kind: 'sqrt', offset: ANSCOMBE * unit };
  return { kind: 'log', offset: Math.max(unit, 0.05 * lowest(positive, 0.5)) };
}

/** The value that this share of the sorted ones does not exceed. */
function lowest(sorted: Float64Array, share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

/** Up to about a thousand of the positive values, sorted. */
function positiveSample(values: Float64Array): Float64Array {
  // An odd stride visits all times of day.
  const stride = 2 * Math.floor(values.length / 2000) + 1;
  const sample = new Float64Array(Math.ceil(values.length / stride));
  let n = 0;
  for (let t = 0; t < values.length; t += stride) if (values[t]! > 0) sample[n++] = values[t]!;
  return sample.subarray(0, n).sort();
}

/** Least-squares slope of log standard deviation on log mean over the blocks that are known and not constant; 0 when few. */
function spreadSlope(values: Float64Array, size: number): number {
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  for (let from = 0; from + size <= values.length; from += size) {
    let sum = 0;
    let squares = 0;
    let before = values[from]!;
    for (let t = from + 1; t < from + size; t++) {
      const y = values[t]!;
      sum += y;
      squares += (y - before) * (y - before);
      before = y;
    }
    if (!(sum > 0 && squares > 0)) continue;
    // Half the mean squared difference is the variance with the slow movement of the level left out.
    const x = Math.log(sum / (size - 1));
    const y = 0.5 * Math.log(squares / (2 * (size - 1)));
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const determinant = n * sxx - sx * sx;
  return n >= MIN_BLOCKS && determinant > 0 ? (n * sxy - sx * sy) / determinant : 0;
}

export function seriesToScale(scale: Scale, values: Float64Array): Float64Array {
  const z = new Float64Array(values.length);
  const { offset } = scale;
  if (scale.kind === 'sqrt') for (let t = 0; t < z.length; t++) z[t] = Math.sqrt(values[t]! + offset);
  else for (let t = 0; t < z.length; t++) z[t] = Math.log(values[t]! + offset);
  return z;
}

/** Monotone, so that it maps quantiles to quantiles; never negative. */
export function fromScale(scale: Scale, z: number): number {
  const shifted = scale.kind === 'log' ? Math.exp(z) : z > 0 ? z * z : 0;
  const y = shifted - scale.offset;
  // What is left of an offset after rounding is not a load.
  return y > 1e-9 * shifted ? y : 0;
}

/** Mean of fromScale(Z) for Z around z with the given variance, to second order. */
export function meanFromScale(scale: Scale, z: number, variance: number): number {
  if (scale.kind === 'log') return fromScale(scale, z + variance / 2);
  const y = z * z + variance - scale.offset;
  return y > 1e-9 * scale.offset ? y : 0;
}
