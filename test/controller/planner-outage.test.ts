import { describe, expect, it } from 'vitest';
import { createPlanner, historyBefore, type PlannerSettings } from '../../src/controller/planner.ts';
import { emptyMemory } from '../../src/controller/planner-memory.ts';
import { settingsSchema } from '../../src/config.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { historyAt } from '../calendar/support.ts';

// A Monday.
const START = Date.parse('2026-03-02T00:00:00Z');
const SETTINGS: PlannerSettings = {
  ...settingsSchema.parse({}),
  coldStartMs: 5000,
  maxCapacity: 1000,
  coldStartPriceUsd: 0.3,
};

interface Outage {
  day: number;
  hours: number;
}

/** Days with a calm night and a busy afternoon, and nothing at all from ten on for some hours of one day. */
function days(count: number, outage: Outage | null) {
  const from = outage ? START + outage.day * DAY_MS + 10 * HOUR_MS : Infinity;
  const to = from + (outage?.hours ?? 0) * HOUR_MS;
  const history = historyAt({ startMs: START, days: count }, (timeMs) => {
    const usual = 30 - 25 * Math.cos((2 * Math.PI * (timeMs - START)) / DAY_MS) + ((timeMs / SLOT_MS) % 7) / 2;
    return timeMs >= from && timeMs < to ? 0 : Math.round(usual);
  });
  return { ...history, invocations: history.invocations.map((peak) => peak * 300) };
}

function planAt(history: ReturnType<typeof days>, nowMs: number, memory = emptyMemory()) {
  const planned = createPlanner(historyBefore(history, nowMs), SETTINGS, memory).planAt(nowMs);
  if (planned.kind !== 'planned') throw new Error('nothing was planned');
  return planned;
}

const sum = (levels: Int32Array) => levels.reduce((total, level) => total + level, 0);

describe.each([4, 8])('an outage of a morning on day %d', (day) => {
  const at = (hours: number) => START + day * DAY_MS + hours * HOUR_MS;

  it('neither empties the next morning nor the hours until it is over', () => {
    const [down, up] = [days(day + 1, { day, hours: 3 }), days(day + 1, null)];
    for (const hours of [12.5, 20]) {
      const [after, ordinary] = [planAt(down, at(hours)), planAt(up, at(hours))];
      expect(after.trust.trusted).toBe(true);
      const share = sum(after.plan.capacity) / sum(ordinary.plan.capacity);
      expect(share).toBeGreaterThan(0.85);
      expect(share).toBeLessThan(1.2);
      const ofTomorrow = (levels: Int32Array) => sum(levels.subarray((34 - hours) * 12, (37 - hours) * 12));
      expect(ofTomorrow(after.plan.capacity) / ofTomorrow(ordinary.plan.capacity)).toBeGreaterThan(0.8);
    }
  });

  it('is paid for a few hours where it is for good', () => {
    const off = days(day + 2, { day, hours: 48 });
    const held = [13, 19, 24, 36].map((hours) => planAt(off, at(hours)).plan.capacity[0]!);
    expect(held[0]).toBeGreaterThan(30);
    expect(Math.max(...held.slice(1))).toBeLessThan(3);
  });
});

it('decides across an outage the same with the memory of earlier ticks as without', () => {
  const history = days(6, { day: 4, hours: 9 });
  const memory = emptyMemory();
  for (const hours of [9, 12.5, 15, 18.5]) {
    const nowMs = START + 4 * DAY_MS + hours * HOUR_MS;
    const [remembering, fresh] = [planAt(history, nowMs, memory).plan, planAt(history, nowMs).plan];
    expect(remembering.policy).toBe(fresh.policy);
    expect(Math.abs(sum(remembering.capacity) - sum(fresh.capacity))).toBeLessThanOrEqual(0.01 * sum(fresh.capacity));
  }
});
