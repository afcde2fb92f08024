/**
 * The level to hold in each minute ahead, which is the grain of scheduled actions: from the plan with its lead time,
 * from the schedule that is already there, and the two reconciled.
 */
import type { CapacityPlan, ScheduledAction } from '../model.ts';
import { MINUTE_MS, parseAt } from '../time.ts';

/** One level per minute from `startMs` (a whole minute) on. UNKNOWN where nothing says what the level is. */
export interface MinuteLevels {
  startMs: number;
  levels: Int32Array;
}

export const UNKNOWN = -1;

/**
 * The plan, minute by minute from `startMs` to `endMs`: capacity that a slot needs is asked for `leadTimeSeconds` before
 * the slot begins, and let go when the slot ends. The last slot's level lasts until `endMs`.
 *
 * level(t) = max of capacity over the slots that [t, t + leadTimeSeconds] touches
 */
export function requestedLevels(
  plan: CapacityPlan,
  leadTimeSeconds: number,
  startMs: number,
  endMs: number,
): MinuteLevels {
  const slotMs = plan.stepSeconds * 1000;
  const last = plan.capacity.length - 1;
  const slotAt = (timeMs: number) => Math.min(last, Math.max(0, Math.floor((timeMs - plan.startMs) / slotMs)));
  const levels = new Int32Array(Math.max(0, Math.round((endMs - startMs) / MINUTE_MS)));
  for (let minute = 0; minute < levels.length; minute++) {
    const timeMs = startMs + minute * MINUTE_MS;
    let highest = plan.baseline;
    for (let slot = slotAt(timeMs); slot <= slotAt(timeMs + leadTimeSeconds * 1000); slot++) {
      highest = Math.max(highest, plan.capacity[slot]!);
    }
    levels[minute] = highest;
  }
  return { startMs, levels };
}

/** What the present bounds and our own pending actions (in time order) will make of each minute. */
export function scheduledLevels(
  present: number | null,
  pending: readonly ScheduledAction[],
  grid: { startMs: number; minutes: number },
): MinuteLevels {
  const levels = new Int32Array(grid.minutes).fill(present ?? UNKNOWN);
  for (const action of pending) {
    const atMs = parseAt(action.schedule);
    if (atMs === null || action.minCapacity === undefined) continue;
    const minute = Math.max(0, Math.round((atMs - grid.startMs) / MINUTE_MS));
    levels.fill(action.minCapacity, Math.min(minute, grid.minutes));
  }
  return { startMs: grid.startMs, levels };
}

/**
 * Keeps what is scheduled wherever it is enough and not much too much, so that a forecast that wobbles rewrites nothing.
 *
 * A minute keeps its scheduled level when plan <= scheduled <= fresh + max(1, 10 % of fresh), where `fresh` is the plan
 * as it would be scheduled from nothing. `plan` and `fresh` do not depend on the schedule, so settling the result
 * again changes nothing.
 */
export function settle(plan: Int32Array, fresh: Int32Array, scheduled: Int32Array): Int32Array {
  return fresh.map((level, minute) => {
    const present = scheduled[minute]!;
    const enough = present !== UNKNOWN && present >= plan[minute]!;
    return enough && present <= level + surplusTolerated(level) ? present : level;
  });
}

function surplusTolerated(level: number): number {
  // Not even one environment is kept where none is needed: idle hours are where provisioned concurrency wastes money.
  return level === 0 ? 0 : Math.max(1, Math.floor(level / 10));
}

/** Minutes (from 1 on) at which the level differs from the minute before. */
export function changeMinutes(levels: Int32Array): number[] {
  const changes: number[] = [];
  for (let minute = 1; minute < levels.length; minute++) {
    if (levels[minute] !== levels[minute - 1]) changes.push(minute);
  }
  return changes;
}
