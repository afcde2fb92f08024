import { describe, expect, it } from 'vitest';
import { silenceAsIdle } from '../../src/first-steps/silence.ts';
import type { MetricReading } from '../../src/model.ts';

const readingOf = (...heard: number[][]): MetricReading => ({
  grids: heard.map((steps, i) => {
    const series = new Float64Array(steps.length).fill(NaN);
    return {
      ...{ startMs: i * 1_000_000, stepSeconds: 300, invocations: series, averageDurationMs: series },
      ...{ maxConcurrency: series, throttles: series, spilloverInvocations: series, provisionedConcurrency: series },
      heard: Uint8Array.from(steps),
    };
  }),
  reliableUntilMs: 0,
  notes: [],
});
const heardIn = ({ grids }: MetricReading) => grids.map(({ heard }) => [...heard]);

describe('silence before Prewarm is there', () => {
  it.each([
    [
      'is idle from the first sign of life on',
      [
        [0, 0, 1, 0],
        [0, 1],
      ],
      [
        [0, 0, 1, 1],
        [1, 1],
      ],
      'in 50 % of the steps',
    ],
    [
      'is idle in the finer grid, too',
      [
        [0, 0],
        [0, 1, 0, 0],
      ],
      [
        [0, 0],
        [0, 1, 1, 1],
      ],
      'in 67 % of the steps',
    ],
    ['stays unknown where nothing was ever heard', [[0, 0], [0]], [[0, 0], [0]], null],
    ['is none where all was heard', [[0, 1], [1]], [[0, 1], [1]], null],
  ])('%s', (_, before, after, note) => {
    const reading = silenceAsIdle(readingOf(...before));
    expect(heardIn(reading)).toEqual(after);
    expect(reading.notes.map((text) => text.slice(0, 20))).toEqual(note === null ? [] : [note]);
  });

  it('leaves the reading that it was given as it was', () => {
    const given = readingOf([1, 0]);
    silenceAsIdle(given);
    expect(heardIn(given)).toEqual([[1, 0]]);
  });
});
