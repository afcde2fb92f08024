/** Puts measured points on a regular grid. A leaf: sources of metrics (CloudWatch, files) build their grids here. */
import type { MetricGrid } from './model.ts';

/** The measured series of a MetricGrid, in the order in which they are written to files. */
export const METRIC_SERIES = [
  'invocations',
  'averageDurationMs',
  'maxConcurrency',
  'throttles',
  'spilloverInvocations',
  'provisionedConcurrency',
] as const;

export type MetricSeriesName = (typeof METRIC_SERIES)[number];

/** Points in any order; `timesMs[i]` is the start of the step that `values[i]` was measured over. */
export interface MetricPoints {
  timesMs: ArrayLike<number>;
  values: ArrayLike<number>;
}

export interface GridFrame {
  startMs: number;
  stepSeconds: number;
  /** Number of steps. */
  length: number;
}

/** The first moment after the grid. */
export function gridEndMs(grid: MetricGrid): number {
  return grid.startMs + grid.invocations.length * grid.stepSeconds * 1000;
}

/** How many steps the grids have, and in how many of them neither a count nor evidence of zero was measured. */
export function countSteps(grids: readonly MetricGrid[]): { all: number; unknown: number } {
  let all = 0;
  let unknown = 0;
  for (const { invocations, heard } of grids) {
    all += invocations.length;
    for (const [i, count] of invocations.entries()) if (Number.isNaN(count) && heard[i] === 0) unknown++;
  }
  return { all, unknown };
}

/**
 * A MetricGrid from points in any order; the result does not depend on that order.
 *
 * A point inside a step is floored to the step's start; one outside the grid is ignored. A negative, NaN or infinite
 * value is no measurement and leaves the step unknown (NaN). Of several values on one step the largest stays: CloudWatch
 * adds to a sum or a maximum until it is complete, so the smaller one was read too early.
 *
 * `heardTimesMs`: moments at which signals other than `invocations` had a datapoint, one list per signal, whatever their
 * values. Nothing is taken as heard by itself: the caller knows which signals prove that the function was reachable.
 */
export function buildMetricGrid(
  frame: GridFrame,
  series: Partial<Record<MetricSeriesName, MetricPoints>>,
  heardTimesMs: readonly ArrayLike<number>[] = [],
): MetricGrid {
  const heard = new Uint8Array(frame.length);
  for (const timesMs of heardTimesMs) {
    for (let i = 0; i < timesMs.length; i++) {
      const step = stepOf(frame, timesMs[i] ?? NaN);
      if (step >= 0) heard[step] = 1;
    }
  }
  const onGrid = (name: MetricSeriesName) => place(frame, series[name]);
  return {
    startMs: frame.startMs,
    stepSeconds: frame.stepSeconds,
    invocations: onGrid('invocations'),
    averageDurationMs: onGrid('averageDurationMs'),
    maxConcurrency: onGrid('maxConcurrency'),
    throttles: onGrid('throttles'),
    spilloverInvocations: onGrid('spilloverInvocations'),
    provisionedConcurrency: onGrid('provisionedConcurrency'),
    heard,
  };
}

function place(frame: GridFrame, points: MetricPoints | undefined): Float64Array {
  const placed = new Float64Array(frame.length).fill(NaN);
  if (!points) return placed;
  for (let i = 0; i < points.timesMs.length; i++) {
    const step = stepOf(frame, points.timesMs[i] ?? NaN);
    const value = points.values[i] ?? NaN;
    if (step < 0 || !(value >= 0 && value < Infinity)) continue;
    const there = placed[step] ?? NaN;
    if (!(there >= value)) placed[step] = value + 0; // never -0
  }
  return placed;
}

/** Index of the step that holds the moment, or -1 outside the grid. */
function stepOf(frame: GridFrame, timeMs: number): number {
  const step = Math.floor((timeMs - frame.startMs) / (frame.stepSeconds * 1000));
  return step >= 0 && step < frame.length ? step : -1;
}
