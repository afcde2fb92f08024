/** The demo's workload: real request counts, served by an analytics container that is slow to start. */
import { fileURLToPath } from 'node:url';
import { DEFAULT_REGION, PRICES_AS_OF } from '../economics/prices.ts';
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

export const ASSUMED_SENTENCE = `${ASSUMED.averageDurationMs / 1000} s a request, ${ASSUMED.coldStartMs / 1000} s to start, warm for ${ASSUMED.idleTimeoutSeconds / 60} min, ${ASSUMED.memoryMb} MB; avoiding a cold start is worth ${ASSUMED.coldStartPriceUsd} USD`;

export const PRICES_SENTENCE = `list prices of ${DEFAULT_REGION} as of ${PRICES_AS_OF}; provisioned concurrency in whole steps of five minutes`;

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

/** The environment of the deployed controller, as the stack would set it. */
export function controllerSettings(scenario: Scenario): Record<string, string> {
  return {
    PREWARM_TARGETS: `${scenario.functionName}:${scenario.alias}`,
    PREWARM_MODE: 'act',
    PREWARM_MAX_CAPACITY: String(scenario.maxCapacity),
    PREWARM_COLD_START_PRICE_USD: String(ASSUMED.coldStartPriceUsd),
    PREWARM_COLD_START_MS: String(ASSUMED.coldStartMs),
    PREWARM_IDLE_TIMEOUT_SECONDS: String(ASSUMED.idleTimeoutSeconds),
  };
}
