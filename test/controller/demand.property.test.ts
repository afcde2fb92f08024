import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutGrid } from '../../src/controller/demand-resample.ts';
import { demandHistory } from '../../src/controller/demand.ts';
import { gridEndMs, METRIC_SERIES } from '../../src/metric-grid.ts';
import type { DemandHistory, MetricGrid, MetricReading } from '../../src/model.ts';

const START = Date.UTC(2026, 0, 5);
const OPTION = { averageDurationMs: 700 };
const STEPS_SECONDS = [60, 90, 120, 300, 420, 600, 900, 1800, 3600];

const count = fc.oneof(fc.constant(NaN), fc.constant(0), fc.nat({ max: 5000 }));
const known = fc.nat({ max: 5000 });
const durationMs = fc.oneof(fc.constant(NaN), fc.integer({ min: 1, max: 900_000 }));

interface Step {
  invocations: number;
  averageDurationMs: number;
  maxConcurrency: number;
  throttles: number;
  heard: number;
}

const anyStep = fc.record({
  invocations: count,
  averageDurationMs: durationMs,
  maxConcurrency: fc.oneof(fc.constant(NaN), fc.nat({ max: 100 })),
  throttles: fc.oneof(fc.constant(NaN), fc.nat({ max: 100 })),
  heard: fc.nat({ max: 1 }),
});
const knownStep = anyStep.chain((step) => known.map((invocations) => ({ ...step, invocations, throttles: NaN })));

function gridOf(steps: readonly Step[], stepSeconds: number, startMs: number): MetricGrid {
  const column = (name: keyof Step) => Float64Array.from(steps, (step) => step[name]);
  const unknown = new Float64Array(steps.length).fill(NaN);
  return {
    startMs,
    stepSeconds,
    invocations: column('invocations'),
    averageDurationMs: column('averageDurationMs'),
    maxConcurrency: column('maxConcurrency'),
    throttles: column('throttles'),
    spilloverInvocations: unknown,
    provisionedConcurrency: unknown,
    heard: Uint8Array.from(steps, (step) => step.heard),
  };
}

/** One to three grids one after the other, from a moment that is on no grid. */
function readings(step: fc.Arbitrary<Step>): fc.Arbitrary<MetricReading> {
  const part = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 60 }),
    stepSeconds: fc.constantFrom(...STEPS_SECONDS),
    gapMinutes: fc.nat({ max: 20 }),
  });
  return fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat({ max: 59 })).map(([parts, offsetMinutes]) => {
    const grids: MetricGrid[] = [];
    let startMs = START + offsetMinutes * 60_000;
    for (const { steps, stepSeconds, gapMinutes } of parts) {
      grids.push(gridOf(steps, stepSeconds, startMs + (grids.length > 0 ? gapMinutes * 60_000 : 0)));
      startMs = gridEndMs(grids.at(-1)!);
    }
    return { grids, reliableUntilMs: startMs, notes: [] };
  });
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + (value >= 0 ? value : 0), 0);

/** Splits the grid into one for each part between the cuts. */
function split(grid: MetricGrid, cuts: readonly number[]): MetricGrid[] {
  const bounds = [0, ...new Set(cuts.map((cut) => cut % grid.invocations.length)), grid.invocations.length];
  bounds.sort((a, b) => a - b);
  return bounds.slice(1).map((to, i) => {
    const from = bounds[i]!;
    const part = { ...grid, startMs: grid.startMs + from * grid.stepSeconds * 1000, heard: grid.heard.slice(from, to) };
    for (const name of METRIC_SERIES) part[name] = grid[name].slice(from, to);
    return part;
  });
}

function expectValid(history: DemandHistory): void {
  expect(86_400 % history.stepSeconds).toBe(0);
  expect(history.startMs % (history.stepSeconds * 1000)).toBe(0);
  const { invocations, averageDurationMs, meanConcurrency, peakConcurrency } = history;
  for (const values of [invocations, averageDurationMs, meanConcurrency, peakConcurrency]) {
    expect(values).toHaveLength(meanConcurrency.length);
    for (const value of values) expect(Number.isNaN(value) || (value >= 0 && value < Infinity)).toBe(true);
  }
  for (const [i, mean] of meanConcurrency.entries()) {
    if (Number.isNaN(invocations[i]!)) continue;
    expect(mean).not.toBeNaN();
    expect(Number.isNaN(averageDurationMs[i]!)).toBe(invocations[i] === 0);
    if (history.peakBasis === 'rate' && !Number.isNaN(peakConcurrency[i]!))
      expect(peakConcurrency[i]).toBeGreaterThanOrEqual(mean * (1 - 1e-9));
  }
}

describe('demandHistory', () => {
  it('is valid for any reading: aligned, never negative, its mean known where its requests are', () => {
    fc.assert(fc.property(readings(anyStep), (reading) => expectValid(demandHistory(reading, OPTION))));
  });

  it('conserves the requests and the busy time of a source that is known throughout', () => {
    const aligned = fc.tuple(fc.constantFrom(...STEPS_SECONDS), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(aligned, fc.infiniteStream(knownStep), ([stepSeconds, days], stream) => {
        // Seven hours hold a whole number of each of these steps.
        const grid = gridOf([...stream.take((3600 * 7 * (1 + days)) / stepSeconds)], stepSeconds, START);
        const everyDuration = { ...grid, averageDurationMs: grid.averageDurationMs.map((ms) => ms || 700) };
        const busyMs = total(grid.invocations.map((n, i) => n * everyDuration.averageDurationMs[i]!));
        const history = demandHistory({ grids: [everyDuration], reliableUntilMs: gridEndMs(grid), notes: [] });
        expect(total(history.invocations)).toBeCloseTo(total(grid.invocations), 3);
        const modelled = total(history.meanConcurrency) * history.stepSeconds * 1000;
        expect(Math.abs(modelled - busyMs)).toBeLessThanOrEqual(1e-9 * busyMs);
      }),
      { numRuns: 30 },
    );
  });

  it('is the same for grids that are split anywhere', () => {
    fc.assert(
      fc.property(readings(anyStep), fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), (reading, cuts) => {
        const parts = { ...reading, grids: reading.grids.flatMap((grid) => split(grid, cuts)) };
        expect(demandHistory(parts, OPTION)).toEqual(demandHistory(reading, OPTION));
      }),
    );
  });

  it('never looks past untilMs', () => {
    fc.assert(
      fc.property(readings(anyStep), fc.nat({ max: 100_000 }), (reading, seconds) => {
        const untilMs = START + seconds * 1000;
        const past = { ...reading, grids: reading.grids.map((grid) => cutGrid(grid, untilMs)) };
        const history = demandHistory(reading, { ...OPTION, untilMs });
        expect(history).toEqual(demandHistory(past, { ...OPTION, untilMs }));
        const { startMs, stepSeconds, invocations } = history;
        expect(startMs + invocations.length * stepSeconds * 1000).toBeLessThanOrEqual(Math.max(untilMs, startMs));
      }),
    );
  });

  it('never falls when more requests are throttled', () => {
    fc.assert(
      fc.property(
        readings(anyStep),
        fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 50 }),
        (reading, more) => {
          const grids = reading.grids.map((grid) => ({
            ...grid,
            throttles: grid.throttles.map((n, i) => (n >= 0 ? n : 0) + more[i % more.length]!),
          }));
          const before = demandHistory(reading, OPTION);
          const after = demandHistory({ ...reading, grids }, OPTION);
          expect(after.peakBasis).toBe(before.peakBasis);
          for (const name of ['invocations', 'meanConcurrency', 'peakConcurrency'] as const) {
            expect(after[name]).toHaveLength(before[name].length);
            for (const [i, value] of before[name].entries()) {
              expect(Number.isNaN(after[name][i]!)).toBe(Number.isNaN(value));
              if (!Number.isNaN(value)) expect(after[name][i]).toBeGreaterThanOrEqual(value * (1 - 1e-12));
            }
          }
        },
      ),
    );
  });

  it('leaves its input as it was', () => {
    fc.assert(
      fc.property(readings(anyStep), (reading) => {
        const before = structuredClone(reading);
        demandHistory(reading, OPTION);
        expect(reading).toEqual(before);
      }),
    );
  });
});
