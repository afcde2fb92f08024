/**
 * What a sequence of levels would have cost and missed, without simulating requests: an expected-value model of the
 * environment pool at five-minute grain, fast enough to try dozens of policies on weeks of history at every tick.
 */
import { BILLING_STEP_MS } from './meter.ts';

/** Demand slot by slot; NaN where it is unknown. */
export interface SlotDemand {
  startMs: number;
  /** Average concurrency. */
  mean: Float64Array;
  /** Highest concurrency in the slot, as equally likely draws of how arrivals bunch; one where it was measured. */
  peaks: readonly Float64Array[];
  /** Requests. */
  invocations: Float64Array;
}

/** Sums over a block of slots. Milliseconds of environments, and numbers of requests and cold starts. */
export interface BlockUsage {
  invocations: Float64Array;
  coldStarts: Float64Array;
  billedProvisionedMs: Float64Array;
  provisionedRunMs: Float64Array;
  onDemandRunMs: Float64Array;
}

export interface PoolAssumptions {
  idleTimeoutSeconds: number;
  coldStartMs: number;
  /** Slots whose sums belong together; the first block begins with the first slot. */
  blockSlots: number;
}

/**
 * A slot's cold starts are the environments that its peak needs beyond the level and beyond what the last idle timeout
 * left warm: max(0, over(s) - max(over(s - 1) .. over(s - w))), over(s) = max(0, peak(s) - level(s)), w = idle timeout in
 * slots. A level that falls throws warm environments away, so that over() jumps by itself.
 * The mean number served on provisioned environments is E[min(N, level)], N being Poisson with the slot's mean.
 */
export function usageOf(levels: Int32Array, demand: SlotDemand, assumptions: PoolAssumptions): BlockUsage {
  const blocks = Math.ceil(levels.length / assumptions.blockSlots);
  const usage: BlockUsage = {
    invocations: new Float64Array(blocks),
    coldStarts: coldStartsOf(levels, demand, assumptions),
    billedProvisionedMs: new Float64Array(blocks),
    provisionedRunMs: new Float64Array(blocks),
    onDemandRunMs: new Float64Array(blocks),
  };
  for (let slot = 0; slot < levels.length; slot++) {
    const mean = demand.mean[slot]!;
    if (Number.isNaN(mean)) continue;
    const block = Math.floor(slot / assumptions.blockSlots);
    const level = levels[slot]!;
    const served = meanServed(mean, level);
    const requests = demand.invocations[slot]!;
    usage.invocations[block]! += requests > 0 ? requests : 0;
    usage.billedProvisionedMs[block]! += level * BILLING_STEP_MS;
    usage.provisionedRunMs[block]! += served * BILLING_STEP_MS;
    usage.onDemandRunMs[block]! += (mean - served) * BILLING_STEP_MS;
  }
  return usage;
}

function coldStartsOf(levels: Int32Array, { peaks, mean }: SlotDemand, assumptions: PoolAssumptions): Float64Array {
  const { blockSlots, idleTimeoutSeconds } = assumptions;
  const warmSlots = Math.max(0, Math.round((idleTimeoutSeconds * 1000) / BILLING_STEP_MS));
  const result = new Float64Array(Math.ceil(levels.length / blockSlots));
  const over = new Float64Array(levels.length);
  for (const draw of peaks) {
    for (let slot = 0; slot < levels.length; slot++) {
      const peak = draw[slot]!;
      // Nothing is known of the slot: what was warm before stays so, and nothing is counted.
      const unknown = Number.isNaN(peak) || Number.isNaN(mean[slot]!);
      over[slot] = unknown ? (over[slot - 1] ?? 0) : Math.max(0, peak - levels[slot]!);
      let warm = 0;
      for (let back = Math.max(0, slot - warmSlots); back < slot; back++) if (over[back]! > warm) warm = over[back]!;
      if (over[slot]! > warm) result[Math.floor(slot / blockSlots)]! += (over[slot]! - warm) / peaks.length;
    }
  }
  return result;
}

/** Above this mean the Poisson distribution is taken as normal. */
const NORMAL_ABOVE = 60;

/** E[min(N, level)] for N ~ Poisson(mean): mean F(level - 2) + level (1 - F(level - 1)). */
export function meanServed(mean: number, level: number): number {
  if (!(mean > 0) || level <= 0) return 0;
  const sd = Math.sqrt(mean);
  if (level > mean + 8 * sd + 8) return mean;
  if (mean > NORMAL_ABOVE) return normalServed(mean, sd, level);
  let probability = Math.exp(-mean);
  let below = 0;
  let served = 0;
  for (let k = 0; k < level; k++) {
    served += k * probability;
    below += probability;
    probability *= mean / (k + 1);
  }
  return Math.min(mean, served + level * Math.max(0, 1 - below));
}

/** E[min(N, level)] for N normal: level - sd (z Phi(z) + phi(z)), z = (level - mean) / sd. */
function normalServed(mean: number, sd: number, level: number): number {
  const z = (level - mean) / sd;
  if (z < -8) return level;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return Math.min(mean, Math.max(0, level - sd * (z * cumulativeNormal(z) + density)));
}

/** Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
function cumulativeNormal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}
