import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolDemandOf, substepLoad, varianceRatio } from '../../src/economics/load.ts';
import type { DemandHistory } from '../../src/model.ts';

function demand(invocations: number[], durationMs: number, stepSeconds = 60) {
  return {
    startMs: 0,
    stepSeconds,
    invocations: Float64Array.from(invocations),
    averageDurationMs: new Float64Array(invocations.length).fill(durationMs),
  };
}

describe('substepLoad', () => {
  it.each<[string, { counts: number[]; durationMs: number; end: number[]; mean: number[] }]>([
    // 60 requests in a minute are one per second.
    [
      'short requests fill and leave their minute',
      { counts: [0, 60, 0], durationMs: 2000, end: [0, 2, 0], mean: [0, 2 - 2 / 60, 2 / 60] },
    ],
    // From 0 at the start to 60 at the end of their minute, and back: 30 on average in each.
    [
      'requests of a minute ramp up over one and down over the next',
      { counts: [60, 0, 0], durationMs: 60_000, end: [60, 0, 0], mean: [30, 30, 0] },
    ],
    [
      'longer ones stay through the next minute',
      { counts: [60, 0, 0, 0], durationMs: 120_000, end: [60, 60, 0, 0], mean: [30, 60, 30, 0] },
    ],
    ['nothing comes of nothing', { counts: [0, 0], durationMs: 5000, end: [0, 0], mean: [0, 0] }],
  ])('%s', (_, { counts, durationMs, end, mean }) => {
    const load = substepLoad(demand(counts, durationMs), 0);
    expect([...load.endLoad]).toEqual(end);
    load.meanLoad.forEach((erlang, i) => expect(erlang).toBeCloseTo(mean[i]!, 10));
  });

  it('approaches and leaves a level exponentially when durations are exponential', () => {
    const load = substepLoad(demand([60, 60, 0], 60_000), 1);
    expect([...load.endLoad].map((erlang) => +erlang.toFixed(6))).toEqual(
      [60 * (1 - Math.exp(-1)), 60 * (1 - Math.exp(-2)), 60 * (Math.exp(-1) - Math.exp(-3))].map((x) => +x.toFixed(6)),
    );
  });

  it('keeps all work: the mean load adds up to requests x duration', () => {
    const counts = fc.array(fc.nat(500), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 200_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, ms, spread) => {
          const padded = [...n, ...new Array<number>(120).fill(0)];
          const load = substepLoad(demand(padded, ms), spread);
          const seconds = load.meanLoad.reduce((sum, erlang) => sum + erlang * 60, 0);
          const work = (n.reduce((a, b) => a + b, 0) * ms) / 1000;
          expect(Math.abs(seconds - work)).toBeLessThanOrEqual(1e-6 * work + 1e-9);
        },
      ),
    );
  });

  it('divides longer steps into equal parts of at most a minute', () => {
    const load = substepLoad(demand([90], 1000, 90), 0);
    expect(load).toMatchObject({ stepSeconds: 45, perStep: 2, countedSeconds: 90 });
    expect([...load.requestsPerSecond]).toEqual([1, 1]);
  });

  it('gives the busiest minute of a step its load and the others what is left', () => {
    const load = substepLoad({ ...demand([60], 1000, 300), busiestLoad: Float64Array.of(0.6) }, 0);
    const counts = [...load.requestsPerSecond].map((rate) => Math.round(rate * 60)).sort((a, b) => b - a);
    expect(counts).toEqual([36, 6, 6, 6, 6]);
    expect(load.countedSeconds).toBe(60);
  });

  it('gives each minute its own requests where all of a step are known, else what the step has', () => {
    const minuteRequests = Float64Array.of(0, 50, 0, 10, 0, 0, NaN, 0, 60, 0, 1, 1, 1, 1, 1);
    const load = substepLoad({ ...demand([60, 60, NaN], 1000, 300), minuteRequests }, 0);
    const counts = [...load.requestsPerSecond].map((rate) => +(rate * 60).toFixed(9));
    expect(counts).toEqual([0, 50, 0, 10, 0, 12, 12, 12, 12, 12, 0, 0, 0, 0, 0]);
    expect([...load.known]).toEqual([...new Array<number>(10).fill(1), 0, 0, 0, 0, 0]);
    expect(load.countedSeconds).toBe(60);
  });

  it.each([
    ['an unknown number of requests', NaN, 100],
    ['requests of unknown duration', 5, NaN],
    ['a negative number', -1, 100],
  ])('does not know a step with %s', (_, requests, durationMs) => {
    const load = substepLoad(demand([requests], durationMs), 0);
    expect(load.known[0]).toBe(0);
    expect(load.endLoad[0]).toBe(0);
  });

  it('knows a step without requests, though it has no duration', () => {
    expect(substepLoad(demand([0], NaN), 0).known[0]).toBe(1);
  });
});

describe('varianceRatio', () => {
  it('is that of Poisson arrivals for short durations, and falls with longer ones', () => {
    expect(varianceRatio(0, 0)).toBe(1);
    expect(varianceRatio(0, 1)).toBe(1);
    for (const spread of [0, 0.5, 1]) {
      let before = 1;
      for (let ratio = 0.01; ratio < 20; ratio *= 1.3) {
        const next = varianceRatio(ratio, spread);
        expect(next).toBeGreaterThan(0);
        expect(next).toBeLessThan(before);
        before = next;
      }
    }
  });

  it('is a third for durations of one step: two parts of steps, each uniform', () => {
    expect(varianceRatio(1, 0)).toBeCloseTo(1 / 3, 10);
  });
});

describe('poolDemandOf', () => {
  const history: DemandHistory = {
    startMs: 0,
    stepSeconds: 300,
    invocations: Float64Array.of(10),
    averageDurationMs: Float64Array.of(100),
    meanConcurrency: Float64Array.of(0.0033),
    peakConcurrency: Float64Array.of(3),
    peakBasis: 'observed',
    peakWindowSeconds: 60,
  };

  it('takes measured maxima as such, and rates as the busiest minute', () => {
    expect(poolDemandOf(history).maxConcurrency).toBe(history.peakConcurrency);
    const ofRates = poolDemandOf({ ...history, peakBasis: 'rate' });
    expect(ofRates.maxConcurrency).toBeUndefined();
    expect(ofRates.busiestLoad).toBe(history.peakConcurrency);
  });

  it.each([
    ['begin with it', 0, [1, 2, 3, 4, 5]],
    ['begin before it', -120_000, [3, 4, 5, 6, 7]],
    ['begin in it', 180_000, [NaN, NaN, NaN, 1, 2]],
    ['begin after it', 600_000, new Array<number>(5).fill(NaN)],
    ['ended before it', -600_000, new Array<number>(5).fill(NaN)],
  ])('brings minutes that %s to its grid', (_, startMs, expected) => {
    const minutes = Float64Array.of(1, 2, 3, 4, 5, 6, 7);
    const byMinute = { startMs, requests: minutes, maxConcurrency: minutes };
    const { minuteRequests, minuteMaxConcurrency } = poolDemandOf({ ...history, byMinute });
    expect([...minuteRequests!]).toEqual(expected);
    expect([...minuteMaxConcurrency!]).toEqual(expected);
    const ofRates = poolDemandOf({ ...history, byMinute: { ...byMinute, maxConcurrency: null } });
    expect(ofRates.minuteMaxConcurrency).toBeUndefined();
  });

  it('has nothing to say about minutes when the rate is of a longer window', () => {
    expect(poolDemandOf({ ...history, peakBasis: 'rate', peakWindowSeconds: 300 }).busiestLoad).toBeUndefined();
  });
});
