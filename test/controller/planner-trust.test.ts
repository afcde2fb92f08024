import { describe, expect, it } from 'vitest';
import { createPlanner, type PlannerSettings } from '../../src/controller/planner.ts';
import { settingsSchema } from '../../src/config.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { historyAt } from '../calendar/support.ts';

// A Monday.
const START = Date.parse('2026-03-02T00:00:00Z');
const CHANGE = START + 5 * DAY_MS;
const SETTINGS: PlannerSettings = {
  ...settingsSchema.parse({}),
  coldStartMs: 5000,
  maxCapacity: 1000,
  coldStartPriceUsd: 0.3,
};

/** A calm night and a busy afternoon, times `factor` from the sixth day on. */
function demandAt(timeMs: number, factor: number): number {
  const usual = 30 - 25 * Math.cos((2 * Math.PI * (timeMs - START)) / DAY_MS) + ((timeMs / SLOT_MS) % 7) / 2;
  return Math.round(usual * (timeMs >= CHANGE ? factor : 1));
}

function planAfter(hours: number, factor: number) {
  const days = 5 + Math.ceil(hours / 24);
  const history = historyAt({ startMs: START, days }, (timeMs) => demandAt(timeMs, factor));
  const requests = { ...history, invocations: history.invocations.map((peak) => peak * 300) };
  const planned = createPlanner(requests, SETTINGS).planAt(CHANGE + hours * HOUR_MS);
  if (planned.kind !== 'planned') throw new Error('nothing was planned');
  return planned;
}

describe('a forecast that is not trusted', () => {
  it.each([
    ['asks for far too much after demand fell to a tenth', 0.1, 6],
    ['is far too low after it rose to five times', 5, 4],
  ])('gives way to what follows, until it is good again: one that %s', (_, factor, hours) => {
    const { plan, choice, trust } = planAfter(hours, factor);
    expect(trust.trusted).toBe(false);
    expect(choice!.winner.candidate.kind).toBe('forecast');
    expect(plan.policy).toMatch(/^peak of the last/);
    expect(plan.reason).toMatch(/^the forecast is not trusted/);
    const now = demandAt(CHANGE + hours * HOUR_MS, factor);
    expect(plan.capacity[0]).toBeGreaterThanOrEqual(now);
    expect(plan.capacity[0]).toBeLessThan(1.5 * now);
    expect(planAfter(hours + 48, factor).trust.trusted).toBe(true);
  });
});
