import { describe, expect, it } from 'vitest';
import { type DemandHistory } from '../../src/model.ts';
import { createPlanner, historyBefore, type Planned, type PlannerSettings } from '../../src/controller/planner.ts';
import { emptyMemory } from '../../src/controller/planner-memory.ts';
import { maskTraining } from '../../src/calendar/index.ts';
import { settingsSchema } from '../../src/config.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/time.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const SETTINGS: PlannerSettings = { ...settingsSchema.parse({}), coldStartMs: 5000, maxCapacity: 100 };

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

/** The same with fewer, longer steps. */
function inSteps(fine: DemandHistory, minutes: number): DemandHistory {
  const slots = minutes / 5;
  const every = (values: Float64Array) => values.filter((_, i) => i % slots === 0);
  return {
    ...fine,
    stepSeconds: minutes * 60,
    invocations: every(fine.invocations).map((count) => count * slots),
    averageDurationMs: every(fine.averageDurationMs),
    meanConcurrency: every(fine.meanConcurrency),
    peakConcurrency: every(fine.peakConcurrency),
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

  it.each([
    ['days alone in the first week', 5, [1]],
    ['days and weeks from then on', 8, [1, 7]],
  ])('repeats %s', (_, days, expected) => {
    const { ranked } = planAt(history(9), START + days * DAY_MS, { coldStartPriceUsd: 1 }).choice!;
    const repeated = ranked.flatMap(({ candidate }) => (candidate.kind === 'repeat' ? [candidate.days] : []));
    expect([...new Set(repeated)].toSorted()).toEqual(expected);
  });

  it.each([
    ['what needs no forecast, once there is a day to compare', 1.6, false],
    ['forecast plans, too, after two days', 2.3, true],
  ])('compares %s', (_, days, hasForecasts) => {
    const { choice } = planAt(history(3), START + days * DAY_MS, { coldStartPriceUsd: 1 });
    expect(choice!.bestForecast !== null).toBe(hasForecasts);
  });

  it.each([
    ['18 hours of whole blocks are known', 0, true],
    ['five minutes of those are not, though more than a day is', 5, false],
  ])('holds nothing beyond the minimum until there is enough to compare: %s', (_, minutes, isEnough) => {
    const noonMs = START + 12 * HOUR_MS;
    const unknown = { fromMs: noonMs, toMs: noonMs + minutes * MINUTE_MS };
    const past = maskTraining({ ...history(2), startMs: START + HOUR_MS }, [unknown]);
    const { plan, choice } = planAt(past, START + 29 * HOUR_MS, { coldStartPriceUsd: 1, minCapacity: 1 });
    expect(choice !== null).toBe(isEnough);
    expect(plan.capacity.every((level) => level === 1)).toBe(!isEnough);
  });

  it('without news holds a constant level, then the minimum', () => {
    const planner = createPlanner(history(9), { ...SETTINGS, coldStartPriceUsd: 1, minCapacity: 1 });
    const constant = planned(planner.planAt(WEEK, 'constant')).plan;
    expect(new Set(constant.capacity).size).toBe(1);
    expect(constant.capacity[0]).toBeGreaterThan(1);
    expect(new Set(planned(planner.planAt(WEEK, 'release')).plan.capacity)).toEqual(new Set([1]));
  });

  it('holds nothing where a cold start is worth nothing, and the working day where it is dear', () => {
    const past = history(9);
    const cheap = planAt(past, WEEK, { coldStartPriceUsd: 0 });
    const dear = planAt(past, WEEK, { coldStartPriceUsd: 1 });
    expect(dear.choice!.winner.candidate.kind).not.toBe('on-demand');
    expect(dear.choice!.winner.coldStartsPerDay).toBeLessThan(cheap.choice!.winner.coldStartsPerDay);
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

  it.each([
    [5, 0],
    [10, 5],
    [60, 40],
  ])('looks at nothing from its moment on, in steps of %i minutes %i minutes into one', (minutes, intoMinutes) => {
    const nowMs = WEEK + intoMinutes * 60_000;
    const long = inSteps(history(12), minutes);
    const longer = {
      ...long,
      meanConcurrency: long.meanConcurrency.map((value, i) =>
        (i + 1) * minutes * 60_000 + START <= nowMs ? value : 500,
      ),
      peakConcurrency: long.peakConcurrency.map((value, i) =>
        (i + 1) * minutes * 60_000 + START <= nowMs ? value : 500,
      ),
    };
    const cut = historyBefore(long, nowMs);
    const [a, b, c] = [long, longer, cut].map((past) => planAt(past, nowMs, { coldStartPriceUsd: 0.1 }));
    expect(a!.plan).toEqual(c!.plan);
    expect(b!.plan).toEqual(c!.plan);
    expect(a!.forecast).toEqual(c!.forecast);
  });

  it('holds the mean of policies that did about as well, and says which', () => {
    const { plan, choice } = planAt(history(9), WEEK, { coldStartPriceUsd: 1 });
    expect(plan.policy).toBe(choice!.winner.name);
    expect(plan.reason).toMatch(/the plan is the mean of [2-5] policies/);
    expect(plan.reason).toContain(`${choice!.ranked[1]!.name} (`);
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
