/** Application Auto Scaling's rules for one target, by hand: bounds change, then capacity is clamped. */
import type { CapacityBounds, ScheduledAction } from '../../src/model.ts';
import { MINUTE_MS, parseAt } from '../../src/time.ts';

/** Capacity in each minute of [startMs, endMs) when `actions` fire on time, from the given bounds and capacity. */
export function fireActions(
  from: { bounds: CapacityBounds; capacity: number },
  actions: readonly ScheduledAction[],
  span: { startMs: number; endMs: number },
): number[] {
  const bounds = { ...from.bounds };
  let capacity = clamp(from.capacity, bounds);
  const minutes: number[] = [];
  for (let atMs = span.startMs; atMs < span.endMs; atMs += MINUTE_MS) {
    for (const action of actions.filter((candidate) => parseAt(candidate.schedule) === atMs)) {
      bounds.minCapacity = action.minCapacity ?? bounds.minCapacity;
      bounds.maxCapacity = action.maxCapacity ?? bounds.maxCapacity;
      if (bounds.minCapacity > bounds.maxCapacity) throw new Error(`${action.name} would be rejected: min > max`);
      capacity = clamp(capacity, bounds);
    }
    minutes.push(capacity);
  }
  return minutes;
}

function clamp(capacity: number, { minCapacity, maxCapacity }: CapacityBounds): number {
  return Math.min(maxCapacity, Math.max(minCapacity, capacity));
}
