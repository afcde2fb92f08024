/* eslint-disable @typescript-eslint/no-non-null-assertion -- series are indexed within their bounds by construction */
/**
 * Outages in the history: a busy, regular service that falls silent all at once. What is quiet by its nature (nights, weekends,
 * intermittent or small workloads, a service that was wound down) is none.
 */
import type { DemandHistory } from '../model.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { type OffsetOf, zoneOffset } from '../time-zone.ts';
import type { TimeRange } from './resolve.ts';

export interface Outage extends TimeRange {
  /** From when on it can be told from a moment's dip. */
  knownFromMs: number;
  /** From when on it may be for good; Infinity for an outage that ended before. */
  releasedFromMs: number;
  /** From when on it is known to have been one after all, since demand is back; Infinity where that took a day. */
  againFromMs: number;
}

/** Silent is less than this share of the usual; the half hour before had at least the other share of it. */
const SILENT = 0.05;
const AS_USUAL = 0.5;
/** It ends with a step that has this share of the usual again. */
const RECOVERED = 0.25;
/** It begins with a step that has less than this share of what the steps of the half hour before had on average. */
const COLLAPSE = 0.25;
const BEFORE_MS = 30 * MINUTE_MS;
/**
 * Shorter dips are left alone. What was held before is held for so long, in case demand comes back: a function that was switched
 * off for good is paid for until then. What lasts longer than a day is how things are now.
 */
const LEAST_MS = 15 * MINUTE_MS;
const HELD_MS = 8 * HOUR_MS;
const LASTING_MS = DAY_MS;
/** Requests a minute below which silence may be chance: at 10, a quarter of an hour without any has odds of 1 to 10^65. */
const BUSY_PER_MINUTE = 10;
/** The usual is the least of the same time in these weeks, of which so many must be known. */
const WEEKS = 4;
const LEAST_WEEKS = 2;
/** Before, it is the least of the same time on all days, which must be so many; no request at all may come then. */
const DAYS = 13;
const LEAST_DAYS = 3;

/**
 * Spans in which demand collapsed below 5 % of its usual for the time of week (to nothing at all, and its usual for the time of
 * day, where two weeks are not known yet) for 15 minutes or more, until it is back at 25 %, with a step on either side, in
 * time order. A silence that begins where a day was quiet before is none, so that no first weekend is. Each is found from what came before its `knownFromMs`, so that what a moment knew can be told: see
 * outagesKnownAt. `timeZone` is that of the week.
 */
export function detectOutages(history: DemandHistory, timeZone = 'UTC'): Outage[] {
  const stepMs = history.stepSeconds * 1000;
  const service = serviceOf(history, zoneOffset(timeZone));
  const at = (t: number) => history.startMs + t * stepMs;
  const least = Math.ceil(LEAST_MS / stepMs);
  const outages: Outage[] = [];
  for (let t = 0; t < history.invocations.length; t++) {
    if (!service.collapsesAt(t)) continue;
    let end = t;
    while (service.isBelow(SILENT, end)) end++;
    if (end - t < least) continue;
    while (service.isBelow(RECOVERED, end)) end++;
    outages.push({
      fromMs: at(t - 1),
      toMs: at(end + 1),
      knownFromMs: at(t + least),
      releasedFromMs: (end - t) * stepMs >= HELD_MS ? at(t) + HELD_MS : Infinity,
      againFromMs: at(recoveryOf({ from: t, end }, service, LASTING_MS / stepMs) + 1),
    });
    t = end;
  }
  return outages;
}

/** The first step from the end on in which demand is back, within a day of the beginning; Infinity without. */
function recoveryOf({ from, end }: { from: number; end: number }, service: Service, lasting: number): number {
  let step = end;
  while (step - from < lasting && !service.isBackAt(step)) step++;
  return step - from < lasting ? step : Infinity;
}

/** The outages as they were seen at a moment. */
export function outagesKnownAt(outages: readonly Outage[], timeMs: number): Outage[] {
  return outages.filter(
    ({ knownFromMs, releasedFromMs, againFromMs }) =>
      (knownFromMs <= timeMs && timeMs < releasedFromMs) || againFromMs <= timeMs,
  );
}

/** When what is known of outages changes, ascending. */
export function outageChanges(outages: readonly Outage[]): number[] {
  return outages
    .flatMap(({ knownFromMs, releasedFromMs, againFromMs }) =>
      releasedFromMs < Infinity ? [knownFromMs, releasedFromMs, againFromMs] : [knownFromMs],
    )
    .filter((timeMs) => timeMs < Infinity)
    .sort((a, b) => a - b);
}

interface Service {
  /** True where less than a share of the usual came although the service is busy at that time of the week. */
  isBelow: (share: number, t: number) => boolean;
  /** True where a busy time has a good part of its usual. */
  isBackAt: (t: number) => boolean;
  /** True where silence follows on half an hour as usual. */
  collapsesAt: (t: number) => boolean;
}

function serviceOf({ invocations, startMs, stepSeconds }: DemandHistory, offsetOf: OffsetOf): Service {
  const stepMs = stepSeconds * 1000;
  const busy = (BUSY_PER_MINUTE * stepMs) / MINUTE_MS;
  const before = Math.ceil(BEFORE_MS / stepMs);
  /** The least of what came in the same step, by the local clock, so many days apart. */
  const leastOf = (t: number, days: number, periods: number) => {
    const timeMs = startMs + t * stepMs;
    let [known, least] = [0, Infinity];
    for (let period = 1; period <= periods; period++) {
      const backMs = period * days * DAY_MS;
      const clockMs = offsetOf(timeMs) - offsetOf(timeMs - backMs);
      const value = invocations[Math.round((timeMs - backMs + clockMs - startMs) / stepMs)];
      if (value === undefined || Number.isNaN(value)) continue;
      known += 1;
      least = Math.min(least, value);
    }
    return { known, least };
  };
  /** Requests in a step by the weeks before, or the days where these are too few; 0 with too few of either. */
  const usual = (t: number) => {
    const weeks = leastOf(t, 7, WEEKS);
    if (weeks.known >= LEAST_WEEKS) return { expected: weeks.least, byDays: false };
    const days = leastOf(t, 1, DAYS);
    return { expected: days.known >= LEAST_DAYS ? days.least : 0, byDays: true };
  };
  const isBelow = (share: number, t: number): boolean => {
    const { expected, byDays } = usual(t);
    if (expected < busy) return false;
    return byDays && share === SILENT ? invocations[t] === 0 : invocations[t]! < share * expected;
  };
  const isBackAt = (t: number): boolean => {
    const { expected } = usual(t);
    return expected >= busy && invocations[t]! >= RECOVERED * expected;
  };
  const collapsesAt = (t: number): boolean => {
    if (t < before) return false;
    let had = 0;
    for (let s = t - before; s < t; s++) had += invocations[s]!;
    // Most steps end here; an unknown one makes the sum unknown.
    if (!(invocations[t]! < (COLLAPSE * had) / before) || !isBelow(SILENT, t)) return false;
    let expected = 0;
    for (let s = t - before; s < t; s++) {
      const perStep = usual(s).expected;
      if (perStep < busy) return false;
      expected += perStep;
    }
    return had >= AS_USUAL * expected;
  };
  return { isBelow, isBackAt, collapsesAt };
}
