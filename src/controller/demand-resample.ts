/** Brings metrics of any regular step to another grid so that nothing is counted twice or lost. */
import type { MetricGrid } from '../model.ts';

/** A regular grid without its values. */
export interface Frame {
  startMs: number;
  stepMs: number;
  length: number;
}

/** What was measured, on one grid. All arrays have one entry per step; NaN = unknown. */
export interface DemandGrid extends Frame {
  /** Requests, throttled ones included. */
  requests: Float64Array;
  /** Requests that were served: the weight of the duration. */
  served: Float64Array;
  throttled: Float64Array;
  averageDurationMs: Float64Array;
  maxConcurrency: Float64Array;
}

/** The same grid without the steps that end after a moment; shares the arrays. */
export function cutGrid(grid: MetricGrid, untilMs: number): MetricGrid {
  const whole = Math.floor((untilMs - grid.startMs) / (grid.stepSeconds * 1000));
  const length = Math.max(0, Math.min(grid.invocations.length, whole));
  const cut = (values: Float64Array) => values.subarray(0, length);
  return {
    ...grid,
    invocations: cut(grid.invocations),
    averageDurationMs: cut(grid.averageDurationMs),
    maxConcurrency: cut(grid.maxConcurrency),
    throttles: cut(grid.throttles),
    spilloverInvocations: cut(grid.spilloverInvocations),
    provisionedConcurrency: cut(grid.provisionedConcurrency),
    heard: grid.heard.subarray(0, length),
  };
}

/**
 * A missing number of invocations is zero where the grid was heard, if `heardIsZero`; missing throttles are zero where the
 * invocations are known. Where nothing was served, a missing maximum of concurrent executions is zero.
 */
export function demandGrid(grid: MetricGrid, heardIsZero: boolean): DemandGrid {
  const { startMs, averageDurationMs } = grid;
  const { length } = grid.invocations;
  const served = grid.invocations.slice();
  const throttled = new Float64Array(length).fill(NaN);
  const maxConcurrency = grid.maxConcurrency.slice();
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(served[i]!) && heardIsZero && grid.heard[i] === 1) served[i] = 0;
    if (Number.isNaN(served[i]!)) continue;
    throttled[i] = grid.throttles[i]! > 0 ? grid.throttles[i]! : 0;
    if (served[i] === 0 && Number.isNaN(maxConcurrency[i]!)) maxConcurrency[i] = 0;
  }
  const requests = served.map((count, i) => count + throttled[i]!);
  const stepMs = grid.stepSeconds * 1000;
  return { startMs, stepMs, length, requests, served, throttled, averageDurationMs, maxConcurrency };
}

/** Visits each pair of overlapping steps of two grids with the overlap in milliseconds, in time order. */
export function eachOverlap(
  source: Frame,
  target: Frame,
  visit: (sourceStep: number, targetStep: number, overlapMs: number) => void,
): void {
  for (let i = 0; i < source.length; i++) {
    const fromMs = source.startMs + i * source.stepMs;
    const toMs = fromMs + source.stepMs;
    const first = Math.max(0, Math.floor((fromMs - target.startMs) / target.stepMs));
    for (let j = first; j < target.length; j++) {
      const startMs = target.startMs + j * target.stepMs;
      if (startMs >= toMs) break;
      visit(i, j, Math.min(toMs, startMs + target.stepMs) - Math.max(fromMs, startMs));
    }
  }
}

export interface Resampled {
  /** Per step; scaled up by the known share of the step, NaN where less than half of it is known. */
  requests: Float64Array;
  /** Served requests whose duration is known, not scaled: the weights of `averageDurationMs`. */
  weights: Float64Array;
  /** Average weighted by served requests; NaN where no duration is known. */
  averageDurationMs: Float64Array;
}

/** Spreads each source step evenly over the steps of the frame that it overlaps. */
export function resample(sources: readonly DemandGrid[], frame: Frame): Resampled {
  const requests = new Float64Array(frame.length);
  const knownMs = new Float64Array(frame.length);
  const weights = new Float64Array(frame.length);
  const weighted = new Float64Array(frame.length);
  for (const source of sources) {
    eachOverlap(source, frame, (i, j, overlapMs) => {
      if (Number.isNaN(source.requests[i]!)) return;
      const share = overlapMs / source.stepMs;
      requests[j]! += source.requests[i]! * share;
      knownMs[j]! += overlapMs;
      const weight = source.served[i]! * share;
      if (!(weight > 0) || Number.isNaN(source.averageDurationMs[i]!)) return;
      weights[j]! += weight;
      weighted[j]! += weight * source.averageDurationMs[i]!;
    });
  }
  return {
    requests: requests.map((sum, j) => (2 * knownMs[j]! >= frame.stepMs ? sum * (frame.stepMs / knownMs[j]!) : NaN)),
    weights,
    averageDurationMs: weighted.map((sum, j) => (weights[j]! > 0 ? sum / weights[j]! : NaN)),
  };
}

/**
 * The maximum of `valueOf` over the source steps that touch each step of the frame; NaN where less than half of the step is
 * known.
 */
export function maximumPerStep<Source extends Frame>(
  sources: readonly Source[],
  frame: Frame,
  valueOf: (source: Source, sourceStep: number, targetStep: number) => number,
): Float64Array {
  const maximum = new Float64Array(frame.length);
  const knownMs = new Float64Array(frame.length);
  for (const source of sources) {
    eachOverlap(source, frame, (i, j, overlapMs) => {
      const value = valueOf(source, i, j);
      if (Number.isNaN(value)) return;
      maximum[j] = Math.max(maximum[j]!, value);
      knownMs[j]! += overlapMs;
    });
  }
  return maximum.map((value, j) => (2 * knownMs[j]! >= frame.stepMs ? value : NaN));
}
