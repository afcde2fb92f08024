/** What a function's data are good for, before anything is replayed. */
import type { Settings } from '../config.ts';
import type { Objective } from '../controller/choose.ts';
import { demandHistory } from '../controller/demand.ts';
import { gridEndMs } from '../metric-grid.ts';
import type { DemandHistory, MetricReading } from '../model.ts';
import { ceilTo, DAY_MS, floorTo, HOUR_MS, SLOT_MS } from '../time.ts';

/** So much of the past is ranked by. */
export const RANKED_DAYS = 14;
/** What comes before it, at the least: forecast plans are compared from the third day on. */
const LEAST_HISTORY_DAYS = 2;
/** A day has all hours in it. */
const LEAST_RANKED_DAYS = 1;
/** What is unknown is played as silence; where less is known, a ranking would be guesswork. */
const LEAST_KNOWN_DAYS = 1;

export type Look =
  | { kind: 'too little'; reason: string }
  | {
      kind: 'enough';
      /** Whole slots: the last two weeks, or what there is of them. */
      fromMs: number;
      toMs: number;
      history: DemandHistory;
      /** In the period. */
      invocations: number;
      runMs: number;
    };

export function lookAt(reading: MetricReading, settings: Pick<Settings, 'averageDurationMs'>): Look {
  const { averageDurationMs } = settings;
  const endMs = Math.min(reading.reliableUntilMs, Math.max(0, ...reading.grids.map(gridEndMs)));
  const toMs = floorTo(endMs, SLOT_MS);
  const history = demandHistory(reading, {
    untilMs: toMs,
    ...(averageDurationMs === undefined ? {} : { averageDurationMs }),
  });
  const startMs = startOfKnown(history);
  if (startMs === null) return { kind: 'too little', reason: 'nothing is known of its requests' };
  const fromMs = ceilTo(Math.max(toMs - RANKED_DAYS * DAY_MS, startMs + LEAST_HISTORY_DAYS * DAY_MS), SLOT_MS);
  if (toMs - fromMs < LEAST_RANKED_DAYS * DAY_MS) {
    const have = Math.max(0, (toMs - startMs) / DAY_MS).toFixed(1);
    const need = LEAST_HISTORY_DAYS + LEAST_RANKED_DAYS;
    return { kind: 'too little', reason: `have ${have} days, need ${need}: two to learn from and one to compare on` };
  }
  const { knownMs, invocations, runMs } = totalsFrom(history, fromMs);
  if (knownMs < LEAST_KNOWN_DAYS * DAY_MS) {
    const hours = (knownMs / HOUR_MS).toFixed(0);
    return { kind: 'too little', reason: `of the last ${daysOf(toMs - fromMs)} only ${hours} hours are known` };
  }
  return { kind: 'enough', fromMs, toMs, history, invocations, runMs };
}

/** CloudWatch's answer reaches back eight weeks, also where the function is younger. */
function startOfKnown({ startMs, stepSeconds, invocations }: DemandHistory): number | null {
  const first = invocations.findIndex((requests) => !Number.isNaN(requests));
  return first < 0 ? null : startMs + first * stepSeconds * 1000;
}

function totalsFrom({ startMs, stepSeconds, invocations, meanConcurrency }: DemandHistory, fromMs: number) {
  const first = Math.max(0, Math.round((fromMs - startMs) / (stepSeconds * 1000)));
  const totals = { knownMs: 0, invocations: 0, runMs: 0 };
  for (const [i, requests] of invocations.subarray(first).entries()) {
    if (Number.isNaN(requests)) continue;
    totals.knownMs += stepSeconds * 1000;
    totals.invocations += requests;
    totals.runMs += (meanConcurrency[first + i] || 0) * stepSeconds * 1000;
  }
  return totals;
}

/**
 * More than any plan can save against on demand, by the price of cold starts: no request is cold, no initialisation is
 * billed, and what runs, runs on environments that are never idle.
 *
 *     requests x (price + start x m x o) + run x m x max(0, o - p - d)
 *
 * Infinite under a ceiling on their rate, which prices no cold start, but where nothing was invoked.
 */
export function mostSavedUsd(
  { invocations, runMs }: Pick<Look & { kind: 'enough' }, 'invocations' | 'runMs'>,
  { coldStartPriceUsd, maxColdStartRate, memoryMb, prices }: Objective,
  coldStartMs: number,
): number {
  if (invocations === 0) return 0;
  if (maxColdStartRate !== undefined) return Infinity;
  const { onDemandGbSecondUsd, provisionedGbSecondUsd, provisionedDurationGbSecondUsd } = prices;
  const gbSeconds = (milliseconds: number) => (milliseconds / 1000) * (memoryMb / 1024);
  const cheaper = Math.max(0, onDemandGbSecondUsd - provisionedGbSecondUsd - provisionedDurationGbSecondUsd);
  const perColdStart = coldStartPriceUsd + gbSeconds(coldStartMs) * onDemandGbSecondUsd;
  return invocations * perColdStart + gbSeconds(runMs) * cheaper;
}

/** `14 days`, `3.5 days`, `1 day`. */
export function daysOf(periodMs: number): string {
  const days = Number((periodMs / DAY_MS).toFixed(1));
  return `${days} day${days === 1 ? '' : 's'}`;
}
