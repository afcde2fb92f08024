/** Candidates that know the evaluated period: every constant level, and a plan that knows the demand of every slot. */
import { SLOT_MS } from '../time.ts';
import { type DemandRecord, slotsOf } from './demand-record.ts';
import type { Policy } from './lane.ts';
import { scheduleSlots } from './scheduled-levels.ts';
import { constantTimeline } from './timeline.ts';

export interface Period {
  /** Whole slots. */
  startMs: number;
  endMs: number;
}

/** So many levels are tried, denser where the demand often is. */
const CONSTANT_LEVELS = 40;

/** Constant levels between the least and the most that any minute needed; 0, on demand, is not among them. */
export function constantCandidates(record: DemandRecord, period: Period, maxCapacity: number): Policy[] {
  const { max, mean } = demandOf(record, period);
  const sorted = [...max, ...mean].sort((a, b) => a - b);
  const levels = new Set<number>();
  for (let i = 0; i <= CONSTANT_LEVELS; i++) {
    const demand = sorted[Math.round((i / CONSTANT_LEVELS) * (sorted.length - 1))] ?? 0;
    levels.add(Math.min(maxCapacity, Math.max(1, Math.ceil(demand))));
  }
  return [...levels]
    .sort((a, b) => a - b)
    .map((level) => ({ name: `constant ${level}`, scheduled: constantTimeline(period.startMs, level) }));
}

/** How much of the way from a slot's mean to its maximum is covered; above 1 there is headroom for what spills over. */
const COVERS = [0, 0.25, 0.5, 0.75, 1, 1.15] as const;
/** How long each slot's level is held on both sides. */
const HOLD_SECONDS = [0, 600, 1200, 1800, 3600, 7200] as const;

/**
 * Plans that know the mean and the maximum of the concurrency in every slot of the period:
 *
 *     level(s) = max over slots u within `hold` of s of ceil(mean(u) + cover x (max(u) - mean(u)))
 *
 * for every cover and hold of a small grid, ready exactly when the slot begins. The best of them, chosen on the very period, is a
 * yardstick that no forecast can rely on reaching, and not a strict optimum: it is of this form only.
 */
export function clairvoyantCandidates(
  record: DemandRecord,
  period: Period,
  limits: { maxCapacity: number; leadTimeSeconds: number },
): Policy[] {
  const { max, mean } = demandOf(record, period);
  return COVERS.flatMap((cover) => {
    const needed = max.map((most, slot) => {
      const load = mean[slot] ?? 0;
      return Math.ceil(Math.max(0, load + cover * (most - load)));
    });
    return HOLD_SECONDS.map((holdSeconds) => {
      const held = slidingMaximum(needed, (holdSeconds * 1000) / SLOT_MS);
      const levels = Int32Array.from(held, (level) => Math.min(limits.maxCapacity, level));
      return {
        name: `clairvoyant: cover ${cover}, hold ${holdSeconds / 60} min`,
        scheduled: scheduleSlots({ startMs: period.startMs, levels }, limits.leadTimeSeconds),
      };
    });
  });
}

function demandOf(record: DemandRecord, { startMs, endMs }: Period): { max: Float64Array; mean: Float64Array } {
  return slotsOf(record, startMs, Math.round((endMs - startMs) / SLOT_MS));
}

/** Maximum over [i - reach, i + reach] for every i. */
function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  return values.map((_, i) =>
    values.subarray(Math.max(0, i - reach), i + reach + 1).reduce((a, b) => Math.max(a, b), 0),
  );
}
