/** How many environments to hold in each slot ahead. */
import { median } from 'simple-statistics';
import type { CapacityPlan, DemandHistory, Forecast } from '../model.ts';
import { DAY_MS, SLOT_SECONDS } from '../time.ts';

/**
 * One environment serves at most ten requests a second, however short they are.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
const REQUESTS_PER_SECOND_PER_ENVIRONMENT = 10;

export interface PlanLimits {
  minCapacity: number;
  maxCapacity: number;
}

export interface ForecastPolicy {
  /** The plan covers this quantile of the peak in the slot; one of the forecast's levels. */
  coverQuantile: number;
  /**
   * Each slot's level is held this long before and after it: a drop throws warm environments away, and a peak that
   * comes a slot early meets a cold pool.
   */
  holdSeconds: number;
}

export const DEFAULT_POLICY: ForecastPolicy = { coverQuantile: 0.99, holdSeconds: 900 };

/**
 * The plan that covers `coverQuantile` of each slot's peak and holds it for `holdSeconds` on both sides.
 *
 * capacity(s) = clamp(max over slots u within holdSeconds of s of ceil(max(peak_q(u), requests per second_q(u) / 10)))
 *
 * `averageDurationMs` (of the requests ahead) turns concurrency into requests per second for the second term, which
 * matters below 100 ms. NaN leaves the term out.
 */
export function planFromForecast(
  forecast: Forecast,
  averageDurationMs: number,
  limits: PlanLimits,
  policy: ForecastPolicy = DEFAULT_POLICY,
): CapacityPlan {
  const needed = environmentsNeeded(forecast, averageDurationMs, policy.coverQuantile);
  const held = slidingMaximum(needed, Math.round(policy.holdSeconds / forecast.stepSeconds));
  let capped = 0;
  const capacity = Int32Array.from(held, (level) => {
    if (level > limits.maxCapacity) capped += 1;
    return Math.min(limits.maxCapacity, Math.max(limits.minCapacity, level));
  });
  return {
    policy: `forecast q${policy.coverQuantile * 100}, hold ${policy.holdSeconds / 60} min`,
    reason: reasonFor(forecast, policy, limits, { peak: Math.max(0, ...needed), capped }),
    startMs: forecast.startMs,
    stepSeconds: forecast.stepSeconds,
    capacity,
    baseline: limits.minCapacity,
  };
}

function environmentsNeeded(forecast: Forecast, averageDurationMs: number, coverQuantile: number): Float64Array {
  const cover = quantileOf(forecast, coverQuantile);
  const middle = quantileOf(forecast, 0.5);
  return forecast.mean.map((mean, slot) => {
    const peak = cover[slot]!;
    const requestsPerSecond = averageDurationMs > 0 ? (mean * 1000) / averageDurationMs : 0;
    // The request rate has no quantiles of its own; it is as uncertain as the concurrency it makes.
    const spread = middle[slot]! > 0 ? peak / middle[slot]! : 1;
    return Math.ceil(Math.max(peak, (requestsPerSecond * spread) / REQUESTS_PER_SECOND_PER_ENVIRONMENT));
  });
}

function quantileOf(forecast: Forecast, level: number): Float64Array {
  const band = forecast.peak.find((quantile) => quantile.level === level);
  if (!band) throw new Error(`the forecast carries no quantile ${level}`);
  return band.values;
}

/** Maximum over [i - reach, i + reach] for every i. */
export function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  return values.map((_, i) => {
    let highest = -Infinity;
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++)
      highest = Math.max(highest, values[j]!);
    return highest;
  });
}

function reasonFor(
  forecast: Forecast,
  policy: ForecastPolicy,
  limits: PlanLimits,
  found: { peak: number; capped: number },
): string {
  const parts = [
    `${forecast.model}: up to ${found.peak} environments cover ${policy.coverQuantile * 100} % of the peaks expected in each slot`,
    `each level is held ${policy.holdSeconds / 60} minutes before and after`,
  ];
  if (found.capped > 0) {
    parts.push(`maxCapacity = ${limits.maxCapacity} cuts ${found.capped} of ${forecast.mean.length} slots`);
  }
  if (found.peak < limits.minCapacity) parts.push(`minCapacity = ${limits.minCapacity} is more than any slot needs`);
  return parts.join('; ');
}

/** The duration to expect: the median over the last day in which anything was invoked; NaN when nothing ever was. */
export function expectedDurationMs(history: DemandHistory): number {
  const stepsPerDay = DAY_MS / 1000 / history.stepSeconds;
  const known = history.averageDurationMs.filter((duration) => duration > 0);
  return known.length === 0 ? NaN : median(Array.from(known.subarray(-stepsPerDay)));
}

/** Environment-hours of a plan. */
export function environmentHours(plan: CapacityPlan): number {
  return (plan.capacity.reduce((sum, level) => sum + level, 0) * plan.stepSeconds) / 3600;
}

export const SLOTS_PER_HOUR = 3600 / SLOT_SECONDS;
