import { describe, expect, it } from 'vitest';
import { demandHistory } from '../../src/controller/demand.ts';
import { InputError } from '../../src/errors.ts';
import { buildMetricGrid, gridEndMs, type MetricSeriesName } from '../../src/metric-grid.ts';
import type { MetricGrid, MetricReading } from '../../src/model.ts';

const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const _ = NaN;

type Columns = Partial<Record<MetricSeriesName, readonly number[]>> & { heard?: readonly number[] };

/** A grid whose columns are given step by step. */
function grid(stepSeconds: number, columns: Columns, startMs = START): MetricGrid {
  const length = Math.max(...Object.values(columns).map((values) => values.length));
  const timesMs = Array.from({ length }, (__, i) => startMs + i * stepSeconds * 1000);
  const { heard, ...series } = columns;
  return buildMetricGrid(
    { startMs, stepSeconds, length },
    Object.fromEntries(Object.entries(series).map(([name, values]) => [name, { timesMs, values }])),
    [timesMs.filter((__, i) => heard?.[i] === 1)],
  );
}

function reading(...grids: MetricGrid[]): MetricReading {
  return { grids, reliableUntilMs: gridEndMs(grids.at(-1)!), notes: [] };
}

const repeat = (count: number, ...values: number[]) => Array.from({ length: count }, () => values).flat();
const list = (values: Float64Array) => [...values];

describe('demandHistory on the step of five minutes', () => {
  it('adds up minutes, weights durations by invocations and applies Little’s law', () => {
    const history = demandHistory(
      reading(grid(60, { invocations: [10, 0, 20, 0, 30], averageDurationMs: [1000, _, 4000, _, 2000] })),
    );
    expect(history.startMs).toBe(START);
    expect(history.stepSeconds).toBe(300);
    expect(list(history.invocations)).toEqual([60]);
    // (10 x 1 s + 20 x 4 s + 30 x 2 s) / 60 = 2.5 s; 150 busy seconds in 300 s.
    expect(list(history.averageDurationMs)).toEqual([2500]);
    expect(list(history.meanConcurrency)).toEqual([0.5]);
    // Minute 2 is the busiest: 20 x 4 s / 60 s.
    expect(list(history.peakConcurrency)).toEqual([80 / 60]);
    expect(history.peakBasis).toBe('rate');
    expect(history.peakWindowSeconds).toBe(60);
  });

  it('takes the highest measured maximum, counting zero where nothing was served', () => {
    const history = demandHistory(
      reading(
        grid(60, {
          invocations: repeat(2, 6, 0, 6, 0, 6),
          averageDurationMs: repeat(2, 500, _, 500, _, 500),
          maxConcurrency: [1, _, 4, _, 2, 3, _, _, _, 3],
        }),
      ),
    );
    expect(history.peakBasis).toBe('observed');
    expect(list(history.peakConcurrency)).toEqual([4, 3]);
    expect(list(history.meanConcurrency)).toEqual([0.03, 0.03]);
  });

  it('leaves a peak unknown where the maximum is missing for most of a step that served', () => {
    const history = demandHistory(
      reading(
        grid(60, {
          invocations: repeat(15, 1),
          averageDurationMs: repeat(15, 100),
          maxConcurrency: [...repeat(5, 2), _, _, _, 9, _, ...repeat(5, 2)],
        }),
      ),
    );
    expect(list(history.peakConcurrency)).toEqual([2, NaN, 2]);
  });

  it('counts throttled requests, on top of the observed maximum with their own concurrency', () => {
    const history = demandHistory(
      reading(
        grid(300, { invocations: [30], throttles: [60], averageDurationMs: [10_000], maxConcurrency: [1], heard: [1] }),
      ),
    );
    expect(list(history.invocations)).toEqual([90]);
    expect(list(history.meanConcurrency)).toEqual([3]);
    // 1 that ran and 60 x 10 s / 300 s that were refused.
    expect(list(history.peakConcurrency)).toEqual([3]);
  });

  it('uses the duration around a step that was throttled completely', () => {
    const history = demandHistory(
      reading(
        grid(300, { invocations: [10, 0], throttles: [0, 10], averageDurationMs: [3000, _], maxConcurrency: [1, _] }),
      ),
    );
    expect(list(history.averageDurationMs)).toEqual([3000, 3000]);
    expect(list(history.meanConcurrency)).toEqual([0.1, 0.1]);
    expect(list(history.peakConcurrency)).toEqual([1, 0.1]);
  });
});

describe('demandHistory on missing data', () => {
  it('reads a gap as zero only where something was heard', () => {
    const history = demandHistory(
      reading(grid(300, { invocations: [6, _, _, 6], averageDurationMs: [1000, _, _, 1000], heard: [0, 1, 0, 0] })),
    );
    expect(list(history.invocations)).toEqual([6, 0, NaN, 6]);
    expect(list(history.meanConcurrency)).toEqual([0.02, 0, NaN, 0.02]);
    expect(list(history.averageDurationMs)).toEqual([1000, NaN, NaN, 1000]);
    expect(list(history.peakConcurrency)).toEqual([0.02, 0, NaN, 0.02]);
  });

  it.each([
    ['known and scaled up with 3 of 5 minutes', [10, 10, _, _, 10], [50]],
    ['unknown with 2 of 5 minutes', [10, 10, _, _, _], [NaN]],
    ['zero with 5 minutes of zero', [0, 0, 0, 0, 0], [0]],
  ])('takes a step as %s', (_name, minutes, expected) => {
    const history = demandHistory(reading(grid(60, { invocations: [...repeat(5, 1), ...minutes] })), {
      averageDurationMs: 1000,
    });
    expect(list(history.invocations).slice(1)).toEqual(expected);
  });

  it('begins with the first known step and keeps unknown steps at the end', () => {
    const history = demandHistory(reading(grid(300, { invocations: [_, _, 3, _], averageDurationMs: repeat(4, 100) })));
    expect(history.startMs).toBe(START + 10 * MINUTE);
    expect(list(history.invocations)).toEqual([3, NaN]);
  });

  it.each([
    ['no grids', { grids: [], reliableUntilMs: START, notes: [] }],
    ['only unknown steps', reading(grid(300, { invocations: repeat(20, _) }))],
    ['nothing reliable', { ...reading(grid(300, { invocations: [1] })), reliableUntilMs: START }],
  ])('is empty with %s', (_name, nothing) => {
    const history = demandHistory(nothing);
    expect(history.meanConcurrency).toHaveLength(0);
    expect(history.peakConcurrency).toHaveLength(0);
    expect(history.stepSeconds).toBe(300);
  });

  it('is all zero for an idle function that was heard, without asking for a duration', () => {
    const history = demandHistory(reading(grid(300, { invocations: [_, _], maxConcurrency: [_, _], heard: [1, 1] })));
    expect(list(history.meanConcurrency)).toEqual([0, 0]);
    expect(list(history.peakConcurrency)).toEqual([0, 0]);
  });

  it('drops steps that end after the reliable moment or after untilMs', () => {
    const all = grid(60, { invocations: repeat(20, 1), averageDurationMs: repeat(20, 100) });
    const steps = (reliableUntilMs: number, untilMs?: number) =>
      demandHistory({ ...reading(all), reliableUntilMs }, untilMs === undefined ? {} : { untilMs }).invocations.length;
    expect(steps(START + 20 * MINUTE)).toBe(4);
    expect(steps(START + 19 * MINUTE)).toBe(3);
    expect(steps(START + 20 * MINUTE, START + 14.9 * MINUTE)).toBe(2);
    expect(steps(START + 10 * MINUTE, START + 14.9 * MINUTE)).toBe(2);
  });
});

describe('demandHistory on durations', () => {
  const days = (...perDay: number[][]) => perDay.flatMap((values) => repeat(24, ...values));

  it('fills an unknown duration with the average of the day around it, weighted by invocations', () => {
    const invocations = [1, 3, ...repeat(22, 5)];
    const durations = [1000, 2000, ...repeat(22, _)];
    const history = demandHistory(reading(grid(3600, { invocations, averageDurationMs: durations })), {
      averageDurationMs: 9000,
    });
    // Within 12 hours: both measurements, then the second alone, then neither.
    expect(history.averageDurationMs[2]).toBe(1750);
    expect(history.averageDurationMs[13]).toBe(2000);
    expect(history.averageDurationMs[14]).toBe(9000);
  });

  it('falls back on the average of all measurements where no option is given', () => {
    const history = demandHistory(
      reading(grid(3600, { invocations: days([2], [2], [2]), averageDurationMs: [4000, ...repeat(71, _)] })),
    );
    expect(history.averageDurationMs[60]).toBe(4000);
  });

  it('asks for a duration where there is none at all', () => {
    const noDuration = reading(grid(60, { invocations: repeat(10, 1) }));
    expect(() => demandHistory(noDuration)).toThrow(InputError);
    expect(() => demandHistory(noDuration)).toThrow(/--average-duration-ms/);
    expect(list(demandHistory(noDuration, { averageDurationMs: 60_000 }).meanConcurrency)).toEqual([1, 1]);
  });

  it('books long executions in the step in which they began', () => {
    const history = demandHistory(reading(grid(300, { invocations: [3, 0, 0], averageDurationMs: [900_000, _, _] })));
    expect(list(history.meanConcurrency)).toEqual([9, 0, 0]);
  });
});

describe('demandHistory without invocations', () => {
  it('takes the time average of the maxima as the mean', () => {
    const history = demandHistory(
      reading(grid(60, { maxConcurrency: [1, 2, 3, 4, 5, _, _, _, 0, 8, _, _, 6, 6, 6], heard: repeat(15, 1) })),
    );
    expect(list(history.meanConcurrency)).toEqual([3, NaN, 6]);
    expect(list(history.peakConcurrency)).toEqual([5, NaN, 6]);
    expect(list(history.invocations)).toEqual([NaN, NaN, NaN]);
    expect(history.peakBasis).toBe('observed');
  });
});

describe('demandHistory on grids of several steps', () => {
  it.each([
    [60, 300],
    [120, 300],
    [300, 300],
    [420, 600],
    [600, 600],
    [700, 900],
    [1000, 1200],
    [1500, 1800],
    [1801, 3600],
    [3600, 3600],
  ])('puts steps of %d s on a grid of %d s that divides a day', (stepSeconds, expected) => {
    const steps = (4 * 3600) / stepSeconds;
    const history = demandHistory(reading(grid(stepSeconds, { invocations: repeat(Math.ceil(steps), stepSeconds) })), {
      averageDurationMs: 1000,
    });
    expect(history.stepSeconds).toBe(expected);
    expect(86_400 % history.stepSeconds).toBe(0);
    // One request per second all the time, whatever the grid.
    for (const count of history.invocations) expect(count).toBeCloseTo(expected, 6);
    for (const mean of history.meanConcurrency) expect(mean).toBeCloseTo(1, 9);
    for (const peak of history.peakConcurrency) expect(peak).toBeCloseTo(1, 9);
    expect(history.peakWindowSeconds).toBe(stepSeconds);
  });

  it('spreads an odd step over the model steps that it overlaps', () => {
    const history = demandHistory(reading(grid(420, { invocations: [42, 42, 84], averageDurationMs: repeat(3, 100) })));
    // 420 + 180 of 420 seconds at 0.1 per second, then 240 s at 0.1 and 360 s at 0.2.
    expect(history.invocations[0]).toBeCloseTo(60, 9);
    expect(history.invocations[1]).toBeCloseTo(96, 9);
  });

  it('joins five-minute weeks and one-minute days in minutes, where chance makes one of five even ones the busiest', () => {
    const old = grid(300, { invocations: repeat(6, 50), averageDurationMs: repeat(6, 600) });
    const recent = grid(
      60,
      { invocations: repeat(30, 0, 50, 0, 0, 0), averageDurationMs: repeat(30, _, 600, _, _, _) },
      gridEndMs(old),
    );
    const history = demandHistory(reading(old, recent));
    expect(history.stepSeconds).toBe(300);
    expect(list(history.invocations)).toEqual(repeat(36, 50));
    expect(list(history.meanConcurrency)).toEqual(repeat(36, 0.1));
    expect(history.peakWindowSeconds).toBe(60);
    expect(list(history.peakConcurrency.slice(6))).toEqual(repeat(30, 0.5));
    // 10 requests a minute; the largest of five normal variates is expected 1.18 standard deviations above their mean (Blom).
    for (const peak of history.peakConcurrency.slice(0, 6)) expect(peak).toBeCloseTo(0.1 + 0.01 * 1.18 * 10 ** 0.5, 4);
  });

  it.each([1, 4, 20])('expects the peaks of random minutes of %d requests from their sums', (perMinute) => {
    const random = (
      (seed) => () =>
        (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    )(7);
    const poisson = () => {
      let count = 0;
      for (let product = random(); product > Math.exp(-perMinute); count++) product *= random();
      return count;
    };
    const minutes = Array.from({ length: 5 * 2000 }, poisson);
    const sums = Array.from({ length: 2000 }, (__, i) => minutes.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b));
    const old = grid(300, { invocations: sums });
    const recent = grid(60, { invocations: minutes }, gridEndMs(old));
    const { peakConcurrency } = demandHistory(reading(old, recent), { averageDurationMs: 3000 });
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(peakConcurrency.slice(0, 2000)) / mean(peakConcurrency.slice(2000))).toBeCloseTo(1, 1);
  });

  it.each([
    [1, 10],
    [7, 49],
    [14, 42],
    [14, 4],
  ])('forgets nothing with %d days of minutes after %d days of five', (fineDays, coarseDays) => {
    const old = grid(300, { invocations: repeat(coarseDays * 288, 50) });
    const recent = grid(60, { invocations: repeat(fineDays * 1440, 10) }, gridEndMs(old));
    const history = demandHistory(reading(old, recent), { averageDurationMs: 600 });
    expect(history.stepSeconds).toBe(300);
    expect(history.peakWindowSeconds).toBe(fineDays / (fineDays + coarseDays) >= 1 / 8 ? 60 : 300);
    expect(history.peakConcurrency.every((peak) => peak >= 0.1 - 1e-9 && peak < 0.2)).toBe(true);
  });

  it('never has more in the busiest minute than came at all', () => {
    const old = grid(300, { invocations: [0.01, 0, 1] });
    const recent = grid(60, { invocations: repeat(15, 0) }, gridEndMs(old));
    const { peakConcurrency } = demandHistory(reading(old, recent), { averageDurationMs: 60_000 });
    expect(peakConcurrency[0]).toBeCloseTo(0.01, 9);
    expect(peakConcurrency[1]).toBe(0);
    expect(peakConcurrency[2]).toBeCloseTo(0.2 + 1.18 * Math.sqrt(0.2), 3);
  });

  it('takes the step and the window of another history where asked to', () => {
    const five = grid(300, { invocations: repeat(48, 50), averageDurationMs: repeat(48, 600) });
    const hours = grid(3600, { invocations: [600, 1200], averageDurationMs: [600, 600] }, gridEndMs(five));
    const like = { stepSeconds: 300, peakWindowSeconds: 300 };
    const history = demandHistory(reading(five, hours), { like });
    expect(history).toMatchObject(like);
    for (const [i, peak] of history.peakConcurrency.entries())
      expect(peak).toBeCloseTo(i < 48 ? 0.1 : i < 60 ? 0.1 : 0.2, 9);
    expect(demandHistory(reading(five, hours))).toMatchObject({ stepSeconds: 3600, peakWindowSeconds: 300 });
  });

  it('keeps by the minute what was measured by the minute, from where it was', () => {
    const old = grid(300, { invocations: repeat(6, 50), averageDurationMs: repeat(6, 600) });
    const recent = grid(60, { invocations: [1, 50, _, 0, 2], averageDurationMs: repeat(5, 600) }, gridEndMs(old));
    const { byMinute } = demandHistory(reading(old, recent));
    expect(byMinute).toMatchObject({ startMs: recent.startMs, maxConcurrency: null });
    expect(list(byMinute!.requests)).toEqual([1, 50, _, 0, 2]);
    expect(demandHistory(reading(old)).byMinute).toBeUndefined();
  });

  it('has the maximum of each minute where it was measured, with what was throttled on top', () => {
    const { byMinute } = demandHistory(
      reading(
        grid(60, {
          invocations: [60, 120, 0, 60, 60],
          averageDurationMs: repeat(5, 1000),
          maxConcurrency: [2, 5, _, _, 3],
          throttles: [0, 120, 0, 0, 0],
        }),
      ),
    );
    expect(list(byMinute!.requests)).toEqual([60, 240, 0, 60, 60]);
    expect(list(byMinute!.maxConcurrency!)).toEqual([2, 7, 0, _, 3]);
  });

  it('keeps the longer window where fine steps are few', () => {
    const old = grid(300, { invocations: repeat(30, 50), averageDurationMs: repeat(30, 600) });
    const recent = grid(60, { invocations: [0, 50, 0, 0, 0], averageDurationMs: repeat(5, 600) }, gridEndMs(old));
    const history = demandHistory(reading(old, recent));
    expect(history.peakWindowSeconds).toBe(300);
    expect(list(history.peakConcurrency)).toEqual(repeat(31, 0.1));
  });

  it('spreads a few old hours over five-minute steps, with the observed peak of the hour in each', () => {
    const old = grid(3600, { invocations: [120], averageDurationMs: [3000], maxConcurrency: [7] });
    const recent = grid(
      300,
      { invocations: repeat(60, 10), averageDurationMs: repeat(60, 3000), maxConcurrency: repeat(60, 2) },
      gridEndMs(old),
    );
    const history = demandHistory(reading(old, recent));
    expect(history.stepSeconds).toBe(300);
    for (const count of history.invocations) expect(count).toBeCloseTo(10, 9);
    expect(list(history.peakConcurrency)).toEqual([...repeat(12, 7), ...repeat(60, 2)]);
  });

  it('leaves the time between two grids unknown', () => {
    const first = grid(300, { invocations: [1], averageDurationMs: [100] });
    const second = grid(300, { invocations: [2], averageDurationMs: [100] }, START + 15 * MINUTE);
    expect(list(demandHistory(reading(first, second)).invocations)).toEqual([1, NaN, NaN, 2]);
  });
});
