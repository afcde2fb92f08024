import { describe, expect, it } from 'vitest';
import { diffSchedule, hasChanges } from '../../src/controller/diff.ts';
import { isOwnName, ringName } from '../../src/controller/ring.ts';
import type { ScheduledAction } from '../../src/model.ts';
import { DAY_MS, formatAt, MINUTE_MS } from '../../src/time.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const own = (minutesAhead: number, capacity: number, extra: Partial<ScheduledAction> = {}): ScheduledAction => {
  const atMs = NOW + minutesAhead * MINUTE_MS;
  return {
    name: ringName('prewarm', atMs),
    schedule: formatAt(atMs),
    minCapacity: capacity,
    maxCapacity: capacity,
    ...extra,
  };
};
const foreign: ScheduledAction = {
  name: 'prewarm-nightly',
  schedule: 'cron(0 22 * * ? *)',
  minCapacity: 1,
  maxCapacity: 1,
};
const desired = (...actions: ScheduledAction[]) => ({ registerNow: null, actions });

describe('diffSchedule', () => {
  it.each<[string, ScheduledAction[], ScheduledAction[], string]>([
    ['creates what is not there', [], [own(30, 3)], 'create'],
    ['keeps what is the same', [own(30, 3)], [own(30, 3)], 'keep'],
    ['updates another level at the same time', [own(30, 2)], [own(30, 3)], 'update'],
    ['updates what somebody gave an end time', [own(30, 3, { endTimeMs: NOW })], [own(30, 3)], 'update'],
    [
      'updates what somebody moved to another time zone',
      [own(30, 3, { timezone: 'Europe/Berlin' })],
      [own(30, 3)],
      'update',
    ],
    ['reads an explicit UTC as none', [own(30, 3, { timezone: 'UTC' })], [own(30, 3)], 'keep'],
    [
      'updates an own name that now holds another expression',
      [own(30, 3, { schedule: 'rate(1 day)' })],
      [own(30, 3)],
      'update',
    ],
    ['deletes what the plan no longer has', [own(30, 3)], [], 'delete'],
    ['reaps what has run', [own(-30, 3)], [], 'delete'],
    ['leaves what is firing at this moment to the next run', [own(-1, 3)], [], 'keep'],
    [
      'deletes an own name with an expression that it never writes',
      [own(30, 3, { schedule: 'rate(1 day)' })],
      [],
      'delete',
    ],
    ['reports what belongs to others', [foreign], [], 'foreign'],
  ])('%s', (_, current, wanted, expected) => {
    const { registerNow, ...lists } = diffSchedule(current, desired(...wanted), 'prewarm', NOW);
    expect(registerNow).toBeNull();
    expect(Object.fromEntries(Object.entries(lists).map(([kind, list]) => [kind, list.length]))).toEqual({
      ...{ create: 0, update: 0, delete: 0, keep: 0, foreign: 0 },
      [expected]: 1,
    });
  });

  it('sorts every list by name, whatever order AWS answers in', () => {
    const names = (list: { action: ScheduledAction }[]) => list.map(({ action }) => action.name);
    const changes = diffSchedule([own(90, 1), own(60, 1), foreign], desired(own(50, 1), own(40, 1)), 'prewarm', NOW);
    expect(names(changes.create)).toEqual([...names(changes.create)].sort());
    expect(names(changes.delete)).toEqual([...names(changes.delete)].sort());
  });

  it('says for each change why', () => {
    const changes = diffSchedule([own(30, 2), own(60, 2)], desired(own(30, 3), own(45, 1)), 'prewarm', NOW);
    expect(changes.create[0]!.reason).toBe('1 from 2026-03-02T10:45:00Z');
    expect(changes.update[0]!.reason).toBe('3 instead of 2 from 2026-03-02T10:30:00Z');
    expect(changes.delete[0]!.reason).toBe('no longer part of the plan');
  });

  it('has no changes when everything is as it should be', () => {
    expect(hasChanges(diffSchedule([own(30, 3), foreign], desired(own(30, 3)), 'prewarm', NOW))).toBe(false);
  });
});

describe('names', () => {
  it('are valid for the API, differ within the longest horizon and come round again', () => {
    const names = Array.from({ length: 49 * 60 }, (_, minute) => ringName('prewarm', NOW + minute * MINUTE_MS));
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[^:/|\s]{1,256}$/.test(name) && isOwnName('prewarm', name))).toBe(true);
    expect(ringName('prewarm', NOW + 4 * DAY_MS)).toBe(ringName('prewarm', NOW));
  });

  it.each([
    'prewarm-nightly',
    'prewarm',
    'prewarm-1-2460',
    'prewarm-9-1200',
    'xprewarm-1-1200',
    'prewarm2-1-1200',
    'prewarm-1-1200-x',
  ])('%s is not ours', (name) => {
    expect(isOwnName('prewarm', name)).toBe(false);
  });
});
