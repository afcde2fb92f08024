import { describe, expect, it } from 'vitest';
import { busyHours, hasIdleHours } from '../../src/controller/idle-hours.ts';
import { pastLevels } from '../../src/controller/past-levels.ts';
import { DAY_MS, HOUR_MS } from '../../src/time.ts';
import { demandFrom } from './demand-from.ts';

const DAY = 288;
/** A Monday. */
const START = Date.parse('2026-03-02T00:00:00Z');
const hourOf = (timeMs: number) => Math.floor((timeMs % DAY_MS) / HOUR_MS);
const weekdayOf = (timeMs: number) => new Date(timeMs).getUTCDay();
const office = (timeMs: number) => (hourOf(timeMs) >= 8 && hourOf(timeMs) < 18 ? 5 : 0);
const weekdays = (timeMs: number) => (weekdayOf(timeMs) % 6 === 0 ? 0 : office(timeMs));

/** Local hours of one day in which anything is held for. */
function busyHoursOf(demand: ReturnType<typeof demandFrom>, day: number): number[] {
  const busy = busyHours(demand, { from: day * DAY, to: (day + 1) * DAY }, day * DAY);
  return [...new Set([...busy].flatMap((is, slot) => (is ? [slot / 12] : [])))].filter(Number.isInteger);
}

const ALL_DAY = Array.from({ length: 24 }, (_, hour) => hour);
const OFFICE = ALL_DAY.filter((hour) => hour >= 8 && hour <= 18);

describe('idle hours', () => {
  it.each<[string, (timeMs: number) => number, number, number[]]>([
    ['of office days are the nights, half an hour around them aside', office, 9, OFFICE],
    ['are none while only a day is known', office, 1, ALL_DAY],
    ['of a first Saturday are as those of weekdays', weekdays, 5, OFFICE],
    ['of a third Saturday are the whole day', weekdays, 19, []],
    ['of a third Monday are the nights, though Sunday was idle', weekdays, 21, OFFICE],
    ['are none where something is asked at all times', () => 1, 9, ALL_DAY],
    ['are none where the nights are unknown', (timeMs) => office(timeMs) || NaN, 9, ALL_DAY],
    [
      'end a day after the first night with requests',
      (timeMs) => (timeMs < START + 8 * DAY_MS ? office(timeMs) : 1),
      9,
      ALL_DAY,
    ],
  ])('%s', (_, askedAt, day, expected) => {
    expect(busyHoursOf(demandFrom(START, 30 * DAY, askedAt), day)).toEqual(expected);
  });

  it('are known at the time: no slot rests on what comes after the same time of the day before', () => {
    const before = busyHours(demandFrom(START, 10 * DAY, office), { from: 0, to: 10 * DAY });
    const changed = demandFrom(START, 10 * DAY, (timeMs) => (timeMs < START + 9 * DAY_MS ? office(timeMs) : 9));
    expect([...busyHours(changed, { from: 0, to: 10 * DAY })].slice(0, 9 * DAY)).toEqual([...before].slice(0, 9 * DAY));
  });

  it('are looked for only where there are slots without a request', () => {
    const days = { from: 2 * DAY, to: 9 * DAY };
    expect(hasIdleHours(demandFrom(START, 9 * DAY, office), days)).toBe(true);
    expect(
      hasIdleHours(
        demandFrom(START, 9 * DAY, () => 1),
        days,
      ),
    ).toBe(false);
    // A pause now and then is no idle hour.
    expect(
      hasIdleHours(
        demandFrom(START, 9 * DAY, (timeMs) => (timeMs / 300_000) % 3),
        days,
      ),
    ).toBe(false);
  });

  it('release what is held whatever the forecast', () => {
    const demand = demandFrom(START, 9 * DAY, office);
    const covers = {
      column: (_: number, __: number, { from, to }: { from: number; to: number }) => new Float64Array(to - from),
    };
    const span = { from: 8 * DAY, to: 9 * DAY };
    const limits = { minCapacity: 1, maxCapacity: 100 };
    const recent = { slots: 288, factor: 1 };
    const held = [
      pastLevels({ kind: 'constant', level: 7, released: true }, { demand, covers }, span, limits),
      pastLevels({ kind: 'recent', recent, released: true }, { demand, covers }, span, limits),
      pastLevels(
        { kind: 'forecast', coverQuantile: 0.9, holdSlots: 3, floor: 4, recent: null, released: true },
        { demand, covers },
        span,
        limits,
      ),
    ];
    expect(held.map((levels) => [levels[3 * 12], levels[12 * 12]])).toEqual([
      [1, 7],
      [1, 5],
      [1, 4],
    ]);
  });
});
