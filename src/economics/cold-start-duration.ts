/** How long an on-demand environment initialises, learned from metrics that do not contain it. */
import type { MetricGrid } from '../model.ts';
import { varianceRatio } from './load.ts';
import { PeakDistribution } from './peaks.ts';

export interface ColdStartDuration {
  coldStartMs: number;
  source: 'learned' | 'configured';
  reason: string;
}

export interface ColdStartQuestion {
  configuredMs: number;
  idleTimeoutSeconds: number;
}

/** Fewer requests in a step leave no trace of initialisation. */
const LEAST_REQUESTS = 5;
const LEAST_STEPS = 10;
/** Where less than this share of the requests spills over, it does so in bunches. */
const LEAST_SPILLOVER = 0.5;
/** Standard error over estimate, above which there is too little to learn from. */
const LARGEST_ERROR = 0.2;
/** Concurrency must exceed what arrivals alone explain by so much, or something else may explain it. */
const LEAST_EXCESS = 1.3;
/** How far the concurrency of warm steps may be from that of random arrivals. */
const RANDOM_RATIO = 1.25;

/**
 * Lambda publishes no metric of initialisation (`Duration` leaves it out). It shows in concurrency: when requests come to
 * an on-demand pool that is cold for want of requests in the last idle timeout, each of them starts an environment until the first
 * is ready, so that with r requests per second of duration D
 *
 *     max concurrency = 1 + r (C + D) + sqrt(r D)   ->   C = sum(max - 1 - sqrt(r D)) / sum(r) - D
 *
 * Where there is provisioned concurrency, requests are the spillover invocations and concurrency is what exceeds it.
 * Requests that come in bunches look the same. The estimate is refused unless warm steps look like random arrivals, and
 * whenever there are too few cold steps or their concurrency needs no initialisation to be explained.
 */
export function learnColdStart(grid: MetricGrid, question: ColdStartQuestion): ColdStartDuration {
  const configured = (why: string): ColdStartDuration => ({
    coldStartMs: question.configuredMs,
    source: 'configured',
    reason: `cold starts are taken to last ${question.configuredMs} ms as configured: ${why}`,
  });
  if (grid.stepSeconds > 60) return configured('metrics of one minute are needed to learn their duration');
  const { cold, warm } = sortSteps(grid, question.idleTimeoutSeconds);
  if (cold.length < LEAST_STEPS) {
    return configured(
      `only ${cold.length} minutes with several requests found all environments cold, ${LEAST_STEPS} are needed`,
    );
  }
  const bunching = concurrencyRatio(warm);
  if (warm.length < LEAST_STEPS || bunching > RANDOM_RATIO || bunching < 1 / RANDOM_RATIO) {
    return configured('requests do not come at random moments, so that their concurrency does not tell it');
  }
  if (concurrencyRatio(cold) < LEAST_EXCESS) return configured('they are too short to be seen in the concurrency');
  const { seconds, error } = estimate(cold);
  if (!(error < LARGEST_ERROR * seconds))
    return configured('the minutes with cold environments disagree on their duration');
  return {
    coldStartMs: Math.round(seconds * 1000),
    source: 'learned',
    reason: `cold starts last about ${seconds.toFixed(1)} s (standard error ${error.toFixed(1)} s), learned from ${cold.length} minutes that found all environments cold`,
  };
}

/** Requests of one step, and how many environments ran at once. */
interface BusyStep {
  requests: number;
  durationSeconds: number;
  stepSeconds: number;
  maxConcurrency: number;
}

/** Cold: the on-demand part of steps before which it was idle. Warm: whole steps that follow busy ones. */
function sortSteps(grid: MetricGrid, idleTimeoutSeconds: number): { cold: BusyStep[]; warm: BusyStep[] } {
  const { stepSeconds, invocations, averageDurationMs, maxConcurrency } = grid;
  const cold: BusyStep[] = [];
  const warm: BusyStep[] = [];
  const idleSteps = Math.ceil(idleTimeoutSeconds / stepSeconds);
  // Nothing is known of the time before the first step: its environments may be warm.
  let quiet = 0;
  for (let i = 0; i < invocations.length; i++) {
    const requests = onDemandRequests(grid, i);
    const all = invocations[i]!;
    const durationSeconds = averageDurationMs[i]! / 1000;
    const provisioned = grid.provisionedConcurrency[i]! > 0 ? grid.provisionedConcurrency[i]! : 0;
    if (all >= LEAST_REQUESTS && durationSeconds > 0 && maxConcurrency[i]! > provisioned) {
      const step = { requests: all, durationSeconds, stepSeconds, maxConcurrency: maxConcurrency[i]! };
      const isCold = quiet > idleSteps && requests >= LEAST_REQUESTS && requests >= all * LEAST_SPILLOVER;
      if (isCold) cold.push({ ...step, requests, maxConcurrency: step.maxConcurrency - provisioned });
      else if (quiet === 0) warm.push(step);
    }
    quiet = requests === 0 ? quiet + 1 : 0;
  }
  return { cold, warm };
}

/** NaN where it is unknown. */
function onDemandRequests(
  { invocations, spilloverInvocations, heard, provisionedConcurrency }: MetricGrid,
  i: number,
): number {
  const all = Number.isNaN(invocations[i]!) && heard[i] ? 0 : invocations[i]!;
  if (spilloverInvocations[i]! >= 0) return spilloverInvocations[i]!;
  return provisionedConcurrency[i]! > 0 ? 0 : all;
}

/** Measured concurrency over the median that random arrivals to warm environments would have, summed over steps. */
function concurrencyRatio(steps: readonly BusyStep[]): number {
  const distribution = new PeakDistribution();
  let measured = 0;
  let expected = 0;
  for (const { requests, durationSeconds, stepSeconds, maxConcurrency } of steps) {
    const load = (requests / stepSeconds) * durationSeconds;
    distribution.fit({
      load,
      varianceRatio: varianceRatio(durationSeconds / stepSeconds, 0),
      durationSeconds,
      windowSeconds: stepSeconds,
      requests: requests + load,
    });
    measured += maxConcurrency;
    expected += distribution.quantile(0.5);
  }
  return measured / expected;
}

/** A ratio of sums, the best estimate when counts are Poisson. */
function estimate(steps: readonly BusyStep[]): { seconds: number; error: number } {
  let started = 0;
  let rates = 0;
  let running = 0;
  for (const { requests, durationSeconds, stepSeconds, maxConcurrency } of steps) {
    // The request that starts the first environment does not come again.
    const rate = (requests - 1) / stepSeconds;
    started += Math.max(0, maxConcurrency - 1 - Math.sqrt((requests / stepSeconds) * durationSeconds));
    rates += rate;
    running += rate * durationSeconds;
  }
  return { seconds: (started - running) / rates, error: Math.sqrt(started) / rates };
}
