/** How a target is doing: what is scheduled, what fired, what failed, and how the forecast did against what came. */
import { splitByOwner } from '../controller/ring.ts';
import type { TargetConfig } from '../config.ts';
import type { ScheduledAction, Target } from '../model.ts';
import { DAY_MS, floorTo, HOUR_MS, parseAt, SLOT_MS } from '../time.ts';
import { fromWall, zoneOffset } from '../time-zone.ts';
import type { DemandFacts } from './demand.ts';
import type { AccountFacts, ActivityFacts, Fact, ProvisionedFacts, TargetFacts } from './facts.ts';

/** One past hour: what was forecast an hour before it began, and what came; null where that is not known. */
export interface HourComparison {
  atMs: number;
  forecastMean: number | null;
  actualMean: number | null;
  /** The forecast's 99 % quantile of the busiest moment, the highest of the hour. */
  forecastPeak: number | null;
  actualPeak: number | null;
}

export interface Agreement {
  hours: number;
  /** Mean absolute difference over the mean of what came; null without demand. */
  relativeError: number | null;
  /** Share of the hours whose peak stayed within the forecast's 99 % quantile. */
  peaksCovered: number | null;
}

export interface StatusReport {
  target: Target;
  region: string;
  nowMs: number;
  /** Null where nothing is registered. */
  scalableTarget: TargetFacts | null;
  provisioned: ProvisionedFacts | null;
  aliasWeights: Readonly<Record<string, number>>;
  /** Own actions that have still to fire, in order. */
  scheduled: ScheduledAction[];
  /** Own actions whose time has passed and that AWS still describes. */
  passed: ScheduledAction[];
  foreign: ScheduledAction[];
  /** Of the last 24 hours, the newest first. */
  activities: ActivityFacts[];
  failed: ActivityFacts[];
  /** The last 24 hours, the oldest first. */
  hours: HourComparison[];
  /** Since midnight in the target's time zone, and over all the hours above. */
  today: Agreement & { sinceMs: number };
  lastDay: Agreement;
  /** What could not be read, and what the metrics' reader remarked. */
  notes: string[];
}

export interface Observed {
  facts: AccountFacts;
  demand: DemandFacts | null;
  demandMissing: string;
}

export function statusOf(
  { facts, demand, demandMissing }: Observed,
  config: TargetConfig,
  nowMs: number,
): StatusReport {
  const { target } = facts;
  const resourceId = `function:${target.functionName}:${target.alias}`;
  const here = read(facts.actions, []).filter((action) => action.resourceId === resourceId);
  const { own, foreign } = splitByOwner(here, config.namePrefix);
  const isAhead = ({ schedule }: ScheduledAction) => (parseAt(schedule) ?? -Infinity) > nowMs;
  const activities = read(facts.activities, []).filter(({ atMs }) => atMs > nowMs - DAY_MS);
  const hours = demand ? comparedHours(demand, nowMs) : [];
  const sinceMs = dayStartMs(nowMs, config.timeZone);
  return {
    target,
    region: facts.region,
    nowMs,
    scalableTarget: read(facts.targets, []).find((found) => found.resourceId === resourceId) ?? null,
    provisioned: read(facts.provisioned, []).find(({ qualifier }) => qualifier === target.alias) ?? null,
    aliasWeights: read(facts.alias, null)?.weights ?? {},
    scheduled: own.filter(isAhead),
    passed: own.filter((action) => !isAhead(action)),
    foreign,
    activities,
    failed: activities.filter(({ status }) => status === 'Failed' || status === 'Unfulfilled'),
    hours,
    today: { sinceMs, ...agreement(hours.filter(({ atMs }) => atMs >= sinceMs)) },
    lastDay: agreement(hours),
    notes: [...(demand?.reading.notes ?? [demandMissing]), ...unread(facts)],
  };
}

function read<T>(fact: Fact<T>, otherwise: T): T {
  return fact.known ? fact.value : otherwise;
}

function unread({ targets, actions, activities, provisioned, alias }: AccountFacts): string[] {
  return [targets, actions, activities, provisioned, alias].flatMap((fact) =>
    fact.known ? [] : [`not read: the caller may not do ${fact.action}`],
  );
}

/** Midnight of the moment's day on the clocks of a time zone. */
function dayStartMs(timeMs: number, timeZone: string): number {
  const offsetOf = zoneOffset(timeZone);
  return fromWall(floorTo(timeMs + offsetOf(timeMs), DAY_MS), offsetOf);
}

const SLOTS_PER_HOUR = HOUR_MS / SLOT_MS;

/** Each hour as it was forecast an hour before it began, from what was known then. */
function comparedHours({ history, planner }: DemandFacts, nowMs: number): HourComparison[] {
  const endMs = floorTo(nowMs, HOUR_MS);
  return Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => {
    const atMs = endMs - DAY_MS + hour * HOUR_MS;
    const steps = (atMs - history.startMs) / (history.stepSeconds * 1000);
    const length = HOUR_MS / (history.stepSeconds * 1000);
    const of = (values: Float64Array) => Array.from(values.subarray(Math.max(0, steps), Math.max(0, steps + length)));
    const result = planner.forecastAt(atMs - HOUR_MS, { horizonSlots: 2 * SLOTS_PER_HOUR });
    const forecast = result.kind === 'forecast' ? result.forecast : null;
    const ahead = (values: Float64Array | undefined) => Array.from(values?.subarray(SLOTS_PER_HOUR) ?? []);
    const peak = forecast?.peak.find(({ level }) => level === 0.99);
    return {
      atMs,
      forecastMean: mean(ahead(forecast?.mean)),
      actualMean: mean(of(history.meanConcurrency)),
      forecastPeak: largest(ahead(peak?.values)),
      actualPeak: largest(of(history.peakConcurrency)),
    };
  });
}

function mean(values: readonly number[]): number | null {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
}

function largest(values: readonly number[]): number | null {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : Math.max(...known);
}

function agreement(hours: readonly HourComparison[]): Agreement {
  let difference = 0;
  let total = 0;
  let compared = 0;
  let covered = 0;
  let peaks = 0;
  for (const { forecastMean, actualMean, forecastPeak, actualPeak } of hours) {
    if (forecastMean !== null && actualMean !== null) {
      compared += 1;
      difference += Math.abs(forecastMean - actualMean);
      total += actualMean;
    }
    if (forecastPeak === null || actualPeak === null) continue;
    peaks += 1;
    if (actualPeak <= forecastPeak) covered += 1;
  }
  return {
    hours: compared,
    relativeError: total > 0 ? difference / total : null,
    peaksCovered: peaks > 0 ? covered / peaks : null,
  };
}
