/** The demand minute by minute: what a metric of concurrency would have shown, whatever was provisioned. */
import { peakOfRate } from '../forecast/arrivals.ts';
import { environmentsOfRate, SHORTEST_SECONDS } from '../forecast/request-limit.ts';
import { floorTo, MINUTE_MS, SLOT_MS } from '../time.ts';
import { ArrivalGenerator } from '../twin/arrivals.ts';
import { EnvironmentPool } from '../twin/environments.ts';
import { DEFAULT_DURATION_VARIATION } from '../twin/function-traffic.ts';
import { requestsBetween, stepsBetween, type Workload, type WorkloadStep } from './workload.ts';

/** Arrays have one entry per minute from `startMs` on. */
export interface DemandRecord {
  startMs: number;
  requests: Float64Array;
  /** Offered load: requests x duration / minute. */
  meanConcurrency: Float64Array;
  maxConcurrency: Float64Array;
  /** Length of the step of the file that the minute lies in, of the longest where several do; 0 where none does. */
  stepSeconds: Uint16Array;
}

/** Up to so many requests are simulated one by one; of more, only those of steps that have few a minute. */
const SIMULATED_REQUESTS = 2_000_000;
const FEW_PER_MINUTE = 60;

/** Durations are grouped by this ratio, so that the tables of `peakOfRate` are few. */
const DURATION_RATIO = 1.1;

/**
 * Requests are those of the twin (same seed, same arrivals) where they are few. Where they are many, the maximum of a minute is
 * drawn from that of an M/G/infinity queue at the minute's rate (`forecast/arrivals`), which is what the twin would make.
 */
export function recordDemand(workload: Workload, fromMs: number, toMs: number, seed: number): DemandRecord {
  const startMs = floorTo(fromMs, MINUTE_MS);
  const minutes = Math.max(0, Math.ceil((toMs - startMs) / MINUTE_MS));
  const record: DemandRecord = {
    startMs,
    requests: new Float64Array(minutes),
    meanConcurrency: new Float64Array(minutes),
    maxConcurrency: new Float64Array(minutes),
    stepSeconds: new Uint16Array(minutes),
  };
  const simulation = new Simulation(record, seed);
  const mostPerMinute = requestsBetween(workload, startMs, toMs) <= SIMULATED_REQUESTS ? Infinity : FEW_PER_MINUTE;
  const peakAt = windowPeaks(MINUTE_MS / 1000);
  const drawPeak = (minute: number, { averageDurationMs }: WorkloadStep) =>
    peakAt(record.meanConcurrency[minute] ?? 0, averageDurationMs, uniformOf(startMs / MINUTE_MS + minute, seed));
  for (const step of stepsBetween(workload, startMs, toMs)) {
    spreadLoad(record, step);
    if ((step.requests * MINUTE_MS) / step.stepMs <= mostPerMinute) simulation.run(step);
    else eachMinute(record, step, (minute) => (record.maxConcurrency[minute] = drawPeak(minute, step)));
  }
  return record;
}

function eachMinute(
  record: DemandRecord,
  step: WorkloadStep,
  visit: (minute: number, overlapMs: number) => void,
): void {
  const endMs = step.startMs + step.stepMs;
  const first = Math.max(0, Math.floor((step.startMs - record.startMs) / MINUTE_MS));
  for (let minute = first; minute < record.requests.length; minute++) {
    const minuteMs = record.startMs + minute * MINUTE_MS;
    if (minuteMs >= endMs) break;
    visit(minute, Math.min(endMs, minuteMs + MINUTE_MS) - Math.max(step.startMs, minuteMs));
  }
}

function spreadLoad(record: DemandRecord, step: WorkloadStep): void {
  eachMinute(record, step, (minute, overlapMs) => {
    record.stepSeconds[minute] = Math.max(record.stepSeconds[minute] ?? 0, step.stepMs / 1000);
    const requests = (step.requests * overlapMs) / step.stepMs;
    record.requests[minute] = (record.requests[minute] ?? 0) + requests;
    record.meanConcurrency[minute] =
      (record.meanConcurrency[minute] ?? 0) + (requests * step.averageDurationMs) / MINUTE_MS;
  });
}

/** Concurrency without cold starts: every request finds an environment at once. */
class Simulation {
  private readonly pool = new EnvironmentPool({ coldStartMs: 0, idleTimeoutSeconds: 0 });
  private generator: ArrivalGenerator | null = null;
  private generatorStepMs = 0;
  private readonly record: DemandRecord;
  private readonly seed: number;

  constructor(record: DemandRecord, seed: number) {
    this.record = record;
    this.seed = seed;
  }

  run(step: WorkloadStep): void {
    if (!this.generator || this.generatorStepMs !== step.stepMs) {
      const stepSeconds = step.stepMs / 1000;
      this.generator = new ArrivalGenerator({
        seed: this.seed,
        stepSeconds,
        durationVariation: DEFAULT_DURATION_VARIATION,
      });
      this.generatorStepMs = step.stepMs;
    }
    const { maxConcurrency, startMs } = this.record;
    const { generator, pool } = this;
    const count = generator.generate(step.startMs, step.requests, step.averageDurationMs);
    for (let i = 0; i < count; i++) {
      const atMs = generator.arrivalsMs[i] ?? 0;
      if (atMs < startMs) continue;
      pool.invoke(atMs, generator.durationsMs[i] ?? 0);
      const minute = Math.floor((atMs - startMs) / MINUTE_MS);
      if (pool.concurrency > (maxConcurrency[minute] ?? Infinity)) maxConcurrency[minute] = pool.concurrency;
    }
  }
}

/**
 * Quantile `level` of the highest concurrency in a window, given its mean and the duration of its requests; keeps the
 * tables of `peakOfRate`.
 */
export function windowPeaks(
  windowSeconds: number,
): (meanConcurrency: number, durationMs: number, level: number) => number {
  const tables = new Map<number, (m: number, u: number) => number>();
  return (meanConcurrency, durationMs, level) => {
    const group = Math.round(Math.log(Math.max(1, durationMs)) / Math.log(DURATION_RATIO));
    let peakAt = tables.get(group);
    if (!peakAt) tables.set(group, (peakAt = peakOfRate(windowSeconds, DURATION_RATIO ** group / 1000)));
    return peakAt(meanConcurrency, level);
  };
}

/** A fixed uniform number in (0, 1) for a minute and a seed (finaliser of MurmurHash3). */
function uniformOf(minute: number, seed: number): number {
  let h = (minute ^ Math.imul(seed, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

/**
 * Environments that each of `count` minutes from the `first` on needs at its busiest moment: as many as its concurrency, or as the
 * limit of requests a second makes short requests need, the busiest second drawn.
 */
export function neededByMinute(record: DemandRecord, first: number, count: number): Float64Array {
  const environmentsOf = environmentsOfRate(MINUTE_MS / 1000);
  const firstMinute = record.startMs / MINUTE_MS;
  return Float64Array.from({ length: count }, (_, i) => {
    const minute = first + i;
    const most = record.maxConcurrency[minute] ?? 0;
    const perSecond = ((record.requests[minute] ?? 0) * 1000) / MINUTE_MS;
    const isShort = (record.meanConcurrency[minute] ?? 0) < perSecond * SHORTEST_SECONDS;
    return isShort ? Math.max(most, environmentsOf(perSecond, uniformOf(firstMinute + minute, 0))) : most;
  });
}

/** The most environments needed and the mean concurrency in each slot of five minutes; slot 0 begins at `startMs`, a whole slot. */
export function slotsOf(
  record: DemandRecord,
  startMs: number,
  slots: number,
): { max: Float64Array; mean: Float64Array } {
  const perSlot = SLOT_MS / MINUTE_MS;
  const offset = Math.round((startMs - record.startMs) / MINUTE_MS);
  const needed = neededByMinute(record, offset, slots * perSlot);
  const max = new Float64Array(slots);
  const mean = new Float64Array(slots);
  for (let slot = 0; slot < slots; slot++) {
    for (let i = 0; i < perSlot; i++) {
      const minute = offset + slot * perSlot + i;
      max[slot] = Math.max(max[slot] ?? 0, needed[slot * perSlot + i] ?? 0);
      mean[slot] = (mean[slot] ?? 0) + (record.meanConcurrency[minute] ?? 0) / perSlot;
    }
  }
  return { max, mean };
}
