import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nelderMead } from '../../src/forecast/nelder-mead.ts';
import { levelFactors } from '../../src/forecast/relevel.ts';
import { quantileOf, residualQuantiles } from '../../src/forecast/residual-quantiles.ts';
import { chooseScale, fromScale, seriesToScale } from '../../src/forecast/scale.ts';
import { recurrence } from '../../src/forecast/recurrence.ts';
import { runningMean, runningMedian } from '../../src/forecast/smooth.ts';
import { busyDays, historyOf, uniforms } from './histories.ts';

describe('residual quantiles', () => {
  it('are those of the distribution, also beyond the sample', () => {
    const random = uniforms(4);
    const errors = Float64Array.from({ length: 2000 }, () => -Math.log(1 - random()));
    const sample = residualQuantiles(errors);
    for (const level of [0.1, 0.5, 0.9, 0.99]) {
      expect(Math.abs(quantileOf(sample, level) + Math.log(1 - level))).toBeLessThan(0.35);
    }
    expect(Math.abs(quantileOf(sample, 0.9999) + Math.log(0.0001))).toBeLessThan(2);
  });

  it('ascend with the level and hardly follow a single giant', () => {
    const sorted = Float64Array.from({ length: 800 }, (_, i) => i / 800);
    const before = quantileOf(residualQuantiles(sorted), 0.999);
    sorted[799] = 1000;
    expect(quantileOf(residualQuantiles(sorted), 0.999)).toBeLessThan(before + 0.3);
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 0, maxLength: 60 });
    const level = fc.double({ min: 0.001, max: 0.9999, noNaN: true });
    fc.assert(
      fc.property(values, level, level, (errors, a, b) => {
        const sample = residualQuantiles(Float64Array.from(errors));
        expect(quantileOf(sample, Math.max(a, b))).toBeGreaterThanOrEqual(quantileOf(sample, Math.min(a, b)));
      }),
    );
  });
});

describe('scale', () => {
  it('is the square root for counts and the logarithm for proportional noise', () => {
    expect(chooseScale(historyOf(7, busyDays()).peakConcurrency, 12).kind).toBe('sqrt');
    const random = uniforms(2);
    const proportional = historyOf(7, (t) => 1000 * (1.2 + Math.sin(t / 45)) * (0.7 + 0.6 * random()));
    expect(chooseScale(proportional.peakConcurrency, 12).kind).toBe('log');
  });

  it('maps back to what it came from', () => {
    for (const kind of ['sqrt', 'log'] as const) {
      const scale = { kind, offset: 0.375 };
      const values = Float64Array.of(0, 0.5, 3, 1e9);
      seriesToScale(scale, values).forEach((z, i) => expect(fromScale(scale, z)).toBeCloseTo(values[i]!, 5));
      expect(fromScale(scale, -50)).toBe(0);
    }
  });
});

describe('profiles', () => {
  it('smooth around what is unknown', () => {
    const values = Float64Array.of(1, NaN, 3, 100, 5);
    expect([...runningMean(values, 1)]).toEqual([1, NaN, 51.5, 36, 52.5]);
    expect([...runningMedian(values, 1)]).toEqual([1, NaN, 51.5, 5, 52.5]);
  });

  it('learn a change over days and ignore one odd day', () => {
    const m = 4;
    const random = uniforms(9);
    const values = Float64Array.from({ length: 30 * m }, (_, t) => (t % m) * 10 + random());
    values[20 * m + 1] = 500;
    const expected = recurrence(values, { length: 31 * m, m, clip: 3 });
    expect(Math.abs(expected[21 * m + 1]! - 10.5)).toBeLessThan(1.5);
    expect(Math.abs(expected[30 * m + 3]! - 30.5)).toBeLessThan(0.6);
  });
});

describe('level shifts', () => {
  const base = busyDays(21);
  const usual = historyOf(22, base).peakConcurrency;
  it.each([2, 0.3])('by %d are found within a day and rescale what came before', (factor) => {
    const values = usual.map((y, t) => (t >= 21 * 288 ? factor * y : y));
    const factors = levelFactors(values, values.length, 300)!;
    expect(Math.abs(Math.log(factors[0]! / factor))).toBeLessThan(0.15);
    expect(factors[values.length - 1]).toBe(1);
  });

  it.each([
    ['nothing happened', (y: number) => y],
    ['half a day without any load', (y: number, t: number) => (t >= 21 * 288 && t < 21.5 * 288 ? 0 : y)],
    ['a spike of half an hour', (y: number, t: number) => (t >= 6100 && t < 6106 ? 10 * y : y)],
  ])('are not seen where %s', (_, change) => {
    expect(levelFactors(usual.map(change), usual.length, 300)).toBeNull();
  });
});

it('Nelder-Mead finds the minimum of a curved valley', () => {
  const rosenbrock = ([x, y]: number[]) => (1 - x!) ** 2 + 10 * (y! - x! * x!) ** 2;
  const best = nelderMead(rosenbrock, [-1, 1], { edge: 0.5, maxEvaluations: 300, tolerance: 1e-12 });
  expect(best.value).toBeLessThan(1e-6);
});
