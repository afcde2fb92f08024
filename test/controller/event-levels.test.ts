import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../../src/calendar/index.ts';
import type { ForecastPlan } from '../../src/controller/candidates.ts';
import { levelsOf } from '../../src/controller/event-levels.ts';
import type { PlanContext } from '../../src/controller/policy.ts';
import type { Forecast } from '../../src/model.ts';
import { DAY_MS, SLOT_MS } from '../../src/time.ts';
import { demandFrom } from './demand-from.ts';

const NOW = DAY_MS;
const KNOWN = DAY_MS / SLOT_MS;
const PLAN: ForecastPlan = { coverQuantile: 0.9, holdSlots: 1, floor: 0, recent: null };

/** A day with a highest peak of ten, a thousand after it, and a forecast that says the same at all times. */
function contextOf(quantile: number): PlanContext {
  const values = Float64Array.of(quantile, quantile, quantile);
  const peak = [{ level: 0.9, values }];
  const forecast: Forecast = { model: 'made up', startMs: NOW, stepSeconds: 300, mean: values, peak };
  return {
    forecaster: { forecastAt: () => ({ kind: 'forecast', forecast }) },
    demand: demandFrom(0, KNOWN + 3, (timeMs) => (timeMs < NOW ? 1 + ((timeMs / SLOT_MS) % 10) : 1000)),
    covers: { column: (_, __, { from, to }) => new Float64Array(to - from) },
    startMs: NOW,
    slots: values.length,
    nowMs: NOW,
    knownSlots: KNOWN,
  };
}

const event = (effect: Occurrence['effect']): Occurrence[] => [
  { name: 'event', fromMs: NOW + SLOT_MS, toMs: NOW + 2 * SLOT_MS, effect, timeZone: 'UTC' },
];

describe('levelsOf a forecast plan', () => {
  it.each<[string, [number, Partial<ForecastPlan>], Occurrence[], number[]]>([
    ['is what the forecast asks for', [15, {}], [], [15, 15, 15]],
    ['is at most twice the highest peak so far', [1000, {}], [], [20, 20, 20]],
    ["is at most that times an event's own factor", [1000, {}], event({ kind: 'factor', factor: 3 }), [20, 60, 20]],
    [
      'is at most twice the peak in a quiet event, too',
      [1000, {}],
      event({ kind: 'factor', factor: 0.5 }),
      [20, 20, 20],
    ],
    ['is what an event sets', [1000, {}], event({ kind: 'level', level: 80 }), [20, 80, 20]],
    ['is a multiple of the recent peak beyond', [15, { recent: { slots: 10, factor: 5 } }], [], [50, 50, 50]],
  ])('%s', (_, [quantile, plan], occurrences, expected) => {
    expect([...levelsOf({ kind: 'forecast', ...PLAN, ...plan }, contextOf(quantile), occurrences)]).toEqual(expected);
  });
});
