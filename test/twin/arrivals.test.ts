import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalGenerator } from '../../src/twin/arrivals.ts';

const START_MS = Date.UTC(2026, 0, 5);

function generator(overrides: Partial<ConstructorParameters<typeof ArrivalGenerator>[0]> = {}): ArrivalGenerator {
  return new ArrivalGenerator({ seed: 7, stepSeconds: 60, durationVariation: 0, ...overrides });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('ArrivalGenerator', () => {
  it('gives the same step whatever was generated before it', () => {
    const alone = generator({ durationVariation: 1 });
    const after = generator({ durationVariation: 1 });
    for (let i = 0; i < 5; i++) after.generate(START_MS + i * 60_000, 37.5 * i, 100);
    for (const g of [alone, after]) g.generate(START_MS + 300_000, 80.5, 250);
    expect(after.count).toBe(alone.count);
    expect(after.arrivalsMs.slice(0, after.count)).toEqual(alone.arrivalsMs.slice(0, alone.count));
    expect(after.durationsMs.slice(0, after.count)).toEqual(alone.durationsMs.slice(0, alone.count));
  });

  it.each([
    ['another seed', { seed: 8 }, START_MS],
    ['a seed that differs above 32 bits only', { seed: 7 + 2 ** 32 }, START_MS],
    ['another step', {}, START_MS + 60_000],
  ])('gives other arrivals for %s', (_, overrides, startMs) => {
    const first = generator();
    const second = generator(overrides);
    first.generate(START_MS, 5, 1);
    second.generate(startMs, 5, 1);
    expect(second.arrivalsMs[0]! - startMs).not.toBe(first.arrivalsMs[0]! - START_MS);
  });

  it('keeps arrivals in order and inside their step', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 3000, noNaN: true }), fc.nat(1e6), (seed, count, step) => {
        const g = generator({ seed });
        const startMs = START_MS + step * 60_000;
        const n = g.generate(startMs, count, 10);
        expect(Math.abs(n - count)).toBeLessThan(1);
        const arrivals = g.arrivalsMs.slice(0, n);
        expect(arrivals).toEqual(arrivals.toSorted());
        expect(arrivals.every((ms) => ms >= startMs && ms < startMs + 60_000)).toBe(true);
      }),
    );
  });

  it('spreads arrivals evenly: a chi-square of 60 bins stays below its 99.9 % point', () => {
    const g = generator();
    const bins = new Float64Array(60);
    const n = g.generate(START_MS, 60_000, 1);
    for (let i = 0; i < n; i++) bins[Math.floor((g.arrivalsMs[i]! - START_MS) / 1000)]!++;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(98.3); // 59 degrees of freedom
    expect(chiSquare).toBeGreaterThan(29.6); // nor more regular than chance: 0.1 % point
  });

  it('rounds fractional counts so that their average is kept', () => {
    const g = generator();
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += g.generate(START_MS + i * 60_000, 0.3, 1);
    expect(sum / 20_000).toBeCloseTo(0.3, 1.9); // 4 standard errors are 0.013
  });

  it.each([
    ['zero', 0],
    ['an unknown count', Number.NaN],
    ['a negative count', -3],
  ])('makes an empty step of %s', (_, count) => {
    expect(generator().generate(START_MS, count, 1)).toBe(0);
  });

  it('refuses requests of unknown duration, but not an empty step', () => {
    expect(() => generator().generate(START_MS, 3, Number.NaN)).toThrow(RangeError);
    expect(generator().generate(START_MS, 0, Number.NaN)).toBe(0);
  });

  it('keeps the average and variation of lognormal durations', () => {
    const g = generator({ durationVariation: 0.5 });
    const n = g.generate(START_MS, 200_001, 400);
    const values = g.durationsMs.slice(0, n);
    const average = mean(values);
    expect(average).toBeCloseTo(400, -0.6); // 4 standard errors are 1.8
    const variation = Math.sqrt(mean(values.map((value) => (value - average) ** 2))) / average;
    expect(variation).toBeCloseTo(0.5, 1.7);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThan(0);
  });

  it('makes durations equal without variation', () => {
    const g = generator();
    const n = g.generate(START_MS, 1000, 123);
    expect(new Set(g.durationsMs.slice(0, n))).toEqual(new Set([123]));
  });
});
