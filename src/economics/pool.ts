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
import { addColdStarts, type ColdStartModel } from './cold-starts.ts';
import { drawPeaks } from './draw-peaks.ts';
import { type PoolDemand, substepLoad, varianceRatio } from './load.ts';
import { LossTable } from './loss.ts';
import { BILLING_STEP_MS } from './meter.ts';
import type { BilledUsage } from './prices.ts';

export interface PoolAssumptions {
  coldStartMs: number;
  /** At least two minutes. */
  idleTimeoutSeconds: number;
  /** Standard deviation of durations over their average. It matters for durations of many seconds only. */
  durationVariation?: number;
}

/** A demand with all that does not depend on a plan. */
export interface PoolModel extends ColdStartModel {
  startMs: number;
  stepSeconds: number;
  /** Number of steps. */
  length: number;
  /** Rows of `losses` for the share that spills over. */
  spillRow: Int32Array;
  /** Levels are divided by it before their row is asked: less varied than Poisson, a load needs fewer. */
  spillScale: Float64Array;
  /** So many environments are enough for the step's requests even if all came at once. */
  enough: Float64Array;
}

/** Sums of a plan over blocks of steps: one entry per block. */
export interface BlockUsage {
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

const DEFAULT_DURATION_VARIATION = 0.5;
const REQUESTS_PER_SECOND_PER_PROVISIONED = 10;
/** Shorter requests can exceed that limit without occupying all environments. */
const SHORTEST_SECONDS = 1 / REQUESTS_PER_SECOND_PER_PROVISIONED;

/** Everything about a demand that plans share: tens of milliseconds for two weeks of minutes. */
export function poolModel(demand: PoolDemand, assumptions: PoolAssumptions): PoolModel {
  const { durationVariation = DEFAULT_DURATION_VARIATION, coldStartMs, idleTimeoutSeconds } = assumptions;
  const spread = Math.min(1, durationVariation ** 2);
  const load = substepLoad(demand, spread);
  const losses = new LossTable();
  const length = load.known.length;
  const model: PoolModel = {
    startMs: demand.startMs,
    stepSeconds: load.stepSeconds,
    length,
    coldStartMs,
    idleTimeoutSeconds,
    load,
    losses,
    spillRow: new Int32Array(length),
    busyRow: new Int32Array(length),
    spillScale: new Float64Array(length),
    enough: new Float64Array(length),
    peaks: drawPeaks(demand, load, spread),
  };
  for (let i = 0; i < length; i++) {
    const scale = Math.sqrt(varianceRatio(load.durationSeconds[i]! / load.countedSeconds, spread));
    model.spillScale[i] = scale;
    model.spillRow[i] = losses.row(load.meanLoad[i]! / scale);
    model.busyRow[i] = losses.row(load.endLoad[i]!);
    model.enough[i] = load.requestsPerSecond[i]! * load.countedSeconds + (load.endLoad[i - 1] ?? 0);
  }
  return model;
}

/** The steps [from, to) of a model alone: views, not copies. */
export function poolWindow(model: PoolModel, from: number, to: number): PoolModel {
  const { load } = model;
  return {
    ...model,
    startMs: model.startMs + from * model.stepSeconds * 1000,
    length: to - from,
    load: {
      ...load,
      known: load.known.subarray(from, to),
      requestsPerSecond: load.requestsPerSecond.subarray(from, to),
      durationSeconds: load.durationSeconds.subarray(from, to),
      endLoad: load.endLoad.subarray(from, to),
      meanLoad: load.meanLoad.subarray(from, to),
    },
    spillRow: model.spillRow.subarray(from, to),
    busyRow: model.busyRow.subarray(from, to),
    spillScale: model.spillScale.subarray(from, to),
    enough: model.enough.subarray(from, to),
    peaks: model.peaks.map((path) => path.subarray(from, to)),
  };
}

/**
 * What `levels` would have cost and missed, in blocks of `blockSteps` of the model's steps (default: one block). Levels
 * are usable provisioned environments, evenly spaced over the model's time, at most one for each step. Steps of unknown
 * demand count for nothing. Nothing is warm at the beginning.
 */
export function poolUsage(model: PoolModel, levels: ArrayLike<number>, blockSteps = model.length): BlockUsage {
  const perLevel = model.length / levels.length;
  if (!Number.isInteger(perLevel)) throw new RangeError(`${levels.length} levels for ${model.length} steps`);
  const blocks = Math.ceil(model.length / blockSteps);
  const usage: BlockUsage = {
    invocations: new Float64Array(blocks),
    provisionedInvocations: new Float64Array(blocks),
    coldStarts: new Float64Array(blocks),
    provisionedMs: new Float64Array(blocks),
    billedProvisionedMs: new Float64Array(blocks),
    provisionedRunMs: new Float64Array(blocks),
    onDemandRunMs: new Float64Array(blocks),
  };
  const level = new Float64Array(model.length);
  for (let i = 0, next = 0; i < levels.length; i++) {
    for (const end = next + perLevel; next < end; next++) level[next] = levels[i]!;
  }
  addHeld(model, level, blockSteps, usage);
  addServed(model, level, blockSteps, usage);
  addColdStarts(model, shelterOf(model, level), blockSteps, usage.coldStarts);
  return usage;
}

/** The sum of blocks [from, to), default all, as it is billed. */
export function sumUsage(model: PoolModel, usage: BlockUsage, from = 0, to = usage.invocations.length): PoolUsage {
  const sum = (values: Float64Array) => {
    let total = 0;
    for (let block = from; block < to; block++) total += values[block]!;
    return total;
  };
  const coldStarts = sum(usage.coldStarts);
  return {
    invocations: sum(usage.invocations),
    provisionedInvocations: sum(usage.provisionedInvocations),
    coldStarts,
    provisionedMs: sum(usage.provisionedMs),
    billedProvisionedMs: sum(usage.billedProvisionedMs),
    provisionedRunMs: sum(usage.provisionedRunMs),
    onDemandRunMs: sum(usage.onDemandRunMs),
    initMs: coldStarts * model.coldStartMs,
  };
}

/** Every 5-minute step of the clock is billed at its highest level, in the block in which it ends. */
function addHeld(model: PoolModel, level: Float64Array, blockSteps: number, usage: BlockUsage): void {
  const stepMs = model.stepSeconds * 1000;
  const { known } = model.load;
  let nextStepMs = -Infinity;
  let highest = 0;
  for (let i = 0; i < level.length; i++) {
    const atMs = model.startMs + i * stepMs;
    if (atMs >= nextStepMs) {
      if (highest > 0) usage.billedProvisionedMs[Math.floor((i - 1) / blockSteps)]! += highest * BILLING_STEP_MS;
      nextStepMs = (Math.floor(atMs / BILLING_STEP_MS) + 1) * BILLING_STEP_MS;
      highest = 0;
    }
    if (known[i] === 0 || level[i] === 0) continue;
    if (level[i]! > highest) highest = level[i]!;
    usage.provisionedMs[Math.floor(i / blockSteps)]! += level[i]! * stepMs;
  }
  if (highest > 0) usage.billedProvisionedMs[Math.floor((level.length - 1) / blockSteps)]! += highest * BILLING_STEP_MS;
}

function addServed(model: PoolModel, level: Float64Array, blockSteps: number, usage: BlockUsage): void {
  for (let block = 0; block < usage.invocations.length; block++) {
    const from = block * blockSteps;
    addServedIn(model, level, { block, from, to: Math.min(level.length, from + blockSteps) }, usage);
  }
}

interface Block {
  block: number;
  from: number;
  to: number;
}

function addServedIn(model: PoolModel, level: Float64Array, { block, from, to }: Block, usage: BlockUsage): void {
  const { requestsPerSecond, durationSeconds } = model.load;
  let invocations = 0;
  let provisionedInvocations = 0;
  let runSeconds = 0;
  let provisionedRunSeconds = 0;
  for (let i = from; i < to; i++) {
    const requests = requestsPerSecond[i]! * model.stepSeconds;
    if (requests === 0) continue;
    const seconds = durationSeconds[i]!;
    invocations += requests;
    runSeconds += requests * seconds;
    if (level[i] === 0) continue;
    const provisioned = requests * servedShare(model, i, level[i]!);
    provisionedInvocations += provisioned;
    provisionedRunSeconds += provisioned * seconds;
  }
  usage.invocations[block] = invocations;
  usage.provisionedInvocations[block] = provisionedInvocations;
  usage.provisionedRunMs[block] = provisionedRunSeconds * 1000;
  usage.onDemandRunMs[block] = (runSeconds - provisionedRunSeconds) * 1000;
}

/** Share of a step's requests that `level` provisioned environments take. */
function servedShare(model: PoolModel, i: number, level: number): number {
  const share = level >= model.enough[i]! ? 1 : 1 - model.losses.loss(model.spillRow[i]!, level / model.spillScale[i]!);
  const rate = model.load.requestsPerSecond[i]!;
  const limit = level * REQUESTS_PER_SECOND_PER_PROVISIONED;
  // Four deviations below the limit, without the root: 4 sqrt(rate) <= rate + 4.
  if (2 * rate + 4 < limit) return share;
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

/**
 * How many running requests need no on-demand environment: the level; for a while after a decrease the requests that still
 * run on what was thrown away; none where requests are so many and so short that the limit per second spills them over.
 */
function shelterOf({ load, stepSeconds }: PoolModel, level: Float64Array): Float64Array {
  const { durationSeconds, requestsPerSecond, meanLoad } = load;
  const shelter = new Float64Array(level.length);
  let before = 0;
  for (let i = 0; i < level.length; i++) {
    const duration = durationSeconds[i]!;
    let here = level[i]!;
    if (here < before && duration > stepSeconds) {
      here = Math.max(here, Math.min(before, meanLoad[i - 1]!) * (1 - stepSeconds / duration));
    }
    before = here;
    if (duration < SHORTEST_SECONDS) {
      const rate = requestsPerSecond[i]!;
      // Within a minute the second with the most requests has about two deviations more than the average one.
      if (rate + 2 * Math.sqrt(rate) > here * REQUESTS_PER_SECOND_PER_PROVISIONED) here = 0;
    }
    shelter[i] = here;
  }
  return shelter;
}
