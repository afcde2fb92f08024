import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Occurrence } from '../../src/calendar/index.ts';
import type { Forecast } from '../../src/model.ts';
import { concurrencyAhead, neighbourPlan, unitsFor } from '../../src/related/plan.ts';

const NEED = { unitsPerConcurrentExecution: 2, minCapacity: 5, maxCapacity: 100 };
const MIDNIGHT = Date.UTC(2026, 10, 23);
const SLOT = 300_000;

/** A forecast whose 0.99 quantile is `p99`; the median is half of it. */
function forecastOf(p99: number[], startMs = MIDNIGHT): Forecast {
  const values = Float64Array.from(p99);
  return {
    model: 'test',
    startMs,
    stepSeconds: 300,
    mean: values.map((value) => value / 3),
    peak: [
      { level: 0.5, values: values.map((value) => value / 2) },
      { level: 0.99, values },
    ],
  };
}

const NOTHING = { occurrences: [], presentLevel: null };
const event = (level: number, fromMs: number, toMs: number): Occurrence => ({
  name: 'sale',
  fromMs,
  toMs,
  effect: { kind: 'level', level },
  timeZone: 'UTC',
});

describe('what a neighbour needs', () => {
  it.each([
    ['half a unit is a whole one', 2.6, 0.5, 2],
    ['no more than it takes, whatever the rounding of fractions', 3, 0.1 + 0.2, 1],
    ['nothing, but for the minimum', 0, 1, 1],
    ['the maximum at most', 1e9, 1, 50],
    ['the maximum where the demand is endless', Infinity, 1, 50],
    ['the minimum where the demand is unknown', NaN, 1, 1],
  ])('is %s', (_, concurrency, units, expected) => {
    const need = { unitsPerConcurrentExecution: units, minCapacity: 1, maxCapacity: 50 };
    expect(unitsFor(concurrency, need)).toBe(expected);
  });

  it('comes from the 0.99 quantile of the peak, not from the median or the mean', () => {
    expect([...concurrencyAhead(forecastOf([10, 20]), [])]).toEqual([10, 20]);
  });

  it('is at least the level of an event, and more where more is forecast', () => {
    const sale = [event(15, MIDNIGHT, MIDNIGHT + 2 * SLOT)];
    expect([...concurrencyAhead(forecastOf([10, 20, 10]), sale)]).toEqual([15, 20, 10]);
  });

  it('counts what is not a number as no demand', () => {
    expect([...concurrencyAhead(forecastOf([NaN, Infinity, 3]), [])]).toEqual([0, 0, 3]);
  });
});

describe('the plan of a neighbour', () => {
  it('holds the highest level of each hour by the clock, so that it falls once an hour at most', () => {
    const hours = [...Array<number>(11).fill(1), 20, ...Array<number>(12).fill(10)];
    const { capacity, baseline } = neighbourPlan(forecastOf(hours), NEED, NOTHING);
    expect([...new Set(capacity.subarray(0, 12))]).toEqual([40]);
    expect([...new Set(capacity.subarray(12))]).toEqual([20]);
    expect(baseline).toBe(5);
  });

  it('keeps what is held until the hour is over, and no longer', () => {
    const from = MIDNIGHT + 40 * 60_000;
    const { capacity } = neighbourPlan(forecastOf(Array<number>(8).fill(5), from), NEED, {
      occurrences: [],
      presentLevel: 60,
    });
    expect([...capacity]).toEqual([60, 60, 60, 60, 10, 10, 10, 10]);
  });

  it('does not keep what exceeds its maximum', () => {
    const { capacity } = neighbourPlan(forecastOf([5]), NEED, { occurrences: [], presentLevel: 101 });
    expect([...capacity]).toEqual([10]);
  });

  it('stays within its bounds, and covers its demand as far as they allow, whatever is forecast', () => {
    const anyForecast = fc.array(fc.oneof(fc.double({ min: 0, max: 1e6 }), fc.constant(NaN)), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyForecast, fc.integer({ min: 0, max: 11 }), fc.option(fc.nat(200)), (p99, slot, presentLevel) => {
        const forecast = forecastOf(p99, MIDNIGHT + slot * SLOT);
        const { capacity } = neighbourPlan(forecast, NEED, { occurrences: [], presentLevel });
        capacity.forEach((level, i) => {
          expect(level).toBeGreaterThanOrEqual(unitsFor(p99[i] ?? 0, NEED));
          expect(level).toBeLessThanOrEqual(100);
        });
      }),
    );
  });
});
