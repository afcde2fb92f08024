import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCrossProducts, ridge, subtractFitted } from '../../src/forecast/linear-algebra.ts';
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

describe('few independent errors', () => {
  const quantile = (independent: number, level: number) => {
    const errors = Float64Array.from({ length: 999 }, (_, i) => (i - 499) / 100);
    return quantileOf(residualQuantiles(errors, independent), level);
  };

  it('widen the distribution around its median as Student says', () => {
    expect(quantile(8, 0.5)).toBeCloseTo(quantile(1e9, 0.5), 9);
    // sqrt(1 + 1/8) t(7) / z at 0.9: 1.0607 x 1.4149 / 1.2816.
    expect(quantile(8, 0.9) / quantile(1e9, 0.9)).toBeCloseTo(1.171, 2);
    expect(quantile(8, 0.1)).toBeCloseTo(-quantile(8, 0.9), 1);
  });

  it.each([0.9, 0.99, 0.999])('widen it the more the fewer they are, at %d', (level) => {
    const widths = [4, 8, 20, 100, 1e6].map((n) => quantile(n, level));
    for (let i = 1; i < widths.length; i++) expect(widths[i]!).toBeLessThan(widths[i - 1]!);
    expect(quantile(0, level)).toBe(widths[0]);
  });
});

describe('ridge regression', () => {
  const random = uniforms(12);
  const rows = 90;
  const columns = Array.from({ length: 4 }, () => Float64Array.from({ length: rows }, () => random() - 0.5));
  const y = Float64Array.from({ length: rows }, (_, r) => 2 * columns[0]![r]! - columns[2]![r]!);
  const shape = { columns: 5, features: 4, shares: new Float64Array(4) };
  const products = (range: { from: number; to: number }) => {
    const out = new Float64Array(25);
    addCrossProducts([...columns, y], range, out);
    return out;
  };

  it('finds the coefficients that made the data, and 0 for a column of zeros', () => {
    const [coefficients] = ridge(products({ from: 0, to: rows }), shape);
    [2, 0, -1, 0].forEach((c, i) => expect(coefficients![i]!).toBeCloseTo(c, 5));
    const zero = products({ from: 0, to: rows });
    for (let j = 0; j < 5; j++) zero[15 + j] = 0;
    zero[23] = 0;
    expect(ridge(zero, shape)[0]![3]!).toBe(0);
  });

  it('leaves a part out as if it had not been there', () => {
    const total = products({ from: 0, to: rows });
    const [without] = ridge(total, shape, products({ from: 30, to: 50 }));
    const others = products({ from: 0, to: 30 });
    addCrossProducts([...columns, y], { from: 50, to: rows }, others);
    ridge(others, shape)[0]!.forEach((c, i) => expect(without![i]!).toBeCloseTo(c, 9));
  });

  it('holds a coefficient back by its share', () => {
    const single = { columns: 2, features: 1, shares: Float64Array.of(1) };
    const out = new Float64Array(4);
    addCrossProducts([columns[0]!, columns[0]!.map((x) => 3 * x)], { from: 0, to: rows }, out);
    expect(ridge(out, single)[0]![0]!).toBeCloseTo(1.5, 6);
  });

  it('subtracts what is fitted, for odd and even numbers of columns', () => {
    for (const p of [1, 2, 3, 4]) {
      const left = y.slice();
      const factors = Float64Array.from({ length: p }, (_, i) => i + 1);
      subtractFitted(left, factors, columns.slice(0, p), { from: 10, to: 20 });
      expect(left[9]).toBe(y[9]);
      expect(left[20]).toBe(y[20]);
      const fitted = factors.reduce((sum, f, i) => sum + f * columns[i]![15]!, 0);
      expect(left[15]!).toBeCloseTo(y[15]! - fitted, 12);
    }
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

describe('level shifts of a load that is idle for much of the week', () => {
  const base = busyDays(3);
  const officeHours = (from: number, to: number) => (t: number) => {
    const hour = ((t % 288) * 24) / 288;
    return Math.floor(t / 288) % 7 < 5 && hour >= from && hour < to ? base(t, 288) : 0;
  };
  it.each([
    [9, 17, 3, 1],
    [9, 17, 0.3, 2],
    [8, 12, 3, 2],
    [8, 12, 0.3, 3],
  ])('busy from %d to %d only, by %d, are found %d days later', (from, to, factor, daysAgo) => {
    const shape = officeHours(from, to);
    const values = historyOf(25, (t) => shape(t) * (t >= (25 - daysAgo) * 288 ? factor : 1)).peakConcurrency;
    const factors = levelFactors(values, values.length, 300)!;
    expect(Math.abs(Math.log(factors[0]! / factor))).toBeLessThan(0.15);
  });

  it('are not seen in bursts at random', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = uniforms(seed);
      let burst = 0;
      const values = historyOf(21, () => {
        if (random() < 0.002) burst = Math.round(20 + 200 * random());
        else if (random() < 0.05) burst = 0;
        return burst;
      }).peakConcurrency;
      expect(levelFactors(values, values.length, 300), `seed ${seed}`).toBeNull();
    }
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
