/** One neighbour's share of a tick: what it should be, what must change for that, and the change itself. */
import { resolve } from '../calendar/index.ts';
import { type RelatedTarget, resourceKey } from '../config-related.ts';
import { SCHEDULED_ACTIONS_PER_TARGET, type TargetConfig } from '../config.ts';
import { type Applied, applyChanges } from '../controller/apply.ts';
import { diffSchedule, hasChanges } from '../controller/diff.ts';
import type { RelatedPorts } from '../controller/ports.ts';
import { splitByOwner } from '../controller/ring.ts';
import { compileSchedule, LEAST_ROOM, MIN_AHEAD_MS } from '../controller/schedule.ts';
import type { Outcome, TickReport } from '../controller/tick.ts';
import type { CapacityPlan, Changes, ScalingState, ScheduledAction } from '../model.ts';
import { DAY_MS, HOUR_MS, parseAt } from '../time.ts';
import { neighbourPlan, unitsFor } from './plan.ts';

export type NeighbourState = Pick<ScalingState, 'scalableTarget' | 'actions'>;

/** `skipped`: nothing is to be done, for the reason given. `failed`: AWS or the network did not answer, or refused. */
type RelatedOutcome = 'planned' | 'held' | 'skipped' | 'unregistered' | 'failed';

/** What became of one neighbour. */
export interface RelatedReport {
  resource: Pick<RelatedTarget, 'namespace' | 'resourceId' | 'scalableDimension'>;
  outcome: RelatedOutcome;
  reason: string;
  notes: string[];
  plan: CapacityPlan | null;
  actions: ScheduledAction[];
  changes: Changes | null;
  applied: Applied | null;
  /** Why nothing, or not all, was read or written. */
  failure: Error | null;
}

/** The alias itself may have to wait, or not be registered: its callers need their neighbours all the same. */
const FOLLOWED: readonly Outcome[] = ['planned', 'held', 'waiting', 'unregistered'];

/** How old what is known may be before it lowers nothing, and before nothing is written at all. */
const STALE_AFTER_MS = HOUR_MS;
const BLIND_AFTER_MS = 12 * HOUR_MS;

/** Why the neighbours are left as they are, or null. What is scheduled for them runs on and ends at their minimum. */
export function reasonToSkip(report: TickReport): string | null {
  if (report.forecast === null || !FOLLOWED.includes(report.outcome) || ageMs(report) > BLIND_AFTER_MS) {
    return `no forecast to follow (${report.outcome}): what is scheduled runs on and ends at the minimum`;
  }
  return null;
}

/** Whether what is known is too old to lower anything. */
export function dataIsStale(report: TickReport): boolean {
  return ageMs(report) > STALE_AFTER_MS;
}

/** The pure part: what should be done for a neighbour, given what is set up. */
export function decideNeighbour(
  entry: RelatedTarget,
  state: NeighbourState | null,
  report: TickReport,
  config: TargetConfig,
): RelatedReport {
  const skip = reasonToSkip(report);
  const known = state ?? { scalableTarget: null, actions: [] };
  const base = { ...reportOf(entry), notes: state === null ? [] : notesOn(state, config) };
  if (skip !== null || report.forecast === null) return { ...base, reason: skip ?? '' };
  const { nowMs, forecast } = report;
  const occurrences = resolve(config, { fromMs: nowMs - HOUR_MS, toMs: nowMs + 3 * DAY_MS });
  const presentLevel = levelAt(known, config.namePrefix, nowMs);
  const plan = neighbourPlan(forecast, entry, { occurrences, presentLevel });
  const stale = dataIsStale(report);
  const settings = {
    leadTimeSeconds: config.leadTimeSeconds,
    // Nobody bills them in steps of five minutes.
    releaseAheadSeconds: 0,
    maxActions: config.maxActions,
    namePrefix: config.namePrefix,
    // A floor: most neighbours have a policy of their own, which knows more of them than a forecast does.
    scalingMode: 'floor' as const,
    maxCapacity: entry.maxCapacity,
    neverLower: stale,
    liveConcurrency: stale ? 0 : unitsFor(liveConcurrency(report), entry),
  };
  const schedule = compileSchedule(plan, known, settings, nowMs);
  const decided = {
    ...base,
    plan,
    actions: schedule.actions,
    changes: diffSchedule(known.actions, schedule, config.namePrefix, nowMs),
  };
  if (state !== null && state.scalableTarget === null) {
    return { ...decided, outcome: 'unregistered', reason: unregistered(entry) };
  }
  return stale
    ? { ...decided, outcome: 'held', reason: `metrics are old: levels may rise but not fall. ${plan.reason}` }
    : { ...decided, outcome: 'planned', reason: plan.reason };
}

/** Reads, decides and, where that is allowed, writes. A fault becomes part of the report: it concerns this neighbour alone. */
export async function followNeighbour(
  entry: RelatedTarget,
  report: TickReport,
  config: TargetConfig,
  ports: RelatedPorts | null,
): Promise<RelatedReport> {
  // Without a forecast there is nothing to do, so nothing is asked.
  if (ports === null || reasonToSkip(report) !== null) return decideNeighbour(entry, null, report, config);
  const { namespace, resourceId, scalableDimension } = entry;
  const resource = { namespace, resourceId, scalableDimension };
  try {
    const result = decideNeighbour(entry, await ports.read(resource), report, config);
    if (!ports.writerFor || result.changes === null || !wouldWrite(result)) return result;
    const applied = await applyChanges(report.target, result.changes, ports.writerFor(resource), report.nowMs);
    return { ...result, applied, failure: applied.failure };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { ...reportOf(entry), outcome: 'failed', reason: failure.message, failure };
  }
}

/** Whether there is something to write that may be written. */
export function wouldWrite({ outcome, changes }: RelatedReport): boolean {
  return (outcome === 'planned' || outcome === 'held') && changes !== null && hasChanges(changes);
}

function reportOf({ namespace, resourceId, scalableDimension }: RelatedTarget): RelatedReport {
  return {
    resource: { namespace, resourceId, scalableDimension },
    outcome: 'skipped',
    reason: '',
    notes: [],
    plan: null,
    actions: [],
    changes: null,
    applied: null,
    failure: null,
  };
}

function ageMs({ dataAgeSeconds }: TickReport): number {
  return dataAgeSeconds * 1000;
}

/** What requests use at present, as far as is known: the newest measured step. */
function liveConcurrency({ history }: TickReport): number {
  const newest = history.meanConcurrency.findLastIndex((mean) => !Number.isNaN(mean));
  return newest < 0 ? 0 : Math.max(history.meanConcurrency[newest] ?? 0, history.peakConcurrency[newest] || 0);
}

/** The floor that holds now: of an own action that is firing, which AWS may carry out late, else the target's. */
function levelAt({ scalableTarget, actions }: NeighbourState, namePrefix: string, nowMs: number): number | null {
  const { own } = splitByOwner(actions, namePrefix);
  const firing = own.findLast(({ schedule }) => {
    const atMs = parseAt(schedule);
    return atMs !== null && atMs <= nowMs && atMs > nowMs - MIN_AHEAD_MS;
  });
  return firing?.minCapacity ?? scalableTarget?.minCapacity ?? null;
}

function unregistered(entry: RelatedTarget): string {
  return `${resourceKey(entry)} is not registered with Application Auto Scaling: run aws application-autoscaling register-scalable-target --service-namespace ${entry.namespace} --scalable-dimension ${entry.scalableDimension} --resource-id ${entry.resourceId} --min-capacity ${entry.minCapacity} --max-capacity ${entry.maxCapacity}`;
}

function notesOn({ actions, scalableTarget }: NeighbourState, { namePrefix }: TargetConfig): string[] {
  const { foreign } = splitByOwner(actions, namePrefix);
  const notes = [];
  if (foreign.length > 0) {
    const names = foreign.map(({ name }) => name).join(', ');
    notes.push(`${foreign.length} scheduled action(s) of others, left alone: ${names}`);
  }
  if (SCHEDULED_ACTIONS_PER_TARGET - foreign.length < LEAST_ROOM) {
    notes.push(`actions of others leave no room (AWS allows ${SCHEDULED_ACTIONS_PER_TARGET}): what is there stays`);
  }
  if (scalableTarget?.scheduledScalingSuspended) {
    notes.push('scheduled scaling is suspended: no action fires until it is resumed');
  }
  return notes;
}
