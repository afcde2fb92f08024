import { describe, expect, it } from 'vitest';
import { createPlanner, type PlannerSettings } from '../../src/controller/planner.ts';
import { settingsSchema } from '../../src/config.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { historyAt } from '../calendar/support.ts';

// A Monday.
const START = Date.parse('2026-03-02T00:00:00Z');
/** With fewer than two no forecast plan competes. */
const DAYS = 2;
const LAST_DAY = '2026-03-03';
const NOON = START + DAY_MS + 12 * HOUR_MS;

const SETTINGS: PlannerSettings = {
  ...settingsSchema.parse({}),
  coldStartMs: 5000,
  maxCapacity: 1000,
  coldStartPriceUsd: 0.03,
};

/** A level that wanders from day to day and within it, so that policies that follow do best; on the last day times `factor`. */
function wandering(factor = 1) {
  const lastDayMs = START + (DAYS - 1) * DAY_MS;
  const at = (timeMs: number) => {
    const hours = (timeMs - START) / HOUR_MS;
    return 40 * Math.exp(1.4 * Math.sin((2 * Math.PI * hours) / 15));
  };
  const history = historyAt({ startMs: START, days: DAYS }, (timeMs) =>
    Math.round(at(timeMs) * (timeMs >= lastDayMs ? factor : 1)),
  );
  return { ...history, invocations: history.invocations.map((count) => count * 300) };
}

function planWith(calendar: PlannerSettings['calendar'], { nowMs = NOON, factor = 1 } = {}) {
  const planned = createPlanner(wandering(factor), { ...SETTINGS, calendar }).planAt(nowMs);
  if (planned.kind !== 'planned') throw new Error('nothing was planned');
  expect(planned.choice!.winner.candidate.kind).toBe('recent');
  return planned.plan;
}

const event = (effect: Partial<PlannerSettings['calendar'][number]>, date = LAST_DAY) => [
  { name: 'event', date, ...effect },
];

/** Which policies are averaged may differ a little: fewer days could be compared. Levels hours ago differ by far more. */
function expectAlike(level: number, other: number): void {
  expect(level).toBeGreaterThan(0.8 * other);
  expect(level).toBeLessThan(1.25 * other);
}

describe('a policy that follows the recent peak', () => {
  it('is not touched by a factor of 1', () => {
    expect(planWith(event({ factor: 1 }))).toEqual(planWith([]));
  });

  it.each([1.2, 3, 0.5])('sees in an event of factor %d what comes, and holds that', (factor) => {
    expectAlike(planWith(event({ factor }), { factor }).capacity[0]!, planWith([], { factor }).capacity[0]!);
  });

  it('counts after an event of factor 3 what was seen in it as a third', () => {
    const nowMs = NOON - 10 * MINUTE_MS;
    const launch = [{ name: 'launch', date: LAST_DAY, time: '00:00-12:00', factor: 3 }];
    const { capacity } = planWith(launch, { nowMs, factor: 3 });
    const ordinary = planWith([], { nowMs }).capacity;
    expectAlike(capacity[0]!, 3 * ordinary[0]!);
    expectAlike(capacity[2]!, ordinary[2]!);
  });

  it('follows a day that is like another one once it has begun', () => {
    expectAlike(planWith(event({ like: 'sunday' })).capacity[0]!, planWith([]).capacity[0]!);
  });

  it('takes nothing of what a level was set for', () => {
    const test = [{ name: 'load test', date: LAST_DAY, time: '09:00-12:10', level: 7 }];
    const { capacity } = planWith(test, { nowMs: NOON + 5 * MINUTE_MS });
    expect(capacity[0]).toBe(7);
    expectAlike(capacity[1]!, planWith([], { nowMs: START + DAY_MS + 9 * HOUR_MS }).capacity[0]!);
  });
});
