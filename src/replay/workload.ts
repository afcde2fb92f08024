/** The requests of a period as the files tell them: counts and durations per step, for simulations to draw from. */
import { demandGrid } from '../controller/demand-resample.ts';
import type { MetricReading } from '../model.ts';

/** Requests on one regular grid. Arrays have one entry per step; nothing is unknown in them: an unknown step is empty. */
export interface WorkloadGrid {
  startMs: number;
  stepMs: number;
  requests: Float64Array;
  averageDurationMs: Float64Array;
}

/** In time order, none overlapping. */
export type Workload = readonly WorkloadGrid[];

export interface WorkloadStep {
  startMs: number;
  stepMs: number;
  requests: number;
  averageDurationMs: number;
}

/** Throttled requests count: they were asked for. Every step with requests must have a duration (`causalDemand`). */
export function workloadOf(reading: MetricReading): Workload {
  return reading.grids.map((grid) => {
    const { startMs, stepMs, requests } = demandGrid(grid, true);
    return {
      startMs,
      stepMs,
      requests: requests.map((count) => (count > 0 ? count : 0)),
      averageDurationMs: grid.averageDurationMs.map((durationMs) => (durationMs >= 0 ? durationMs : 0)),
    };
  });
}

/** The steps that overlap [fromMs, toMs), empty ones included. */
export function* stepsBetween(workload: Workload, fromMs: number, toMs: number): Generator<WorkloadStep> {
  for (const { startMs, stepMs, requests, averageDurationMs } of workload) {
    const first = Math.max(0, Math.floor((fromMs - startMs) / stepMs));
    for (let i = first; i < requests.length && startMs + i * stepMs < toMs; i++) {
      yield {
        startMs: startMs + i * stepMs,
        stepMs,
        requests: requests[i] ?? 0,
        averageDurationMs: averageDurationMs[i] ?? 0,
      };
    }
  }
}

/** Requests in [fromMs, toMs); of a step that is cut its share. */
export function requestsBetween(workload: Workload, fromMs: number, toMs: number): number {
  let sum = 0;
  for (const { startMs, stepMs, requests } of stepsBetween(workload, fromMs, toMs)) {
    const overlapMs = Math.min(toMs, startMs + stepMs) - Math.max(fromMs, startMs);
    sum += requests * (overlapMs / stepMs);
  }
  return sum;
}
