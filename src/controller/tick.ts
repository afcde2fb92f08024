/** The one loop: observe, forecast, decide, schedule, diff, apply. Everything between the ports is pure. */
import { SCHEDULED_ACTIONS_PER_TARGET, type TargetConfig } from '../config.ts';
import type { Forecaster } from '../forecast/index.ts';
import type {
  CapacityPlan,
  Changes,
  DemandHistory,
  Forecast,
  MetricReading,
  ScalingState,
  ScheduledAction,
  Target,
} from '../model.ts';
import { DAY_MS, HOUR_MS, isoUtc, SLOT_MS } from '../time.ts';
import { type Applied, applyChanges } from './apply.ts';
import { demandHistory } from './demand.ts';
import { diffSchedule, hasChanges } from './diff.ts';
import { type Freshness, freshnessOf, scheduleSettings } from './freshness.ts';
import type { Choice } from './choose.ts';
import { type MeasuredSettings, measuredSettings } from './measured-settings.ts';
import { createPlanner } from './planner.ts';
import type { PlannerMemory } from './planner-memory.ts';
import type { MetricsSource, ScalingReader, ScalingWriter } from './ports.ts';
import { splitByOwner } from './ring.ts';
import { priceNotes } from '../economics/prices.ts';
import { compileSchedule, LEAST_ROOM } from './schedule.ts';
import type { ForecastTrust } from './trust.ts';

/** `scaling` is null for metrics from a file: then nothing is known of what is set up. `writer` is null unless the tick may write. */
export interface TickPorts {
  metrics: MetricsSource;
  scaling: ScalingReader | null;
  writer: ScalingWriter | null;
}

/**
 * Why a tick ended as it did. `held`, `constant` and `released` are what is done, one after the other, while no metrics arrive: the
 * last schedule may only rise, then a constant level, then the minimum.
 */
export const OUTCOMES = [
  'planned',
  'held',
  'constant',
  'released',
  'insufficient-history',
  'waiting',
  'unregistered',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const WRITING: readonly Outcome[] = ['planned', 'held', 'constant', 'released'];

/** Whether a plan with this outcome is carried out. */
export function isCarriedOut(outcome: Outcome): boolean {
  return WRITING.includes(outcome);
}

/** Everything one tick saw, decided and did: the log line, the metrics, the JSON and the chart are views of it. */
export interface TickReport {
  target: Target;
  nowMs: number;
  mode: TargetConfig['mode'];
  /** The configuration with what the metrics tell filled in: the plan was made with these. */
  settings: MeasuredSettings<TargetConfig>;
  outcome: Outcome;
  reason: string;
  notes: string[];
  /** What was set up before this tick; null for metrics from a file. */
  state: ScalingState | null;
  history: DemandHistory;
  /** Seconds from the end of what is known to now. */
  dataAgeSeconds: number;
  forecast: Forecast | null;
  /** What was forecast an hour before for the newest known step, and what came. */
  lastHour: { forecast: number; actual: number } | null;
  plan: CapacityPlan | null;
  /** What the plan was chosen from; null where too little is known to compare. */
  choice: Choice | null;
  /** How the newest forecasts did; null without a forecast. */
  trust: ForecastTrust | null;
  actions: ScheduledAction[];
  changes: Changes;
  applied: Applied | null;
}

/**
 * One run for one target at `nowMs`. Writes only when `ports.writer` is given and the outcome allows it.
 * Errors of the ports are passed on: the schedule then stays as it is.
 */
export async function tick(
  ports: TickPorts,
  config: TargetConfig,
  nowMs: number,
  memory?: PlannerMemory,
): Promise<TickReport> {
  const range = { fromMs: nowMs - config.historyDays * DAY_MS, toMs: nowMs };
  const reading = await ports.metrics.read(config.target, range);
  const state = ports.scaling ? await ports.scaling.read(config.target) : NOTHING_SET_UP;
  const report = decide({ reading, state, memory }, config, nowMs);
  if (ports.writer && isCarriedOut(report.outcome) && hasChanges(report.changes)) {
    report.applied = await applyChanges(config.target, report.changes, ports.writer, nowMs);
  }
  return report;
}

/** What a metrics file leaves us to assume. */
const NOTHING_SET_UP: ScalingState & { assumed: true } = {
  scalableTarget: null,
  actions: [],
  aliasHasWeights: false,
  provisioned: null,
  assumed: true,
};

interface Observed {
  reading: MetricReading;
  state: ScalingState;
  /** What earlier ticks of this target have computed already. */
  memory?: PlannerMemory | undefined;
}

/** The pure part of a tick: what should be done, given what was read. */
export function decide({ reading, state, memory }: Observed, config: TargetConfig, nowMs: number): TickReport {
  const history = demandHistory(reading, {
    untilMs: nowMs,
    ...(config.averageDurationMs === undefined ? {} : { averageDurationMs: config.averageDurationMs }),
  });
  const { settings, notes } = measuredSettings(config, reading);
  const freshness = freshnessOf(history, nowMs);
  const seen = {
    target: config.target,
    nowMs,
    mode: config.mode,
    settings,
    state: 'assumed' in state ? null : state,
    notes: [
      ...noteOnNothing(reading, history, nowMs),
      ...reading.notes,
      ...notesOn(state, config),
      ...notes,
      ...priceNotes(config),
    ],
    history,
    dataAgeSeconds: Math.max(0, Math.round(freshness.ageMs / 1000)),
    applied: null,
  };
  const planner = createPlanner(history, settings, memory);
  const planned = planner.planAt(nowMs, freshness.footing);
  if (planned.kind === 'insufficient-history') return { ...seen, ...untouched(state, config), ...undecided(planned) };
  const { plan, forecast, choice, trust } = planned;
  return {
    ...seen,
    forecast,
    lastHour: lastHourOf(history, freshness, planner),
    plan,
    choice,
    trust,
    ...written(plan, { state, freshness, settings }, nowMs),
    ...(hindranceOf(state, config) ?? outcomeOf(plan, freshness)),
  };
}

/** Where everything that was read comes later than this moment: when it begins. */
function noteOnNothing({ grids }: MetricReading, history: DemandHistory, nowMs: number): string[] {
  const firstMs = Math.min(...grids.map(({ startMs }) => startMs));
  if (history.meanConcurrency.length > 0 || firstMs < nowMs || grids.length === 0) return [];
  return [`nothing is known at ${isoUtc(nowMs)}: the data begins at ${isoUtc(firstMs)}`];
}

/** What is there stays, and why. */
function undecided({ haveSeconds, needSeconds }: { haveSeconds: number; needSeconds: number }) {
  const reason = `not enough history: have ${hours(haveSeconds)}, need ${hours(needSeconds)}; the schedule stays as it is`;
  const outcome: Outcome = 'insufficient-history';
  return { outcome, reason, forecast: null, lastHour: null, plan: null, choice: null, trust: null };
}

/** The plan as scheduled actions, and what they change. */
function written(
  plan: CapacityPlan,
  { state, freshness, settings }: { state: ScalingState; freshness: Freshness; settings: TargetConfig },
  nowMs: number,
): Pick<TickReport, 'actions' | 'changes'> {
  const schedule = compileSchedule(plan, state, scheduleSettings(freshness, settings), nowMs);
  return { actions: schedule.actions, changes: diffSchedule(state.actions, schedule, settings.namePrefix, nowMs) };
}

/** What is done with a plan that nothing hinders. */
function outcomeOf(
  { reason }: CapacityPlan,
  { outcome, knownUntilMs }: Freshness,
): Pick<TickReport, 'outcome' | 'reason'> {
  if (outcome === 'planned') return { outcome, reason };
  const since = `the newest known metrics end at ${isoUtc(knownUntilMs)}`;
  const how = outcome === 'held' ? ': levels may rise but not fall' : '';
  return { outcome, reason: `${since}${how}. ${reason}` };
}

/** What keeps a plan from being carried out, in the words of the operator's remedy. */
function hindranceOf(state: ScalingState, config: TargetConfig): { outcome: Outcome; reason: string } | null {
  const name = `${config.target.functionName}:${config.target.alias}`;
  if ('assumed' in state) return null;
  if (state.aliasHasWeights) {
    return {
      outcome: 'waiting',
      reason: `alias ${name} sends a share of its traffic to a second version (a deployment, or one that failed): its provisioned concurrency cannot be changed until the weights are gone`,
    };
  }
  if (!state.scalableTarget) {
    return {
      outcome: 'unregistered',
      reason: `${name} is not registered with Application Auto Scaling: deploy infra/template.yaml, or run aws application-autoscaling register-scalable-target --service-namespace lambda --scalable-dimension lambda:function:ProvisionedConcurrency --resource-id function:${name} --min-capacity 1 --max-capacity ${config.maxCapacity}`,
    };
  }
  return null;
}

/** What is set up in a way that the operator should know of. */
function notesOn(state: ScalingState, config: TargetConfig): string[] {
  const notes: string[] = [];
  const { foreign } = splitByOwner(state.actions, config.namePrefix);
  if (foreign.length > 0) {
    notes.push(
      `${foreign.length} scheduled action(s) of others on this target, left alone: ${foreign.map((action) => action.name).join(', ')}`,
    );
  }
  if (SCHEDULED_ACTIONS_PER_TARGET - foreign.length < LEAST_ROOM) {
    notes.push(
      `${foreign.length} actions of others leave no room for a schedule (AWS allows ${SCHEDULED_ACTIONS_PER_TARGET}): what is there stays`,
    );
  }
  if (state.scalableTarget?.scheduledScalingSuspended) {
    notes.push('scheduled scaling is suspended on this target: no action fires until it is resumed');
  }
  if (state.provisioned?.status === 'FAILED') {
    notes.push(`provisioned concurrency is FAILED: ${state.provisioned.statusReason ?? 'no reason given'}`);
  }
  return notes;
}

/** No changes: our own actions are kept, those of others reported. */
function untouched(state: ScalingState, config: TargetConfig): { actions: ScheduledAction[]; changes: Changes } {
  const { own, foreign } = splitByOwner(state.actions, config.namePrefix);
  return { actions: own, changes: { registerNow: null, create: [], update: [], delete: [], keep: own, foreign } };
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Recomputed from history at each tick, so that nothing has to be stored: an hour-ahead forecast of the newest step. */
function lastHourOf(
  { meanConcurrency }: DemandHistory,
  { knownUntilMs }: Freshness,
  forecaster: Forecaster,
): { forecast: number; actual: number } | null {
  const actual = meanConcurrency.findLast((mean) => !Number.isNaN(mean));
  if (actual === undefined) return null;
  const result = forecaster.forecastAt(knownUntilMs - HOUR_MS, { horizonSlots: HOUR_MS / SLOT_MS });
  return result.kind === 'forecast' ? { forecast: result.forecast.mean.at(-1)!, actual } : null;
}
