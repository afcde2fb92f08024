import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PeakDistribution, type PeakOf } from '../../src/economics/peaks.ts';
import { varianceRatio } from '../../src/economics/load.ts';
import { ArrivalGenerator } from '../../src/twin/arrivals.ts';
import { EnvironmentPool } from '../../src/twin/environments.ts';

const LEVELS = [0.02, 0.1, 0.5, 0.9, 0.99] as const;

function quantiles(given: PeakOf): number[] {
  const distribution = new PeakDistribution();
  distribution.fit(given);
  return LEVELS.map((level) => distribution.quantile(level));
}

function minuteOf(requests: number, durationSeconds: number): PeakOf {
  const load = (requests / 60) * durationSeconds;
  return {
    load,
    varianceRatio: varianceRatio(durationSeconds / 60, 0),
    durationSeconds,
    windowSeconds: 60,
    requests: requests + load,
  };
}

/** Maximum concurrency of many simulated minutes with the same number of requests. */
function simulatedQuantiles(requests: number, durationSeconds: number, minutes: number): number[] {
  const arrivals = new ArrivalGenerator({ seed: 2, stepSeconds: 60, durationVariation: 0 });
  const pool = new EnvironmentPool({ coldStartMs: 0, idleTimeoutSeconds: 600 });
  const maxima = new Float64Array(minutes);
  for (let minute = -2; minute < minutes; minute++) {
    const n = arrivals.generate(minute * 60_000, requests, durationSeconds * 1000);
    for (let i = 0; i < n; i++) {
      pool.invoke(arrivals.arrivalsMs[i]!, arrivals.durationsMs[i]!);
      if (minute >= 0) maxima[minute] = Math.max(maxima[minute]!, pool.concurrency);
    }
  }
  maxima.sort();
  return LEVELS.map((level) => maxima[Math.floor(level * minutes)]!);
}

describe('PeakDistribution', () => {
  it.each([
    [1, 1],
    [5, 2],
    [50, 0.2],
    [50, 2],
    [50, 20],
    [600, 2],
    [600, 20],
    [3000, 20],
  ])('has the quantiles of %i requests a minute of %d s', (requests, durationSeconds) => {
    const given = minuteOf(requests, durationSeconds);
    const modelled = quantiles(given);
    const simulated = simulatedQuantiles(requests, durationSeconds, 3000);
    // Off by one environment, or 0.3 of the standard deviation of the concurrency.
    const tolerance = Math.max(1, 0.3 * Math.sqrt(given.load));
    modelled.forEach((value, i) => expect(Math.abs(value - simulated[i]!)).toBeLessThanOrEqual(tolerance));
  });

  it('takes large loads in strides and loses nothing by it', () => {
    // A deviation of 7.9 is counted one by one, one of 16.1 in twos; both scale with the root of the load.
    const fine = quantiles({ load: 63, varianceRatio: 0.99, durationSeconds: 2, windowSeconds: 60, requests: 1e4 });
    const coarse = quantiles({ load: 260, varianceRatio: 0.99, durationSeconds: 2, windowSeconds: 60, requests: 1e5 });
    coarse.forEach((value, i) => {
      expect(Math.abs((value - 260) / Math.sqrt(260) - (fine[i]! - 63) / Math.sqrt(63))).toBeLessThan(0.35);
    });
  });

  it('is ordered, at least a little above nothing, and never above the requests by more than the load before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.001, max: 300, noNaN: true }),
        (requests, seconds) => {
          const values = quantiles(minuteOf(requests, seconds));
          expect(values).toEqual(values.toSorted((a, b) => a - b));
          expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
          expect(values.at(-1)).toBeGreaterThan(0);
        },
      ),
    );
  });
});
