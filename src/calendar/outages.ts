/* eslint-disable @typescript-eslint/no-non-null-assertion -- series are indexed within their bounds by construction */
/**
 * Outages in the history: a busy, regular service that falls silent all at once. What is quiet by its nature (nights, weekends,
 * intermittent or small workloads, a service that was wound down) is none.
 */
import type { DemandHistory } from '../model.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import { type OffsetOf, zoneOffset } from '../time-zone.ts';
import type { TimeRange } from './resolve.ts';

export interface Outage extends TimeRange {
  /** From when on it can be told from a moment's dip. */
  knownFromMs: number;
  /** From when on it is taken for the new normal; Infinity for an outage that ended before. */
  normalFromMs: number;
}

/** Silent is less than this share of the usual; before it, demand was at least the other share of it. */
const SILENT = 0.05;
const AS_USUAL = 0.5;
/** Shorter dips are left alone; what lasts longer than a day is how things are now. */
const LEAST_MS = 15 * MINUTE_MS;
const LASTING_MS = DAY_MS;
/** The time before it in which the service was as usual. */
const BEFORE_MS = 30 * MINUTE_MS;
/** Requests a minute below which silence may be chance: at 10, a quarter of an hour without any has odds of 1 to 10^65. */
const BUSY_PER_MINUTE = 10;
/** The usual is the least of the same time in these weeks, of which so many must be known. */
const WEEKS = 4;
const LEAST_WEEKS = 2;

/**
 * Spans in which demand collapsed below 5 % of its usual for the time of week for 15 minutes or more, with a step on either side,
 * in time order. Each is found from what came before its `knownFromMs`, so that what a moment knew can be told: see
 * outagesKnownAt. `timeZone` is that of the week.
 */
export function detectOutages(history: DemandHistory, timeZone = 'UTC'): Outage[] {
  const stepMs = history.stepSeconds * 1000;
  const usual = usualRequests(history, zoneOffset(timeZone));
  const isBusy = (t: number) => usual[t]! >= (BUSY_PER_MINUTE * stepMs) / MINUTE_MS;
  const isSilent = (t: number) => isBusy(t) && history.invocations[t]! < SILENT * usual[t]!;
  const at = (t: number) => history.startMs + t * stepMs;
  const least = Math.ceil(LEAST_MS / stepMs);
  const outages: Outage[] = [];
  for (let t = 0; t < usual.length; t++) {
    if (!isSilent(t) || !wasAsUsual(t, { history, usual, isBusy })) continue;
    let end = t + 1;
    while (end < usual.length && isSilent(end)) end++;
    if (end - t >= least) {
      const lasting = (end - t) * stepMs > LASTING_MS;
      outages.push({
        fromMs: at(t - 1),
        toMs: at(end + 1),
        knownFromMs: at(t + least),
        normalFromMs: lasting ? at(t) + LASTING_MS : Infinity,
      });
    }
    t = end;
  }
  return outages;
}

/** The outages as they were seen at a moment. */
export function outagesKnownAt(outages: readonly Outage[], timeMs: number): Outage[] {
  return outages.filter(({ knownFromMs, normalFromMs }) => knownFromMs <= timeMs && timeMs < normalFromMs);
}

/** When what is known of outages changes, ascending. */
export function outageChanges(outages: readonly Outage[]): number[] {
  return outages
    .flatMap(({ knownFromMs, normalFromMs }) => [knownFromMs, normalFromMs])
    .filter((timeMs) => timeMs < Infinity)
    .sort((a, b) => a - b);
}

interface Seen {
  history: DemandHistory;
  usual: Float64Array;
  isBusy: (t: number) => boolean;
}

/** True where every step of the half hour before was busy, and their requests at least half of what is usual. */
function wasAsUsual(t: number, { history, usual, isBusy }: Seen): boolean {
  const steps = Math.ceil(BEFORE_MS / (history.stepSeconds * 1000));
  let [had, expected] = [0, 0];
  for (let s = t - steps; s < t; s++) {
    if (s < 0 || !isBusy(s) || Number.isNaN(history.invocations[s]!)) return false;
    had += history.invocations[s]!;
    expected += usual[s]!;
  }
  return had >= AS_USUAL * expected;
}

/** Requests per step, the least of the same local time in the weeks before; NaN with fewer than two known weeks. */
function usualRequests(history: DemandHistory, offsetOf: OffsetOf): Float64Array {
  const stepMs = history.stepSeconds * 1000;
  return history.invocations.map((_, t) => {
    const timeMs = history.startMs + t * stepMs;
    let [known, least] = [0, Infinity];
    for (let week = 1; week <= WEEKS; week++) {
      const backMs = week * 7 * DAY_MS;
      const clockMs = offsetOf(timeMs) - offsetOf(timeMs - backMs);
      const value = history.invocations[Math.round((timeMs - backMs + clockMs - history.startMs) / stepMs)];
      if (value === undefined || Number.isNaN(value)) continue;
      known += 1;
      least = Math.min(least, value);
    }
    return known >= LEAST_WEEKS ? least : NaN;
  });
}
