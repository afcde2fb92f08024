/** The plan in AWS's own form: bounds to set now, and the `at(...)` actions of the horizon. */
import { SCHEDULED_ACTIONS_PER_TARGET, type Settings } from '../config.ts';
import type { CapacityBounds, CapacityPlan, ScalingState, ScheduledAction } from '../model.ts';
import { ceilTo, floorTo, formatAt, HOUR_MS, isoUtc, MINUTE_MS, parseAt } from '../time.ts';
import { compact } from './compact.ts';
import { changeMinutes, requestedLevels, scheduledLevels, settle, UNKNOWN } from './levels.ts';
import { ringName, splitByOwner } from './ring.ts';

/** What happens to an `at()` in the past is undocumented, and an action may be late: none is submitted for less than this ahead. */
export const MIN_AHEAD_MS = 2 * MINUTE_MS;

/** With `neverLower`, no minute gets less than is scheduled for it already: what is unknown lowers nothing. */
export type ScheduleSettings = { neverLower?: boolean } & Pick<
  Settings,
  'leadTimeSeconds' | 'maxActions' | 'scalingMode' | 'namePrefix' | 'maxCapacity'
>;

export interface Schedule {
  /** Set when the level needed now is not what the scalable target's bounds say. */
  registerNow: (CapacityBounds & { reason: string }) | null;
  /** Own actions that should be there, in time order. The last returns to the baseline. */
  actions: ScheduledAction[];
}

/**
 * Compiles a plan into the canonical schedule, given what is set up on AWS at `nowMs`.
 *
 * - Capacity is asked for `leadTimeSeconds` ahead of the slot that needs it and released when the slot ends.
 * - A level that must change before an action could fire goes into `registerNow`.
 * - At most `maxActions`, and never more than AWS allows beside the actions of others, with the least surplus.
 * - Levels already scheduled are kept where they fit (see `settle`): the same input twice yields the same schedule.
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
  const pending = pendingActions(own, settings, nowMs);
  const wanted = requestedLevels(plan, settings.leadTimeSeconds, startMs, endMs);
  const scheduled = scheduledLevels(presentLevel(state, settings), pending, { startMs, minutes: wanted.levels.length });
  if (settings.neverLower) raiseTo(wanted.levels, scheduled.levels);
  const context: Context = {
    startMs,
    endMs,
    nowMs,
    baseline: plan.baseline,
    scheduled: scheduled.levels,
    pending,
    settings,
  };

  const room = Math.min(settings.maxActions, SCHEDULED_ACTIONS_PER_TARGET - foreign.length);
  if (room < ACTIONS_OF_ONE_STEP) return { registerNow: null, actions: [] };
  for (let pieces = room; ; pieces--) {
    const schedule = expressLevels(settledWithin(wanted.levels, scheduled.levels, pieces), context);
    if (schedule.actions.length <= room || pieces === 1) return schedule;
  }
}

/** A release in floor mode takes two actions. */
const ACTIONS_OF_ONE_STEP = 2;

interface Context {
  startMs: number;
  endMs: number;
  nowMs: number;
  baseline: number;
  /** What present bounds and pending actions make of each minute. */
  scheduled: Int32Array;
  pending: readonly ScheduledAction[];
  settings: ScheduleSettings;
}

function raiseTo(levels: Int32Array, floor: Int32Array): void {
  floor.forEach((level, minute) => {
    levels[minute] = Math.max(levels[minute]!, level);
  });
}

function settledWithin(wanted: Int32Array, scheduled: Int32Array, maxPieces: number): Int32Array {
  const fresh = compact(wanted, maxPieces);
  const settled = settle(wanted, fresh, scheduled);
  return changeMinutes(settled).length < maxPieces ? settled : fresh;
}

/** The level that the target's bounds hold at present; null when they hold none in our mode's form. */
function presentLevel(state: Pick<ScalingState, 'scalableTarget'>, settings: ScheduleSettings): number | null {
  const target = state.scalableTarget;
  return target?.maxCapacity === openBounds(target?.minCapacity ?? 0, settings).maxCapacity ? target.minCapacity : null;
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
function expressLevels(wanted: Int32Array, context: Context): Schedule {
  const { startMs, endMs, nowMs, scheduled, settings } = context;
  const firstMinute = Math.min(wanted.length, Math.ceil((nowMs + MIN_AHEAD_MS - startMs) / MINUTE_MS));
  const levels = wanted.slice();
  const imminent = levels.subarray(0, firstMinute);
  const untouched = imminent.every((level, minute) => level === scheduled[minute]);
  if (!untouched) imminent.fill(imminent.reduce((highest, level) => Math.max(highest, level), 0));

  const steps = changeMinutes(levels).map((minute) => ({
    atMs: startMs + minute * MINUTE_MS,
    level: levels[minute]!,
    releases: levels[minute]! < levels[minute - 1]!,
  }));
  steps.push({ atMs: endMs, level: context.baseline, releases: context.baseline < (levels.at(-1) ?? 0) });
  const bounds = boundsByTime(steps, settings);
  const firstAtMs = startMs + firstMinute * MINUTE_MS;
  const registerNow = untouched ? null : boundsNow(levels[0]!, context);
  if (
    registerNow &&
    registerNow.maxCapacity !== openBounds(levels[0]!, settings).maxCapacity &&
    !bounds.has(firstAtMs)
  ) {
    bounds.set(firstAtMs, openBounds(levels[0]!, settings));
  }
  const submitted = [...bounds].filter(([atMs]) => atMs >= firstAtMs).sort(([a], [b]) => a - b);
  const imminentActions = untouched
    ? context.pending.filter((action) => (parseAt(action.schedule) ?? 0) < firstAtMs)
    : [];
  return {
    registerNow,
    actions: [
      ...imminentActions,
      ...submitted.map(([atMs, at]) => ({
        name: ringName(settings.namePrefix, atMs),
        schedule: formatAt(atMs),
        ...at,
      })),
    ],
  };
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

function boundsNow(level: number, context: Context): CapacityBounds & { reason: string } {
  const present = context.scheduled[0]!;
  const releases = present > level;
  const bounds = releases ? { minCapacity: level, maxCapacity: level } : openBounds(level, context.settings);
  const found = present === UNKNOWN ? 'the present bounds hold no level' : `the present level is ${present}`;
  return {
    ...bounds,
    reason: `${level} from now on, before an action could fire (${isoUtc(context.nowMs + MIN_AHEAD_MS)}); ${found}`,
  };
}
