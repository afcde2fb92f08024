/** `prewarm/replay/1`: what `prewarm replay --json` prints. The schema is the contract. */
import * as z from 'zod';
import type { ReplayResult } from '../replay/replay.ts';
import { isoUtc } from '../time.ts';

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
    prices: z.strictObject({
      onDemandGbSecondUsd: amount,
      provisionedGbSecondUsd: amount,
      provisionedDurationGbSecondUsd: amount,
      requestUsd: amount,
    }),
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
});

export type ReplayJson = z.output<typeof replaySchema>;

/** A replay's result as the public JSON. */
export function replayJson(result: ReplayResult): ReplayJson {
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
  };
}

function round(value: number, digits = 6): number {
  return Number(value.toFixed(digits));
}
