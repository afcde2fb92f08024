import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/config.ts';
import { emptyMemory } from '../../src/controller/planner-memory.ts';
import { createPlanner, historyBefore, type PlannerSettings } from '../../src/controller/planner.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import type { DemandHistory } from '../../src/model.ts';
import { historyAt } from '../calendar/support.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const NOW = START + 9 * DAY_MS;
const SETTINGS: PlannerSettings = {
  ...settingsSchema.parse({}),
  coldStartMs: 5000,
  maxCapacity: 100,
  coldStartPriceUsd: 0.3,
};

/** Days with a busy afternoon; what is measured is `factorAt` of it. */
function measured(factorAt: (hoursAgo: number) => number): DemandHistory {
  const history = historyAt({ startMs: START, days: 9 }, (timeMs) => {
    const usual = 12 - 10 * Math.cos((2 * Math.PI * (timeMs - START)) / DAY_MS) + ((timeMs / SLOT_MS) % 7) / 2;
    return Math.round(usual * factorAt((NOW - timeMs) / HOUR_MS));
  });
  return { ...history, invocations: history.invocations.map((peak) => peak * 200) };
}

function planAt(history: DemandHistory, memory = emptyMemory(), settings = SETTINGS, nowMs = NOW) {
  const planned = createPlanner(history, settings, memory).planAt(nowMs);
  if (planned.kind !== 'planned') throw new Error('nothing was planned');
  return { plan: planned.plan, choice: planned.choice! };
}

describe('a planner with the memory of another one', () => {
  it.each<[string, (hoursAgo: number) => number]>([
    ['a gap of three hours yesterday is filled', (hoursAgo) => (hoursAgo > 24 && hoursAgo <= 27 ? NaN : 1)],
    ['the newest steps come late', (hoursAgo) => (hoursAgo <= 2 ? 0.1 : 1)],
    ['all was told wrong', () => 0.5],
  ])('decides anew what rests on metrics that have changed: %s', (_, factorAt) => {
    const memory = emptyMemory();
    const right = measured(() => 1);
    const wrong = planAt(measured(factorAt), memory);
    const [corrected, fresh] = [planAt(right, memory), planAt(right)];
    expect(corrected.plan.policy).toBe(fresh.plan.policy);
    expect(corrected.plan.capacity).toEqual(fresh.plan.capacity);
    // What is warm where the work goes on is found out, not known.
    const off = ({ choice }: typeof fresh) =>
      Math.abs(choice.onDemand.effectiveUsdPerDay / fresh.choice.onDemand.effectiveUsdPerDay - 1);
    expect(off(corrected)).toBeLessThan(1e-3);
    expect(off(corrected)).toBeLessThan(off(wrong) / 3);
  });

  it('does so for steps of another length', () => {
    const hourly = historyAt({ startMs: START, days: 9, stepSeconds: 3600 }, () => 40);
    const memory = emptyMemory();
    planAt(
      measured(() => 1),
      memory,
    );
    expect(planAt(hourly, memory)).toEqual(planAt(hourly));
  });

  it('makes nothing anew while the past stays as it was', () => {
    const memory = emptyMemory();
    planAt(
      historyBefore(
        measured(() => 1),
        NOW - 2 * SLOT_MS,
      ),
      memory,
      SETTINGS,
      NOW - 2 * SLOT_MS,
    );
    const kept = [...memory.covers.entries()];
    const first = [...memory.choices.values()];
    planAt(
      measured(() => 1),
      memory,
    );
    for (const [slotMs, row] of kept) expect(memory.covers.get(slotMs)).toBe(row);
    expect([...memory.choices.values()].slice(0, first.length)).toEqual(first);
    expect(kept.length).toBeGreaterThan(7 * 288);
  });

  it('compares anew what rests on a setting that is learned anew', () => {
    const memory = emptyMemory();
    const choiceWith = (coldStartMs: number, used = memory) =>
      planAt(
        measured(() => 1),
        used,
        { ...SETTINGS, coldStartMs },
      ).choice;
    const first = choiceWith(5000);
    expect(choiceWith(5000)).toBe(first);
    const slower = choiceWith(20_000);
    expect(slower.onDemand.billUsdPerDay).toBeGreaterThan(first.onDemand.billUsdPerDay);
    expect(slower).toEqual(choiceWith(20_000, emptyMemory()));
  });
});
