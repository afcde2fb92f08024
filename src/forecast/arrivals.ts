/**
 * How far the concurrency of random arrivals rises above its mean within a window: the maximum of an M/G/infinity queue.
 *
 * Arrivals are Poisson; the number in service is Poisson(m) whatever the service times look like (m = rate x mean service
 * time D). It passes k at the rate (m / D) p(k); passages come in clumps of about C(k), so that (Aldous 1989, Poisson
 * clumping)
 *
 *     P(max over T <= k) = F(k) exp(-T (m / D) p(k) / (C(k) F(k))),   C(k) = sum of (m/k)^i for i = 0 .. k - m,
 *
 * p and F being the Poisson(m) probability and distribution function. C is Aldous' 1 / (1 - m/k) far above the mean, where
 * the queue returns at once, and 1 at and below it.
 */

/** Distribution of the maximum: probability[i] is that of "at most first + i". */
export interface PeakDistribution {
  first: number;
  probability: Float64Array;
}

/** Range of counts that matters, in standard deviations of Poisson(m), beyond which probabilities are below 1e-12. */
const RANGE = 8;

export function peakDistribution(m: number, windowSeconds: number, durationSeconds: number): PeakDistribution {
  const mode = Math.floor(m);
  const spread = RANGE * Math.sqrt(m) + 24;
  const first = Math.max(0, Math.floor(m - spread));
  const p = poisson(m, { first, mode, last: Math.ceil(m + spread) });
  const passages = (windowSeconds / Math.max(durationSeconds, 1e-3)) * m;
  const probability = new Float64Array(p.length);
  let below = 0;
  for (let i = 0; i < p.length; i++) {
    const k = first + i;
    below += p[i]!;
    const rate = passages * p[i]!;
    // Certain or impossible to within rounding: no need to know how passages clump.
    if (below <= 0 || (k <= m && rate > 40 * below)) continue;
    if (k > m && rate < 1e-15) {
      probability[i] = Math.min(1, below);
      continue;
    }
    const ratio = m / Math.max(k, 1);
    const clump = k > m ? (1 - Math.pow(ratio, k - mode + 1)) / (1 - ratio) : 1;
    probability[i] = Math.min(1, below) * Math.exp(-rate / (clump * below));
  }
  return { first, probability };
}

/** Poisson probabilities of first..last, by recursion outward from the mode. */
function poisson(m: number, range: { first: number; mode: number; last: number }): Float64Array {
  const { first, mode, last } = range;
  const p = new Float64Array(last - first + 1);
  p[mode - first] = Math.exp(mode * Math.log(m) - m - logFactorial(mode));
  for (let k = mode - 1; k >= first; k--) p[k - first] = (p[k - first + 1]! * (k + 1)) / m;
  for (let k = mode + 1; k <= last; k++) p[k - first] = (p[k - first - 1]! * m) / k;
  return p;
}

/** ln k!; Stirling's series from 10 on (error below 1e-9). */
function logFactorial(k: number): number {
  let sum = 0;
  if (k < 10) {
    for (let i = 2; i <= k; i++) sum += Math.log(i);
    return sum;
  }
  return k * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI * k) + 1 / (12 * k) - 1 / (360 * k ** 3);
}

/** Smallest count that the maximum stays within with probability u. */
function quantileOf(distribution: PeakDistribution, u: number): number {
  const { probability, first } = distribution;
  let lo = 0;
  let hi = probability.length - 1;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    if (probability[middle]! >= u) hi = middle;
    else lo = middle + 1;
  }
  return first + lo;
}

/** Durations are rounded by up to 5 %, and with them the number of requests. */
const A_REQUEST = 0.9;

/** Rates are grouped by this ratio: within a group the distribution only shifts. */
const GROUP_RATIO = 1.05;

/**
 * Quantile u of the peak within the window, given the mean concurrency m: a function that keeps its tables, about one per
 * 5 % of m. Where m was counted, so were the requests: one makes a peak of one, and no more run at once than have come, in
 * this window or still from before it.
 */
export function peakOfRate(windowSeconds: number, durationSeconds: number): (m: number, u: number) => number {
  const groups = new Map<number, { centre: number; distribution: PeakDistribution }>();
  const perLog = 1 / Math.log(GROUP_RATIO);
  return (m, u) => {
    if (!(m > 0)) return m;
    const group = Math.round(Math.log(m) * perLog);
    let known = groups.get(group);
    if (!known) {
      const centre = Math.pow(GROUP_RATIO, group);
      groups.set(group, (known = { centre, distribution: peakDistribution(centre, windowSeconds, durationSeconds) }));
    }
    const requests = (m * windowSeconds) / durationSeconds;
    const least = requests >= A_REQUEST ? 1 : 0;
    const most = Math.max(1, Math.round(requests + m));
    return Math.min(most, Math.max(least, Math.round(quantileOf(known.distribution, u) + m - known.centre)));
  };
}

/**
 * Replaces mean concurrencies by peaks drawn from their distribution, one per step, so that what the forecast learns from
 * them contains both: how the rate moves and how arrivals bunch. The draw of a step depends on its time alone.
 */
export function drawPeaks(
  rates: Float64Array,
  firstStep: number,
  peakAt: (m: number, u: number) => number,
): Float64Array {
  const out = new Float64Array(rates.length);
  for (let t = 0; t < out.length; t++) {
    const m = rates[t]!;
    out[t] = m === m ? peakAt(m, uniformOf(firstStep + t)) : NaN;
  }
  return out;
}

/** A fixed uniform number in (0, 1) for an integer (finaliser of MurmurHash3). */
function uniformOf(n: number): number {
  let h = (n ^ 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
