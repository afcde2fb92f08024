/** How much of a neighbour the forecast demand needs. Pure. */
import { adjustLevels, type Occurrence } from '../calendar/index.ts';
import type { RelatedTarget } from '../config-related.ts';
import type { CapacityPlan, Forecast } from '../model.ts';
import { ceilTo, HOUR_MS } from '../time.ts';

/** The peak that one slot in a hundred exceeds: a neighbour that is short makes every request of the slot wait. */
const QUANTILE = 0.99;

type Need = Pick<RelatedTarget, 'unitsPerConcurrentExecution' | 'minCapacity' | 'maxCapacity'>;

export interface PlanContext {
  occurrences: readonly Occurrence[];
  /** What is held at present, null where nothing is known. */
  presentLevel: number | null;
}

/**
 * Units = ceil(units per concurrent execution x max(peak's 0.99 quantile, the level of an event)), within the bounds, and in
 * each hour by the clock the highest of its slots; in the hour that has begun, no less than is held. Falls are so an hour
 * apart, since a table may be lowered 27 times a day and replicas, tasks and model instances take minutes to come.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 */
export function neighbourPlan(forecast: Forecast, need: Need, context: PlanContext): CapacityPlan {
  const { startMs, stepSeconds } = forecast;
  const peaks = concurrencyAhead(forecast, context.occurrences);
  const slots = Int32Array.from(peaks, (concurrency) => unitsFor(concurrency, need));
  const firstHourEndMs = ceilTo(startMs + 1, HOUR_MS);
  const present = context.presentLevel ?? 0;
  const held = present <= need.maxCapacity ? present : 0;
  const highest = new Map<number, number>([[firstHourEndMs, held]]);
  const hourOf = (slot: number) => ceilTo(startMs + slot * stepSeconds * 1000 + 1, HOUR_MS);
  slots.forEach((units, slot) => highest.set(hourOf(slot), Math.max(units, highest.get(hourOf(slot)) ?? 0)));
  return {
    policy: 'related',
    reason: `${need.unitsPerConcurrentExecution} per concurrent execution at the forecast's busiest moments (p99), highest of each hour`,
    startMs,
    stepSeconds,
    capacity: slots.map((_, slot) => highest.get(hourOf(slot)) ?? 0),
    baseline: need.minCapacity,
  };
}

/** The concurrency to be ready for in each slot of the forecast. */
export function concurrencyAhead(forecast: Forecast, occurrences: readonly Occurrence[]): Float64Array {
  const band = forecast.peak.find(({ level }) => level === QUANTILE)?.values ?? forecast.mean;
  const events = adjustLevels({ startMs: forecast.startMs, levels: new Int32Array(band.length) }, occurrences);
  return band.map((peak, slot) => Math.max(Number.isFinite(peak) ? peak : 0, events[slot] ?? 0));
}

/** Never less than the minimum, never more than the maximum; a demand that is not known needs the minimum. */
export function unitsFor(concurrency: number, need: Need): number {
  const units = Math.ceil(concurrency * need.unitsPerConcurrentExecution - 1e-9);
  return Math.min(need.maxCapacity, Math.max(need.minCapacity, Number.isNaN(units) ? 0 : units));
}
