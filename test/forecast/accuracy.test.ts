import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverage, mase, pinballLoss, seasonalNaiveError } from '../../src/forecast/accuracy.ts';
import { rollingOrigin } from '../../src/forecast/backtest.ts';

describe('scores', () => {
  it.each([
    [10, 8, 0.9, 1.8],
    [8, 10, 0.9, 0.2],
    [8, 8, 0.3, 0],
  ])('charges %d against a forecast of %d at %d with %d', (actual, forecast, level, loss) => {
    expect(pinballLoss(actual, forecast, level)).toBeCloseTo(loss, 12);
  });

  it('is least, in the mean, at the quantile of the level', () => {
    const sample = Array.from({ length: 101 }, (_, i) => i);
    const lossOf = (q: number) => sample.reduce((sum, y) => sum + pinballLoss(y, q, 0.9), 0);
    fc.assert(fc.property(fc.integer({ min: 0, max: 100 }), (q) => lossOf(90) <= lossOf(q) + 1e-9));
  });

  it('counts a value that equals its forecast as covered, and no unknown ones', () => {
    expect(coverage([1, 2, NaN, 4], [1, 1, 9, 9])).toBeCloseTo(2 / 3, 12);
    expect(coverage([], [])).toBeNaN();
  });

  it('scales errors by those of the seasonal naive forecast', () => {
    const values = Float64Array.of(1, 5, 2, 7, NaN, 9);
    // |2-1|, |7-5|, |9-7|; the unknown step makes no pair.
    const scale = seasonalNaiveError(values, 2, { from: 0, to: 6 });
    expect(scale).toBeCloseTo(5 / 3, 12);
    expect(mase([4, NaN, 6], [5, 1, 9], scale)).toBeCloseTo(2 / scale, 12);
    expect(seasonalNaiveError(Float64Array.of(3, 3, 3), 1, { from: 0, to: 3 })).toBeNaN();
    expect(mase([], [], 1)).toBeNaN();
  });
});

describe('rolling origin', () => {
  const values = Float64Array.from({ length: 40 }, (_, t) => t);

  it('asks at each origin and scores the step at its lead', () => {
    const asked: number[] = [];
    const result = rollingOrigin(
      values,
      (origin) => {
        asked.push(origin);
        return [[origin], [origin]];
      },
      { from: 10, to: 40, stride: 10, leads: [1, 5], levels: [0.5], scaleAt: () => 2 },
    );
    expect(asked).toEqual([10, 20, 30]);
    expect(result.mase).toEqual([0, 2]);
    expect(result.loss).toEqual([[0], [1]]);
    expect(result.coverage).toEqual([[1], [0]]);
    expect(result.count).toEqual([3, 3]);
  });

  it('leaves out what is unknown, beyond the end, without a scale, or not forecast', () => {
    const gap = values.slice();
    gap[12] = NaN;
    const result = rollingOrigin(gap, (origin) => (origin === 20 ? null : [[0], [0]]), {
      from: 8,
      to: 40,
      stride: 4,
      leads: [1, 12],
      levels: [0.9],
      scaleAt: (origin) => (origin === 16 ? NaN : 1),
    });
    expect(result.count).toEqual([5, 4]);
  });
});
