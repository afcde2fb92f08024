/** The limit of requests a second, which short requests meet before they occupy all environments. */
import { REQUESTS_PER_SECOND_PER_ENVIRONMENT, SHORTEST_SECONDS } from '../forecast/request-limit.ts';

/** Four deviations below the limit of `level` environments, without the root: 4 sqrt(rate) <= rate + 4. */
export function isBelowLimit(rate: number, level: number): boolean {
  return 2 * rate + 4 < level * REQUESTS_PER_SECOND_PER_ENVIRONMENT;
}

/** Requests beyond the limit of `level` environments in a second: E[(N - limit)+] and P(N > limit), N normal with mean and variance `rate`. */
function beyondLimit(rate: number, level: number): { mean: number; probability: number } {
  const limit = level * REQUESTS_PER_SECOND_PER_ENVIRONMENT;
  const deviation = Math.sqrt(rate);
  const z = (limit - rate) / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const probability = normalAbove(z, density);
  return { mean: Math.max(0, rate - limit, deviation * (density - z * probability)), probability };
}

/** Share of requests within the limit of `level` environments. */
export function shareWithinLimit(rate: number, level: number): number {
  return isBelowLimit(rate, level) ? 1 : (rate - beyondLimit(rate, level).mean) / rate;
}

export interface LimitedLoad {
  /** All requests, a second. */
  requestsPerSecond: number;
  /** Share of them that would take one of `level` environments if there was no limit. */
  share: number;
  level: number;
  durationSeconds: number;
  /** Highest concurrency in the minute. */
  peak: number;
}

/** What the limit makes of a minute. */
export interface Spill {
  /** On-demand environments needed at the busiest moment. */
  need: number;
  /** Requests that run on demand, on average. */
  requestsPerSecond: number;
  /** So many are sent on in the busiest second, and in a usual one of those that are beyond the limit. */
  inBusiest: number;
  inUsual: number;
}

/**
 * In a second with more requests than the limit all that come after are sent on; null where that does not happen in a minute, the
 * `draw`-th of a sequence. The most in one of 60 seconds is taken for that of normal numbers with a term for the skew of Poisson
 * ones, rate + z sqrt(rate) + (z^2 - 1) / 6, Phi(z)^60 being evenly spread in (0, 1).
 *
 * They meet no provisioned environment, so they need as many as run, a, and what bunches on top of them; that grows with the
 * root of the logarithm of the time, and is less than in the whole minute.
 */
export function spillOfMinute(load: LimitedLoad, draw: number): Spill | null {
  const { requestsPerSecond, share, level, durationSeconds, peak } = load;
  const rate = requestsPerSecond * share;
  if (!(level > 0) || durationSeconds >= SHORTEST_SECONDS || isBelowLimit(rate, level)) return null;
  const z = BUSIEST[(draw * TURN) % BUSIEST.length]!;
  const busiest = Math.round(rate + z * Math.sqrt(rate) + (z * z - 1) / 6);
  const inOneSecond = busiest - level * REQUESTS_PER_SECOND_PER_ENVIRONMENT;
  if (inOneSecond <= 0) return null;
  const { mean, probability } = beyondLimit(rate, level);
  const running = requestsPerSecond * durationSeconds;
  const seconds = Math.max(inOneSecond, mean * SECONDS) / requestsPerSecond;
  const bunching = Math.sqrt(Math.log1p(seconds / durationSeconds) / Math.log1p(SECONDS / durationSeconds));
  const most = peak > running ? running + (peak - running) * Math.min(1, bunching) : peak;
  return {
    need: Math.min(inOneSecond, most),
    requestsPerSecond: requestsPerSecond - rate + mean,
    inBusiest: inOneSecond,
    inUsual: Math.min(inOneSecond, mean / probability),
  };
}

const SECONDS = 60;
/** Prime to it, and close to its golden section: minutes that follow each other, and the paths of each, are evenly spread. */
const TURN = 37;
const BUSIEST = Float64Array.from({ length: 96 }, (_, i) => normalQuantile(((i + 0.5) / 96) ** (1 / SECONDS)));

function normalQuantile(probability: number): number {
  let low = -8;
  let high = 8;
  while (high - low > 1e-6) {
    const z = (low + high) / 2;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    if (1 - normalAbove(z, density) < probability) low = z;
    else high = z;
  }
  return low;
}

/** 1 - Phi(z) by Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalAbove(z: number, density: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
