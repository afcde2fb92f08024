/** What should be held, seen from any moment of a history: the same for the live tick and for a walk through the past. */
import type { Settings } from '../config.ts';
import { listPrices } from '../economics/prices.ts';
import { poolDemandOf } from '../economics/load.ts';
import { type PoolModel, poolModel, poolUsage, poolWindow, sumUsage } from '../economics/pool.ts';
import { createForecaster, type Forecaster } from '../forecast/index.ts';
import type { CapacityPlan, DemandHistory, Forecast } from '../model.ts';
import { DAY_MS, floorTo, SLOT_MS, SLOT_SECONDS } from '../time.ts';
import {
  allCandidates,
  type Candidate,
  candidateLevels,
  candidateName,
  highestPeaks,
  COVER_QUANTILES,
  type CoverTable,
  HOLD_SLOTS,
  type LevelLimits,
  pastCover,
} from './candidates.ts';
import { type CandidateScore, type Choice, choose, type Objective, scoreCandidate } from './choose.ts';
import { explainChoice, explainDefault } from './explain.ts';
import { compact } from './compact.ts';
import { expectedDurationMs, planLevels } from './policy.ts';
import { type SlotDemand, slotDemand } from './slot-demand.ts';

export type PlannerSettings = Pick<
  Settings,
  | 'minCapacity'
  | 'leadTimeSeconds'
  | 'maxActions'
  | 'maxCapacity'
  | 'horizonHours'
  | 'coldStartPriceUsd'
  | 'maxColdStartRate'
  | 'monthlyBudgetUsd'
  | 'coldStartMs'
  | 'idleTimeoutSeconds'
  | 'memoryMb'
  | 'architecture'
>;

export type Planned =
  | { kind: 'planned'; forecast: Forecast; plan: CapacityPlan; choice: Choice | null }
  | { kind: 'insufficient-history'; haveSeconds: number; needSeconds: number };

export interface Planner {
  /** The plan from `nowMs` on. Nothing in the history at or after that moment has any influence. */
  planAt(nowMs: number): Planned;
}

/** Policies are compared on this much of the past, and on no less than the least. */
const COMPARED_MS = 14 * DAY_MS;
const LEAST_COMPARED_MS = 2 * DAY_MS;

/** A new choice is made this often: at the same moments live and in a replay. */
const CHOICE_MS = DAY_MS;

/** Before two days can be compared: covers nearly every peak and holds it for a quarter of an hour. */
const DEFAULT_CANDIDATE: Candidate = { kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 0 };

/**
 * Work that successive ticks have in common: past covers by the moment of their slot, candidates' scores by the moment they were
 * compared at. A warm process hands the same memory to each planner of a target with the same settings.
 */
export interface PlannerMemory {
  covers: Map<number, Float64Array>;
  scores: Map<number, CandidateScore[] | null>;
}

export function emptyMemory(): PlannerMemory {
  return { covers: new Map(), scores: new Map() };
}

/** Work that does not depend on the moment is done once and kept, so that a walk through weeks of ticks is cheap. */
export function createPlanner(
  history: DemandHistory,
  settings: PlannerSettings,
  memory: PlannerMemory = emptyMemory(),
): Planner {
  const forecaster = createForecaster(history);
  const demand = slotDemand(history);
  const pool = once(() => poolModel(poolDemandOf(history), poolAssumptions(settings)));
  const choiceAt = choices({ forecaster, demand, pool, settings, memory });
  const horizonSlots = (settings.horizonHours * 3600) / SLOT_SECONDS;
  const knownUntilMs = demand.startMs + demand.mean.length * SLOT_MS;
  return {
    planAt(nowMs) {
      const result = forecaster.forecastAt(nowMs, { horizonSlots });
      if (result.kind === 'insufficient-history') return result;
      const { forecast } = result;
      const choice = choiceAt(floorTo(Math.min(nowMs, knownUntilMs), CHOICE_MS));
      const candidate = choice?.winner.candidate ?? DEFAULT_CANDIDATE;
      const limits = choice ? limitsOf(settings) : limitsBefore(nowMs, demand, settings);
      const averageDurationMs = expectedDurationMs(historyBefore(history, nowMs));
      const plan: CapacityPlan = {
        policy: candidateName(candidate),
        reason: choice ? explainChoice(choice, settings) : explainDefault(),
        startMs: forecast.startMs,
        stepSeconds: SLOT_SECONDS,
        capacity: planLevels(candidate, { forecaster, demand, forecast, nowMs, averageDurationMs, limits }),
        baseline: settings.minCapacity,
      };
      return { kind: 'planned', forecast, plan, choice };
    },
  };
}

interface ChoiceContext {
  forecaster: Forecaster;
  demand: SlotDemand;
  /** Made when first asked for: most ticks remember their choice. */
  pool: () => PoolModel;
  settings: PlannerSettings;
  memory: PlannerMemory;
}

/**
 * The choice made at a moment, from the past before it. The present policy, which a new one has to beat by a margin, is what
 * the choice a day before would have been without any: so it needs no memory and a replay makes the same choices.
 */
function choices(context: ChoiceContext): (epochMs: number) => Choice | null {
  const known = context.memory.scores;
  const objective = objectiveOf(context.settings);
  const scoresAt = (epochMs: number): CandidateScore[] | null => {
    let scores = known.get(epochMs);
    if (scores === undefined) known.set(epochMs, (scores = scoreCandidates(epochMs, context)));
    return scores;
  };
  return (epochMs) => {
    const scores = scoresAt(epochMs);
    if (!scores) return null;
    const before = scoresAt(epochMs - CHOICE_MS);
    return choose(scores, before && choose(before, null, objective).winner.name, objective);
  };
}

/** What each candidate would have cost before a moment; null where too little is known to compare. */
function scoreCandidates(
  epochMs: number,
  { forecaster, demand, pool, settings, memory }: ChoiceContext,
): CandidateScore[] | null {
  const firstForecastMs = demand.startMs + DAY_MS;
  const fromMs = Math.max(firstForecastMs, epochMs - COMPARED_MS);
  if (epochMs - fromMs < LEAST_COMPARED_MS) return null;
  const fromSlot = Math.ceil((fromMs - demand.startMs) / SLOT_MS);
  const toSlot = Math.floor((epochMs - demand.startMs) / SLOT_MS);
  const table = coverTable(forecaster, demand.startMs, { fromSlot, toSlot }, memory.covers);
  const seen = demand.peaks.map((draw) => draw.subarray(fromSlot, toSlot));
  const perSlot = SLOT_SECONDS / pool().stepSeconds;
  const window = poolWindow(pool(), fromSlot * perSlot, toSlot * perSlot);
  if (knownMs(window) < LEAST_COMPARED_MS) return null;
  const objective = objectiveOf(settings);
  return allCandidates(seen).map((candidate) => {
    const levels = candidateLevels(candidate, demand, { table, fromSlot, toSlot }, limitsOf(settings));
    return scoreCandidate(candidate, sumUsage(window, poolUsage(window, asScheduled(levels, settings))), objective);
  });
}

/** Levels as they are billed: asked for a lead time ahead, and with no more changes a day than there may be actions. */
function asScheduled(levels: Int32Array, { leadTimeSeconds, maxActions }: PlannerSettings): Int32Array {
  const leadSlots = Math.ceil(leadTimeSeconds / SLOT_SECONDS);
  const asked = levels.map((_, slot) => {
    let highest = 0;
    for (let ahead = slot; ahead <= Math.min(levels.length - 1, slot + leadSlots); ahead++)
      highest = Math.max(highest, levels[ahead]!);
    return highest;
  });
  const daySlots = DAY_MS / SLOT_MS;
  for (let day = 0; day < asked.length; day += daySlots) {
    const span = asked.subarray(day, day + daySlots);
    span.set(compact(span, maxActions));
  }
  return asked;
}

/** Time of which the requests are known. */
function knownMs({ load, stepSeconds }: PoolModel): number {
  return load.known.reduce((sum, known) => sum + known, 0) * stepSeconds * 1000;
}

/** A row per past slot; what has left the window is forgotten. */
function coverTable(
  forecaster: Forecaster,
  startMs: number,
  span: { fromSlot: number; toSlot: number },
  covers: PlannerMemory['covers'],
): CoverTable {
  const rows = Array.from({ length: span.toSlot - span.fromSlot }, (_, i) => {
    const slotMs = startMs + (span.fromSlot + i) * SLOT_MS;
    let row = covers.get(slotMs);
    if (!row) covers.set(slotMs, (row = pastCover(forecaster, slotMs)));
    return row;
  });
  for (const slotMs of covers.keys()) if (slotMs < startMs + span.fromSlot * SLOT_MS - CHOICE_MS) covers.delete(slotMs);
  const columns = new Map<number, Float64Array>();
  return (coverQuantile, holdSlots) => {
    const column =
      HOLD_SLOTS.indexOf(holdSlots as (typeof HOLD_SLOTS)[number]) * COVER_QUANTILES.length +
      COVER_QUANTILES.indexOf(coverQuantile as (typeof COVER_QUANTILES)[number]);
    let values = columns.get(column);
    if (!values) columns.set(column, (values = Float64Array.from(rows, (row) => row[column]!)));
    return values;
  };
}

/** The model of the pool tells apart minutes, and needs two of them. */
const LEAST_IDLE_TIMEOUT_SECONDS = 120;

function poolAssumptions({ coldStartMs, idleTimeoutSeconds }: PlannerSettings) {
  return { coldStartMs, idleTimeoutSeconds: Math.max(LEAST_IDLE_TIMEOUT_SECONDS, idleTimeoutSeconds) };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

const DEFAULT_MEMORY_MB = 2048;

/** The objective in the settings, with what is assumed where nothing is known of the function. */
export function objectiveOf(settings: PlannerSettings): Objective {
  return {
    coldStartPriceUsd: settings.coldStartPriceUsd,
    maxColdStartRate: settings.maxColdStartRate,
    memoryMb: settings.memoryMb ?? DEFAULT_MEMORY_MB,
    prices: listPrices(settings.architecture ?? 'x86_64'),
  };
}

/** While there is too little history to tell what a plan is worth, it holds no more than was ever needed. */
function limitsBefore(nowMs: number, demand: SlotDemand, settings: PlannerSettings): LevelLimits {
  const { minCapacity, maxCapacity } = limitsOf(settings);
  const slots = Math.min(demand.mean.length, Math.floor((nowMs - demand.startMs) / SLOT_MS));
  const needed = highestPeaks(demand, 0, slots).reduce((highest, peak) => Math.max(highest, peak), 0);
  return { minCapacity, maxCapacity: Math.max(minCapacity, Math.min(maxCapacity, Math.ceil(needed))) };
}

const HOURS_PER_MONTH = 730;

/** The bounds of any plan: the configured ones, and what the monthly budget holds around the clock. */
export function limitsOf(settings: PlannerSettings): LevelLimits {
  const { minCapacity, maxCapacity, monthlyBudgetUsd } = settings;
  if (monthlyBudgetUsd === undefined) return { minCapacity, maxCapacity };
  const { memoryMb, prices } = objectiveOf(settings);
  const monthlyUsd = (memoryMb / 1024) * prices.provisionedGbSecondUsd * HOURS_PER_MONTH * 3600;
  return {
    minCapacity,
    maxCapacity: Math.max(minCapacity, Math.min(maxCapacity, Math.floor(monthlyBudgetUsd / monthlyUsd))),
  };
}

/** The whole steps before a moment; shares its arrays with the history. */
export function historyBefore(history: DemandHistory, untilMs: number): DemandHistory {
  const steps = Math.floor((untilMs - history.startMs) / (history.stepSeconds * 1000));
  const length = Math.max(0, Math.min(history.meanConcurrency.length, steps));
  return {
    ...history,
    invocations: history.invocations.subarray(0, length),
    averageDurationMs: history.averageDurationMs.subarray(0, length),
    meanConcurrency: history.meanConcurrency.subarray(0, length),
    peakConcurrency: history.peakConcurrency.subarray(0, length),
  };
}
