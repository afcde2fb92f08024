/** What short requests need beyond their concurrency: environments take a limited number of requests a second. */
import type { DemandHistory } from '../model.ts';
import { drawPeaks, peakOfRate } from './arrivals.ts';

/**
 * A provisioned environment takes at most ten requests a second, however short they are; more of them run on demand.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export const REQUESTS_PER_SECOND_PER_ENVIRONMENT = 10;

/** Requests as long as that, but for the last digits, occupy all environments before they can be too many for them. */
export const SHORTEST_SECONDS = (1 - 1e-9) / REQUESTS_PER_SECOND_PER_ENVIRONMENT;

/** Quantile `u` of the environments that the busiest second of a window needs, given its requests per second. */
export function environmentsOfRate(windowSeconds: number): (requestsPerSecond: number, u: number) => number {
  const mostInASecond = peakOfRate(windowSeconds, 1);
  return (rate, u) => mostInASecond(rate, u) / REQUESTS_PER_SECOND_PER_ENVIRONMENT;
}

export interface ShortRequests {
  /** Requests per second in each step, or in its busiest window where that is known; 0 where they are not short. */
  rates: Float64Array;
  windowSeconds: number;
}

/** The short requests of a history; null without any. */
export function shortRequests(history: DemandHistory): ShortRequests | null {
  const { averageDurationMs, meanConcurrency, peakConcurrency, peakBasis, peakWindowSeconds, stepSeconds } = history;
  const isShort = (ms: number) => ms > 0 && ms < SHORTEST_SECONDS * 1000;
  if (!averageDurationMs.some(isShort)) return null;
  const isRate = peakBasis === 'rate';
  const load = isRate ? peakConcurrency : meanConcurrency;
  const rates = averageDurationMs.map((ms, step) => {
    const rate = isShort(ms) ? (load[step]! * 1000) / ms : 0;
    return rate >= 0 && rate < Infinity ? rate : 0;
  });
  return { rates, windowSeconds: isRate ? peakWindowSeconds : stepSeconds };
}

/** A draw of the environments that the limit makes each step need, by the same quantiles as its drawn peak; null where no requests are short. */
export function drawnLimits(history: DemandHistory): Float64Array | null {
  const short = shortRequests(history);
  const firstStep = Math.round(history.startMs / (history.stepSeconds * 1000));
  return short && drawPeaks(short.rates, firstStep, environmentsOfRate(short.windowSeconds));
}

/** NaN stays NaN. */
export function atLeast(values: Float64Array, limits: Float64Array | null): Float64Array {
  return limits ? values.map((value, i) => Math.max(value, limits[i]!)) : values;
}
