/** The demo's workload: real request counts, served by an analytics container that is slow to start. */
import { fileURLToPath } from 'node:url';
import { readMetricsFile } from '../input/metrics-file.ts';
import { DAY_MS } from '../time.ts';
import type { Scenario } from './simulate.ts';

const TRACE = new URL('../../data/traces/nasa-http-1995-a.csv.gz', import.meta.url);

/** Stated in the demo's first lines; the counts are measured, these are assumed. */
export const ASSUMED = {
  averageDurationMs: 20_000,
  coldStartMs: 8_000,
  idleTimeoutSeconds: 600,
  memoryMb: 2048,
  maxCapacity: 120,
  coldStartPriceUsd: 0.1,
} as const;

export const WORKLOAD_SOURCE =
  'requests per minute to a public web server, two weeks of July 1995 (NASA-HTTP, Internet Traffic Archive), each taken as one analytics job';

/** Half a month is used: what a new user of Prewarm has to show. */
const END_MS = Date.parse('1995-07-15T00:00:00Z');

/** Half of the trace; the other half is history. */
export const MAX_DEMO_DAYS = 7;

/** The last `days` days are simulated; all before is history. */
export async function demoScenario(days: number): Promise<Scenario> {
  const reading = await readMetricsFile(fileURLToPath(TRACE));
  const grid = reading.grids[0];
  if (!grid) throw new Error('the trace is empty');
  const { averageDurationMs, maxCapacity, memoryMb, coldStartMs, idleTimeoutSeconds } = ASSUMED;
  return {
    seed: 19950701,
    functionName: 'segment-customers',
    alias: 'live',
    architecture: 'x86_64',
    timeoutSeconds: 120,
    trace: { startMs: grid.startMs, stepSeconds: grid.stepSeconds, invocations: grid.invocations, averageDurationMs },
    startMs: END_MS - days * DAY_MS,
    endMs: END_MS,
    maxCapacity,
    memoryMb,
    coldStartMs,
    idleTimeoutSeconds,
  };
}
