/** The plan in AWS's own form: bounds to set now, and the `at(...)` actions of the horizon. */
import { SCHEDULED_ACTIONS_PER_TARGET, type Settings } from '../config.ts';
import type { CapacityBounds, CapacityPlan, ScalingState, ScheduledAction } from '../model.ts';
import { ceilTo, floorTo, formatAt, HOUR_MS, isoUtc, MINUTE_MS, parseAt } from '../time.ts';
import {
  changeMinutes,
  coarsenFar,
  fillDips,
  holdPaid,
  RELEASE_AHEAD_SECONDS,
  requestedLevels,
  scheduledLevels,
  settleWithin,
  type SlotTiming,
  surplusTolerated,
  UNKNOWN,
} from './levels.ts';
import type { PlanLimits } from './objective.ts';
import { ringName, splitByOwner } from './ring.ts';

/** What happens to an `at()` in the past is undocumented, and an action may be late: none is submitted for less than this ahead. */
export const MIN_AHEAD_MS = 2 * MINUTE_MS;

export interface ScheduleSettings
  extends SlotTiming, Pick<Settings, 'maxActions' | 'scalingMode' | 'namePrefix' | 'maxCapacity'> {
  /** The setting that `maxCapacity` comes from, itself by default. */
  cappedBy?: PlanLimits['cappedBy'];
  /** No minute gets less than is scheduled for it already: what is unknown lowers nothing. */
  neverLower?: boolean;
  /** Environments in use at present: until the next ticks, none of those is released. */
  liveConcurrency?: number;
}

export interface Schedule {
  /** Set when the level needed now is not what the scalable target's bounds say. */
  registerNow: (CapacityBounds & { reason: string }) | null;
  /** Own actions that should be there, in time order. The last returns to the baseline. */
  actions: ScheduledAction[];
}

/**
 * Compiles a plan into the canonical schedule, given what is set up on AWS at `nowMs`.
 *
 * - Capacity is asked for `leadTimeSeconds` ahead of the slot that needs it and released a minute before the slot ends, unless
 *   `releaseAheadSeconds` says otherwise; a fall at any other moment waits for the next such minute.
 * - A fall that would be taken back within five minutes is not made.
 * - A level that must change before an action could fire goes into `registerNow`.
 * - At most `maxActions`, and never more than AWS allows beside the actions of others, with the least surplus.
 * - Levels already scheduled are kept where they fit (see `settleWithin`): the same input twice yields the same schedule.
 * - The horizon ends on a whole hour, where the last action returns the target to the baseline.
 */
export function compileSchedule(
  plan: CapacityPlan,
  state: Pick<ScalingState, 'scalableTarget' | 'actions'>,
  settings: ScheduleSettings,
  nowMs: number,
): Schedule {
  const startMs = floorTo(nowMs, MINUTE_MS);
  const endMs = ceilTo(plan.startMs + plan.capacity.length * plan.stepSeconds * 1000, HOUR_MS);
  const { own, foreign } = splitByOwner(state.actions, settings.namePrefix);
  const room = Math.min(settings.maxActions, SCHEDULED_ACTIONS_PER_TARGET - foreign.length);
  const pending = pendingActions(own, settings, nowMs);
  if (room < LEAST_ROOM) return { registerNow: null, actions: pending };

  const wanted = coarsenFar(requestedLevels(plan, settings, startMs, endMs)).levels;
  const scheduled = scheduledLevels(presentLevel(state), pending, { startMs, minutes: wanted.length }).levels;
  const allowed = scheduled.map((level) => Math.min(level, settings.maxCapacity));
  if (settings.neverLower) raiseTo(wanted, allowed);
  keepLive(wanted, allowed, settings.liveConcurrency ?? 0);
  fillDips(wanted, allowed[0] ?? 0);
  forgetAbove(settings.maxCapacity, scheduled);
  const firstMinute = Math.min(wanted.length, Math.ceil((nowMs + MIN_AHEAD_MS - startMs) / MINUTE_MS));
  const context: Context = {
    startMs,
    endMs,
    firstMinute,
    nowMs,
    baseline: plan.baseline,
    scheduled,
    pending,
    settings,
    state,
  };

  const imminent = imminentLevels(wanted.subarray(0, firstMinute), scheduled.subarray(0, firstMinute));
  const pieces = piecesFor(room, settings);
  const laterWanted = { startMs: startMs + firstMinute * MINUTE_MS, levels: wanted.subarray(firstMinute) };
  const { releaseAheadSeconds = RELEASE_AHEAD_SECONDS } = settings;
  if (releaseAheadSeconds > 0) holdPaid(laterWanted, imminent.at(-1) ?? 0, releaseAheadSeconds);
  const later = settleWithin(pieces, laterWanted.levels, scheduled.subarray(firstMinute), plan.baseline);
  const levels = new Int32Array(wanted.length);
  levels.set(imminent);
  levels.set(later, firstMinute);
  return expressLevels(levels, context);
}

/**
 * Levels that fit into `room` actions whatever happens: one is the return to the baseline, up to three are about to fire
 * and stay, and in floor mode each fall takes two. A constant, since a second run must find the same schedule again.
 */
function piecesFor(room: number, { scalingMode }: ScheduleSettings): number {
  const free = room - 1 - MIN_AHEAD_MS / MINUTE_MS - 1;
  return scalingMode === 'pin' ? free : Math.floor(free / 2);
}

/** With less there is no room for a level between those about to fire and the return to the baseline. */
export const LEAST_ROOM = 8;

interface Context {
  startMs: number;
  endMs: number;
  /** The first minute for which an action may still be submitted. */
  firstMinute: number;
  nowMs: number;
  baseline: number;
  /** What present bounds and pending actions make of each minute; unknown where that is beyond the cap. */
  scheduled: Int32Array;
  pending: readonly ScheduledAction[];
  settings: ScheduleSettings;
  state: Pick<ScalingState, 'scalableTarget'>;
}

/** What is scheduled beyond the cap counts as unknown, so that it is never kept. */
function forgetAbove(maxCapacity: number, levels: Int32Array): void {
  for (let minute = 0; minute < levels.length; minute++) if (levels[minute]! > maxCapacity) levels[minute] = UNKNOWN;
}

function raiseTo(levels: Int32Array, floor: Int32Array): void {
  floor.forEach((level, minute) => {
    levels[minute] = Math.max(levels[minute]!, level);
  });
}

/** Two ticks ahead: the tick after the next decides again before that. */
const LIVE_MINUTES = 10;

/** What is provisioned and in use stays so for now, whatever the plan says. */
function keepLive(wanted: Int32Array, scheduled: Int32Array, liveConcurrency: number): void {
  const present = Math.max(0, scheduled[0] ?? 0);
  const kept = Math.min(present, liveConcurrency);
  for (let minute = 0; minute < Math.min(LIVE_MINUTES, wanted.length); minute++) {
    wanted[minute] = Math.max(wanted[minute]!, kept);
  }
}

/**
 * The minutes that no action can reach any more: as they are scheduled where that is enough and not much too
 * much, else one level that is enough for all of them, to be set now.
 */
function imminentLevels(wanted: Int32Array, scheduled: Int32Array): Int32Array {
  const highest = wanted.reduce((max, level) => Math.max(max, level), 0);
  const fits = scheduled.every(
    (level, minute) => level >= wanted[minute]! && level <= highest + surplusTolerated(highest),
  );
  return fits ? scheduled : wanted.map(() => highest);
}

/** The level that the target's bounds hold at present: its floor, whatever the ceiling. */
function presentLevel({ scalableTarget }: Pick<ScalingState, 'scalableTarget'>): number | null {
  return scalableTarget?.minCapacity ?? null;
}

/** Bounds that hold a level: pinned, or as a floor under a ceiling that stays open to a target tracking policy. */
function openBounds(level: number, settings: ScheduleSettings): CapacityBounds {
  const maxCapacity = settings.scalingMode === 'pin' ? level : Math.max(level, settings.maxCapacity);
  return { minCapacity: level, maxCapacity };
}

/** Own actions of our mode's form that have still to fire, or are firing: AWS may be up to two minutes late. */
function pendingActions(own: readonly ScheduledAction[], settings: ScheduleSettings, nowMs: number): ScheduledAction[] {
  return own.filter((action) => {
    const { minCapacity: min, maxCapacity: max } = action;
    const known = min !== undefined && (max === min || max === openBounds(min, settings).maxCapacity);
    return known && (parseAt(action.schedule) ?? -Infinity) > nowMs - MIN_AHEAD_MS;
  });
}

/**
 * Levels as bounds and actions. Until the first moment for which an action may still be submitted, either what is
 * there already does what is wanted and stays untouched, or the bounds are set now.
 */
function expressLevels(levels: Int32Array, context: Context): Schedule {
  const { startMs, endMs, firstMinute, settings } = context;
  const firstAtMs = startMs + firstMinute * MINUTE_MS;
  const registerNow = boundsNow(levels, context);
  const imminent = registerNow ? [] : context.pending.filter((action) => (parseAt(action.schedule) ?? 0) < firstAtMs);

  const steps = changeMinutes(levels).map((minute) => ({
    atMs: startMs + minute * MINUTE_MS,
    level: levels[minute]!,
    releases: levels[minute]! < levels[minute - 1]!,
  }));
  steps.push({ atMs: endMs, level: context.baseline, releases: context.baseline < (levels.at(-1) ?? 0) });
  const bounds = boundsByTime(steps, settings);
  const open = openBounds(levels[firstMinute] ?? context.baseline, settings);
  if (staysClosed(registerNow ?? context.state.scalableTarget, imminent, settings) && !bounds.has(firstAtMs))
    bounds.set(firstAtMs, open);
  const submitted = [...bounds].filter(([atMs]) => atMs >= firstAtMs).sort(([a], [b]) => a - b);
  return {
    registerNow,
    actions: [
      ...imminent,
      ...submitted.map(([atMs, at]) => ({
        name: ringName(settings.namePrefix, atMs),
        schedule: formatAt(atMs),
        ...at,
      })),
    ],
  };
}

/** In floor mode: true when neither the bounds nor an action about to fire leave the maximum open. */
function staysClosed(
  bounds: CapacityBounds | null,
  imminent: readonly ScheduledAction[],
  settings: ScheduleSettings,
): boolean {
  if (settings.scalingMode === 'pin') return false;
  const isOpen = ({ minCapacity = 0, maxCapacity = 0 }: Partial<CapacityBounds>) =>
    maxCapacity >= openBounds(minCapacity, settings).maxCapacity;
  const last = imminent.at(-1);
  return last ? !isOpen(last) : !isOpen(bounds ?? { minCapacity: 0, maxCapacity: settings.maxCapacity });
}

/**
 * In floor mode a lower minimum alone releases nothing, and target tracking cannot scale in while the function is idle
 * (no metric): the surplus is released by a maximum equal to the level, which a minute later is opened again.
 */
function boundsByTime(
  steps: readonly { atMs: number; level: number; releases: boolean }[],
  settings: ScheduleSettings,
): Map<number, CapacityBounds> {
  const bounds = new Map<number, CapacityBounds>();
  for (const step of steps) {
    const open = openBounds(step.level, settings);
    bounds.set(step.atMs, step.releases ? { minCapacity: step.level, maxCapacity: step.level } : open);
    if (step.releases && settings.scalingMode === 'floor') bounds.set(step.atMs + MINUTE_MS, open);
  }
  return bounds;
}

/** Null where the present bounds, and the actions about to fire, already make the minutes what they should be. */
function boundsNow(levels: Int32Array, context: Context): Schedule['registerNow'] {
  const { scheduled, firstMinute, settings, state, pending, nowMs, startMs } = context;
  const level = levels[0]!;
  const firing = pending.some((action) => (parseAt(action.schedule) ?? 0) <= startMs);
  const inForm =
    firing ||
    settings.scalingMode === 'floor' ||
    state.scalableTarget?.maxCapacity === state.scalableTarget?.minCapacity;
  if (inForm && levels.subarray(0, firstMinute).every((wanted, minute) => wanted === scheduled[minute])) return null;
  const floor = presentLevel(state);
  const present = scheduled[0] === UNKNOWN ? (floor ?? 0) : scheduled[0]!;
  const bounds = present > level ? { minCapacity: level, maxCapacity: level } : openBounds(level, settings);
  return {
    ...bounds,
    reason: `${level} from now on, before an action could fire (${isoUtc(nowMs + MIN_AHEAD_MS)}); ${foundNow(floor, settings)}`,
  };
}

function foundNow(floor: number | null, { maxCapacity, cappedBy = 'maxCapacity' }: ScheduleSettings): string {
  if (floor === null) return 'nothing is registered yet';
  const beyond = floor > maxCapacity ? `, above the ${maxCapacity} that ${cappedBy} allows` : '';
  return `the present floor is ${floor}${beyond}`;
}
