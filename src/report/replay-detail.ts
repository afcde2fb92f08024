/** What a report shows of a replay beyond the scores: demand, forecasts, decisions, and every candidate on the frontier. */
import { allCandidates, type Candidate, candidateName } from '../controller/candidates.ts';
import { hasIdleHours } from '../controller/idle-hours.ts';
import { limitsOf, objectiveOf } from '../controller/objective.ts';
import { pastCovers, pastLevels } from '../controller/past-levels.ts';
import { type SlotDemand, slotDemand } from '../controller/slot-demand.ts';
import { DAY_MS, MINUTE_MS, SLOT_MS } from '../time.ts';
import { neededByMinute, slotsOf } from '../replay/demand-record.ts';
import type { Evaluation } from '../replay/evaluate.ts';
import { type ForecastRecord, forecastRecord } from './forecast-record.ts';
import { scheduleSlots } from '../replay/scheduled-levels.ts';
import { type Score, scoreOutcome } from '../replay/score.ts';
import type { WalkedReplay } from '../replay/replay.ts';
import type { Decision } from '../replay/walk.ts';

/** Values on a regular grid; NaN where unknown. */
export interface Series {
  stepSeconds: number;
  values: Float64Array;
}

export interface DemandSeries {
  startMs: number;
  /** Highest concurrency in each step. */
  peak: Series;
  /** Average concurrency in each step. */
  mean: Series;
}

export interface ScoredCandidate extends Score {
  name: string;
  candidate: Candidate;
}

export interface ReplayDetail {
  demand: DemandSeries;
  forecasts: ForecastRecord;
  decisions: readonly Decision[];
  /** Each candidate held over the whole period, by the minute model's estimate. */
  candidates: ScoredCandidate[];
}

/** Longer periods are told slot by slot. */
const MINUTES_UP_TO_MS = 42 * DAY_MS;

/** The share of the work that the forecasts take. */
const FORECASTS_SHARE = 0.3;

export async function replayDetail(
  walked: WalkedReplay,
  onProgress: (share: number) => Promise<void> | void = () => undefined,
): Promise<ReplayDetail> {
  const { evaluation, settings, planner, covers, decisions } = walked;
  const { fromMs, toMs } = evaluation;
  const demand = slotDemand(evaluation.history, settings.timeZone);
  const forecasts = forecastRecord(planner, demand, { fromMs, toMs, covers });
  await onProgress(FORECASTS_SHARE);
  return {
    demand: demandOf(evaluation),
    forecasts,
    decisions: decisions.map((change) => ({ ...change, atMs: Math.max(fromMs, change.atMs) })),
    candidates: await candidatesOf(walked, demand, (share) =>
      onProgress(FORECASTS_SHARE + (1 - FORECASTS_SHARE) * share),
    ),
  };
}

function demandOf({ record, history, fromMs, toMs }: Evaluation): DemandSeries {
  const slots = slotsOf(record, fromMs, Math.round((toMs - fromMs) / SLOT_MS));
  const inMinutes = toMs - fromMs <= MINUTES_UP_TO_MS;
  const first = Math.round((fromMs - record.startMs) / MINUTE_MS);
  const peaks = inMinutes ? neededByMinute(record, first, Math.round((toMs - fromMs) / MINUTE_MS)) : slots.max;
  // The record plays what is unknown as silence.
  const known = (values: Float64Array, stepMs: number) =>
    values.map((value, i) => {
      const step = Math.floor((fromMs + i * stepMs - history.startMs) / (history.stepSeconds * 1000));
      return Number.isNaN(history.meanConcurrency[step] ?? NaN) ? NaN : value;
    });
  const peakStepMs = inMinutes ? MINUTE_MS : SLOT_MS;
  return {
    startMs: fromMs,
    peak: { stepSeconds: peakStepMs / 1000, values: known(peaks, peakStepMs) },
    mean: { stepSeconds: SLOT_MS / 1000, values: known(slots.mean, SLOT_MS) },
  };
}

/** All that the planner lets compete, with constants from the peaks of the period itself. */
async function candidatesOf(
  { evaluation, settings, planner, covers }: WalkedReplay,
  demand: SlotDemand,
  onProgress: (share: number) => Promise<void> | void,
): Promise<ScoredCandidate[]> {
  const { warmUpFromMs, fromMs, toMs } = evaluation;
  const slotAt = (timeMs: number) => Math.floor((timeMs - demand.startMs) / SLOT_MS);
  const span = { from: Math.max(0, slotAt(warmUpFromMs)), to: slotAt(toMs) };
  const past = { demand, covers: pastCovers(planner, demand.startMs, covers) };
  const peaks = demand.highest.slice(slotAt(fromMs), span.to);
  const limits = limitsOf(settings);
  const objective = objectiveOf(settings);
  const candidates = allCandidates(peaks, hasIdleHours(demand, span));
  const scored: ScoredCandidate[] = [];
  for (const candidate of candidates) {
    const levels = pastLevels(candidate, past, span, limits);
    const name = candidateName(candidate);
    const startMs = demand.startMs + span.from * SLOT_MS;
    const scheduled = scheduleSlots({ startMs, levels }, { leadTimeSeconds: settings.leadTimeSeconds });
    scored.push({ name, candidate, ...scoreOutcome(evaluation.estimate({ name, scheduled }), objective) });
    await onProgress(scored.length / candidates.length);
  }
  return scored;
}
