import { describe, expect, it } from 'vitest';
import { type DemandHistory } from '../../src/model.ts';
import {
  createPlanner,
  emptyMemory,
  historyBefore,
  limitsOf,
  type Planned,
  type PlannerSettings,
} from '../../src/controller/planner.ts';
import { settingsSchema } from '../../src/config.ts';
import { DAY_MS, HOUR_MS } from '../../src/time.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const SETTINGS: PlannerSettings = { ...settingsSchema.parse({}), maxCapacity: 100 };

/** A working day of `busy` concurrent requests, with noise that depends on the slot alone. */
function history(days: number, busy = 12): DemandHistory {
  const mean = Float64Array.from({ length: days * 288 }, (_, slot) => {
    const working = slot % 288 >= 96 && slot % 288 < 216;
    return working ? busy * (1 + 0.2 * Math.sin(slot * 12.9898)) : 0.2;
  });
  return {
    startMs: START,
    stepSeconds: 300,
    invocations: mean.map((value) => value * 150),
    averageDurationMs: mean.map(() => 2000),
    meanConcurrency: mean,
    peakConcurrency: mean,
    peakBasis: 'rate',
    peakWindowSeconds: 300,
  };
}

function planned(result: Planned): Extract<Planned, { kind: 'planned' }> {
  if (result.kind !== 'planned') throw new Error('nothing was planned');
  return result;
}

const planAt = (past: DemandHistory, nowMs: number, settings: Partial<PlannerSettings> = {}) =>
  planned(createPlanner(past, { ...SETTINGS, ...settings }).planAt(nowMs));

describe('createPlanner', () => {
  const WEEK = START + 7 * DAY_MS + 10 * HOUR_MS;

  it('says how much history it has and needs when there is less than a day', () => {
    expect(createPlanner(history(0.5), SETTINGS).planAt(START + 12 * HOUR_MS)).toEqual({
      kind: 'insufficient-history',
      haveSeconds: 43_200,
      needSeconds: 86_400,
    });
  });

  it('covers nearly every peak until there is enough to compare policies', () => {
    const { plan, choice } = planAt(history(3), START + 2.5 * DAY_MS);
    expect(choice).toBeNull();
    expect(plan.policy).toBe('forecast q99, hold 15 min');
    expect(plan.reason).toContain('too little history to compare policies');
  });

  it('holds nothing where a cold start is worth nothing, and the working day where it is dear', () => {
    const past = history(9);
    const cheap = planAt(past, WEEK, { coldStartPriceUsd: 0 });
    const dear = planAt(past, WEEK, { coldStartPriceUsd: 1 });
    expect(dear.choice!.winner.candidate.kind).not.toBe('on-demand');
    expect(dear.choice!.winner.coldStarts).toBeLessThan(cheap.choice!.winner.coldStarts);
    expect(dear.plan.capacity[6]).toBeGreaterThanOrEqual(12);
  });

  it('keeps a ceiling on the rate of cold starts', () => {
    const { choice } = planAt(history(9), WEEK, { maxColdStartRate: 0.001 });
    expect(choice!.objectiveMet).toBe(true);
    expect(choice!.winner.coldStartRate).toBeLessThanOrEqual(0.001);
  });

  it('never plans beyond the limits', () => {
    const { plan } = planAt(history(9, 40), WEEK, { coldStartPriceUsd: 1, minCapacity: 2, maxCapacity: 9 });
    expect(Math.max(...plan.capacity)).toBe(9);
    expect(Math.min(...plan.capacity)).toBeGreaterThanOrEqual(2);
  });

  it('looks at nothing from its moment on', () => {
    const long = history(12);
    const longer = {
      ...long,
      meanConcurrency: long.meanConcurrency.map((value, i) => (i * 300_000 + START < WEEK ? value : 500)),
    };
    const cut = historyBefore(long, WEEK);
    const [a, b, c] = [long, longer, cut].map((past) => planAt(past, WEEK, { coldStartPriceUsd: 0.1 }));
    expect(a!.plan).toEqual(c!.plan);
    expect(b!.plan).toEqual(c!.plan);
    expect(a!.forecast).toEqual(c!.forecast);
  });

  it('decides the same with the memory of earlier ticks as without', () => {
    const past = history(9);
    const memory = emptyMemory();
    for (let tick = 0; tick < 6; tick++) {
      const nowMs = WEEK + tick * 5 * 60_000;
      const remembering = planned(
        createPlanner(historyBefore(past, nowMs), { ...SETTINGS, coldStartPriceUsd: 0.3 }, memory).planAt(nowMs),
      );
      expect(remembering.plan).toEqual(planAt(historyBefore(past, nowMs), nowMs, { coldStartPriceUsd: 0.3 }).plan);
    }
  });
});

describe('limitsOf', () => {
  it.each([
    ['a budget of 110 USD holds five environments of 2 GB', { monthlyBudgetUsd: 110 }, 5],
    ['twice as many of 1 GB', { monthlyBudgetUsd: 110, memoryMb: 1024 }, 10],
    ['a large budget leaves the maximum', { monthlyBudgetUsd: 1e6 }, 100],
    ['a budget too small for one leaves the minimum', { monthlyBudgetUsd: 1, minCapacity: 1 }, 1],
    ['no budget leaves the maximum', {}, 100],
  ])('%s', (_, settings, expected) => {
    expect(limitsOf({ ...SETTINGS, ...settings }).maxCapacity).toBe(expected);
  });
});
