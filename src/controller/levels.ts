/**
 * The level to hold in each minute ahead, which is the grain of scheduled actions: from the plan with its lead time,
 * from the schedule that is already there, and the two reconciled.
 */
import type { CapacityPlan, ScheduledAction } from '../model.ts';
import { ceilTo, MINUTE_MS, parseAt } from '../time.ts';
import { compact } from './compact.ts';

/** One level per minute from `startMs` (a whole minute) on. UNKNOWN where nothing says what the level is. */
export interface MinuteLevels {
  startMs: number;
  levels: Int32Array;
}

export const UNKNOWN = -1;

/**
 * A release comes a minute before its slot ends: actions run some seconds late, and a step of five minutes that has begun is billed as
 * a whole, so that a release on time would be paid for until the next slot ends. docs/decisions/0023-release-a-minute-early.md
 */
export const RELEASE_AHEAD_SECONDS = 60;

/** How long before a slot begins its level is asked for, and how long before it ends it is let go. */
export interface SlotTiming {
  leadTimeSeconds: number;
  releaseAheadSeconds?: number;
}

/**
 * The plan, minute by minute from `startMs` to `endMs`: capacity that a slot needs is asked for `leadTimeSeconds` before
 * the slot begins, and let go `releaseAheadSeconds` before the slot ends. The last slot's level lasts until `endMs`.
 *
 * level(t) = max of capacity over the slots that [t + releaseAheadSeconds, t + leadTimeSeconds] touches; where the lead is the shorter
 * of both, the lesser of the two slots that it touches
 */
export function requestedLevels(
  plan: CapacityPlan,
  { leadTimeSeconds, releaseAheadSeconds = RELEASE_AHEAD_SECONDS }: SlotTiming,
  startMs: number,
  endMs: number,
): MinuteLevels {
  const slotMs = plan.stepSeconds * 1000;
  const { capacity, baseline } = plan;
  const last = capacity.length - 1;
  const levels = new Int32Array(Math.max(0, Math.round((endMs - startMs) / MINUTE_MS)));
  let first = 0;
  let end = 0;
  for (let minute = 0, timeMs = startMs - plan.startMs; minute < levels.length; minute++, timeMs += MINUTE_MS) {
    while (first < last && timeMs + releaseAheadSeconds * 1000 >= (first + 1) * slotMs) first++;
    while (end < last && timeMs + leadTimeSeconds * 1000 >= (end + 1) * slotMs) end++;
    let level = end < first ? Math.min(capacity[first]!, capacity[end]!) : 0;
    for (let slot = first; slot <= end; slot++) if (capacity[slot]! > level) level = capacity[slot]!;
    levels[minute] = Math.max(baseline, level);
  }
  return { startMs, levels };
}

/** AWS bills provisioned concurrency in steps of five minutes (https://aws.amazon.com/lambda/pricing/). */
const BILLED_MINUTES = 5;

/**
 * Takes out falls that are taken back within a billed step: they save nothing, and throw warm environments away.
 *
 * level(t) = min(level(t - 1), max of level over [t, t + 5 min)) where it would fall; `present` comes before the first
 */
export function fillDips(levels: Int32Array, present: number): void {
  let before = present;
  for (let minute = 0; minute < levels.length; minute++) {
    const end = Math.min(levels.length, minute + BILLED_MINUTES);
    let highest = levels[minute]!;
    for (let ahead = minute + 1; ahead < end && highest < before; ahead++) highest = Math.max(highest, levels[ahead]!);
    if (levels[minute]! < before) levels[minute] = Math.min(before, highest);
    before = levels[minute]!;
  }
}

/**
 * Falls that come at another moment wait for the minute in which releases come: until then a level is paid for. `present` is the level of
 * the minute before the first.
 */
export function holdPaid({ startMs, levels }: MinuteLevels, present: number, releaseAheadSeconds: number): void {
  let before = present;
  for (let minute = 0; minute < levels.length; minute++) {
    const stepEndMs = startMs + minute * MINUTE_MS + releaseAheadSeconds * 1000;
    if (stepEndMs % (BILLED_MINUTES * MINUTE_MS) !== 0) levels[minute] = Math.max(levels[minute]!, before);
    before = levels[minute]!;
  }
}

/** So far ahead the plan is scheduled slot by slot; it will be made anew dozens of times before what comes later matters. */
const FINE_MINUTES = 240;
const COARSE_MINUTES = 30;

/** From this many actions a day on, those four hours of slots and twenty of half hours fit. */
export const ACTIONS_WITHOUT_LOSS = 96;

/** Levels beyond the next four hours are the highest of their half hour by the clock. */
export function coarsenFar({ startMs, levels }: MinuteLevels): MinuteLevels {
  const coarse = levels.slice();
  const firstMinute = ceilTo(startMs + FINE_MINUTES * MINUTE_MS, COARSE_MINUTES * MINUTE_MS);
  for (let from = (firstMinute - startMs) / MINUTE_MS; from < levels.length; from += COARSE_MINUTES) {
    const to = Math.min(levels.length, from + COARSE_MINUTES);
    let highest = 0;
    for (let minute = from; minute < to; minute++) if (levels[minute]! > highest) highest = levels[minute]!;
    coarse.fill(highest, from, to);
  }
  return { startMs, levels: coarse };
}

/** What the present bounds and our own pending actions (in time order) will make of each minute. */
export function scheduledLevels(
  present: number | null,
  pending: readonly ScheduledAction[],
  grid: { startMs: number; minutes: number },
): MinuteLevels {
  const levels = new Int32Array(grid.minutes).fill(present ?? UNKNOWN);
  for (const action of pending) {
    const atMs = parseAt(action.schedule);
    if (atMs === null || action.minCapacity === undefined) continue;
    const minute = Math.max(0, Math.round((atMs - grid.startMs) / MINUTE_MS));
    levels.fill(action.minCapacity, Math.min(minute, grid.minutes));
  }
  return { startMs: grid.startMs, levels };
}

/** What is further ahead than this may be a little short: it is put right before it matters. */
const NEAR_MINUTES = 60;

/** What is nearer than three ticks is what will be billed: its surplus is kept smaller. */
const IMMINENT_MINUTES = 15;

/**
 * Levels of at most `maxPieces` pieces that are enough for `wanted` and change as little as possible of what is
 * scheduled, so that a forecast that wobbles rewrites nothing. Enough is, within the next hour, what is wanted; later,
 * at most a tolerated amount less. With `fresh` = `wanted` compacted from nothing:
 *
 * 1. the schedule as it is, if it is enough and its surplus over `fresh` is tolerable as a whole and in each of the next minutes;
 * 2. else, minute by minute, what is scheduled where it is enough and at most `fresh` + a tolerated surplus;
 * 3. compacted, where that has too many pieces, if that is tolerable as a whole;
 * 4. else `fresh`.
 *
 * Settling a result again changes nothing: `fresh` does not depend on the schedule, and each case yields to itself.
 */
export function settleWithin(maxPieces: number, wanted: Int32Array, scheduled: Int32Array, baseline = 0): Int32Array {
  const fresh = compact(wanted, maxPieces);
  const most = area(fresh) + toleratedArea(fresh);
  const fits = (levels: Int32Array) => pieceCount(levels) <= maxPieces;
  const tolerable = (levels: Int32Array) =>
    isEnough(levels, wanted, baseline) && area(levels) <= most && imminentlyClose(levels, fresh);
  if (fits(scheduled) && tolerable(scheduled)) return scheduled;
  const mixed = fresh.slice();
  for (let minute = 0; minute < mixed.length; minute++) {
    const present = scheduled[minute]!;
    const level = mixed[minute]!;
    if (present >= enoughOf(wanted[minute]!, minute, baseline) && present <= mostOf(level, minute))
      mixed[minute] = present;
  }
  if (fits(mixed)) return mixed;
  const compacted = compact(mixed, maxPieces);
  return tolerable(compacted) ? compacted : fresh;
}

/** What is wanted within the next hour; later a little less. */
function enoughOf(wanted: number, minute: number, baseline: number): number {
  return minute < NEAR_MINUTES ? wanted : Math.max(baseline, wanted - shortageTolerated(wanted));
}

/** The most that may be held where `level` would do. */
function mostOf(level: number, minute: number): number {
  return level + (minute < IMMINENT_MINUTES ? Math.floor(level / 20) : surplusTolerated(level));
}

function imminentlyClose(levels: Int32Array, fresh: Int32Array): boolean {
  return levels.subarray(0, IMMINENT_MINUTES).every((level, minute) => level <= mostOf(fresh[minute]!, minute));
}

function isEnough(levels: Int32Array, wanted: Int32Array, baseline: number): boolean {
  for (let minute = 0; minute < levels.length; minute++)
    if (levels[minute]! < enoughOf(wanted[minute]!, minute, baseline)) return false;
  return true;
}

/** Not one environment too many is kept where none is needed: idle hours are where provisioned concurrency wastes money. */
export function surplusTolerated(level: number): number {
  return level === 0 ? 0 : Math.max(1, Math.floor(level / 10));
}

/** Far ahead one in ten may be missing: at less than ten environments, none. */
export function shortageTolerated(level: number): number {
  return Math.floor(level / 10);
}

function toleratedArea(levels: Int32Array): number {
  let sum = 0;
  for (let minute = 0; minute < levels.length; minute++) sum += surplusTolerated(levels[minute]!);
  return sum / 2;
}

function area(levels: Int32Array): number {
  let sum = 0;
  for (let minute = 0; minute < levels.length; minute++) sum += levels[minute]!;
  return sum;
}

function pieceCount(levels: Int32Array): number {
  return levels.length === 0 ? 0 : changeMinutes(levels).length + 1;
}

/** Minutes (from 1 on) at which the level differs from the minute before. */
export function changeMinutes(levels: Int32Array): number[] {
  const changes: number[] = [];
  for (let minute = 1; minute < levels.length; minute++) {
    if (levels[minute] !== levels[minute - 1]) changes.push(minute);
  }
  return changes;
}
