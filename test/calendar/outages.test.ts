import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskTraining } from '../../src/calendar/index.ts';
import { detectOutages, outagesKnownAt } from '../../src/calendar/outages.ts';
import { DAY_MS, HOUR_MS, isoUtc, MINUTE_MS, SLOT_MS } from '../../src/time.ts';
import { historyAt } from './support.ts';

// A Monday.
const START = Date.UTC(2026, 8, 7);
const WEEKS = 5;
const THEN = START + 4 * 7 * DAY_MS + DAY_MS + 10 * HOUR_MS;

const isWeekend = (timeMs: number) => Math.floor((timeMs - START) / DAY_MS) % 7 >= 5;
const hourOf = (timeMs: number) => (timeMs % DAY_MS) / HOUR_MS;
/** Requests per step of five minutes. */
const around = (timeMs: number) => 600 + 300 * Math.sin((timeMs / DAY_MS) * 2 * Math.PI) + ((timeMs / SLOT_MS) % 13);
const atWork = (timeMs: number) =>
  isWeekend(timeMs) || hourOf(timeMs) < 8 || hourOf(timeMs) >= 18 ? 0 : around(timeMs);
const inside = (timeMs: number, fromMs: number, lengthMs: number) => timeMs >= fromMs && timeMs < fromMs + lengthMs;

function found(valueAt: (timeMs: number) => number, { stepSeconds = 300, days = WEEKS * 7, timeZone = 'UTC' } = {}) {
  return detectOutages(historyAt({ startMs: START, days, stepSeconds }, valueAt), timeZone);
}

/** A busy service that is down from THEN on. */
const downFor = (lengthMs: number, usual = around, rest = 0) =>
  found((timeMs) => (inside(timeMs, THEN, lengthMs) ? rest : usual(timeMs)));

describe('detectOutages finds', () => {
  it.each([
    ['a quarter of an hour', 15 * MINUTE_MS],
    ['two hours', 2 * HOUR_MS],
    ['nearly a day', 23 * HOUR_MS],
  ])('%s of silence, with a step on either side', (_, lengthMs) => {
    expect(downFor(lengthMs)).toEqual([
      {
        fromMs: THEN - SLOT_MS,
        toMs: THEN + lengthMs + SLOT_MS,
        knownFromMs: THEN + 15 * MINUTE_MS,
        releasedFromMs: lengthMs > 8 * HOUR_MS ? THEN + 8 * HOUR_MS : Infinity,
        againFromMs: THEN + lengthMs + SLOT_MS,
      },
    ]);
  });

  it('one in which a few requests came through', () => {
    expect(downFor(HOUR_MS, around, 10)).toHaveLength(1);
  });

  it('one that begins in the middle of a step', () => {
    const outages = found((timeMs) => (inside(timeMs, THEN, HOUR_MS) ? (timeMs === THEN ? 200 : 0) : around(timeMs)));
    expect(outages.map(({ fromMs }) => fromMs)).toEqual([THEN]);
  });

  it('one with a slow recovery, to its end', () => {
    const outages = found((timeMs) =>
      inside(timeMs, THEN, 2 * HOUR_MS) ? (timeMs < THEN + HOUR_MS ? 0 : around(timeMs) / 10) : around(timeMs),
    );
    expect(outages.map(({ toMs }) => toMs)).toEqual([THEN + 2 * HOUR_MS + SLOT_MS]);
  });

  it('one of a service that works by day', () => {
    expect(downFor(HOUR_MS, atWork)).toHaveLength(1);
  });

  it('one that lasts until closing time, and the next one', () => {
    const next = THEN + 2 * DAY_MS;
    const outages = found((timeMs) =>
      inside(timeMs, THEN, DAY_MS / 2) || inside(timeMs, next, HOUR_MS) ? 0 : atWork(timeMs),
    );
    expect(outages.map(({ fromMs, toMs }) => [fromMs, toMs].map(isoUtc))).toEqual([
      ['2026-10-06T09:55:00Z', '2026-10-06T18:05:00Z'],
      ['2026-10-08T09:55:00Z', '2026-10-08T11:05:00Z'],
    ]);
  });

  it('one in hourly data', () => {
    const outages = found((timeMs) => (inside(timeMs, THEN, 2 * HOUR_MS) ? 0 : 12 * around(timeMs)), {
      stepSeconds: 3600,
    });
    expect(outages).toEqual([
      {
        fromMs: THEN - HOUR_MS,
        toMs: THEN + 3 * HOUR_MS,
        knownFromMs: THEN + HOUR_MS,
        releasedFromMs: Infinity,
        againFromMs: THEN + 3 * HOUR_MS,
      },
    ]);
  });

  it('one, and not the next at the same time of the next week, which was silent in the week before', () => {
    const first = THEN - 7 * DAY_MS;
    const outages = found((timeMs) =>
      inside(timeMs, first, HOUR_MS) || inside(timeMs, THEN, HOUR_MS) ? 0 : around(timeMs),
    );
    expect(outages.map(({ fromMs }) => fromMs)).toEqual([first - SLOT_MS]);
  });

  it('one when an earlier week is unknown', () => {
    const outages = found((timeMs) =>
      inside(timeMs, THEN, HOUR_MS) ? 0 : inside(timeMs, START, 9 * DAY_MS) ? NaN : around(timeMs),
    );
    expect(outages).toHaveLength(1);
  });
});

describe('detectOutages finds nothing in', () => {
  it.each<[string, (timeMs: number) => number]>([
    ['a service that is never quiet', around],
    ['nights and weekends', atWork],
    ['a dip of ten minutes', (timeMs) => (inside(timeMs, THEN, 10 * MINUTE_MS) ? 0 : around(timeMs))],
    ['a fall to a tenth', (timeMs) => (inside(timeMs, THEN, 2 * HOUR_MS) ? around(timeMs) / 10 : around(timeMs))],
    ['unknown hours', (timeMs) => (inside(timeMs, THEN, 2 * HOUR_MS) ? NaN : around(timeMs))],
    ['a day off that begins at night', (timeMs) => (inside(timeMs, THEN - 10 * HOUR_MS, DAY_MS) ? 0 : atWork(timeMs))],
    ['a small workload', (timeMs) => (inside(timeMs, THEN, 2 * HOUR_MS) ? 0 : 40)],
    ['an idle one', () => 0],
    [
      'an intermittent one',
      (timeMs) => {
        const slot = Math.floor(timeMs / SLOT_MS);
        return ((slot * 2_654_435_761) >>> 0) % 100 < 30 ? 800 : 0;
      },
    ],
    ['a weekly batch that stays away', (timeMs) => (timeMs < THEN - DAY_MS && isWeekend(timeMs) ? 900 : 0)],
    [
      'a service wound down over hours',
      (timeMs) => around(timeMs) * Math.max(0, Math.min(1, 1 - (timeMs - THEN) / (6 * HOUR_MS))),
    ],
    [
      'silence in the first three days',
      (timeMs) => (inside(timeMs, START + 2.9 * DAY_MS, HOUR_MS) ? 0 : around(timeMs)),
    ],
    [
      'next to nothing in the first two weeks',
      (timeMs) => (inside(timeMs, START + 13.5 * DAY_MS, HOUR_MS) ? 1 : around(timeMs)),
    ],
  ])('%s', (_, valueAt) => {
    expect(found(valueAt)).toEqual([]);
  });

  it.each([
    ['spring', '2026-03-29T01:00:00Z'],
    ['autumn', '2026-10-25T01:00:00Z'],
  ])('office hours in local time after clocks change in %s', (_, change) => {
    const changeMs = Date.parse(change);
    const startMs = changeMs - 21 * DAY_MS;
    const berlin = (timeMs: number) =>
      timeMs + (changeMs < Date.UTC(2026, 6, 1) === timeMs >= changeMs ? 2 : 1) * HOUR_MS;
    const open = (timeMs: number) => (hourOf(berlin(timeMs)) >= 9 && hourOf(berlin(timeMs)) < 17 ? 900 : 0);
    const history = historyAt({ startMs, days: 35 }, open);
    expect(detectOutages(history, 'Europe/Berlin')).toEqual([]);
    // Seen by UTC, closing an hour earlier looks like one, for a week.
    expect(detectOutages(history).length).toBe(changeMs < Date.UTC(2026, 6, 1) ? 7 : 0);
  });
});

describe('before two weeks are known', () => {
  const at = (days: number, hours: number) => START + days * DAY_MS + hours * HOUR_MS;

  it.each([
    ['on the fourth day', at(3, 12)],
    ['in the second week', at(8, 9)],
    ['on a Saturday', at(5, 12)],
    ['after a gap', at(9, 12)],
  ])('an outage %s is found by the days before', (_, fromMs) => {
    const unknown = (timeMs: number) => inside(timeMs, at(6, 0), DAY_MS);
    const outages = found(
      (timeMs) => (inside(timeMs, fromMs, 2 * HOUR_MS) ? 0 : unknown(timeMs) ? NaN : around(timeMs)),
      { days: 13 },
    );
    expect(outages.map((outage) => [outage.fromMs, outage.toMs])).toEqual([
      [fromMs - SLOT_MS, fromMs + 2 * HOUR_MS + SLOT_MS],
    ]);
  });

  it.each([5, 6, 7, 9, 12, 13])('no idle weekend or night is one, with %i days of history', (days) => {
    expect(found(atWork, { days })).toEqual([]);
    // Idle on weekends alone, from midnight on: for eight hours it might be an outage, on the first one.
    const weekdays = found((timeMs) => (isWeekend(timeMs) ? 0 : around(timeMs)), { days });
    expect(weekdays.map(({ fromMs }) => fromMs)).toEqual(days > 5 ? [at(5, 0) - SLOT_MS] : []);
    for (const hours of [9, 30, 80]) expect(outagesKnownAt(weekdays, at(5, hours))).toEqual([]);
  });

  it('what is silent at the same time again is no outage', () => {
    const outages = found(
      (timeMs) => ([8, 9].some((day) => inside(timeMs, at(day, 12), HOUR_MS)) ? 0 : around(timeMs)),
      {
        days: 13,
      },
    );
    expect(outages).toHaveLength(1);
  });
});

describe('what lasts', () => {
  const statesOf = (lengthMs: number, afterHours: number[], days?: number) => {
    const fromMs = days === undefined ? THEN : START + days * DAY_MS;
    const outages = found((timeMs) => (inside(timeMs, fromMs, lengthMs) ? 0 : around(timeMs)));
    return afterHours.map((hours) => outagesKnownAt(outages, fromMs + hours * HOUR_MS).length);
  };

  it.each([
    ['in the fifth week', undefined],
    ['in the second', 8.5],
  ])('may be for good after eight hours, and was an outage once demand is back, %s', (_, days) => {
    expect(statesOf(10 * HOUR_MS, [0, 0.25, 7.9, 8, 9.9, 10.1, 100], days)).toEqual([0, 1, 1, 0, 0, 1, 1]);
    expect(statesOf(8 * HOUR_MS, [0.25, 7.9, 8, 8.1, 100], days)).toEqual([1, 1, 0, 1, 1]);
  });

  it.each([
    ['in the fifth week', undefined],
    ['in the second', 8.5],
  ])('is the new normal after a day, %s', (_, days) => {
    expect(statesOf(50 * DAY_MS, [0.25, 7.9, 8, 23, 25, 49, 100], days)).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect(statesOf(25 * HOUR_MS, [7.9, 8, 24, 25, 26, 100], days)).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('until closing time is an outage once there is demand on the next day', () => {
    const [outage] = downFor(10 * HOUR_MS, (timeMs) =>
      hourOf(timeMs) < 6 || hourOf(timeMs) >= 20 ? 0 : around(timeMs),
    );
    const known = (hours: number) => outagesKnownAt(outage ? [outage] : [], THEN + hours * HOUR_MS).length;
    expect([7, 9, 15, 23].map(known)).toEqual([1, 0, 0, 1]);
  });
});

it('knew at each moment only what came before it', () => {
  const history = historyAt({ startMs: START, days: WEEKS * 7 }, (timeMs) =>
    inside(timeMs, THEN, 3 * HOUR_MS) || inside(timeMs, THEN + 2 * DAY_MS, 30 * HOUR_MS) ? 0 : around(timeMs),
  );
  const all = detectOutages(history);
  expect(all).toHaveLength(2);
  const seen = (timeMs: number) => (timeMs - START) / SLOT_MS;
  const maskedBefore = (outages: typeof all, timeMs: number) => {
    const masked = maskTraining(history, outagesKnownAt(outages, timeMs)).meanConcurrency.subarray(0, seen(timeMs));
    return masked.reduce((sum, value, t) => sum + (Number.isNaN(value) ? t : 0), 0);
  };
  fc.assert(
    fc.property(fc.integer({ min: -5, max: 80 * 12 }), (slots) => {
      const nowMs = THEN + slots * SLOT_MS;
      const cut = {
        ...history,
        invocations: history.invocations.subarray(0, seen(nowMs)),
        meanConcurrency: history.meanConcurrency.subarray(0, seen(nowMs)),
      };
      expect(maskedBefore(detectOutages(cut), nowMs)).toBe(maskedBefore(all, nowMs));
    }),
    // Around where the long one is found, may be for good, and is so.
    { numRuns: 60, examples: [[578], [579], [671], [672], [673], [863], [864]] },
  );
});
