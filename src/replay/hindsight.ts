/** Candidates chosen with the period known: constant levels, and plans that know how many requests come in every minute. */
import { RELEASE_AHEAD_SECONDS } from '../controller/levels.ts';
import { heldBack, slidingMaximum } from '../controller/window-maxima.ts';
import { environmentsOfRate, SHORTEST_SECONDS } from '../forecast/request-limit.ts';
import { MINUTE_MS, SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { type DemandRecord, slotsOf, windowPeaks } from './demand-record.ts';
import type { Policy } from './lane.ts';
import { scheduleSlots } from './scheduled-levels.ts';
import { constantTimeline } from './timeline.ts';

export interface Period {
  /** Whole slots. */
  startMs: number;
  endMs: number;
}

/** So many levels are tried, denser where the demand often is. */
const CONSTANT_LEVELS = 40;

/** Up to so many, all are tried. */
const FEW_LEVELS = 40;

/** Constant levels between the least and the most that any minute needed; 0, on demand, is not among them. */
export function constantCandidates(record: DemandRecord, period: Period, maxCapacity: number): Policy[] {
  const { max, mean } = demandOf(record, period);
  const sorted = [...max, ...mean].sort((a, b) => a - b);
  const levels = new Set<number>();
  for (let i = 0; i <= CONSTANT_LEVELS; i++) {
    const demand = sorted[Math.round((i / CONSTANT_LEVELS) * (sorted.length - 1))] ?? 0;
    levels.add(Math.min(maxCapacity, Math.max(1, Math.ceil(demand))));
  }
  const top = Math.ceil(sorted.at(-1) ?? 0);
  if (top <= FEW_LEVELS) for (let level = 1; level <= Math.min(top, maxCapacity); level++) levels.add(level);
  return [...levels]
    .sort((a, b) => a - b)
    .map((level) => ({ name: `constant ${level}`, scheduled: constantTimeline(period.startMs, level) }));
}

/** Levels of a slot's peak that are covered; null covers the mean load alone. */
const COVERS = [null, 0.5, 0.9, 0.99, 0.999, 0.9999] as const;
/** How long each slot's level is held on both sides, or after it alone. */
const HOLD_SECONDS = [0, 600, 1800, 3600] as const;
const HOLD_AFTER_SECONDS = [300, 900] as const;

/**
 * Plans that know the number of requests in every step of the file, past and future, but not the moments at which they come
 * within it, as nobody could:
 *
 *     level(s) = max over slots u within `hold` of s of ceil(quantile `cover` of the peak concurrency in u)
 *
 * for every cover and hold of a small grid; the peak of Poisson arrivals at the known rates, short requests by the limit of requests a
 * second. Capacity is ready exactly when the
 * slot begins. The best of them, chosen on the very period, is a yardstick that no forecast can rely on reaching; it is not a strict
 * optimum, since it is of this form only.
 */
export function clairvoyantCandidates(
  record: DemandRecord,
  period: Period,
  limits: { maxCapacity: number; leadTimeSeconds: number },
): Policy[] {
  const slots = slotCount(period);
  return COVERS.flatMap((cover) => {
    const needed =
      cover === null
        ? slotsOf(record, period.startMs, slots).mean
        : coveredPeaks(record, period.startMs, { slots, cover });
    const plan = (hold: string, held: Float64Array): Policy[] => {
      const levels = Int32Array.from(held, (level) => Math.min(limits.maxCapacity, Math.ceil(level)));
      const name = `cover ${cover === null ? 'mean' : `q${cover * 100}`}, hold ${hold}`;
      const released = (releaseAheadSeconds: number) =>
        scheduleSlots(
          { startMs: period.startMs, levels },
          { leadTimeSeconds: limits.leadTimeSeconds, releaseAheadSeconds },
        );
      return [
        { name, scheduled: released(0) },
        { name: `${name}, released a minute early`, scheduled: released(RELEASE_AHEAD_SECONDS) },
      ];
    };
    return [
      ...HOLD_SECONDS.flatMap((seconds) => plan(`${seconds / 60} min`, slidingMaximum(needed, slotsIn(seconds)))),
      ...HOLD_AFTER_SECONDS.flatMap((seconds) =>
        plan(`${seconds / 60} min after`, heldBack(needed, slotsIn(seconds) + 1)),
      ),
    ];
  });
}

function slotsIn(seconds: number): number {
  return seconds / SLOT_SECONDS;
}

/**
 * The peak of a step of the file at its rate: no more requests run in it than come. Steps of a slot, and slots of a step, are taken as
 * independent, so that a step is covered with the probability to the power of its share of a slot.
 */
function coveredPeaks(
  record: DemandRecord,
  startMs: number,
  { slots, cover }: { slots: number; cover: number },
): Float64Array {
  const perSlot = SLOT_MS / MINUTE_MS;
  const offset = Math.round((startMs - record.startMs) / MINUTE_MS);
  const peaksOf = new Map<number, ReturnType<typeof windowNeeds>>();
  const peakAt = (load: number, durationMs: number, stepSeconds: number) => {
    const windowSeconds = Math.max(MINUTE_MS / 1000, stepSeconds);
    let peaks = peaksOf.get(windowSeconds);
    if (!peaks) peaksOf.set(windowSeconds, (peaks = windowNeeds(windowSeconds)));
    return peaks(load, durationMs, cover ** (windowSeconds / SLOT_SECONDS));
  };
  return Float64Array.from({ length: slots }, (_, slot) => {
    let highest = 0;
    for (let minute = offset + slot * perSlot; minute < offset + (slot + 1) * perSlot; minute++) {
      const load = record.meanConcurrency[minute] ?? 0;
      const requests = record.requests[minute] ?? 0;
      if (requests <= 0) continue;
      highest = Math.max(highest, peakAt(load, (load * MINUTE_MS) / requests, record.stepSeconds[minute] ?? 0));
    }
    return highest;
  });
}

/** As `windowPeaks`, but of the environments that the limit of requests a second makes short requests need. */
function windowNeeds(windowSeconds: number): ReturnType<typeof windowPeaks> {
  const peaks = windowPeaks(windowSeconds);
  const environmentsOf = environmentsOfRate(windowSeconds);
  return (load, durationMs, level) => {
    const peak = peaks(load, durationMs, level);
    return durationMs < SHORTEST_SECONDS * 1000
      ? Math.max(peak, environmentsOf((load * 1000) / durationMs, level))
      : peak;
  };
}

function slotCount({ startMs, endMs }: Period): number {
  return Math.round((endMs - startMs) / SLOT_MS);
}

function demandOf(record: DemandRecord, { startMs, endMs }: Period): { max: Float64Array; mean: Float64Array } {
  return slotsOf(record, startMs, slotCount({ startMs, endMs }));
}
