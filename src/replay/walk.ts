/** The controller's life in the past: a plan and a schedule at every tick, and what capacity the schedule asks for. */
import { type Freshness, freshnessOf, scheduleSettings, type SchedulingSettings } from '../controller/freshness.ts';
import { historyBefore, type Planner } from '../controller/planner.ts';
import { compileSchedule, type Schedule } from '../controller/schedule.ts';
import { gridEndMs } from '../metric-grid.ts';
import type { CapacityBounds, DemandHistory, MetricReading, ScheduledAction } from '../model.ts';
import { ceilTo, MINUTE_MS, parseAt, SLOT_MS, TICK_OFFSET_MS } from '../time.ts';
import { type Timeline, TimelineBuilder } from './timeline.ts';

/** The newest metrics still under-report: the live controller looks at nothing younger. */
export const DATA_DELAY_MS = 3 * MINUTE_MS;

/** Lambda's longest: no request is counted later than this. */
const LONGEST_TIMEOUT_MS = 15 * MINUTE_MS;

/**
 * How old metrics are before the live controller learns from them: as old as the function's timeout, since requests are counted when they
 * end, and DATA_DELAY_MS at least. A source that knows the timeout holds as much of its grids back, which tells it to the minute. A file does
 * not: there the average request of the past stands in.
 */
export function dataDelayMsOf({ grids, reliableUntilMs }: MetricReading, past: DemandHistory): number {
  const heldBackMs = ceilTo(Math.max(0, ...grids.map(gridEndMs)) - reliableUntilMs, MINUTE_MS);
  return Math.max(DATA_DELAY_MS, heldBackMs, Math.min(LONGEST_TIMEOUT_MS, averageDurationMsOf(past)));
}

/** Of all requests; 0 where none is known. */
function averageDurationMsOf({ invocations, averageDurationMs }: DemandHistory): number {
  let [weighted, requests] = [0, 0];
  invocations.forEach((count, step) => {
    const durationMs = averageDurationMs[step] ?? NaN;
    if (!(count > 0 && durationMs >= 0)) return;
    weighted += count * durationMs;
    requests += count;
  });
  return requests > 0 ? weighted / requests : 0;
}

export interface WalkOptions {
  /** What the planners learn from, whole; of it the walk looks at nothing that a tick could not have known. */
  history: DemandHistory;
  settings: SchedulingSettings;
  /** Whole slots. */
  fromMs: number;
  toMs: number;
  /** How long after its time a scheduled action runs. */
  actionLatenessMs: number;
  /** Nothing younger is looked at; by default DATA_DELAY_MS. */
  dataDelayMs?: number;
}

export interface Walk {
  /** Scheduled times, before any lateness. */
  timeline: Timeline;
  ticks: number;
  /** Ticks at which each policy was in force, by its name; those without enough history are in none. */
  policies: ReadonlyMap<string, number>;
  /** What was in force from each tick on at which anything of it changed. */
  decisions: readonly Decision[];
}

export interface Decision extends Pick<Freshness, 'outcome' | 'knownUntilMs'> {
  atMs: number;
  policy: string;
  forecastTrusted: boolean;
}

/**
 * A tick every five minutes, each with only what the live controller would have known: the plan is compiled against the schedule
 * that is there, which replaces it; actions fire in between by Application Auto Scaling's rules (bounds, then clamp).
 * `onTick` hears the share that is done, and may make the walk wait.
 */
export async function walkController(
  plannerAt: (nowMs: number) => Pick<Planner, 'planAt'>,
  options: WalkOptions,
  onTick: (share: number) => Promise<void> | void = () => undefined,
): Promise<Walk> {
  const { settings, fromMs, toMs, dataDelayMs = DATA_DELAY_MS } = options;
  const target = new ScheduledTarget(settings, fromMs, options.actionLatenessMs);
  const policies = new Map<string, number>();
  const decisions: Decision[] = [];
  let ticks = 0;
  for (let nowMs = fromMs + TICK_OFFSET_MS; nowMs < toMs; nowMs += SLOT_MS) {
    target.fireUntil(nowMs);
    const seenMs = nowMs - dataDelayMs;
    const freshness = freshnessOf(historyBefore(options.history, seenMs), nowMs);
    const planned = plannerAt(nowMs).planAt(seenMs, freshness.footing);
    ticks += 1;
    if (planned.kind === 'planned') {
      const { plan, trust } = planned;
      target.put(compileSchedule(plan, target.state, scheduleSettings(freshness, settings), nowMs), nowMs);
      policies.set(plan.policy, (policies.get(plan.policy) ?? 0) + 1);
      const { outcome, knownUntilMs } = freshness;
      const decision = { atMs: nowMs, policy: plan.policy, outcome, knownUntilMs, forecastTrusted: trust.trusted };
      if (differs(decision, decisions.at(-1))) decisions.push(decision);
    }
    await onTick((nowMs - fromMs) / (toMs - fromMs));
  }
  target.fireUntil(toMs);
  return { timeline: target.timeline.read(), ticks, policies, decisions };
}

function differs(a: Decision, b: Decision | undefined): boolean {
  return a.policy !== b?.policy || a.outcome !== b.outcome || a.forecastTrusted !== b.forecastTrusted;
}

/** One scalable target with its scheduled actions, in memory. */
class ScheduledTarget {
  readonly timeline = new TimelineBuilder();
  private bounds: CapacityBounds;
  private capacity: number;
  private actions: ScheduledAction[] = [];
  private firedUntilMs: number;
  private readonly latenessMs: number;

  constructor({ minCapacity, maxCapacity }: CapacityBounds, startMs: number, latenessMs: number) {
    this.bounds = { minCapacity, maxCapacity };
    this.capacity = minCapacity;
    this.latenessMs = latenessMs;
    this.firedUntilMs = startMs;
    this.timeline.push(startMs, minCapacity);
  }

  get state() {
    return { scalableTarget: { ...this.bounds, scheduledScalingSuspended: false }, actions: this.actions };
  }

  /** The schedule replaces the one before, as the diff's writes would. */
  put(schedule: Schedule, nowMs: number): void {
    this.actions = schedule.actions;
    if (schedule.registerNow) this.setBounds(schedule.registerNow, nowMs);
  }

  fireUntil(nowMs: number): void {
    for (const action of this.actions) {
      const atMs = parseAt(action.schedule) ?? Infinity;
      const fireMs = atMs + this.latenessMs;
      if (fireMs > nowMs) break;
      if (fireMs > this.firedUntilMs) this.setBounds({ ...this.bounds, ...boundsOf(action) }, atMs);
    }
    this.firedUntilMs = nowMs;
  }

  private setBounds({ minCapacity, maxCapacity }: CapacityBounds, atMs: number): void {
    this.bounds = { minCapacity, maxCapacity };
    this.capacity = Math.min(maxCapacity, Math.max(minCapacity, this.capacity));
    this.timeline.push(atMs, this.capacity);
  }
}

function boundsOf({ minCapacity, maxCapacity }: ScheduledAction): Partial<CapacityBounds> {
  return {
    ...(minCapacity === undefined ? {} : { minCapacity }),
    ...(maxCapacity === undefined ? {} : { maxCapacity }),
  };
}
