import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMetricGrid, countSteps, gridEndMs, METRIC_SERIES } from '../src/metric-grid.ts';

const START = Date.UTC(2026, 0, 5);
const frame = { startMs: START, stepSeconds: 60, length: 4 };
const at = (...minutes: number[]) => minutes.map((minute) => START + minute * 60_000);

describe('buildMetricGrid', () => {
  it('leaves every step unknown and unheard where nothing was measured', () => {
    const grid = buildMetricGrid(frame, {});
    for (const name of METRIC_SERIES) expect(grid[name]).toEqual(new Float64Array(4).fill(NaN));
    expect(grid.heard).toEqual(new Uint8Array(4));
    expect(gridEndMs(grid)).toBe(START + 240_000);
  });

  it.each([
    ['points in descending order', at(3, 1, 0), [30, 10, 0], [0, 10, NaN, 30]],
    ['a point inside a step, floored to it', [START + 60_000 + 59_999], [7], [NaN, 7, NaN, NaN]],
    ['points before and after the grid, ignored', at(-1, 4, 2), [1, 2, 3], [NaN, NaN, 3, NaN]],
    ['a moment just before the start, ignored', [START - 1], [1], [NaN, NaN, NaN, NaN]],
    ['duplicates, of which the largest stays', at(1, 1, 1), [5, 9, 3], [NaN, 9, NaN, NaN]],
    ['negative, NaN and infinite values, unknown', at(0, 1, 2, 3), [-1, NaN, Infinity, 0], [NaN, NaN, NaN, 0]],
    ['an unreadable moment, ignored', [NaN], [1], [NaN, NaN, NaN, NaN]],
    ['fewer values than times, unknown', at(0, 1), [1], [1, NaN, NaN, NaN]],
  ])('takes %s', (_name, timesMs, values, expected) => {
    const grid = buildMetricGrid(frame, { throttles: { timesMs, values } });
    expect([...grid.throttles]).toEqual(expected);
    expect(grid.invocations.every(Number.isNaN)).toBe(true);
  });

  it('hears other signals only where the caller says so, whatever their values', () => {
    const grid = buildMetricGrid(frame, { maxConcurrency: { timesMs: at(3), values: [1] } }, [at(0, 9), at(2), []]);
    expect([...grid.heard]).toEqual([1, 0, 1, 0]);
  });

  it('does not depend on the order of the points', () => {
    const points = fc.array(
      fc.tuple(fc.integer({ min: -100_000, max: 400_000 }), fc.oneof(fc.double(), fc.nat({ max: 9 }), fc.constant(-0))),
    );
    fc.assert(
      fc.property(
        points.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([one, other]) => {
          const build = (list: [number, number][]) =>
            buildMetricGrid(frame, {
              invocations: { timesMs: list.map(([offset]) => START + offset), values: list.map(([, value]) => value) },
            });
          expect(build(one)).toEqual(build(other));
        },
      ),
    );
  });

  it('counts the steps that are neither measured nor heard', () => {
    const grid = buildMetricGrid(frame, { invocations: { timesMs: at(0), values: [0] } }, [at(0, 1)]);
    expect(countSteps([grid, grid])).toEqual({ all: 8, unknown: 4 });
  });
});
