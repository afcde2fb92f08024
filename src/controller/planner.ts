/** What should be held, seen from any moment of a history: the same for the live tick and for a walk through the past. */
import { calendarForecaster, type Occurrence, pastViews, resolve, type SeenPast } from '../calendar/index.ts';
import { poolDemandOf } from '../economics/load.ts';
import { type PoolModel, poolModel } from '../economics/pool-model.ts';
import { createForecaster, type Forecaster } from '../forecast/index.ts';
import type { CapacityPlan, DemandHistory, Forecast, ForecastResult } from '../model.ts';
import { DAY_MS, floorTo, SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { averageLevels } from './blend.ts';
import { type Candidate, candidateName } from './candidates.ts';
import type { CandidateScore, Choice } from './choose.ts';
import { type ChoiceContext, choiceAt } from './comparison.ts';
import { levelsOf } from './event-levels.ts';
import { explain } from './explain.ts';
import { blendFor } from './in-force.ts';
import { RELEASE_AHEAD_SECONDS } from './levels.ts';
import { LEAST_IDLE_TIMEOUT_SECONDS, type MeasuredSettings } from './measured-settings.ts';
import { choiceLately } from './lately.ts';
import { limitsOf, objectiveOf } from './objective.ts';
import { pastCovers } from './past-levels.ts';
import { emptyMemory, forgetOld, keepWhatHolds, type PlannerMemory } from './planner-memory.ts';
import { demandSeen } from './seen-demand.ts';
import { BLOCK_MS } from './track-record.ts';
import { type Footing, type ForecastTrust, judgeForecast } from './trust.ts';

export type PlannerSettings = Pick<
  MeasuredSettings,
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
  | 'region'
  | 'prices'
  | 'timeZone'
  | 'calendar'
  | 'holidays'
>;

export interface PlannedCapacity {
  kind: 'planned';
  /** Made when first looked at. */
  readonly forecast: Forecast;
  plan: CapacityPlan;
  choice: Choice | null;
  trust: ForecastTrust;
}

export type Planned = PlannedCapacity | { kind: 'insufficient-history'; haveSeconds: number; needSeconds: number };

export interface Planner extends Forecaster {
  /** The plan from `nowMs` on. Nothing in the history at or after that moment has any influence. */
  planAt(nowMs: number, footing?: Footing): Planned;
}

/** Work that does not depend on the moment is done once and kept, so that a walk through weeks of ticks is cheap. */
export function createPlanner(
  history: DemandHistory,
  settings: PlannerSettings,
  memory: PlannerMemory = emptyMemory(),
): Planner {
  keepWhatHolds(memory, history, settings);
  const occurrences = occurrencesAround(history, settings);
  const calendar = { timeZone: settings.timeZone, occurrences };
  const views = pastViews(history, calendar);
  const forecaster = calendarForecaster(views, calendar, createForecaster);
  const covers = pastCovers(forecaster, history.startMs, memory.covers);
  const contextOf = perKey((past: SeenPast): ChoiceContext => ({
    demand: demandSeen(past, settings.timeZone, occurrences),
    covers,
    pool: poolsFrom((fromMs) => comparedPool(past.ordinary, settings, fromMs)),
    settings,
    usages: memory.usages,
    choices: memory.choices,
  }));
  /** From what was known at that moment, so that it does not matter when it is asked for. */
  const choiceMadeAt = (epochMs: number) => {
    const past = views.at(epochMs);
    if (!memory.choices.has(epochMs)) {
      forgetOld(epochMs, memory);
      if (past.key !== memory.comparedWithout) memory.usages.clear();
      memory.comparedWithout = past.key;
    }
    return choiceAt(epochMs, contextOf(past));
  };
  const knownSlotsAt = (nowMs: number) => {
    // A step that is not over is not known, whatever the file says of it.
    const stepMs = history.stepSeconds * 1000;
    const steps = Math.floor((nowMs - history.startMs) / stepMs);
    return (Math.max(0, Math.min(history.meanConcurrency.length, steps)) * stepMs) / SLOT_MS;
  };
  return {
    forecastAt: (originMs, horizon) => forecaster.forecastAt(originMs, horizon),
    planAt(nowMs, footing = 'best') {
      const horizonSlots = (settings.horizonHours * 3600) / SLOT_SECONDS;
      const probe = forecaster.forecastAt(nowMs, { horizonSlots: 0 });
      if (probe.kind === 'insufficient-history') return probe;
      const forecast = once(() => certain(forecaster.forecastAt(nowMs, { horizonSlots })));
      const { startMs } = probe.forecast;
      const knownSlots = knownSlotsAt(nowMs);
      const { demand } = contextOf(views.at(nowMs));
      const epochMs = floorTo(history.startMs + knownSlots * SLOT_MS, BLOCK_MS);
      const choice = choiceMadeAt(epochMs);
      const trust = judgeForecast(demand, covers, knownSlots);
      const lately = (scores: readonly CandidateScore[]) =>
        choiceLately(scores, { usages: memory.usages, toBlock: epochMs / BLOCK_MS }, objectiveOf(settings));
      const blend = blendFor(choice, { footing, trust, lately });
      const ahead = { startMs, slots: horizonSlots, nowMs, knownSlots };
      const levelsFor = (candidate: Candidate) =>
        levelsOf(candidate, { ...ahead, forecaster, demand, covers }, occurrences);
      const members = blend.map(({ score, weight }) => ({ weight, levels: levelsFor(score.candidate) }));
      const levels = members.length > 0 ? averageLevels(members) : levelsFor(ON_DEMAND);
      const limits = limitsOf(settings);
      const plan: CapacityPlan = {
        policy: blend[0]?.score.name ?? candidateName(ON_DEMAND),
        reason: explain({ choice, blend, footing, trust, levels, limits, settings, knownSlots }),
        startMs,
        stepSeconds: SLOT_SECONDS,
        capacity: levels.map((level) => Math.min(limits.maxCapacity, Math.max(limits.minCapacity, level))),
        baseline: settings.minCapacity,
      };
      return {
        kind: 'planned',
        get forecast() {
          return forecast();
        },
        plan,
        choice,
        trust,
      };
    },
  };
}

/** Events in the history, and as far ahead as a plan can reach. */
function occurrencesAround(history: DemandHistory, settings: PlannerSettings): Occurrence[] {
  const endMs = history.startMs + history.meanConcurrency.length * history.stepSeconds * 1000;
  return resolve(settings, { fromMs: history.startMs, toMs: endMs + settings.horizonHours * 3_600_000 + 2 * DAY_MS });
}

/** Makes what belongs to a view once. */
function perKey<T extends { key: string }, R>(make: (view: T) => R): (view: T) => R {
  const made = new Map<string, R>();
  return (view) => {
    let result = made.get(view.key);
    if (result === undefined) made.set(view.key, (result = make(view)));
    return result;
  };
}

/** Makes the pool when it is first asked for, and again only where an earlier moment is: a walk goes on. */
function poolsFrom(make: (fromMs: number) => PoolModel): (fromMs: number) => PoolModel {
  let made: { fromMs: number; pool: PoolModel } | null = null;
  return (fromMs) => {
    if (!made || fromMs < made.fromMs) made = { fromMs, pool: make(fromMs) };
    return made.pool;
  };
}

/** The pool that policies are compared on. */
function comparedPool(
  history: DemandHistory,
  { coldStartMs, idleTimeoutSeconds }: PlannerSettings,
  fromMs: number,
): PoolModel {
  return poolModel(poolDemandOf(history), {
    fromMs,
    coldStartMs,
    idleTimeoutSeconds: Math.max(LEAST_IDLE_TIMEOUT_SECONDS, idleTimeoutSeconds),
    releaseAheadSeconds: RELEASE_AHEAD_SECONDS,
  });
}

const ON_DEMAND: Candidate = { kind: 'on-demand' };

function certain(result: ForecastResult): Forecast {
  if (result.kind === 'forecast') return result.forecast;
  throw new Error('a forecast of one slot was made, so there is enough history for more');
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
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
