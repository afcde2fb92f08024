import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawPeaks, peakDistribution, peakOfRate } from '../../src/forecast/arrivals.ts';

/** A small generator (mulberry32), so that the simulation is the same every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Maxima over consecutive windows of an M/G/infinity queue, event by event; lognormal service times, cv about 0.65. */
function simulateMaxima(m: number, windowSeconds: number, durationSeconds: number, windows: number): number[] {
  const random = generator(Math.round(m * 1000 + durationSeconds));
  const sigma = 0.6;
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const service = () => durationSeconds * Math.exp(sigma * gauss() - (sigma * sigma) / 2);
  const events: [number, number][] = [];
  const warmUp = 20 * durationSeconds;
  const end = warmUp + windows * windowSeconds;
  for (let t = 0; t < end; t += (-Math.log(1 - random()) * durationSeconds) / m) {
    events.push([t, 1], [t + service(), -1]);
  }
  events.sort((a, b) => a[0] - b[0]);
  const maxima = new Array<number>(windows).fill(0);
  let inService = 0;
  let window = 0;
  for (const [at, change] of events) {
    if (at >= end) break;
    const now = Math.floor((at - warmUp) / windowSeconds);
    // A window starts with what is in service when it begins.
    for (; window <= now; window++) maxima[window] = inService;
    inService += change;
    if (now >= 0) maxima[now] = Math.max(maxima[now]!, inService);
  }
  return maxima;
}

describe('the maximum of random arrivals', () => {
  it.each([
    [0.05, 60, 0.1],
    [0.05, 60, 600],
    [0.5, 60, 2],
    [2, 60, 0.5],
    [5, 300, 2],
    [20, 60, 30],
    [20, 300, 600],
    [100, 60, 5],
    [500, 60, 2],
    [500, 60, 120],
  ])(
    'has the distribution of a simulation: mean %d, window %d s, service %d s',
    (m, windowSeconds, durationSeconds) => {
      const perWindow = Math.max(1, ((m / durationSeconds) * windowSeconds) | 0);
      // Windows shorter than the service time repeat each other, so more of them are needed.
      const windows = Math.min(
        60_000,
        Math.max(1000, Math.round((400 * durationSeconds) / windowSeconds)),
        1.5e5 / perWindow,
      );
      const maxima = simulateMaxima(m, windowSeconds, durationSeconds, Math.round(windows)).sort((a, b) => a - b);
      const { first, probability } = peakDistribution(m, windowSeconds, durationSeconds);
      const at = (k: number) => (k < first ? 0 : probability[Math.min(k - first, probability.length - 1)]!);
      for (const share of [0.5, 0.9, 0.99]) {
        const observed = maxima[Math.floor(share * maxima.length)]!;
        const slack = 1 + 0.04 * (observed - m) + 0.01 * m;
        // The model's distribution function passes the share within `slack` of the simulated quantile.
        expect(at(Math.ceil(observed + slack)), `at most ${observed} + ${slack} for ${share}`).toBeGreaterThanOrEqual(
          share,
        );
        expect(at(Math.floor(observed - slack) - 1), `at most ${observed} - ${slack} for ${share}`).toBeLessThan(share);
      }
    },
  );

  it('is a distribution function, for means from a thousandth to tens of thousands', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 4.7, noNaN: true }),
        fc.double({ min: -1, max: 3, noNaN: true }),
        (lm, ld) => {
          const { probability } = peakDistribution(10 ** lm, 60, 10 ** ld);
          for (let i = 1; i < probability.length; i++) {
            expect(probability[i]!).toBeGreaterThanOrEqual(probability[i - 1]! - 1e-9);
          }
          expect(probability.at(-1)).toBeGreaterThan(0.9999);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('grows with the mean and with the level, and is 0 only without load', () => {
    const peakAt = peakOfRate(60, 2);
    expect(peakAt(0, 0.999)).toBe(0);
    expect(peakAt(0.01, 0.999)).toBeGreaterThanOrEqual(1);
    for (const u of [0.1, 0.5, 0.99, 0.9999]) {
      let last = 0;
      for (let m = 0.01; m < 20_000; m *= 1.3) {
        const peak = peakAt(m, u);
        expect(peak).toBeGreaterThanOrEqual(last);
        last = peak;
      }
    }
  });

  it.each([
    { title: 'one request in a minute makes a peak of one', requests: 1, durationSeconds: 2, range: [1, 1] },
    { title: 'two never make three', requests: 2, durationSeconds: 2, range: [1, 2] },
    { title: 'a third of a request on average makes at most one', requests: 1 / 3, durationSeconds: 2, range: [0, 1] },
    {
      title: 'one of ten minutes each minute still meets those before it',
      requests: 1,
      durationSeconds: 600,
      range: [2, 30],
    },
  ])('knows how many came: $title', ({ requests, durationSeconds, range }) => {
    const peakAt = peakOfRate(60, durationSeconds);
    for (const u of [0.001, 0.2, 0.5, 0.9, 0.999]) {
      const peak = peakAt((requests * durationSeconds) / 60, u);
      expect(peak).toBeGreaterThanOrEqual(range[0]!);
      expect(peak).toBeLessThanOrEqual(range[1]!);
    }
  });

  it('draws the same peak for the same step, whatever history it is in', () => {
    const rates = Float64Array.from({ length: 50 }, (_, i) => (i === 7 ? NaN : 3 + i));
    const peakAt = peakOfRate(60, 2);
    const whole = drawPeaks(rates, 1000, peakAt);
    expect(drawPeaks(rates.subarray(20), 1020, peakAt)).toEqual(whole.subarray(20));
    expect(whole[7]).toBeNaN();
    whole.forEach((peak, i) => expect(i === 7 || peak >= rates[i]! - 3).toBe(true));
  });
});
