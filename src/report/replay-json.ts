/** `prewarm/replay/1`: what `prewarm replay --json` prints. The schema is the contract. */
import * as z from 'zod';
import type { ReplayResult } from '../replay/replay.ts';
import { isoUtc } from '../time.ts';
import {
  CANDIDATE_KINDS,
  demandJson,
  demandSchema,
  forecastQualityJson,
  forecastQualitySchema,
  heldForecastJson,
  heldForecastSchema,
  parametersJson,
  parametersSchema,
  pricesSchema,
} from './detail-json.ts';
import { round } from './numbers.ts';
import type { ReplayDetail } from './replay-detail.ts';

const time = z.iso.datetime();
const amount = z.number().min(0);
const whole = z.number().int().min(0);

const policySchema = z.strictObject({
  /** `prewarm`, or one of the alternatives. */
  name: z.string(),
  /** Which of its kind it is, e.g. the level of the best constant. */
  detail: z.string(),
  costUsd: amount,
  coldStarts: amount,
  coldStartRate: amount,
  /** costUsd + coldStartPriceUsd x coldStarts; costUsd where maxColdStartRate is given in place of a price. */
  effectiveCostUsd: amount,
  /** Environment-hours of provisioned concurrency. */
  provisionedHours: amount,
  /** Share of the provisioned time in which requests ran; null where nothing was provisioned. */
  utilization: amount.nullable(),
  /** Capacity as asked for, by its changes: each holds until the next, the last to the end. */
  timeline: z.array(z.strictObject({ at: time, capacity: whole })),
});

const candidateSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(CANDIDATE_KINDS),
  parameters: parametersSchema,
  costUsd: amount,
  coldStarts: amount,
  coldStartRate: amount,
});

export const replaySchema = z.strictObject({
  schema: z.literal('prewarm/replay/1'),
  evaluated: z.strictObject({ from: time, to: time, invocations: whole }),
  assumptions: z.strictObject({
    seed: whole,
    /** Null where the metrics hold durations. */
    averageDurationMs: amount.nullable(),
    coldStartMs: amount,
    idleTimeoutSeconds: amount,
    memoryMb: whole,
    architecture: z.enum(['x86_64', 'arm64']),
    region: z.string(),
    prices: pricesSchema,
    coldStartPriceUsd: amount.nullable(),
    maxColdStartRate: amount.nullable(),
    minCapacity: whole,
    maxCapacity: whole,
    leadTimeSeconds: amount,
    allocationDelaySeconds: amount,
    actionLatenessSeconds: amount,
  }),
  /** `prewarm` first; empty where there was too little history, which the notes say. */
  policies: z.array(policySchema),
  notes: z.array(z.string()),
  /** What follows is for reports; absent where there was too little history. */
  target: z
    .strictObject({ functionName: z.string().nullable(), alias: z.string().nullable(), metrics: z.string().nullable() })
    .optional(),
  demand: demandSchema.optional(),
  heldForecast: heldForecastSchema.optional(),
  forecastQuality: forecastQualitySchema.optional(),
  /**
   * What the controller decided, from each moment on at which any of it changed: the policy, what came of it (as in a preview; all but
   * `planned` are what is done while no metrics arrive), and whether forecasts were trusted.
   */
  decisions: z
    .array(
      z.strictObject({
        at: time,
        policy: z.string(),
        outcome: z.enum(['planned', 'held', 'constant', 'released']),
        forecastTrusted: z.boolean(),
      }),
    )
    .optional(),
  /** Every candidate as if held over the whole period, estimated minute by minute. */
  candidates: z.array(candidateSchema).optional(),
});

export type ReplayJson = z.output<typeof replaySchema>;

/** A replay's result as the public JSON; `detail` and `target` are for reports. */
export function replayJson(
  result: ReplayResult,
  { target, detail }: { target?: ReplayJson['target']; detail?: ReplayDetail | null } = {},
): ReplayJson {
  return {
    schema: 'prewarm/replay/1',
    evaluated: {
      from: isoUtc(result.fromMs),
      to: isoUtc(result.toMs),
      invocations: Math.round(result.invocations),
    },
    assumptions: result.assumptions,
    policies: result.policies.map((policy) => ({
      name: policy.name,
      detail: policy.detail,
      costUsd: round(policy.costUsd),
      coldStarts: round(policy.coldStarts),
      coldStartRate: round(policy.coldStartRate, 9),
      effectiveCostUsd: round(policy.effectiveCostUsd),
      provisionedHours: round(policy.provisionedHours),
      utilization: policy.utilization === null ? null : round(policy.utilization),
      timeline: policy.timeline.map(({ atMs, capacity }) => ({ at: isoUtc(atMs), capacity })),
    })),
    notes: result.notes,
    ...(target ? { target } : {}),
    ...(detail ? detailJson(detail) : {}),
  };
}

function detailJson({ demand, forecasts, decisions, candidates }: ReplayDetail): Partial<ReplayJson> {
  return {
    demand: demandJson(demand),
    heldForecast: heldForecastJson(forecasts.held),
    ...(forecasts.quality ? { forecastQuality: forecastQualityJson(forecasts.quality) } : {}),
    decisions: decisions.map(({ atMs, policy, outcome, forecastTrusted }) => ({
      at: isoUtc(atMs),
      policy,
      outcome,
      forecastTrusted,
    })),
    candidates: candidates.map(({ name, candidate, costUsd, coldStarts, coldStartRate }) => ({
      name,
      kind: candidate.kind,
      parameters: parametersJson(candidate),
      costUsd: round(costUsd),
      coldStarts: round(coldStarts),
      coldStartRate: round(coldStartRate, 9),
    })),
  };
}
