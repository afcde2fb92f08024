/** A policy as a plan: how many environments to hold in each slot ahead. */
import { median } from 'simple-statistics';
import type { Forecaster } from '../forecast/index.ts';
import type { DemandHistory, Forecast } from '../model.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import type { SlotDemand } from './slot-demand.ts';
import type { Candidate, RecentPeak } from './candidates.ts';
import { heldBack, LAG_SLOTS, slidingMaximum } from './past-levels.ts';

/**
 * One environment serves at most ten requests a second, however short they are.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
const REQUESTS_PER_SECOND_PER_ENVIRONMENT = 10;

/** What a plan is made from, at one moment. */
export interface PlanContext {
  forecaster: Forecaster;
  demand: SlotDemand;
  /** The forecast from this moment on. */
  forecast: Forecast;
  nowMs: number;
  /** So many slots of the demand lie before this moment. */
  knownSlots: number;
  /** Of the requests ahead; NaN where unknown. */
  averageDurationMs: number;
}

/** The candidate's level in each slot of the forecast, as `pastLevels` has it for the past; before any limits. */
export function planLevels(candidate: Candidate, context: PlanContext): Int32Array {
  const { forecast } = context;
  const needed = levelsAhead(candidate, context);
  const atLeast =
    candidate.kind === 'forecast' || candidate.kind === 'repeat'
      ? requestRateLevels(forecast, context.averageDurationMs)
      : null;
  return Int32Array.from(needed, (level, slot) =>
    Math.min(MOST_ENVIRONMENTS, Math.ceil(Math.max(level, atLeast?.[slot] ?? 0))),
  );
}

/** Far beyond any account's quota, and within an Int32Array. */
const MOST_ENVIRONMENTS = 1e9;

function levelsAhead(candidate: Candidate, context: PlanContext): Float64Array {
  const slots = context.forecast.mean.length;
  switch (candidate.kind) {
    case 'on-demand':
      return new Float64Array(slots);
    case 'constant':
      return new Float64Array(slots).fill(candidate.level);
    case 'repeat':
      return repeated(candidate, context);
    case 'recent':
      return new Float64Array(slots).fill(recentLevel(candidate.recent, context));
    case 'forecast': {
      const { floor, recent } = candidate;
      const atLeast = Math.max(floor, recent ? recentLevel(recent, context) : 0);
      return covered(candidate, context).map((level) => Math.max(atLeast, level));
    }
  }
}

/** As it is now, for all slots ahead: the next ticks know better. */
function recentLevel({ slots, factor }: RecentPeak, { demand, knownSlots }: PlanContext): number {
  let highest = 0;
  for (let slot = knownSlots - 1, left = slots; slot >= 0 && left > 0; slot--) {
    // Unknown is not idle: what was known last counts.
    if (Number.isNaN(demand.mean[slot]!)) continue;
    highest = Math.max(highest, demand.highest[slot]!);
    left -= 1;
  }
  return factor * highest;
}

function repeated(
  { days, holdSlots }: Candidate & { kind: 'repeat' },
  { demand, forecast, knownSlots }: PlanContext,
): Float64Array {
  const back = (days * DAY_MS) / SLOT_MS;
  const first = Math.round((forecast.startMs - demand.startMs) / SLOT_MS);
  // Slots more than a period ahead repeat the period before the last.
  const source = (slot: number) => slot - back * Math.max(1, Math.ceil((slot - knownSlots + 1) / back));
  const reach = holdSlots - 1;
  const past = Float64Array.from(
    { length: forecast.mean.length + 2 * reach },
    (_, i) => demand.highest[source(first - reach + i)] ?? 0,
  );
  return slidingMaximum(past, reach).subarray(reach, reach + forecast.mean.length);
}

/** The quantile of the highest demand in the window that begins with each slot, held for as long as the window. */
function covered({ coverQuantile, holdSlots }: Candidate & { kind: 'forecast' }, context: PlanContext): Float64Array {
  const { forecaster, forecast, nowMs } = context;
  const levels = [coverQuantile];
  const before = holdSlots - 1;
  const values = new Float64Array(before + forecast.mean.length);
  for (let i = 0; i < before; i++) {
    // What was planned for the slots just before now, from what was known then.
    const originMs = forecast.startMs - (before - i + LAG_SLOTS) * SLOT_MS;
    const past = forecaster.forecastAt(originMs, { horizonSlots: LAG_SLOTS + 1, levels, windowSlots: holdSlots });
    values[i] = past.kind === 'forecast' ? past.forecast.peak[0]!.values[LAG_SLOTS]! : 0;
  }
  const ahead = forecaster.forecastAt(nowMs, { horizonSlots: forecast.mean.length, levels, windowSlots: holdSlots });
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
