import { describe, expect, it } from 'vitest';
import type { PastCovers } from '../../src/controller/past-levels.ts';
import { judgeForecast } from '../../src/controller/trust.ts';
import { SLOT_MS } from '../../src/time.ts';
import { demandFrom } from './demand-from.ts';

const DAY = 288;

const demandOf = (peaks: number[]) => demandFrom(0, peaks.length, (timeMs) => peaks[timeMs / SLOT_MS]!);

const forecasting = (quantileAt: (slot: number) => number): PastCovers => ({
  column: (_, __, { from, to }) => Float64Array.from({ length: to - from }, (_, i) => quantileAt(from + i)),
});

/** Two days of ten, then what comes. */
const steady = (next: (slot: number) => number, slots = 72) =>
  demandOf(Array.from({ length: 2 * DAY + slots }, (_, slot) => (slot < 2 * DAY ? 10 : next(slot))));

describe('judgeForecast', () => {
  it.each<[string, (slot: number) => number, (slot: number) => number, boolean]>([
    ['trusts one that covers', () => 10, () => 11, true],
    ['trusts one that is somewhat too high, which costs little', () => 10, () => 18, true],
    ['does not trust one that asks for several times what comes', () => 10, () => 40, false],
    ['does not trust one that stays where a demand was that fell', () => 1, () => 11, false],
    ['trusts one that asks for more than the nothing of a quiet night', () => 0, () => 2, true],
    ['trusts one that is too high where nothing else is better', (slot) => (slot % 7 === 0 ? 90 : 0), () => 60, true],
    ['does not trust one that stays far below a demand that repeats itself', () => 50, () => 11, false],
    [
      'blames no forecast for demand that nothing could foresee',
      (slot) => (slot % 7 === 0 ? 90 : 0),
      (slot) => (slot % 5 === 0 ? 90 : 1),
      true,
    ],
  ])('%s', (_, demand, quantile, expected) => {
    expect(judgeForecast(steady(demand), forecasting(quantile), 2 * DAY + 72).trusted).toBe(expected);
  });

  it('says by how much it was too high, with numbers where nothing came', () => {
    const judged = (demand: number) =>
      judgeForecast(
        steady(() => demand),
        forecasting(() => 8),
        2 * DAY + 72,
      );
    expect(judged(2).overshoot).toBe(4);
    expect(judged(0)).toMatchObject({ trusted: false, coverage: 1, overshoot: 1000 });
  });

  it('measures coverage and loss against the better of two naive forecasts', () => {
    const { coverage, relativeLoss } = judgeForecast(
      steady((slot) => (slot % 2 ? 10 : 12)),
      forecasting(() => 11),
      2 * DAY + 72,
    );
    expect(coverage).toBeCloseTo(0.5, 9);
    // (0.9 x 1 + 0.1 x 1) / 2 of ours; half of the slots are two above what both naive ones say, in the other half they may be two above.
    expect(relativeLoss).toBeGreaterThan(0.4);
    expect(relativeLoss).toBeLessThan(1);
  });

  it.each([
    ['there was no forecast', () => NaN, 72],
    ['hardly anything was judged', () => 11, 20],
  ])('trusts, and says that it measured nothing, where %s', (_, quantile, slots) => {
    const demand = demandOf(Array.from({ length: DAY + slots }, () => 10));
    const trust = judgeForecast(demand, forecasting(quantile), DAY + slots);
    expect(trust).toEqual({ trusted: true, coverage: NaN, relativeLoss: NaN, overshoot: NaN });
  });
});
