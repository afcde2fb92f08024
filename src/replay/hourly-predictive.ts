/**
 * Predictive scaling as Application Auto Scaling does it for Amazon ECS, the only service it does it for: hourly, from at most 14
 * days of history and at least one, redone every 6 hours, five minutes before the hour, and only ever out; scaling
 * in is left to target tracking. AWS does not publish its model; here it is the average of the same hour of the week, or of the
 * day where there are not two weeks. The load that is forecast is the hour's maximum, which favours it.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/aas-predictive-scaling-how-it-works.html
 */
import { ceilTo, DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../time.ts';
import type { DemandRecord } from './demand-record.ts';
import { type Timeline, TimelineBuilder } from './timeline.ts';

const HISTORY_MS = 14 * DAY_MS;
const REDONE_MS = 6 * HOUR_MS;
const BUFFER_MS = 300_000;

export interface HourlyPredictiveOptions {
  startMs: number;
  endMs: number;
  /** Utilisation at which the forecast load is to run. */
  target: number;
  minCapacity: number;
  maxCapacity: number;
}

/** The minimum that predictive scaling keeps in each hour. */
export function hourlyPredictiveFloor(record: DemandRecord, options: HourlyPredictiveOptions): Timeline {
  const { startMs, endMs, target, minCapacity, maxCapacity } = options;
  const hours = hourlyMaxima(record);
  const floor = new TimelineBuilder();
  floor.push(startMs, minCapacity);
  for (let hourMs = floorTo(startMs, HOUR_MS); hourMs < endMs; hourMs += HOUR_MS) {
    const forecast = forecastHour(hours, hourMs, floorTo(hourMs - BUFFER_MS, REDONE_MS));
    const level = Math.min(maxCapacity, Math.max(minCapacity, Math.ceil(forecast / target)));
    floor.push(Math.max(startMs, hourMs - BUFFER_MS), level);
  }
  return floor.read();
}

interface Hours {
  startMs: number;
  max: Float64Array;
}

/** Whole hours of the record only. */
function hourlyMaxima(record: DemandRecord): Hours {
  const startMs = ceilTo(record.startMs, HOUR_MS);
  const perHour = HOUR_MS / MINUTE_MS;
  const offset = (startMs - record.startMs) / MINUTE_MS;
  const count = Math.max(0, Math.floor((record.maxConcurrency.length - offset) / perHour));
  const max = Float64Array.from({ length: count }, (_, hour) => {
    const from = offset + hour * perHour;
    return record.maxConcurrency.subarray(from, from + perHour).reduce((most, n) => Math.max(most, n), 0);
  });
  return { startMs, max };
}

/** From hours that were over when the forecast was made; 0 with less than a day of them. */
function forecastHour({ startMs, max }: Hours, hourMs: number, madeAtMs: number): number {
  const oldestMs = Math.max(startMs, madeAtMs - HISTORY_MS);
  if (madeAtMs - oldestMs < DAY_MS) return 0;
  const periodMs = madeAtMs - oldestMs >= HISTORY_MS ? 7 * DAY_MS : DAY_MS;
  let sum = 0;
  let count = 0;
  for (let atMs = hourMs - periodMs; atMs >= oldestMs; atMs -= periodMs) {
    if (atMs + HOUR_MS > madeAtMs) continue;
    sum += max[(atMs - startMs) / HOUR_MS] ?? 0;
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}
