import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSchedule, hasChanges } from '../../src/controller/diff.ts';
import { requestedLevels, shortageTolerated } from '../../src/controller/levels.ts';
import { slidingMaximum } from '../../src/controller/window-maxima.ts';
import { ringName } from '../../src/controller/ring.ts';
import { compileSchedule, MIN_AHEAD_MS, type Schedule, type ScheduleSettings } from '../../src/controller/schedule.ts';
import type { CapacityBounds, CapacityPlan, ScheduledAction } from '../../src/model.ts';
import { DAY_MS, formatAt, HOUR_MS, MINUTE_MS, parseAt, SLOT_MS } from '../../src/time.ts';
import { fireActions } from './fire.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const SETTINGS: ScheduleSettings = {
  leadTimeSeconds: 240,
  maxActions: 96,
  scalingMode: 'pin',
  namePrefix: 'prewarm',
  maxCapacity: 100,
};

function planOf(capacity: readonly number[], nowMs = NOW, baseline = 0): CapacityPlan {
  const startMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
  return { policy: 'test', reason: 'test', startMs, stepSeconds: 300, capacity: Int32Array.from(capacity), baseline };
}

/** One hour: 2 environments, with 6 from 10:30 to 10:40. */
const BUMP = planOf([2, 2, 2, 2, 2, 2, 6, 6, 2, 2, 2, 2]);

const registered = (min: number, max: number, actions: ScheduledAction[] = []) => ({
  scalableTarget: { minCapacity: min, maxCapacity: max, scheduledScalingSuspended: false },
  actions,
});

const action = (time: string, minCapacity: number, maxCapacity = minCapacity): ScheduledAction => {
  const atMs = Date.parse(`2026-03-02T${time}:00Z`);
  return { name: ringName('prewarm', atMs), schedule: formatAt(atMs), minCapacity, maxCapacity };
};

describe('compileSchedule in pin mode', () => {
  it('asks for capacity a lead time ahead, lets it go a minute before the slot ends, and returns to the baseline after the horizon', () => {
    const schedule = compileSchedule(BUMP, registered(2, 2), SETTINGS, NOW);
    expect(schedule).toEqual({
      registerNow: null,
      actions: [action('10:26', 6), action('10:39', 2), action('11:00', 0)],
    });
  });

  it('sets a level that is needed before an action could fire through the target itself', () => {
    const schedule = compileSchedule(BUMP, registered(1, 100), SETTINGS, NOW);
    expect(schedule.registerNow).toMatchObject({ minCapacity: 2, maxCapacity: 2 });
    expect(schedule.actions).toEqual([action('10:26', 6), action('10:39', 2), action('11:00', 0)]);
  });

  it.each([
    ['a rise due in one minute that nothing has scheduled is made now', '10:25:00', [], 6],
    ['a rise that an action of ours is about to make is left to it', '10:25:00', [action('10:26', 6)], null],
    [
      'a fall due in one minute that nothing has scheduled waits for the end of the next billed step',
      '10:38:00',
      [],
      null,
    ],
  ])('%s', (_, time, extra, expected) => {
    const nowMs = Date.parse(`2026-03-02T${time}Z`);
    const plan = { ...BUMP };
    const present = time === '10:38:00' ? 6 : 2;
    const schedule = compileSchedule(plan, registered(present, present, extra), SETTINGS, nowMs);
    expect(schedule.registerNow?.minCapacity ?? null).toBe(expected);
    const submitted = schedule.actions.filter((candidate) => !extra.some((there) => there.name === candidate.name));
    for (const candidate of submitted)
      expect(parseAt(candidate.schedule)! - nowMs).toBeGreaterThanOrEqual(MIN_AHEAD_MS);
    if (present === 6) expect(submitted[0]).toEqual(action('10:44', 2));
  });

  it.each([
    ['what requests are using', { liveConcurrency: 30 }],
    ['what is held while nothing is known', { neverLower: true }],
  ])('keeps as much of %s as a lowered cap allows', (_, held) => {
    for (const scalingMode of ['pin', 'floor'] as const) {
      const { registerNow } = compileSchedule(
        BUMP,
        registered(60, 60),
        { ...SETTINGS, scalingMode, maxCapacity: 20, ...held },
        NOW,
      );
      expect(registerNow).toMatchObject({ minCapacity: 20, maxCapacity: 20 });
      expect(registerNow?.reason).toContain('; the present floor is 60, above the 20 that maxCapacity allows');
    }
  });

  it('writes nothing where the actions of others leave no room', () => {
    const foreign = Array.from({ length: 199 }, (_, i) => ({
      name: `theirs-${i}`,
      schedule: 'rate(1 day)',
      minCapacity: 1,
    }));
    expect(compileSchedule(BUMP, registered(2, 2, foreign), SETTINGS, NOW)).toEqual({ registerNow: null, actions: [] });
  });

  it('stays within 200 actions beside those of others', () => {
    const foreign = Array.from({ length: 190 }, (_, i) => ({
      name: `theirs-${i}`,
      schedule: 'rate(1 day)',
      minCapacity: 1,
    }));
    const saw = planOf(Array.from({ length: 288 }, (_, slot) => (slot % 2) * 5));
    const schedule = compileSchedule(saw, registered(2, 2, foreign), SETTINGS, NOW);
    expect(schedule.actions.length).toBeLessThanOrEqual(10);
    expect(schedule.actions.at(-1)).toEqual({
      ...action('10:00', 0),
      name: ringName('prewarm', NOW + DAY_MS),
      schedule: formatAt(NOW + DAY_MS),
    });
  });

  it('lets nothing fall below what is scheduled while the data is stale', () => {
    const there = [action('10:20', 9), action('10:50', 2), action('11:00', 0)];
    const schedule = compileSchedule(BUMP, registered(2, 2, there), { ...SETTINGS, neverLower: true }, NOW);
    const minutes = fireActions({ bounds: { minCapacity: 2, maxCapacity: 2 }, capacity: 2 }, schedule.actions, {
      startMs: NOW,
      endMs: NOW + HOUR_MS,
    });
    expect(Math.min(...minutes.slice(20, 50))).toBe(9);
  });
});

describe('compileSchedule in floor mode', () => {
  const floor: ScheduleSettings = { ...SETTINGS, scalingMode: 'floor' };

  it('sets the minimum under an open maximum, and releases the surplus for one minute where the level falls', () => {
    const schedule = compileSchedule(BUMP, registered(2, 100), floor, NOW);
    expect(schedule).toEqual({
      registerNow: null,
      actions: [
        action('10:26', 6, 100),
        action('10:39', 2, 2),
        action('10:40', 2, 100),
        action('11:00', 0, 0),
        action('11:01', 0, 100),
      ],
    });
  });

  it('keeps the action that opens the maximum again while a release is under way', () => {
    const there = [action('10:40', 2, 2), action('10:41', 2, 100), action('11:00', 0, 0), action('11:01', 0, 100)];
    const nowMs = Date.parse('2026-03-02T10:40:30Z');
    const schedule = compileSchedule(BUMP, registered(2, 2, there), floor, nowMs);
    expect(schedule.registerNow).toBeNull();
    expect(schedule.actions).toEqual(there);
  });
});

const scenario = fc.record({
  capacity: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 12, maxLength: 36 }),
  present: fc.integer({ min: 0, max: 12 }),
  leadMinutes: fc.integer({ min: 1, max: 12 }),
  maxActions: fc.integer({ min: 8, max: 24 }),
  offsetSeconds: fc.integer({ min: 0, max: 299 }),
  scalingMode: fc.constantFrom('pin' as const, 'floor' as const),
});

/** What AWS holds after the schedule was written: bounds, and our actions in place of the old ones. */
function written(schedule: Schedule, bounds: CapacityBounds) {
  const { minCapacity, maxCapacity } = schedule.registerNow ?? bounds;
  return registered(minCapacity, maxCapacity, schedule.actions);
}

describe('any plan', () => {
  it('is covered in every minute once fired, is written once, and never too close', () => {
    fc.assert(
      fc.property(scenario, ({ capacity, present, leadMinutes, maxActions, offsetSeconds, scalingMode }) => {
        const nowMs = NOW + offsetSeconds * 1000;
        const plan = planOf(capacity, nowMs, 1);
        const settings = { ...SETTINGS, leadTimeSeconds: leadMinutes * 60, maxActions, scalingMode };
        const start = { minCapacity: present, maxCapacity: scalingMode === 'pin' ? present : settings.maxCapacity };
        const first = compileSchedule(plan, registered(start.minCapacity, start.maxCapacity), settings, nowMs);

        const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
        const endMs = plan.startMs + capacity.length * SLOT_MS;
        const state = written(first, start);
        const fired = fireActions({ bounds: state.scalableTarget, capacity: present }, first.actions, {
          startMs,
          endMs: endMs + 2 * HOUR_MS,
        });
        const wanted = requestedLevels(plan, settings, startMs, endMs).levels;
        const enough = (level: number, minute: number) =>
          fired[minute]! >= level - (minute < 60 ? 0 : shortageTolerated(level));
        expect(wanted.every(enough)).toBe(true);
        expect(fired.at(-1)).toBe(plan.baseline);
        expect(first.actions.length).toBeLessThanOrEqual(maxActions);
        for (const each of first.actions) expect(parseAt(each.schedule)! - nowMs).toBeGreaterThanOrEqual(MIN_AHEAD_MS);

        const second = compileSchedule(plan, state, settings, nowMs);
        expect(hasChanges(diffSchedule(state.actions, second, 'prewarm', nowMs))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('is rewritten little when the forecast wobbles by one environment', () => {
    let state = registered(5, 5);
    let writes = 0;
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      const nowMs = NOW + minute * MINUTE_MS;
      // Three quarters of the slots differ by one environment from what the run before said.
      const wobble = Array.from({ length: 288 }, (_, slot) => 20 + ((slot * 7919 + minute * 104729) % 4 === 0 ? 0 : 1));
      const held = slidingMaximum(Float64Array.from(wobble), 3);
      const schedule = compileSchedule(planOf([...held], nowMs), state, SETTINGS, nowMs);
      const changes = diffSchedule(state.actions, schedule, 'prewarm', nowMs);
      writes += changes.create.length + changes.update.length + changes.delete.length + (changes.registerNow ? 1 : 0);
      state = written(schedule, state.scalableTarget);
    }
    // The end of the horizon moves once an hour: one action more and one less.
    expect(writes).toBeLessThan(24 * 4);
  });
});
