import { describe, expect, it } from 'vitest';
import { slotDemand } from '../../src/controller/slot-demand.ts';

const DAY_SLOTS = 288;
const START = Date.parse('2026-09-07T00:00:00Z');

/** A steady rate of so many requests in progress, of which the peaks have to be drawn. */
function drawn({ days, load, startMs = START }: { days: number; load: number; startMs?: number }) {
  const series = new Float64Array(days * DAY_SLOTS).fill(load);
  return slotDemand({
    startMs,
    stepSeconds: 300,
    invocations: series.map(() => load * 150),
    averageDurationMs: series.map(() => 2000),
    meanConcurrency: series,
    peakConcurrency: series,
    peakBasis: 'rate',
    peakWindowSeconds: 300,
  });
}

/** How far apart values are that lie so many slots apart, on average. */
function meanDifference(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += Math.abs(values[i]! - values[i - lag]!);
  return sum / (values.length - lag);
}

describe('the drawn peaks of a steady rate', () => {
  const { peaks, highest } = drawn({ days: 35, load: 4000 });

  it.each(Array.from({ length: 28 }, (_, i) => i + 1))('are not those of %i days before', (days) => {
    for (const values of [...peaks, highest]) {
      const apart = meanDifference(values, days * DAY_SLOTS) / meanDifference(values, 97);
      expect(apart).toBeGreaterThan(days === 1 || days % 7 === 0 ? 0.2 : 0.05);
    }
  });

  it('are evenly spread in every hour', () => {
    const sorted = peaks[0]!.toSorted();
    const median = sorted[sorted.length / 2]!;
    for (let hour = 0; hour < 24 * 28; hour++) {
      const above = peaks[0]!.subarray(hour * 12, hour * 12 + 12).filter((peak) => peak > median).length;
      expect(above).toBeGreaterThanOrEqual(4);
      expect(above).toBeLessThanOrEqual(8);
    }
  });

  it('depend on their moment alone', () => {
    const later = drawn({ days: 2, load: 4000, startMs: START + 40 * 60_000 });
    later.peaks.forEach((draw, k) => expect(draw).toEqual(peaks[k]!.subarray(8, 8 + 2 * DAY_SLOTS)));
  });
});

describe('short requests', () => {
  /** A day with so many requests a second, all alike. */
  const needed = (perSecond: number, durationMs: number, peakBasis: 'observed' | 'rate') => {
    const load = (perSecond * durationMs) / 1000;
    const series = (value: number) => new Float64Array(DAY_SLOTS).fill(value);
    return slotDemand({
      startMs: START,
      stepSeconds: 300,
      invocations: series(300 * perSecond),
      averageDurationMs: series(durationMs),
      meanConcurrency: series(load),
      peakConcurrency: series(peakBasis === 'observed' ? Math.ceil(load) : load),
      peakBasis,
      peakWindowSeconds: 300,
    });
  };

  it.each(['observed', 'rate'] as const)(
    "need a tenth of the busiest second's requests, not their concurrency: %s peaks",
    (basis) => {
      // 100 a second and three to five deviations.
      for (const draw of needed(100, 20, basis).peaks) {
        for (const peak of draw) {
          expect(peak).toBeGreaterThanOrEqual(12);
          expect(peak).toBeLessThanOrEqual(15.5);
        }
      }
    },
  );

  it('need no more than they are where they are few', () => {
    expect(Math.max(...needed(0.1, 20, 'rate').highest)).toBeLessThanOrEqual(2);
    expect(new Set(needed(0.1, 20, 'observed').highest)).toEqual(new Set([1]));
  });

  it.each([100, 2000])('are none of %i ms', (durationMs) => {
    expect(new Set(needed(5, durationMs, 'observed').highest)).toEqual(new Set([Math.ceil((5 * durationMs) / 1000)]));
  });

  it('leave unknown slots unknown', () => {
    const { mean, highest } = needed(NaN, 20, 'rate');
    expect([mean[5], highest[5]]).toEqual([NaN, 0]);
  });
});
