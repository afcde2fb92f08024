/** The demo's workload: real request counts, served by an analytics container that is slow to start. */
import { fileURLToPath } from 'node:url';
import { readMetricsFile } from '../input/metrics-file.ts';
import { DAY_MS, floorTo } from '../time.ts';
import type { Scenario } from './simulate.ts';

const TRACE = new URL('../../data/traces/nab-aws-elb-request-count-8c0756.csv.gz', import.meta.url);

/** Stated in the demo's first lines; the counts are measured, these are assumed. */
export const ASSUMED = {
  averageDurationMs: 20_000,
  coldStartMs: 8_000,
  idleTimeoutSeconds: 600,
  memoryMb: 2048,
  maxCapacity: 60,
} as const;

export const WORKLOAD_SOURCE =
  'requests per five minutes to an AWS load balancer, two weeks of April 2014 (Numenta Anomaly Benchmark, MIT licence)';

/** Half of the trace; the other half is history. */
export const MAX_DEMO_DAYS = 7;

/** The last `days` whole days of the trace are simulated; all before is history. */
export async function demoScenario(days: number): Promise<Scenario> {
  const reading = await readMetricsFile(fileURLToPath(TRACE));
  const grid = reading.grids[0];
  if (!grid) throw new Error('the trace is empty');
  const endMs = floorTo(grid.startMs + grid.invocations.length * grid.stepSeconds * 1000, DAY_MS);
  const { averageDurationMs, maxCapacity, memoryMb, coldStartMs, idleTimeoutSeconds } = ASSUMED;
  return {
    seed: 20140410,
    functionName: 'segment-customers',
    alias: 'live',
    architecture: 'x86_64',
    timeoutSeconds: 120,
    trace: { startMs: grid.startMs, stepSeconds: grid.stepSeconds, invocations: grid.invocations, averageDurationMs },
    startMs: endMs - days * DAY_MS,
    endMs,
    maxCapacity,
    memoryMb,
    coldStartMs,
    idleTimeoutSeconds,
  };
}
