import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedDurationMs, planFromForecast, slidingMaximum } from '../../src/controller/policy.ts';
import type { DemandHistory, Forecast } from '../../src/model.ts';

const forecastOf = (peaks: readonly number[], mean = peaks.map((peak) => peak / 2)): Forecast => ({
  model: 'test',
  startMs: 0,
  stepSeconds: 300,
  mean: Float64Array.from(mean),
  peak: [0.5, 0.9, 0.95, 0.99, 0.999].map((level) => ({ level, values: Float64Array.from(peaks) })),
});
const LIMITS = { minCapacity: 0, maxCapacity: 100 };

describe('planFromForecast', () => {
  it('rounds peaks up and holds each for a quarter of an hour on both sides', () => {
    const plan = planFromForecast(forecastOf([0, 0, 0, 0, 2.2, 0, 0, 0, 0]), 2000, LIMITS);
    expect([...plan.capacity]).toEqual([0, 3, 3, 3, 3, 3, 3, 3, 0]);
  });

  it.each([
    ['raises to the minimum', [1], { minCapacity: 4, maxCapacity: 9 }, 4],
    ['cuts at the maximum', [50], { minCapacity: 4, maxCapacity: 9 }, 9],
    ['plans nothing for nothing', [0], LIMITS, 0],
  ])('%s', (_, peaks, limits, expected) => {
    const plan = planFromForecast(forecastOf(peaks), 2000, limits);
    expect(plan.capacity[0]).toBe(expected);
    expect(plan.baseline).toBe(limits.minCapacity);
  });

  it('says so where the maximum cuts the plan', () => {
    expect(planFromForecast(forecastOf([50]), 2000, { minCapacity: 0, maxCapacity: 9 }).reason).toContain(
      'maxCapacity = 9 cuts 1 of 1 slots',
    );
  });

  it.each([
    ['short requests need one environment per ten requests a second', 10, 1, 10],
    ['long requests need one per concurrent execution', 2000, 1, 1],
    ['an unknown duration leaves the rule out', NaN, 1, 1],
  ])('%s', (_, averageDurationMs, mean, expected) => {
    const plan = planFromForecast(forecastOf([1], [mean]), averageDurationMs, LIMITS);
    expect(plan.capacity[0]).toBe(expected);
  });

  it('never plans less for a higher forecast', () => {
    const peaks = fc.array(fc.float({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(peaks, fc.nat(29), fc.float({ min: 0, max: 50, noNaN: true }), (values, at, more) => {
        const raised = values.map((value, i) => (i === at % values.length ? value + more : value));
        const low = planFromForecast(
          forecastOf(
            values,
            values.map(() => 0),
          ),
          2000,
          LIMITS,
        ).capacity;
        const high = planFromForecast(
          forecastOf(
            raised,
            values.map(() => 0),
          ),
          2000,
          LIMITS,
        ).capacity;
        expect(high.every((level, i) => level >= low[i]!)).toBe(true);
      }),
    );
  });
});

describe('slidingMaximum', () => {
  it('looks as far back as ahead and stops at the ends', () => {
    expect([...slidingMaximum(Float64Array.of(1, 5, 2, 0, 0, 3), 1)]).toEqual([5, 5, 5, 2, 3, 3]);
  });
});

describe('expectedDurationMs', () => {
  const history = (durations: number[]): DemandHistory => ({
    startMs: 0,
    stepSeconds: 300,
    invocations: Float64Array.from(durations, () => 1),
    averageDurationMs: Float64Array.from(durations),
    meanConcurrency: Float64Array.from(durations, () => 1),
    peakConcurrency: Float64Array.from(durations, () => 1),
    peakBasis: 'rate',
    peakWindowSeconds: 300,
  });

  it('is the median of the newest day with invocations, so that one slow step does not count', () => {
    const old = Array.from({ length: 500 }, () => 9000);
    const day = Array.from({ length: 288 }, (_, i) => (i === 3 ? 60_000 : 200));
    expect(expectedDurationMs(history([...old, ...day, NaN, NaN]))).toBe(200);
  });

  it('is unknown where nothing was ever invoked', () => {
    expect(expectedDurationMs(history([NaN, NaN]))).toBeNaN();
  });
});
