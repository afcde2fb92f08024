/** Demand of a queue-fed function: what was sent to its queue, where the queue let through less. Pure but for the port. */
import type { ApiSettings, QueueSettings } from '../config-related.ts';
import type { ArrivalSeries, ArrivalsSource, MetricsSource } from '../controller/ports.ts';
import type { MetricGrid, MetricReading } from '../model.ts';

/** More in a step, or older, is no measurement. */
const LARGEST_COUNT = 1e12;
const LARGEST_AGE_SECONDS = 14 * 86_400;

export interface ArrivalSettings {
  queue?: QueueSettings | undefined;
  api?: ApiSettings | undefined;
}

/** The source itself where neither queue nor API is named; else one whose readings are corrected by what arrived in front. */
export function queueFedSource(
  source: MetricsSource,
  arrivals: ArrivalsSource,
  { queue, api }: ArrivalSettings,
): MetricsSource {
  if (!queue && !api) return source;
  return {
    async read(target, range) {
      const reading = await source.read(target, range);
      const grids: MetricGrid[] = [];
      for (const grid of reading.grids) {
        const frame = { startMs: grid.startMs, stepSeconds: grid.stepSeconds, length: grid.invocations.length };
        const series = await arrivals.read({ target, queue, api }, frame);
        grids.push(correctGrid(grid, series, queue?.batchSize ?? 1));
      }
      return { ...reading, grids, notes: [...reading.notes, ...notesOn(reading, grids)] };
    },
  };
}

/**
 * Demand in the place of invocations, step by step. With v = invocations, a = messages sent / batch size + API requests beyond
 * these (which went to the function itself) and b = what waits, in invocations:
 *
 *   b' = min(max(0, b + a - v), all that arrived within the age of the oldest message)      0 where the age is unknown
 *   demand = max(a, v - b)
 *
 * so that a burst counts when it was sent, and not again when it is worked off. What was demanded and not invoked is booked as
 * throttled, which is what it is to a caller: demand then has it, and the peak, too. Where a backlog is worked off, invocations
 * and the maximum of concurrent executions are reduced in proportion. A step without a count of arrivals stays as it is.
 */
export function correctGrid(grid: MetricGrid, series: ArrivalSeries, batchSize: number): MetricGrid {
  const arrived = arrivalsOf(grid, series, batchSize);
  const invocations = grid.invocations.slice();
  const throttles = grid.throttles.slice();
  const maxConcurrency = grid.maxConcurrency.slice();
  const within = arrivedWithin(arrived);
  let waiting = 0;
  for (let i = 0; i < invocations.length; i++) {
    const arrivals = arrived[i] ?? NaN;
    if (Number.isNaN(arrivals)) {
      waiting = 0;
      continue;
    }
    const served = Math.max(0, invocations[i] || 0);
    const demand = Math.max(arrivals, served - waiting);
    const ageSeconds = measured(series.oldestAgeSeconds[i], LARGEST_AGE_SECONDS);
    waiting = Math.max(0, waiting + arrivals - served);
    waiting = Number.isNaN(ageSeconds) ? 0 : Math.min(waiting, within(i, Math.ceil(ageSeconds / grid.stepSeconds)));
    if (demand > served) {
      invocations[i] = served;
      throttles[i] = Math.max(throttles[i] || 0, demand - served);
    } else if (demand < served) {
      invocations[i] = demand;
      maxConcurrency[i] = (maxConcurrency[i] ?? NaN) * (demand / served);
    }
  }
  return { ...grid, invocations, throttles, maxConcurrency };
}

/**
 * Invocations' worth of what arrived in each step; NaN where no count is known. An API in front of the queue counts what the
 * queue counts; one that also calls the function counts more. Without a count of the queue, all are taken for messages.
 */
function arrivalsOf(grid: MetricGrid, series: ArrivalSeries, batchSize: number): Float64Array {
  return grid.invocations.map((_, i) => {
    const messages = measured(series.messagesSent[i], LARGEST_COUNT);
    const requests = measured(series.apiRequests[i], LARGEST_COUNT);
    if (Number.isNaN(messages)) return requests / batchSize;
    return messages / batchSize + Math.max(0, (requests || 0) - messages);
  });
}

/** The sum of what arrived in the `steps` steps that end with step `last`. */
function arrivedWithin(arrived: Float64Array): (last: number, steps: number) => number {
  const sums = new Float64Array(arrived.length + 1);
  arrived.forEach((count, i) => (sums[i + 1] = (sums[i] ?? 0) + (count || 0)));
  return (last, steps) => (sums[last + 1] ?? 0) - (sums[Math.max(0, last + 1 - steps)] ?? 0);
}

function measured(value: number | undefined, largest: number): number {
  return value !== undefined && value >= 0 && value <= largest ? value : NaN;
}

function notesOn(reading: MetricReading, grids: readonly MetricGrid[]): string[] {
  const changed = grids.reduce((sum, grid, g) => {
    const before = reading.grids[g];
    return (
      sum + grid.throttles.reduce((n, value, i) => n + Number(value > 0 && !((before?.throttles[i] ?? 0) >= value)), 0)
    );
  }, 0);
  return changed === 0
    ? []
    : [`in ${changed} steps more arrived than the queue let through: what arrived counts as demand`];
}
