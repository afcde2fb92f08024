/** What a report shows of a tick beyond its decision: recent demand, what was forecast of it, and what others would have held. */
import type { Settings } from '../config.ts';
import { candidateName } from '../controller/candidates.ts';
import type { CandidateScore, Choice } from '../controller/choose.ts';
import { limitsOf } from '../controller/objective.ts';
import { pastCovers, pastLevels } from '../controller/past-levels.ts';
import { createPlanner } from '../controller/planner.ts';
import type { PlannerMemory } from '../controller/planner-memory.ts';
import { type SlotDemand, slotDemand } from '../controller/slot-demand.ts';
import type { TickReport } from '../controller/tick.ts';
import { DAY_MS, floorTo, SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { type ForecastRecord, forecastRecord } from './forecast-record.ts';
import type { DemandSeries } from './replay-detail.ts';

export interface HeldLevels {
  name: string;
  kind: CandidateScore['candidate']['kind'];
  startMs: number;
  /** One per slot. */
  levels: Int32Array;
}

export interface PreviewDetail {
  settings: Settings;
  demand: DemandSeries;
  forecasts: ForecastRecord;
  /** What the best candidate of each kind would have held in the days that policies were compared on. */
  alternatives: HeldLevels[];
}

/** Six weeks fit one look; the model has forgotten what came before. */
const SHOWN_MS = 42 * DAY_MS;
/** As long as policies are compared. */
const FORECAST_SHOWN_MS = 14 * DAY_MS;

/** `memory` is that of the tick, which has read most of the forecasts already. */
export function previewDetail(
  { history, choice, settings, nowMs }: Pick<TickReport, 'history' | 'choice' | 'settings' | 'nowMs'>,
  memory: PlannerMemory,
): PreviewDetail {
  const known = slotDemand(history, settings.timeZone);
  // A history without anything in it begins nowhere.
  const demand = known.mean.length === 0 ? { ...known, startMs: floorTo(nowMs, SLOT_MS) } : known;
  const toMs = demand.startMs + demand.mean.length * SLOT_MS;
  const recentMs = Math.max(demand.startMs, toMs - FORECAST_SHOWN_MS);
  const planner = createPlanner(history, settings, memory);
  const covers = pastCovers(planner, demand.startMs, memory.covers);
  const span = { from: Math.round((recentMs - demand.startMs) / SLOT_MS), to: demand.mean.length };
  return {
    settings,
    demand: demandSince(Math.max(demand.startMs, toMs - SHOWN_MS), demand),
    forecasts: forecastRecord(planner, demand, { fromMs: recentMs, toMs, covers: memory.covers }),
    alternatives: bestOfEachKind(choice).map(({ candidate }) => ({
      name: candidateName(candidate),
      kind: candidate.kind,
      startMs: recentMs,
      levels: pastLevels(candidate, { demand, covers }, span, limitsOf(settings)),
    })),
  };
}

function demandSince(startMs: number, demand: SlotDemand): DemandSeries {
  const first = Math.round((startMs - demand.startMs) / SLOT_MS);
  return {
    startMs,
    peak: { stepSeconds: SLOT_SECONDS, values: demand.peaks[0]!.slice(first) },
    mean: { stepSeconds: SLOT_SECONDS, values: demand.mean.slice(first) },
  };
}

function bestOfEachKind(choice: Choice | null): CandidateScore[] {
  const best = new Map<string, CandidateScore>();
  for (const score of choice ? [choice.winner, ...choice.ranked] : []) {
    if (!best.has(score.candidate.kind)) best.set(score.candidate.kind, score);
  }
  return [...best.values()];
}
