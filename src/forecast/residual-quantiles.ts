/** Quantiles of a model's own past errors (conformal), continued beyond the largest of them. */
import { probit } from 'simple-statistics';

/** The tail begins where this share of the errors is left above, or this many of them if that is more. */
const TAIL_SHARE = 0.02;
const TAIL_COUNT = 12;
/** Excesses count up to this many times the typical scale. */
const EXCESS_CAP = 5;
/** However few independent errors there are, they are trusted as much as so many. */
const MIN_INDEPENDENT = 4;

/** An ascending sample with what is needed to read quantiles from it. */
export interface ResidualQuantiles {
  sorted: Float64Array;
  /** So many of the errors are independent of each other. */
  independent: number;
  /** Number of errors above the threshold from which the tail is exponential. */
  tailCount: number;
  threshold: number;
  /** Mean excess over the threshold, single events capped. */
  tailScale: number;
}

/** Sorts `errors` in place and keeps it. */
export function residualQuantiles(errors: Float64Array, independent = errors.length): ResidualQuantiles {
  const sorted = errors.sort();
  const n = sorted.length;
  const tailCount = Math.min(Math.max(TAIL_COUNT, Math.ceil(TAIL_SHARE * n)), n >> 2);
  const threshold = n > 0 ? sorted[n - 1 - tailCount]! : 0;
  // Half of an exponential tail lies below ln 2 scales; one event among many may not count for more than a few of them.
  const typical = n > 0 ? (sorted[n - 1 - (tailCount >> 1)]! - threshold) / Math.LN2 : 0;
  let excess = 0;
  for (let i = n - tailCount; i < n; i++) excess += Math.min(sorted[i]! - threshold, EXCESS_CAP * typical);
  return { sorted, independent, tailCount, threshold, tailScale: tailCount > 0 ? excess / tailCount : 0 };
}

/**
 * The quantile of the next error: that of the sample, moved away from the median as Student's distribution is wider than the
 * normal one when all there is are a few independent errors. At a lead of a day and with two weeks of history that is by a
 * third at 0.99; at five minutes by nothing.
 */
export function quantileOf(sample: ResidualQuantiles, level: number): number {
  const middle = sampleQuantile(sample, 0.5);
  return middle + fewness(sample.independent, level) * (sampleQuantile(sample, level) - middle);
}

/**
 * Quantile of the next value over that of the sample, for n normal values: sqrt(1 + 1/n) t(n - 1) / z, with Student's quantile
 * by its expansion in 1 / (degrees of freedom) (Abramowitz & Stegun 26.7.5).
 */
function fewness(independent: number, level: number): number {
  const n = Math.max(MIN_INDEPENDENT, independent);
  const z2 = probit(level) ** 2;
  const student = 1 + (z2 + 1) / (4 * (n - 1)) + (5 * z2 * z2 + 16 * z2 + 3) / (96 * (n - 1) ** 2);
  return student * Math.sqrt(1 + 1 / n);
}

/**
 * The order statistic at level (n + 1) (Vovk et al. 2005: exchangeable errors are covered at the level), interpolated; in
 * the tail threshold + scale ln(share above threshold / (1 - level)), the exponential tail with the sample's mean excess.
 */
function sampleQuantile({ sorted, tailCount, threshold, tailScale }: ResidualQuantiles, level: number): number {
  const n = sorted.length;
  if (n === 0) return 0;
  const above = (1 - level) * (n + 1);
  if (above < tailCount + 1) return threshold + tailScale * Math.log((tailCount + 1) / above);
  const rank = Math.max(0, level * (n + 1) - 1);
  const i = Math.min(n - 1, Math.floor(rank));
  const next = sorted[Math.min(n - 1, i + 1)]!;
  return sorted[i]! + (rank - i) * (next - sorted[i]!);
}
