/** Quantiles of a model's own past errors (split conformal), continued beyond the largest of them. */

/** The tail begins where this share of the errors is left above, or this many of them if that is more. */
const TAIL_SHARE = 0.02;
const TAIL_COUNT = 12;

/** Excesses count up to this many times the typical scale. */
const EXCESS_CAP = 5;

/** An ascending sample with what is needed to read quantiles from it. */
export interface ResidualQuantiles {
  sorted: Float64Array;
  /** Number of errors above the threshold from which the tail is exponential. */
  tailCount: number;
  threshold: number;
  /** Mean excess over the threshold, single events capped. */
  tailScale: number;
}

export function residualQuantiles(errors: Float64Array): ResidualQuantiles {
  const sorted = errors.slice().sort();
  const n = sorted.length;
  const tailCount = Math.min(Math.max(TAIL_COUNT, Math.ceil(TAIL_SHARE * n)), n >> 2);
  const threshold = n > 0 ? sorted[n - 1 - tailCount]! : 0;
  // Half of an exponential tail lies below ln 2 scales; one event among many may not count for more than a few of them.
  const typical = n > 0 ? (sorted[n - 1 - (tailCount >> 1)]! - threshold) / Math.LN2 : 0;
  let excess = 0;
  for (let i = n - tailCount; i < n; i++) excess += Math.min(sorted[i]! - threshold, EXCESS_CAP * typical);
  return { sorted, tailCount, threshold, tailScale: tailCount > 0 ? excess / tailCount : 0 };
}

/**
 * The level's quantile: the order statistic at level (n + 1) (Vovk et al. 2005: exchangeable errors are covered at the
 * level), interpolated; in the tail threshold + scale ln(share above threshold / (1 - level)), the exponential tail that
 * has the mean excess of the sample.
 */
export function quantileOf(sample: ResidualQuantiles, level: number): number {
  const { sorted, tailCount } = sample;
  const n = sorted.length;
  if (n === 0) return 0;
  const above = (1 - level) * (n + 1);
  if (above < tailCount + 1) return sample.threshold + sample.tailScale * Math.log((tailCount + 1) / above);
  const rank = Math.max(0, level * (n + 1) - 1);
  const i = Math.min(n - 1, Math.floor(rank));
  const next = sorted[Math.min(n - 1, i + 1)]!;
  return sorted[i]! + (rank - i) * (next - sorted[i]!);
}
