/** What must change so that the schedule that is there becomes the one that should be. */
import type { Changes, ScheduledAction } from '../model.ts';
import { momentOf, parseAt } from '../time.ts';
import { byName, splitByOwner } from './ring.ts';
import { MIN_AHEAD_MS, type Schedule } from './schedule.ts';

/**
 *   there        wanted     it fires          result
 *   ---------    -------    --------------    --------------------------------------
 *   -            yes                          create
 *   own          yes, same                    keep
 *   own          yes, other                   update
 *   own          no         in the past       delete (it ran; AWS may or may not remove it)
 *   own          no         this moment       keep   (it may be late; the next run reaps it)
 *   own          no         later             delete (the plan no longer has it)
 *   foreign                                   foreign: reported, never touched
 *
 * All lists are sorted by name, so equal input gives equal output.
 */
export function diffSchedule(
  current: readonly ScheduledAction[],
  desired: Schedule,
  namePrefix: string,
  nowMs: number,
): Changes {
  const { own, foreign } = splitByOwner(current, namePrefix);
  const wanted = new Map(desired.actions.map((action) => [action.name, action]));
  const there = new Map(own.map((action) => [action.name, action]));
  const changes: Changes = { registerNow: desired.registerNow, create: [], update: [], delete: [], keep: [], foreign };

  for (const action of [...desired.actions].sort(byName)) {
    const from = there.get(action.name);
    if (!from) changes.create.push({ action, reason: `${describeBounds(action)} from ${momentOf(action.schedule)}` });
    else if (sameAction(from, action)) changes.keep.push(action);
    else changes.update.push({ action, from, reason: describeUpdate(from, action) });
  }
  for (const action of [...own].sort(byName)) {
    if (wanted.has(action.name)) continue;
    const removal = reasonToDelete(action, nowMs);
    if (removal === null) changes.keep.push(action);
    else changes.delete.push({ action, reason: removal });
  }
  return changes;
}

export function hasChanges(changes: Changes): boolean {
  return changes.registerNow !== null || changes.create.length + changes.update.length + changes.delete.length > 0;
}

/** Null for an action that is firing at this moment. */
function reasonToDelete(action: ScheduledAction, nowMs: number): string | null {
  const atMs = parseAt(action.schedule);
  if (atMs === null) return `${action.schedule} is not a form that Prewarm writes`;
  if (atMs > nowMs) return 'no longer part of the plan';
  return atMs > nowMs - MIN_AHEAD_MS ? null : 'its time has passed';
}

function sameAction(a: ScheduledAction, b: ScheduledAction): boolean {
  return (
    parseAt(a.schedule) === parseAt(b.schedule) &&
    a.minCapacity === b.minCapacity &&
    a.maxCapacity === b.maxCapacity &&
    (a.timezone ?? 'UTC') === (b.timezone ?? 'UTC') &&
    a.startTimeMs === b.startTimeMs &&
    a.endTimeMs === b.endTimeMs
  );
}

function describeUpdate(from: ScheduledAction, to: ScheduledAction): string {
  const moved = parseAt(from.schedule) === parseAt(to.schedule) ? '' : `, moved from ${from.schedule}`;
  return `${describeBounds(to)} instead of ${describeBounds(from)} from ${momentOf(to.schedule)}${moved}`;
}

function describeBounds(action: ScheduledAction): string {
  const { minCapacity: min, maxCapacity: max } = action;
  return min === max ? `${min ?? 'no bounds'}` : `${min ?? 'any'} to ${max ?? 'any'}`;
}
