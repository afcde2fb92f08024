/** The highest concurrency in a step: its distribution when arrivals are as random as their number allows. */

export interface PeakOf {
  /** Erlang. */
  load: number;
  /** Variance over mean of the number running, in (0, 1). */
  varianceRatio: number;
  durationSeconds: number;
  windowSeconds: number;
  /** Requests that can be running in the window at all. */
  requests: number;
}

/** Up to so many levels per standard deviation; a larger load is taken in steps of several environments. */
const LEVELS_PER_DEVIATION = 8;
/** Levels from so many standard deviations below the load on. */
const REACH_BELOW = 4;
const REACH_ABOVE = 6;
/** Probabilities above it are as good as certain. */
const CERTAIN = 1 - 1e-6;
/** With more passages than this it is impossible that there is none. */
const MANY_PASSAGES = 30;

/**
 * The concurrency is taken as a birth-death process with the right mean, variance and speed: a binomial number of
 * requests in service (nearly Poisson for varianceRatio near 1), births b(k) = (n - k) r / D and deaths k / D with
 * n = load / (1 - varianceRatio), r = (1 - varianceRatio) / varianceRatio. With pi its stationary distribution and
 * w(k) = pi(k) / sum of pi up to k, the time to pass k from below is
 *
 *     T(k) = T(k - 1) (1 - w(k)) + 1 / (b(k) w(k)),
 *
 * so that P(max <= k) = P(start <= k) (1 - H / m)^m, H = window / T(k): H passages are expected, of which no more than the
 * m = requests - k that find k running can happen. Durations more regular than exponential forget faster: H is raised for
 * that by up to a half, where passages are frequent (fitted to simulations of equal durations).
 */
export class PeakDistribution {
  /** P(max <= (first + i) * stride). */
  private probability = new Float64Array(256);
  private weights = new Float64Array(256);
  private length = 0;
  private first = 0;
  private stride = 1;
  private sources = 0;
  private odds = 0;

  /** Must come before the first quantile. */
  fit({ load, varianceRatio, durationSeconds, windowSeconds, requests }: PeakOf): void {
    const levels = this.beginChain(load, varianceRatio);
    const total = this.weigh(levels);
    const { first, stride, sources, odds, weights, probability } = this;
    // A load in strides is slower by the stride, which makes a process with the same drift and diffusion.
    const window = windowSeconds / (durationSeconds * stride);
    let below = 0;
    let passage = 0;
    let i = 0;
    for (; i < levels; i++) {
      const k = first + i;
      below += weights[i]!;
      const share = weights[i]! / below;
      const flow = Math.max(0, sources - k) * odds * share;
      passage = passage * (1 - share) + 1 / flow;
      const most = Math.max(1, requests - k * stride);
      const passages = flow > 0 ? regular(window / passage, 1 / (passage * flow)) : 0;
      probability[i] = passages >= MANY_PASSAGES ? 0 : (below / total) * noneOf(passages, most);
      if (probability[i]! > CERTAIN) break;
    }
    this.length = Math.min(i + 1, levels);
  }

  /** The least whole number that the maximum does not exceed with probability `level`. */
  quantile(level: number): number {
    const { probability, first, stride } = this;
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (probability[middle]! >= level) high = middle;
      else low = middle + 1;
    }
    if (stride === 1) return first + low;
    const before = low > 0 ? probability[low - 1]! : 0;
    const part = Math.min(1, Math.max(0, (level - before) / (probability[low]! - before)));
    return Math.max(0, Math.ceil((first + low - 1 + part) * stride));
  }

  /** Mean and variance in strides; returns the number of levels. */
  private beginChain(load: number, varianceRatio: number): number {
    const deviation = Math.sqrt(load * varianceRatio);
    const stride = Math.max(1, Math.floor(deviation / LEVELS_PER_DEVIATION));
    const mean = load / stride;
    const ratio = varianceRatio / stride;
    this.stride = stride;
    this.sources = mean / (1 - ratio);
    this.odds = (1 - ratio) / ratio;
    this.first = Math.max(0, Math.floor(mean - (REACH_BELOW * deviation) / stride - 1));
    const last = Math.ceil(mean + (REACH_ABOVE * deviation) / stride + 12);
    return last - this.first + 1;
  }

  /** Stationary probabilities up to a factor, and their sum. */
  private weigh(levels: number): number {
    if (this.weights.length < levels) {
      this.weights = new Float64Array(2 * levels);
      this.probability = new Float64Array(2 * levels);
    }
    const { weights, first, sources, odds } = this;
    let total = 0;
    let weight = 1;
    for (let i = 0; i < levels; i++) {
      weights[i] = weight;
      total += weight;
      weight *= (Math.max(0, sources - first - i) * odds) / (first + i + 1);
    }
    return total;
  }
}

/** (1 - passages / most)^most. */
function noneOf(passages: number, most: number): number {
  return passages >= most ? 0 : Math.exp(most * Math.log1p(-passages / most));
}

const LEAST_RAISE = 0.1;
const FREQUENT_RAISE = 0.5;
const FREQUENT_PASSAGES = 0.3;

/** `single`: share of passages that are not the return of one just before. */
function regular(passages: number, single: number): number {
  const frequent = passages / (passages + FREQUENT_PASSAGES);
  return passages * (1 + (1 - single) * (LEAST_RAISE + FREQUENT_RAISE * frequent));
}
