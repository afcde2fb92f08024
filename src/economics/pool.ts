/**
 * What a sequence of levels would have cost and missed: an expected-value model of the environments behind an alias, fast
 * enough to try dozens of plans on weeks of history at every tick. `src/twin/environments.ts` is what it approximates, and
 * docs/economics.md how well.
 *
 * - Requests on provisioned environments: those that Erlang's loss formula does not turn away, minute by minute.
 * - Cold starts: on-demand environments are used last in, first out, so that those needed within the last idle timeout are still
 *   warm, and what is needed beyond the maximum of that window starts cold. "Needed" is the highest concurrency of the
 *   minute less the level. It is drawn at evenly spread quantiles for several paths, over which results are averaged.
 * - A cold start occupies its environment longer than a request does, which makes more of them in a shortage.
 */
import { addColdStarts } from './cold-starts.ts';
import { BILLING_STEP_MS } from './meter.ts';
import type { PoolModel } from './pool-model.ts';
import { REQUESTS_PER_SECOND_PER_PROVISIONED, type Spans } from './pool-spans.ts';
import type { BilledUsage } from './prices.ts';
import { busySteps } from './shelter.ts';

/** What a plan costs and misses: one entry per level. */
export interface LevelUsage {
  invocations: Float64Array;
  provisionedInvocations: Float64Array;
  coldStarts: Float64Array;
  provisionedMs: Float64Array;
  billedProvisionedMs: Float64Array;
  provisionedRunMs: Float64Array;
  onDemandRunMs: Float64Array;
}

export interface PoolUsage extends BilledUsage {
  provisionedInvocations: number;
  coldStarts: number;
  /** To the millisecond, where `billedProvisionedMs` is in 5-minute steps. */
  provisionedMs: number;
}

/**
 * What `levels` would have cost and missed. Levels are usable provisioned environments, evenly spaced over the model's time,
 * at most one for each step. Steps of unknown demand count for nothing. Nothing is warm at the beginning.
 */
export function poolUsage(model: PoolModel, levels: ArrayLike<number>): LevelUsage {
  const steps = model.length / levels.length;
  if (!Number.isInteger(steps)) throw new RangeError(`${levels.length} levels for ${model.length} steps`);
  const spans = model.spansOf(steps);
  const usage: LevelUsage = {
    invocations: spans.invocations,
    provisionedInvocations: new Float64Array(levels.length),
    coldStarts: new Float64Array(levels.length),
    provisionedMs: new Float64Array(levels.length),
    billedProvisionedMs: new Float64Array(levels.length),
    provisionedRunMs: new Float64Array(levels.length),
    onDemandRunMs: new Float64Array(levels.length),
  };
  addHeld(model, levels, steps, usage);
  addServed(model, levels, spans, usage);
  addColdStarts(model, busySteps(model, levels, spans), steps, usage.coldStarts);
  return usage;
}

/** The sum over levels [from, to), default all, as it is billed. */
export function sumUsage(model: PoolModel, usage: LevelUsage, from = 0, to = usage.coldStarts.length): PoolUsage {
  const coldStarts = sumOf(usage.coldStarts, from, to);
  return {
    invocations: sumOf(usage.invocations, from, to),
    provisionedInvocations: sumOf(usage.provisionedInvocations, from, to),
    coldStarts,
    provisionedMs: sumOf(usage.provisionedMs, from, to),
    billedProvisionedMs: sumOf(usage.billedProvisionedMs, from, to),
    provisionedRunMs: sumOf(usage.provisionedRunMs, from, to),
    onDemandRunMs: sumOf(usage.onDemandRunMs, from, to),
    initMs: coldStarts * model.coldStartMs,
  };
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}

/** Every 5-minute step of the clock is billed at its highest level, at the level during which it ends. */
function addHeld(model: PoolModel, levels: ArrayLike<number>, steps: number, usage: LevelUsage): void {
  const stepMs = model.stepSeconds * 1000;
  const { known } = model.load;
  let nextStepMs = -Infinity;
  let highest = 0;
  for (let span = 0; span < levels.length; span++) {
    const level = levels[span]!;
    let heldSteps = 0;
    for (let i = span * steps; i < (span + 1) * steps; i++) {
      const atMs = model.startMs + i * stepMs;
      if (atMs >= nextStepMs) {
        if (highest > 0) usage.billedProvisionedMs[Math.floor((i - 1) / steps)]! += highest * BILLING_STEP_MS;
        nextStepMs = (Math.floor(atMs / BILLING_STEP_MS) + 1) * BILLING_STEP_MS;
        highest = 0;
      }
      if (known[i] === 0) continue;
      if (level > highest) highest = level;
      heldSteps += 1;
    }
    usage.provisionedMs[span] = level * stepMs * heldSteps;
  }
  if (highest > 0) usage.billedProvisionedMs[levels.length - 1]! += highest * BILLING_STEP_MS;
}

function addServed(model: PoolModel, levels: ArrayLike<number>, spans: Spans, usage: LevelUsage): void {
  for (let span = 0; span < levels.length; span++) {
    const level = levels[span]!;
    const runSeconds = spans.runSeconds[span]!;
    let provisionedRunSeconds = 0;
    if (level >= spans.enough[span]! && isBelowLimit(spans.highestRate[span]!, level)) {
      usage.provisionedInvocations[span] = spans.invocations[span]!;
      provisionedRunSeconds = runSeconds;
    } else if (level > 0) provisionedRunSeconds = addServedIn(model, level, { span, steps: spans.steps }, usage);
    usage.provisionedRunMs[span] = provisionedRunSeconds * 1000;
    usage.onDemandRunMs[span] = (runSeconds - provisionedRunSeconds) * 1000;
  }
}

/** Returns how long requests ran on provisioned environments, in seconds. */
function addServedIn(
  model: PoolModel,
  level: number,
  { span, steps }: { span: number; steps: number },
  usage: LevelUsage,
): number {
  const { requestsPerSecond, durationSeconds } = model.load;
  let invocations = 0;
  let runSeconds = 0;
  for (let i = span * steps; i < (span + 1) * steps; i++) {
    const requests = requestsPerSecond[i]! * model.stepSeconds;
    if (requests === 0) continue;
    const provisioned = requests * servedShare(model, i, level);
    invocations += provisioned;
    runSeconds += provisioned * durationSeconds[i]!;
  }
  usage.provisionedInvocations[span] = invocations;
  return runSeconds;
}

/** Four deviations below the limit of requests a second, without the root: 4 sqrt(rate) <= rate + 4. */
function isBelowLimit(rate: number, level: number): boolean {
  return 2 * rate + 4 < level * REQUESTS_PER_SECOND_PER_PROVISIONED;
}

/** Share of a step's requests that `level` provisioned environments take. */
function servedShare(model: PoolModel, i: number, level: number): number {
  const share = level >= model.enough[i]! ? 1 : 1 - model.losses.loss(model.spillRow[i]!, level / model.spillScale[i]!);
  const rate = model.load.requestsPerSecond[i]!;
  if (isBelowLimit(rate, level)) return share;
  const limit = level * REQUESTS_PER_SECOND_PER_PROVISIONED;
  return Math.min(share, (rate - excess(rate, limit)) / rate);
}

/** E[(N - limit)+] for N normal with mean and variance `rate`: what a second has beyond its limit. */
function excess(rate: number, limit: number): number {
  const deviation = Math.sqrt(rate);
  const z = (limit - rate) / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return Math.max(0, rate - limit, deviation * (density - z * normalAbove(z, density)));
}

/** 1 - Phi(z) by Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalAbove(z: number, density: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
