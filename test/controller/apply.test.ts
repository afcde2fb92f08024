import { describe, expect, it } from 'vitest';
import { applyChanges } from '../../src/controller/apply.ts';
import { diffSchedule } from '../../src/controller/diff.ts';
import type { ScalingWriter } from '../../src/controller/ports.ts';
import { ringName } from '../../src/controller/ring.ts';
import type { CapacityBounds, ScheduledAction } from '../../src/model.ts';
import { formatAt, MINUTE_MS } from '../../src/time.ts';
import { fireActions } from './fire.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const TARGET = { functionName: 'f', alias: 'live' };
const own = (minutesAhead: number, capacity: number): ScheduledAction => {
  const atMs = NOW + minutesAhead * MINUTE_MS;
  return { name: ringName('prewarm', atMs), schedule: formatAt(atMs), minCapacity: capacity, maxCapacity: capacity };
};

/** A writer over a map that fails at the n-th write. */
function recorder(there: readonly ScheduledAction[], failAt = Infinity) {
  const actions = new Map(there.map((action) => [action.name, action]));
  const log: string[] = [];
  let bounds: CapacityBounds | null = null;
  let highest = actions.size;
  const step = (entry: string, change: () => void) => {
    if (log.length === failAt) return Promise.reject(new Error('cut off'));
    log.push(entry);
    change();
    highest = Math.max(highest, actions.size);
    return Promise.resolve();
  };
  const writer: ScalingWriter = {
    setBounds: (_, to) => step(`bounds ${to.minCapacity}`, () => (bounds = to)),
    putAction: (_, action) => step(`put ${action.schedule.slice(14, 19)}`, () => actions.set(action.name, action)),
    deleteAction: (_, name) => step(`delete ${name.slice(-4)}`, () => actions.delete(name)),
  };
  return { writer, log, actions, result: () => ({ bounds, highest }) };
}

describe('applyChanges', () => {
  const there = [own(-60, 9), own(30, 2), own(60, 0)];
  const desired = {
    registerNow: { minCapacity: 1, maxCapacity: 1, reason: 'test' },
    actions: [own(20, 4), own(30, 5), own(90, 0)],
  };

  it('reaps, sets what is needed now, puts the return to the baseline before what raises, and deletes last', async () => {
    const { writer, log } = recorder(there);
    const applied = await applyChanges(TARGET, diffSchedule(there, desired, 'prewarm', NOW), writer, NOW);
    expect(log).toEqual(['delete 0900', 'bounds 1', 'put 11:30', 'put 10:30', 'put 10:20', 'delete 1100']);
    expect(applied).toEqual({ writes: 6, of: 6, failure: null });
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'returns to the baseline in the end when it is cut off after %i writes, and the next run completes it',
    async (failAt) => {
      const first = recorder(there, failAt);
      const cut = await applyChanges(TARGET, diffSchedule(there, desired, 'prewarm', NOW), first.writer, NOW);
      expect(cut.writes).toBe(failAt);
      expect(cut.failure).toBeInstanceOf(Error);
      const left = [...first.actions.values()];
      const capacity = fireActions({ bounds: { minCapacity: 1, maxCapacity: 1 }, capacity: 1 }, left, {
        startMs: NOW,
        endMs: NOW + 100 * MINUTE_MS,
      });
      expect(capacity.at(-1)).toBe(0);

      const second = recorder(left);
      await applyChanges(TARGET, diffSchedule(left, desired, 'prewarm', NOW), second.writer, NOW);
      expect([...second.actions.keys()].sort()).toEqual(desired.actions.map((action) => action.name).sort());
    },
  );

  it('never holds more than 200 actions on the way', async () => {
    const many = Array.from({ length: 150 }, (_, i) => own(200 + i, 3));
    const next = { registerNow: null, actions: Array.from({ length: 96 }, (_, i) => own(10 + i, 4)) };
    const { writer, actions, result } = recorder(many);
    await applyChanges(TARGET, diffSchedule(many, next, 'prewarm', NOW), writer, NOW);
    expect(result().highest).toBeLessThanOrEqual(200);
    expect(actions.size).toBe(96);
  });
});
