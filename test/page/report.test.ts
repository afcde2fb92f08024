/** The parts of the report's page that need no browser. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestFor, effectiveUsd, frontierOf } from '../../src/page/report/choice.ts';
import { modelOf, type Point } from '../../src/page/report/model.ts';
import { byWeekHour, greatest, type Grid, levelsByChange, ontoGrid, windowOf } from '../../src/page/report/series.ts';
import { clockIn, duration, number, percent, usd } from '../../src/page/shared/format.ts';
import { olderPreview, olderReplay, previewFixture, replayFixture } from '../report/html-fixtures.ts';

const point = (usdPerDay: number, coldStartsPerDay: number, fixed = false): Point => ({
  name: `${usdPerDay}/${coldStartsPerDay}`,
  kind: 'forecast',
  label: null,
  usdPerDay,
  coldStartsPerDay,
  coldStartRate: coldStartsPerDay / 1000,
  parameters: null,
  fixed,
});

const anyPoints = fc
  .array(fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true })), {
    minLength: 1,
  })
  .map((pairs) => pairs.map(([cost, colds]) => point(cost, colds)));

describe('the choice for a price', () => {
  it.each([
    [0, '1/400'],
    [0.01, '2/30'],
    [0.5, '5/2'],
    [100, '9/0'],
  ])('at %d USD per cold start is %s', (coldStartPriceUsd, name) => {
    const points = [point(1, 400), point(2, 30), point(5, 2), point(9, 0), point(0, 0, true)];
    expect(bestFor(points, { coldStartPriceUsd, maxColdStartRate: null })?.name).toBe(name);
  });

  it('never has more cold starts at a higher price', () => {
    fc.assert(
      fc.property(anyPoints, fc.double({ min: 0, max: 1, noNaN: true }), (points, price) => {
        const at = (coldStartPriceUsd: number) => bestFor(points, { coldStartPriceUsd, maxColdStartRate: null })!;
        expect(at(price * 2 + 1e-6).coldStartsPerDay).toBeLessThanOrEqual(at(price).coldStartsPerDay + 1e-9);
      }),
    );
  });

  it('is on the frontier', () => {
    fc.assert(
      fc.property(anyPoints, fc.double({ min: 0.001, max: 1, noNaN: true }), (points, coldStartPriceUsd) => {
        const aim = { coldStartPriceUsd, maxColdStartRate: null };
        const least = Math.min(...frontierOf(points).map((one) => effectiveUsd(one, aim)));
        expect(effectiveUsd(bestFor(points, aim)!, aim)).toBeCloseTo(least, 9);
      }),
    );
  });

  it('keeps a ceiling at the least cost, or else has the fewest cold starts', () => {
    const points = [point(1, 400), point(2, 30), point(5, 2)];
    const under = (maxColdStartRate: number) => bestFor(points, { coldStartPriceUsd: null, maxColdStartRate })?.name;
    expect([under(1), under(0.1), under(0.01), under(0.0001)]).toEqual(['1/400', '2/30', '5/2', '5/2']);
  });

  it('is nothing where nothing competes', () => {
    expect(bestFor([point(1, 1, true)], { coldStartPriceUsd: 1, maxColdStartRate: null })).toBeNull();
  });
});

describe('the window of a chart', () => {
  const grid: Grid = { startMs: 0, stepMs: 60_000, length: 60_480 };
  const values = Float64Array.from({ length: grid.length }, (_, i) => (i % 997) + (i === 31_415 ? 5000 : 0));

  it('has few points however long the period, and loses no excursion', () => {
    const all = windowOf([{ values }], grid, { fromMs: 0, toMs: 60_480 * 60_000, most: 1000 });
    expect(all.times.length).toBeLessThanOrEqual(1002);
    expect(Math.max(...all.values[0]!.map((value) => value ?? 0))).toBe(Math.max(...values));
    expect(Math.min(...all.values[0]!.map((value) => value ?? Infinity))).toBe(0);
  });

  it('shows every step of an hour as it is', () => {
    const hour = windowOf([{ values }], grid, { fromMs: 600 * 60_000, toMs: 660 * 60_000, most: 1000 });
    expect(hour.times[0]).toBe(599 * 60);
    expect(hour.values[0]).toEqual([...values.subarray(599, 661)]);
  });

  it.each([
    ['before all data', -10 * 60_000, -5 * 60_000],
    ['after all data', 70_000 * 60_000, 70_010 * 60_000],
  ])('is empty or at the edge %s', (_, fromMs, toMs) => {
    expect(windowOf([{ values }], grid, { fromMs, toMs, most: 100 }).times.length).toBeLessThanOrEqual(2);
  });

  it('leaves gaps where nothing is known', () => {
    const unknown = { values: new Float64Array(grid.length).fill(NaN) };
    const window = windowOf([unknown], grid, { fromMs: 0, toMs: 60_480 * 60_000, most: 100 });
    expect(new Set(window.values[0])).toEqual(new Set([null]));
  });
});

describe('series on a grid', () => {
  const grid: Grid = { startMs: 0, stepMs: 100, length: 6 };

  it('hold each change until the next, and nothing before the first', () => {
    const changes = [
      { atMs: 100, level: 3 },
      { atMs: 350, level: 5 },
    ];
    expect([...levelsByChange(changes, grid, 500)]).toEqual([NaN, 3, 3, 3, 5, NaN]);
  });

  it('repeat the values of a coarser grid, and are unknown outside of it', () => {
    expect([...ontoGrid({ startMs: 100, stepMs: 200, values: [1, null] }, grid)]).toEqual([NaN, 1, 1, NaN, NaN, NaN]);
  });

  it('know their greatest value in a range', () => {
    const values = Float64Array.of(1, NaN, 9, 4, NaN, 2);
    expect([
      greatest(values, grid, { fromMs: 0, toMs: 200 }),
      greatest(values, grid, { fromMs: 300, toMs: 600 }),
    ]).toEqual([1, 4]);
  });

  it('are averaged by weekday and hour of the zone', () => {
    // 2026-11-22 is a Sunday; 23:30 UTC is Monday in Berlin.
    const at = { startMs: Date.UTC(2026, 10, 22, 23, 0), stepMs: 1_800_000, length: 2 };
    const rows = byWeekHour(Float64Array.of(4, 8), at, clockIn('Europe/Berlin').offsetMs);
    expect(rows[0]?.[0]).toBe(6);
    expect(rows.flat().filter((value) => !Number.isNaN(value))).toEqual([6]);
  });
});

describe('the model of a report', () => {
  it.each([
    ['a replay', replayFixture()],
    ['a preview', previewFixture()],
    ['an older replay', olderReplay()],
    ['an older preview', olderPreview()],
  ])('is made of %s', (_, json) => {
    const { timeline, points, chosen } = modelOf(json);
    expect(timeline.lines.every(({ values }) => values.length === timeline.grid.length)).toBe(true);
    expect(chosen && points.includes(chosen)).toBe(true);
  });

  it('finds the price of an older preview in its effective costs', () => {
    expect(modelOf(olderPreview()).aim.coldStartPriceUsd).toBe(0.02);
  });
});

describe('numbers', () => {
  it.each([
    [usd(0.00123), '$0.0012'],
    [usd(1234.5), '$1,235'],
    [usd(-3), '−$3.00'],
    [usd(0), '$0.00'],
    [usd(NaN), '–'],
    [number(1234.56), '1,235'],
    [number(0.031), '0.031'],
    [percent(0.1234), '12\u202f%'],
    [percent(0.00042), '0.042\u202f%'],
    [duration(5400), '1\u202fh 30\u202fmin'],
    [duration(0), '0\u202fs'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});
