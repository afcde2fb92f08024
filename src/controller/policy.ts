/** A policy as a plan: how many environments to hold in each slot ahead. */
import { median } from 'simple-statistics';
import type { Forecaster } from '../forecast/index.ts';
import type { DemandHistory, Forecast } from '../model.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import { busyHours, busyOnly } from './idle-hours.ts';
import { recentPeaks } from './recent-peak.ts';
import { repeatedLevels } from './repeat.ts';
import type { SlotDemand } from './slot-demand.ts';
import type { Candidate, RecentPeak } from './candidates.ts';
import type { PastCovers } from './past-levels.ts';
import { heldBack } from './window-maxima.ts';

/**
 * One environment serves at most ten requests a second, however short they are.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
const REQUESTS_PER_SECOND_PER_ENVIRONMENT = 10;

/** Longer requests occupy an environment before they can be too many for it. */
const SHORT_MS = 1000 / REQUESTS_PER_SECOND_PER_ENVIRONMENT;

/** What a plan is made from, at one moment. */
export interface PlanContext {
  forecaster: Forecaster;
  demand: SlotDemand;
  covers: PastCovers;
  /** The slot that contains `nowMs`, the first of `slots`. */
  startMs: number;
  slots: number;
  /** The forecast of these slots; made only where it is asked for. */
  forecast: () => Forecast;
  nowMs: number;
  /** So many slots of the demand lie before this moment. */
  knownSlots: number;
  /** Of the requests ahead; NaN where unknown. */
  averageDurationMs: number;
}

/**
 * The candidate's level in each slot ahead, as `pastLevels` has it for the past; before any limits. A recent peak that a
 * forecast plan never goes below is not in it: calendar events touch the two differently (event-levels.ts).
 */
export function planLevels(candidate: Candidate, context: PlanContext): Int32Array {
  const needed = levelsAhead(candidate, context);
  const foresees = candidate.kind === 'forecast' || candidate.kind === 'repeat';
  const atLeast =
    foresees && context.averageDurationMs < SHORT_MS
      ? requestRateLevels(context.forecast(), context.averageDurationMs)
      : null;
  const levels = new Int32Array(needed.length);
  for (let slot = 0; slot < levels.length; slot++)
    levels[slot] = Math.min(MOST_ENVIRONMENTS, Math.ceil(Math.max(needed[slot]!, atLeast?.[slot] ?? 0)));
  return levels;
}

/** Far beyond any account's quota, and within an Int32Array. */
const MOST_ENVIRONMENTS = 1e9;

function levelsAhead(candidate: Candidate, context: PlanContext): Float64Array {
  const { slots } = context;
  const always = (level: number) => new Float64Array(slots).fill(level);
  const busy = () => busyHours(context.demand, slotsAhead(context), context.knownSlots);
  switch (candidate.kind) {
    case 'on-demand':
      return new Float64Array(slots);
    case 'constant':
      return busyOnly(candidate, always(candidate.level), busy);
    case 'repeat':
      return repeatedLevels(candidate, context.demand, slotsAhead(context), context.knownSlots);
    case 'recent':
      return busyOnly(candidate, always(recentLevel(candidate.recent, context)), busy);
    case 'forecast': {
      const floors = busyOnly(candidate, always(candidate.floor), busy);
      return covered(candidate, context).map((level, i) => Math.max(floors[i]!, level));
    }
  }
}

function slotsAhead({ demand, startMs, slots }: PlanContext): { from: number; to: number } {
  const from = Math.round((startMs - demand.startMs) / SLOT_MS);
  return { from, to: from + slots };
}

/** As it is now, for all slots ahead: the next ticks know better. */
function recentLevel(recent: RecentPeak, { demand, knownSlots }: PlanContext): number {
  return recentPeaks(demand, recent, { from: knownSlots, to: knownSlots + 1 }, (slot) => slot)[0]!;
}

/** The quantile of the highest demand in the window that begins with each slot, held for as long as the window. */
function covered({ coverQuantile, holdSlots }: Candidate & { kind: 'forecast' }, context: PlanContext): Float64Array {
  const { forecaster, covers, slots, nowMs } = context;
  const { from: first } = slotsAhead(context);
  const before = Math.min(holdSlots - 1, first);
  const values = new Float64Array(before + slots);
  // What was planned for the slots just before now, from what was known then.
  values.set(covers.column(coverQuantile, holdSlots, { from: first - before, to: first }));
  const horizon = { horizonSlots: slots, levels: [coverQuantile], windowSlots: holdSlots };
  const ahead = forecaster.forecastAt(nowMs, horizon);
  if (ahead.kind === 'forecast') values.set(ahead.forecast.peak[0]!.values, before);
  return heldBack(values, holdSlots).subarray(before);
}

/** Environments that the expected request rate needs, however short the requests; matters below 100 ms. */
export function requestRateLevels(forecast: Forecast, averageDurationMs: number): Float64Array {
  const cover = forecast.peak.find((band) => band.level === 0.99)?.values;
  const middle = forecast.peak.find((band) => band.level === 0.5)?.values;
  return forecast.mean.map((mean, slot) => {
    const requestsPerSecond = averageDurationMs > 0 ? (mean * 1000) / averageDurationMs : 0;
    // The request rate has no quantiles of its own; it is as uncertain as the concurrency it makes.
    const spread = cover && middle && middle[slot]! > 0 ? cover[slot]! / middle[slot]! : 1;
    return (requestsPerSecond * spread) / REQUESTS_PER_SECOND_PER_ENVIRONMENT;
  });
}

/** The duration to expect: the median over the last day in which anything was invoked; NaN when nothing ever was. */
export function expectedDurationMs({ averageDurationMs, stepSeconds }: DemandHistory): number {
  const wanted = DAY_MS / 1000 / stepSeconds;
  const newest: number[] = [];
  for (let step = averageDurationMs.length - 1; step >= 0 && newest.length < wanted; step--) {
    if (averageDurationMs[step]! > 0) newest.push(averageDurationMs[step]!);
  }
  return newest.length === 0 ? NaN : median(newest);
}
