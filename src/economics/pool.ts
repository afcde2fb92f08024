/**
 * What a sequence of levels would have cost and missed: an expected-value model of the environments behind an alias, fast
 * enough to try some 200 plans on two weeks of history. `src/twin/environments.ts` is what it approximates, and
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
import type { Spans } from './pool-spans.ts';
import type { BilledUsage } from './prices.ts';
import { addServed } from './served.ts';
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
  /** Of so much time the demand is known: the rest is in no other number. */
  knownMs: number;
  provisionedInvocations: number;
  coldStarts: number;
  /** To the millisecond, where `billedProvisionedMs` is in 5-minute steps. */
  provisionedMs: number;
}

/** Of so many levels; one that was used before may be used again. */
export function emptyUsage(levels: number): LevelUsage {
  const zeros = () => new Float64Array(levels);
  return {
    invocations: zeros(),
    provisionedInvocations: zeros(),
    coldStarts: zeros(),
    provisionedMs: zeros(),
    billedProvisionedMs: zeros(),
    provisionedRunMs: zeros(),
    onDemandRunMs: zeros(),
  };
}

/**
 * What `levels` would have cost and missed. Levels are usable provisioned environments, evenly spaced over the model's time,
 * at most one for each step. Steps of unknown demand count for nothing. Nothing is warm at the beginning. The result is written
 * over `usage`.
 */
export function poolUsage(
  model: PoolModel,
  levels: ArrayLike<number>,
  usage: LevelUsage = emptyUsage(levels.length),
): LevelUsage {
  const steps = model.length / levels.length;
  if (!Number.isInteger(steps)) throw new RangeError(`${levels.length} levels for ${model.length} steps`);
  const spans = model.spansOf(steps);
  usage.invocations.set(spans.invocations);
  usage.billedProvisionedMs.fill(0);
  usage.coldStarts.fill(0);
  addHeld(model, levels, spans, usage);
  addServed(model, levels, spans, usage);
  addColdStarts(model, busySteps(model, levels, spans), steps, usage.coldStarts);
  return usage;
}

/** The sum over levels [from, to), default all, as it is billed. */
export function sumUsage(model: PoolModel, usage: LevelUsage, from = 0, to = usage.coldStarts.length): PoolUsage {
  const coldStarts = sumOf(usage.coldStarts, from, to);
  const { knownSteps } = model.spansOf(model.length / usage.coldStarts.length);
  return {
    knownMs: sumOf(knownSteps, from, to) * model.stepSeconds * 1000,
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

function sumOf(values: Float64Array | Int32Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}

/** Every 5-minute step of the clock is billed at its highest level, at the level during which it ends. */
function addHeld(model: PoolModel, levels: ArrayLike<number>, spans: Spans, usage: LevelUsage): void {
  const stepMs = model.stepSeconds * 1000;
  for (let span = 0; span < levels.length; span++)
    usage.provisionedMs[span] = levels[span]! * stepMs * spans.knownSteps[span]!;
  const isBilledBySpan = stepMs * spans.steps === BILLING_STEP_MS && model.startMs % BILLING_STEP_MS === 0;
  if (!isBilledBySpan) addBilledSteps(model, levels, spans.steps, usage.billedProvisionedMs);
  else {
    for (let span = 0; span < levels.length; span++)
      if (spans.knownSteps[span]! > 0) usage.billedProvisionedMs[span] = levels[span]! * BILLING_STEP_MS;
  }
}

function addBilledSteps(model: PoolModel, levels: ArrayLike<number>, steps: number, billedMs: Float64Array): void {
  const stepMs = model.stepSeconds * 1000;
  let nextStepMs = -Infinity;
  let highest = 0;
  for (let i = 0; i < model.length; i++) {
    const atMs = model.startMs + i * stepMs;
    if (atMs >= nextStepMs) {
      if (highest > 0) billedMs[Math.floor((i - 1) / steps)]! += highest * BILLING_STEP_MS;
      nextStepMs = (Math.floor(atMs / BILLING_STEP_MS) + 1) * BILLING_STEP_MS;
      highest = 0;
    }
    const level = levels[Math.floor(i / steps)]!;
    if (model.load.known[i] === 1 && level > highest) highest = level;
  }
  if (highest > 0) billedMs[levels.length - 1]! += highest * BILLING_STEP_MS;
}
