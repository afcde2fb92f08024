/** The whole replay of one target: the controller's walk, then every policy's score. */
import type { Settings } from '../config.ts';
import type { Objective } from '../controller/choose.ts';
import { cutGrid } from '../controller/demand-resample.ts';
import { type MeasuredSettings, measuredSettings } from '../controller/measured-settings.ts';
import { objectiveOf } from '../controller/objective.ts';
import { createPlanner, historyBefore, type Planner } from '../controller/planner.ts';
import { emptyMemory, type PlannerMemory } from '../controller/planner-memory.ts';
import { type Architecture, DEFAULT_REGION, priceNotes, type Prices } from '../economics/prices.ts';
import type { DemandHistory, MetricReading } from '../model.ts';
import { gridEndMs } from '../metric-grid.ts';
import { ceilTo, DAY_MS, floorTo, HOUR_MS, isoUtc, SLOT_MS } from '../time.ts';
import { createAlternatives, historyNotes, type ScoredPolicy } from './alternatives.ts';
import { degradationNotes } from './degradation.ts';
import { type Evaluation, type Period, periodOf, prepareEvaluation, SEED, warmUpStart } from './evaluate.ts';
import { cutTimeline } from './timeline.ts';
import { DATA_DELAY_MS, dataDelayMsOf, type Walk, walkController, type WalkOptions } from './walk.ts';

export interface ReplayAssumptions {
  seed: number;
  /** Null where the metrics hold durations. */
  averageDurationMs: number | null;
  memoryMb: number;
  architecture: Architecture;
  region: string;
  prices: Prices;
  coldStartMs: number;
  idleTimeoutSeconds: number;
  coldStartPriceUsd: number | null;
  maxColdStartRate: number | null;
  minCapacity: number;
  maxCapacity: number;
  leadTimeSeconds: number;
  allocationDelaySeconds: number;
  actionLatenessSeconds: number;
}

export interface ReplayResult extends Period {
  invocations: number;
  objective: Objective;
  assumptions: ReplayAssumptions;
  /** Ours first; empty when there was too little data, which the notes say. */
  policies: ScoredPolicy[];
  /** Ticks at which each policy was in force. */
  ticks: { all: number; byPolicy: ReadonlyMap<string, number> };
  notes: string[];
  /** For reports that show more than the score; null where there was too little data. */
  walked: WalkedReplay | null;
}

/** What the walk went through, as it stood at the end of the period. */
export interface WalkedReplay {
  evaluation: Evaluation;
  settings: MeasuredSettings;
  planner: Planner;
  /** What the planners have read of their forecasts, by the moment of the slot. */
  covers: PlannerMemory['covers'];
  decisions: Walk['decisions'];
}

/** Hears the share of the work that is done; may make it wait. */
type Progress = (share: number) => Promise<void> | void;

export interface ReplayOptions {
  evaluateFromMs?: number;
  onProgress?: Progress;
}

/** The walk's share of the whole work, for the progress bar. */
const WALK_SHARE = 0.8;

/**
 * What the function's metrics tell and the settings do not, as in a live tick: how long a cold start takes is learned once, from what
 * comes before anything is decided.
 */
export async function replay(
  reading: MetricReading,
  given: Settings,
  { evaluateFromMs, onProgress = () => undefined }: ReplayOptions = {},
): Promise<ReplayResult> {
  const period = periodOf(reading, evaluateFromMs);
  const known = period ? readingBefore(reading, warmUpStart(reading, period)) : reading;
  const { settings, notes: measured } = measuredSettings(given, known);
  if (!period) return nothingToReplay(reading, settings, evaluateFromMs);
  const evaluation = prepareEvaluation(reading, period, settings);
  const planners = plannersOf(evaluation, settings);
  const walk = await walkThrough(evaluation, settings, {
    onProgress: (share) => onProgress(WALK_SHARE * share),
    planners,
    dataDelayMs: dataDelayMsOf(reading, historyBefore(evaluation.history, evaluation.warmUpFromMs)),
  });
  const objective = objectiveOf(settings);
  const alternatives = createAlternatives(evaluation, settings);
  const policies = await alternatives.compare(walk.timeline, objective, (share) =>
    onProgress(WALK_SHARE + (1 - WALK_SHARE) * share),
  );
  const { fromMs, toMs } = period;
  return {
    ...period,
    invocations: evaluation.invocations,
    objective,
    assumptions: assumptionsOf(settings, evaluation),
    policies: policies.map((policy) => ({ ...policy, timeline: cutTimeline(policy.timeline, fromMs, toMs) })),
    ticks: { all: walk.ticks, byPolicy: walk.policies },
    notes: [
      ...reading.notes,
      ...historyNotes(evaluation),
      ...methodNotes(evaluation),
      ...gapNotes(evaluation),
      ...degradationNotes(walk.decisions, period),
      ...measured,
      ...ownLimitNotes(settings),
      ...priceNotes(settings),
    ],
    walked: {
      evaluation,
      settings,
      planner: planners.at(toMs),
      covers: planners.memory.covers,
      decisions: walk.decisions,
    },
  };
}

/** What had been measured by a moment. */
function readingBefore(reading: MetricReading, untilMs: number): MetricReading {
  const grids = reading.grids.map((grid) => cutGrid(grid, untilMs)).filter(({ invocations }) => invocations.length > 0);
  return { ...reading, grids };
}

interface WalkThroughOptions extends Pick<WalkOptions, 'dataDelayMs'> {
  onProgress?: Progress;
  planners?: ReturnType<typeof plannersOf>;
}

/** The controller's walk from the warm-up to the end of the period. */
export function walkThrough(
  evaluation: Evaluation,
  settings: MeasuredSettings,
  { onProgress, planners = plannersOf(evaluation, settings), dataDelayMs = DATA_DELAY_MS }: WalkThroughOptions = {},
): Promise<Walk> {
  const { history, warmUpFromMs: fromMs, toMs, actionLatenessMs } = evaluation;
  const options = { history, settings, fromMs, toMs, actionLatenessMs, dataDelayMs };
  return walkController(planners.at, options, onProgress);
}

/** A planner may see this much more than `historyDays` before the window moves on: moving means to start its work anew. */
const WINDOW_SLACK_MS = 14 * DAY_MS;

/** The live controller reads the last `historyDays`; so do the planners here, give or take the slack. */
function plannersOf(
  { history }: Evaluation,
  settings: MeasuredSettings,
): { at: (nowMs: number) => Planner; memory: PlannerMemory } {
  const windowMs = settings.historyDays * DAY_MS;
  let startMs = -Infinity;
  let planner: Planner | null = null;
  const memory = emptyMemory();
  return {
    memory,
    at: (nowMs) => {
      if (!planner || nowMs - Math.max(startMs, history.startMs) > windowMs + WINDOW_SLACK_MS) {
        startMs = nowMs - windowMs;
        planner = createPlanner(historySince(history, startMs), settings, memory);
      }
      return planner;
    },
  };
}

/** The whole steps from a moment on; shares its arrays with the history. */
function historySince(history: DemandHistory, fromMs: number): DemandHistory {
  const stepMs = history.stepSeconds * 1000;
  const first = Math.max(0, Math.ceil((fromMs - history.startMs) / stepMs));
  if (first === 0) return history;
  return {
    ...history,
    startMs: history.startMs + first * stepMs,
    invocations: history.invocations.subarray(first),
    averageDurationMs: history.averageDurationMs.subarray(first),
    meanConcurrency: history.meanConcurrency.subarray(first),
    peakConcurrency: history.peakConcurrency.subarray(first),
  };
}

function methodNotes({ method, invocations }: Evaluation): string[] {
  if (method === 'requests') return [];
  return [
    `${Math.round(invocations).toLocaleString('en-US')} requests are too many to run one by one: costs and cold starts are those of the minute model`,
  ];
}

/** Simulated requests need numbers: what is unknown is played as silence, which favours whoever holds little. */
function gapNotes({ history, fromMs, toMs }: Evaluation): string[] {
  const stepMs = history.stepSeconds * 1000;
  const stepOf = (timeMs: number) => Math.max(0, Math.floor((timeMs - history.startMs) / stepMs));
  const period = history.meanConcurrency.subarray(stepOf(fromMs), stepOf(toMs));
  const unknown = period.reduce((count, mean) => count + (Number.isNaN(mean) ? 1 : 0), 0);
  if (unknown === 0) return [];
  return [
    `${((100 * unknown) / period.length).toFixed(1)} % of the evaluated period is unknown, and played as without requests`,
  ];
}

/** What anybody could have without Prewarm has neither a budget nor a minimum of Prewarm's. */
function ownLimitNotes({ monthlyBudgetUsd, minCapacity }: Settings): string[] {
  return [
    ...(monthlyBudgetUsd === undefined ? [] : ['monthlyBudgetUsd caps Prewarm alone, not the alternatives']),
    ...(minCapacity > 0
      ? [`minCapacity = ${minCapacity} is held by Prewarm alone, whatever it costs, not by the alternatives`]
      : []),
  ];
}

function nothingToReplay(reading: MetricReading, settings: MeasuredSettings, evaluateFromMs?: number): ReplayResult {
  const startMs = reading.grids[0]?.startMs ?? 0;
  const endMs = Math.max(startMs, ...reading.grids.map(gridEndMs));
  const wholeSlotsMs = floorTo(Math.min(endMs, reading.reliableUntilMs), SLOT_MS) - ceilTo(startMs, SLOT_MS);
  // Rounded down: never as much as is needed.
  const hours = Math.floor((10 * Math.max(0, wholeSlotsMs)) / HOUR_MS) / 10;
  const why =
    evaluateFromMs === undefined
      ? `not enough history: have ${hours} hours, need 49 (two days to learn from and an hour to evaluate), or an earlier --evaluate-from`
      : `nothing to evaluate: less than an hour of reliable data comes after ${isoUtc(evaluateFromMs)}; give an earlier --evaluate-from`;
  return {
    fromMs: endMs,
    toMs: endMs,
    invocations: 0,
    objective: objectiveOf(settings),
    assumptions: assumptionsOf(settings, { actionLatenessMs: 0, allocationDelayMs: 0 }),
    policies: [],
    ticks: { all: 0, byPolicy: new Map() },
    notes: [...reading.notes, why],
    walked: null,
  };
}

function assumptionsOf(
  settings: MeasuredSettings,
  delays: Pick<Evaluation, 'actionLatenessMs' | 'allocationDelayMs'>,
): ReplayAssumptions {
  const { coldStartMs, idleTimeoutSeconds, minCapacity, maxCapacity, leadTimeSeconds, maxColdStartRate } = settings;
  return {
    seed: SEED,
    averageDurationMs: settings.averageDurationMs ?? null,
    coldStartMs,
    idleTimeoutSeconds,
    memoryMb: objectiveOf(settings).memoryMb,
    architecture: settings.architecture ?? 'x86_64',
    region: settings.region ?? DEFAULT_REGION,
    prices: objectiveOf(settings).prices,
    coldStartPriceUsd: maxColdStartRate === undefined ? settings.coldStartPriceUsd : null,
    maxColdStartRate: maxColdStartRate ?? null,
    minCapacity,
    maxCapacity,
    leadTimeSeconds,
    allocationDelaySeconds: delays.allocationDelayMs / 1000,
    actionLatenessSeconds: delays.actionLatenessMs / 1000,
  };
}
