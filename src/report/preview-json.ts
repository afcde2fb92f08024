/** `prewarm/preview/1`: what `prewarm preview --json` prints. The schema is the contract; docs/json-output.md shows it. */
import * as z from 'zod';
import type { CandidateScore } from '../controller/choose.ts';
import { OUTCOMES, type TickReport } from '../controller/tick.ts';
import type { Forecast } from '../model.ts';
import type { FollowedReport } from '../related/tick.ts';
import { objectiveOf } from '../controller/objective.ts';
import { DEFAULT_REGION } from '../economics/prices.ts';
import { isoUtc, SLOT_SECONDS } from '../time.ts';
import {
  CANDIDATE_KINDS,
  demandJson,
  demandSchema,
  forecastQualityJson,
  forecastQualitySchema,
  heldForecastJson,
  heldForecastSchema,
  levelsSchema,
  parametersJson,
  parametersSchema,
  pricesSchema,
} from './detail-json.ts';
import { round } from './numbers.ts';
import type { PreviewDetail } from './preview-detail.ts';
import { eventSourceJson, eventSourceSchema, relatedJson, relatedSchema } from './related-json.ts';
import { actionJson, actionSchema, changesJson, changesSchema } from './schedule-json.ts';

const time = z.iso.datetime();
const count = z.number().int().min(0);

const assumptionsSchema = z.strictObject({
  /** Null where it is measured. */
  averageDurationMs: z.number().min(0).nullable(),
  coldStartMs: z.number().min(0).nullable(),
  idleTimeoutSeconds: z.number().min(0),
  memoryMb: count,
  architecture: z.enum(['x86_64', 'arm64']),
  region: z.string(),
  prices: pricesSchema,
  coldStartPriceUsd: z.number().min(0).nullable(),
  maxColdStartRate: z.number().min(0).nullable(),
  monthlyBudgetUsd: z.number().min(0).nullable(),
  minCapacity: count,
  maxCapacity: count,
  leadTimeSeconds: z.number().min(0),
  horizonHours: z.number().min(0),
  timeZone: z.string(),
});

export const previewSchema = z.strictObject({
  schema: z.literal('prewarm/preview/1'),
  target: z.strictObject({
    functionName: z.string().nullable(),
    alias: z.string().nullable(),
    /** The metrics file, when the demand came from one. */
    metrics: z.string().nullable(),
  }),
  now: time,
  history: z.strictObject({
    from: time,
    to: time,
    stepSeconds: z.number(),
    /** Steps known, and steps in between of which nothing is known. */
    points: count,
    missing: count,
  }),
  forecast: z.strictObject({
    model: z.string(),
    stepSeconds: z.number(),
    slots: z.array(
      z.strictObject({
        at: time,
        mean: z.number().min(0),
        peak: z.strictObject({
          p50: z.number().min(0),
          p90: z.number().min(0),
          p95: z.number().min(0),
          p99: z.number().min(0),
          p999: z.number().min(0),
        }),
      }),
    ),
  }),
  decision: z.strictObject({
    policy: z.string(),
    reason: z.string(),
    outcome: z.enum(OUTCOMES),
    /** Of the last six hours; null where too few forecasts could be judged. */
    forecastTrust: z.strictObject({ trusted: z.boolean(), coverage: z.number(), relativeLoss: z.number() }).nullable(),
    /** Every policy that competed, best first; what it would have cost and missed a day, recent days counting more. */
    candidates: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(CANDIDATE_KINDS),
        chosen: z.boolean(),
        parameters: parametersSchema.optional(),
        costUsdPerDay: z.number(),
        coldStartsPerDay: z.number(),
        coldStartRate: z.number(),
        effectiveCostUsdPerDay: z.number(),
      }),
    ),
  }),
  plan: z.array(z.strictObject({ at: time, capacity: count })),
  actions: z.array(actionSchema),
  changes: changesSchema,
  /** Neighbours that follow the same forecast; absent where none is named. */
  related: z.array(relatedSchema).optional(),
  /** Absent where none is named. */
  eventSource: eventSourceSchema.optional(),
  notes: z.array(z.string()),
  /** What follows is for reports; `apply` leaves it out. */
  assumptions: assumptionsSchema.optional(),
  /** Of the last six weeks. */
  demand: demandSchema.optional(),
  heldForecast: heldForecastSchema.optional(),
  forecastQuality: forecastQualitySchema.optional(),
  /** What the best candidate of each kind would have held in the days that policies were compared on. */
  alternatives: z
    .array(z.strictObject({ name: z.string(), kind: z.enum(CANDIDATE_KINDS), levels: levelsSchema }))
    .optional(),
});

export type PreviewJson = z.output<typeof previewSchema>;

/**
 * A tick's report as the public JSON. `metrics` names the file that the demand was read from, if any; `detail` is what reports
 * show beyond the decision.
 */
export function previewJson(
  report: TickReport & Partial<Pick<FollowedReport, 'related' | 'eventSource'>>,
  metrics: string | null,
  detail?: PreviewDetail,
): PreviewJson {
  const { related = [], eventSource } = report;
  return {
    schema: 'prewarm/preview/1',
    target: metrics === null ? { ...report.target, metrics } : { functionName: null, alias: null, metrics },
    now: isoUtc(report.nowMs),
    history: historyJson(report),
    forecast: forecastJson(report.forecast),
    decision: decisionJson(report),
    plan: planJson(report),
    actions: report.actions.map(actionJson),
    changes: changesJson(report.changes),
    ...(related.length === 0 ? {} : { related: related.map(relatedJson) }),
    ...(eventSource ? { eventSource: eventSourceJson(eventSource) } : {}),
    notes: report.notes,
    ...(detail ? detailJson(detail) : {}),
  };
}

function detailJson({ settings, demand, forecasts, alternatives }: PreviewDetail): Partial<PreviewJson> {
  return {
    assumptions: assumptionsJson(settings),
    demand: demandJson(demand),
    heldForecast: heldForecastJson(forecasts.held),
    ...(forecasts.quality ? { forecastQuality: forecastQualityJson(forecasts.quality) } : {}),
    alternatives: alternatives.map(({ name, kind, startMs, levels }) => ({
      name,
      kind,
      levels: { from: isoUtc(startMs), stepSeconds: SLOT_SECONDS, values: [...levels] },
    })),
  };
}

function assumptionsJson(settings: PreviewDetail['settings']): PreviewJson['assumptions'] {
  const { idleTimeoutSeconds, minCapacity, maxCapacity, leadTimeSeconds, horizonHours, timeZone } = settings;
  const { memoryMb, prices } = objectiveOf(settings);
  return {
    averageDurationMs: settings.averageDurationMs ?? null,
    coldStartMs: settings.coldStartMs ?? null,
    idleTimeoutSeconds,
    memoryMb,
    architecture: settings.architecture ?? 'x86_64',
    region: settings.region ?? DEFAULT_REGION,
    prices,
    coldStartPriceUsd: settings.maxColdStartRate === undefined ? settings.coldStartPriceUsd : null,
    maxColdStartRate: settings.maxColdStartRate ?? null,
    monthlyBudgetUsd: settings.monthlyBudgetUsd ?? null,
    minCapacity,
    maxCapacity,
    leadTimeSeconds,
    horizonHours,
    timeZone,
  };
}

function decisionJson({ plan, reason, outcome, trust, choice }: TickReport): PreviewJson['decision'] {
  const policy = plan?.policy ?? 'none';
  const { trusted, coverage, relativeLoss } = trust ?? { trusted: true, coverage: NaN, relativeLoss: NaN };
  return {
    policy,
    reason,
    outcome,
    forecastTrust: Number.isFinite(coverage + relativeLoss)
      ? { trusted, coverage: round(coverage), relativeLoss: round(relativeLoss) }
      : null,
    candidates: (choice?.ranked ?? []).map((score) => candidateJson(score, policy)),
  };
}

function candidateJson(score: CandidateScore, policy: string): PreviewJson['decision']['candidates'][number] {
  return {
    name: score.name,
    kind: score.candidate.kind,
    chosen: score.name === policy,
    parameters: parametersJson(score.candidate),
    costUsdPerDay: round(score.billUsdPerDay),
    coldStartsPerDay: round(score.coldStartsPerDay),
    coldStartRate: round(score.coldStartRate),
    effectiveCostUsdPerDay: round(score.effectiveUsdPerDay),
  };
}

/** From and to are the moment itself where nothing is known before it. */
function historyJson({ history, nowMs }: TickReport): PreviewJson['history'] {
  const points = history.meanConcurrency.reduce((known, value) => known + (Number.isNaN(value) ? 0 : 1), 0);
  const length = history.meanConcurrency.length;
  const startMs = length === 0 ? nowMs : history.startMs;
  return {
    from: isoUtc(startMs),
    to: isoUtc(startMs + length * history.stepSeconds * 1000),
    stepSeconds: history.stepSeconds,
    points,
    missing: length - points,
  };
}

function forecastJson(forecast: Forecast | null): PreviewJson['forecast'] {
  if (!forecast) return { model: 'none', stepSeconds: 300, slots: [] };
  const quantile = (level: number, slot: number) =>
    round(forecast.peak.find((band) => band.level === level)?.values[slot] ?? NaN);
  return {
    model: forecast.model,
    stepSeconds: forecast.stepSeconds,
    slots: Array.from(forecast.mean, (mean, slot) => ({
      at: isoUtc(forecast.startMs + slot * forecast.stepSeconds * 1000),
      mean: round(mean),
      peak: {
        p50: quantile(0.5, slot),
        p90: quantile(0.9, slot),
        p95: quantile(0.95, slot),
        p99: quantile(0.99, slot),
        p999: quantile(0.999, slot),
      },
    })),
  };
}

function planJson({ plan }: TickReport): PreviewJson['plan'] {
  if (!plan) return [];
  return Array.from(plan.capacity, (capacity, slot) => ({
    at: isoUtc(plan.startMs + slot * plan.stepSeconds * 1000),
    capacity,
  }));
}
