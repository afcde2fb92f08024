/**
 * Metrics of the past without simulating it request by request: weeks in milliseconds. On-demand only, nothing provisioned.
 *
 * Requests of a step longer than a minute are spread over its minutes at random (binomially). The maximum of concurrent executions
 * is drawn from what an arrival sees: in an M/G/infinity queue a Poisson number of others, of mean rate x duration, sampled
 * afresh about once per duration. (Takacs 1962, Introduction to the Theory of Queues, ch. 3)
 */
import { probit } from 'simple-statistics';
import { MINUTE_MS } from '../time.ts';
import { Sfc32 } from '../economics/random.ts';
import { DEFAULT_DURATION_VARIATION, type DemandTrace } from './function-traffic.ts';
import type { MetricPublisher, Tally } from './metric-publisher.ts';

export interface PastDemand extends DemandTrace {
  /** Where it was measured; drawn where absent or NaN. */
  maxConcurrency?: Float64Array;
}

/** Hands the past to a publisher, which sends what is old enough by `nowMs` and keeps the rest for its time. */
export function writeHistory(past: PastDemand, seed: number, publisher: MetricPublisher): void {
  const minutesPerStep = past.stepSeconds / 60;
  if (!Number.isInteger(minutesPerStep) || past.startMs % MINUTE_MS !== 0) {
    throw new RangeError('history must lie on whole minutes');
  }
  const random = new Sfc32();
  random.seed(seed, seed / 4_294_967_296, 0x68697374);
  const perMinute = spread(past.invocations, minutesPerStep, random);
  const firstMinute = past.startMs / MINUTE_MS;
  for (let i = 0; i < perMinute.length; i++) {
    const step = Math.floor(i / minutesPerStep);
    const durationMs =
      typeof past.averageDurationMs === 'number' ? past.averageDurationMs : past.averageDurationMs[step]!;
    if (!(durationMs > 0)) perMinute[i] = 0;
    const measured = past.maxConcurrency?.[step] ?? NaN;
    const concurrency = measured >= 0 ? measured : drawConcurrency(perMinute, i, durationMs, random);
    if (perMinute[i] === 0 && !(concurrency > 0)) continue;
    const tally = publisher.tally(firstMinute + i, firstMinute + i);
    tally.concurrency = concurrency;
    tallyInvocations(tally, perMinute[i]!, { durationMs, variation: past.durationVariation, random });
  }
}

/** The average over n requests varies with the square root of n; their maximum grows with its logarithm. */
function tallyInvocations(
  tally: Tally,
  invocations: number,
  duration: { durationMs: number; variation: number | undefined; random: Sfc32 },
): void {
  if (invocations === 0) return;
  const { durationMs, variation = DEFAULT_DURATION_VARIATION, random } = duration;
  const error = (variation * probit(random.nextUnit())) / Math.sqrt(invocations);
  const averageMs = durationMs * Math.max(0.1, 1 + error);
  tally.invocations = invocations;
  tally.durationSumMs = averageMs * invocations;
  tally.durationMaxMs = averageMs * (1 + variation * Math.sqrt(2 * Math.log(invocations)));
}

/** Whole requests per minute, summing up to each step's (rounded) number. Unknown steps stay empty. */
function spread(invocations: Float64Array, minutesPerStep: number, random: Sfc32): Float64Array {
  const perMinute = new Float64Array(invocations.length * minutesPerStep);
  for (let step = 0; step < invocations.length; step++) {
    let left = Math.round(invocations[step]! > 0 ? invocations[step]! : 0);
    for (let i = 0; i < minutesPerStep && left > 0; i++) {
      const taken = i === minutesPerStep - 1 ? left : drawBinomial(left, 1 / (minutesPerStep - i), random);
      perMinute[step * minutesPerStep + i] = taken;
      left -= taken;
    }
  }
  return perMinute;
}

function drawBinomial(trials: number, probability: number, random: Sfc32): number {
  if (trials > 100) {
    const spreadOf = Math.sqrt(trials * probability * (1 - probability));
    const drawn = Math.round(trials * probability + spreadOf * probit(random.nextUnit()));
    return Math.min(trials, Math.max(0, drawn));
  }
  let successes = 0;
  for (let i = 0; i < trials; i++) if (random.nextUnit() < probability) successes++;
  return successes;
}

function drawConcurrency(perMinute: Float64Array, i: number, durationMs: number, random: Sfc32): number {
  if (!(durationMs > 0)) return 0;
  const window = Math.max(1, Math.round(durationMs / MINUTE_MS));
  let recent = 0;
  for (let j = Math.max(0, i - window + 1); j <= i; j++) recent += perMinute[j]!;
  const meanConcurrency = ((recent / window) * durationMs) / MINUTE_MS;
  const invocations = perMinute[i]!;
  const looks = Math.max(1, Math.min(invocations, 1 + MINUTE_MS / durationMs));
  const highest = poissonQuantile(meanConcurrency, random.nextUnit() ** (1 / looks));
  return invocations > 0 ? highest + 1 : highest;
}

/** Exact by summation for small means, else Cornish and Fisher's expansion around the normal quantile. */
function poissonQuantile(mean: number, probability: number): number {
  if (mean > 50) {
    const z = probit(probability);
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean) + (z * z - 1) / 6));
  }
  let term = Math.exp(-mean);
  let cumulative = term;
  let k = 0;
  while (cumulative < probability && term > 0) {
    k++;
    term *= mean / k;
    cumulative += term;
  }
  return k;
}
