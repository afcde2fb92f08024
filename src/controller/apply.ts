/** Writes changes in an order that leaves a safe schedule wherever it is interrupted. */
import { SCHEDULED_ACTIONS_PER_TARGET } from '../config.ts';
import type { ActionChange, Changes, Target } from '../model.ts';
import { parseAt } from '../time.ts';
import type { ScalingWriter } from './ports.ts';

/** How far writing got. `failure` is the error that stopped it; the next run completes the rest. */
export interface Applied {
  writes: number;
  of: number;
  failure: Error | null;
}

/**
 * Order: what has already run is reaped; the level needed now is set; then the latest action first, because the last one
 * returns the target to its baseline and must be there before anything that raises it; deletions of planned
 * actions come last, or as early as AWS's limit of 200 forces them. Writes are serial: parallel ones on a target
 * fail with ConcurrentUpdateException.
 */
export async function applyChanges(
  target: Target,
  changes: Changes,
  writer: ScalingWriter,
  nowMs: number,
): Promise<Applied> {
  const writes = orderedWrites(target, changes, writer, nowMs);
  let done = 0;
  try {
    for (const write of writes) {
      await write();
      done += 1;
    }
    return { writes: done, of: writes.length, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { writes: done, of: writes.length, failure };
  }
}

function orderedWrites(
  target: Target,
  changes: Changes,
  writer: ScalingWriter,
  nowMs: number,
): (() => Promise<void>)[] {
  const fireTime = (change: ActionChange) => parseAt(change.action.schedule) ?? -Infinity;
  const latestFirst = (list: readonly ActionChange[]) => [...list].sort((a, b) => fireTime(b) - fireTime(a));
  const remove = (change: ActionChange) => () => writer.deleteAction(target, change.action.name);
  const put = (change: ActionChange) => () => writer.putAction(target, change.action);

  const there = changes.update.length + changes.delete.length + changes.keep.length + changes.foreign.length;
  const forced = Math.max(0, there + changes.create.length - SCHEDULED_ACTIONS_PER_TARGET);
  // Earliest first: those that already ran, and then those that would fire soonest with a level that is out of date.
  const deletions = latestFirst(changes.delete).reverse();
  const early = Math.max(forced, deletions.filter((change) => fireTime(change) <= nowMs).length);
  const now = changes.registerNow;
  return [
    ...deletions.slice(0, early).map(remove),
    ...(now ? [() => writer.setBounds(target, { minCapacity: now.minCapacity, maxCapacity: now.maxCapacity })] : []),
    ...latestFirst([...changes.create, ...changes.update]).map(put),
    ...deletions.slice(early).map(remove),
  ];
}
