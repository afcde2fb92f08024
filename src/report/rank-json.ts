/** `prewarm/rank/1`: what `prewarm rank --json` prints. The schema is the contract; docs/first-steps.md describes it. */
import * as z from 'zod';
import type { Ranked } from '../first-steps/rank.ts';
import type { Ranking } from '../first-steps/rank-all.ts';
import { type Saved, VERDICTS } from '../first-steps/verdict.ts';
import { isoUtc } from '../time.ts';
import { round } from './numbers.ts';

const time = z.iso.datetime();
const amount = z.number().min(0);
const whole = z.number().int().min(0);

const savedSchema = z
  .strictObject({
    coldStarts: z.number(),
    /** Off the bill, Prewarm's own cost taken off. */
    costUsd: z.number(),
    /** Off the bill and the price of cold starts, Prewarm's own cost taken off. */
    effectiveCostUsd: z.number(),
  })
  .nullable();

const functionSchema = z.strictObject({
  name: z.string(),
  functionName: z.string(),
  alias: z.string(),
  /** The metrics file, where there is one. */
  metrics: z.string().nullable(),
  verdict: z.enum(VERDICTS),
  reason: z.string(),
  /** `replay`: the last two weeks, request by request. `comparison`: the controller's own estimate. `none`: nothing was tried. */
  basis: z.enum(['replay', 'comparison', 'none']),
  /** Null where there is too little data. */
  evaluated: z.strictObject({ from: time, to: time, invocations: whole }).nullable(),
  assumptions: z.strictObject({
    memoryMb: whole,
    architecture: z.enum(['x86_64', 'arm64']),
    region: z.string().nullable(),
    /** Null where the metrics hold durations and none was given. */
    averageDurationMs: amount.nullable(),
    coldStartMs: amount,
    idleTimeoutSeconds: amount,
    coldStartPriceUsd: amount.nullable(),
    maxColdStartRate: amount.nullable(),
    minCapacity: whole,
    maxCapacity: whole,
  }),
  /** What Prewarm itself costs in that time. */
  ownCostUsd: amount,
  savedAgainstOnDemand: savedSchema,
  /** Against the best of on demand, a constant and target tracking, chosen with the period known. */
  savedAgainstBest: savedSchema,
  bestAlternative: z.string().nullable(),
  /** The most that Prewarm's plan held at once; null where nothing was replayed. */
  highestCapacity: whole.nullable(),
  policies: z.array(
    z.strictObject({
      name: z.string(),
      detail: z.string(),
      costUsd: amount,
      coldStarts: amount,
      coldStartRate: amount,
      effectiveCostUsd: amount,
      /** Null where it is not known: in a comparison. */
      provisionedHours: amount.nullable(),
      utilization: amount.nullable(),
    }),
  ),
  notes: z.array(z.string()),
});

export const rankSchema = z.strictObject({
  schema: z.literal('prewarm/rank/1'),
  /** Worth it first, by what they save a day; too little data last. */
  functions: z.array(functionSchema),
  /** What could not be read; then the exit code is 2, or 1 where AWS failed. */
  failed: z.array(z.strictObject({ name: z.string(), metrics: z.string().nullable(), error: z.string() })),
});

export type RankJson = z.output<typeof rankSchema>;

/** A ranking as the public JSON; `fileOf` tells the metrics file of a name, if any. */
export function rankJson({ ranked, failed }: Ranking, fileOf: (name: string) => string | null): RankJson {
  return {
    schema: 'prewarm/rank/1',
    functions: ranked.map((one) => functionJson(one, fileOf(one.name))),
    failed: failed.map(({ name, error }) => ({ name, metrics: fileOf(name), error })),
  };
}

function functionJson(ranked: Ranked, metrics: string | null): RankJson['functions'][number] {
  const { name, settings, verdict, reason, basis, period, judgement, highestCapacity } = ranked;
  return {
    name,
    ...settings.target,
    metrics,
    verdict,
    reason,
    basis,
    evaluated: period && {
      from: isoUtc(period.fromMs),
      to: isoUtc(period.toMs),
      invocations: Math.round(period.invocations),
    },
    assumptions: assumptionsOf(ranked),
    ownCostUsd: round(ranked.ownCostUsd),
    savedAgainstOnDemand: savedJson(judgement?.savedAgainstOnDemand),
    savedAgainstBest: savedJson(judgement?.savedAgainstBest),
    bestAlternative: judgement?.best.detail ?? null,
    highestCapacity,
    policies: ranked.scores.map((score) => ({
      name: score.name,
      detail: score.detail,
      costUsd: round(score.costUsd),
      coldStarts: round(score.coldStarts),
      coldStartRate: round(score.coldStartRate, 9),
      effectiveCostUsd: round(score.effectiveCostUsd),
      provisionedHours: Number.isNaN(score.provisionedHours) ? null : round(score.provisionedHours),
      utilization: score.utilization === null ? null : round(score.utilization),
    })),
    notes: [...ranked.notes],
  };
}

function assumptionsOf({ settings, objective }: Ranked): RankJson['functions'][number]['assumptions'] {
  const { maxColdStartRate, coldStartPriceUsd } = settings;
  return {
    memoryMb: objective.memoryMb,
    architecture: settings.architecture ?? 'x86_64',
    region: settings.region ?? null,
    averageDurationMs: settings.averageDurationMs ?? null,
    coldStartMs: settings.coldStartMs,
    idleTimeoutSeconds: settings.idleTimeoutSeconds,
    coldStartPriceUsd: maxColdStartRate === undefined ? coldStartPriceUsd : null,
    maxColdStartRate: maxColdStartRate ?? null,
    minCapacity: settings.minCapacity,
    maxCapacity: settings.maxCapacity,
  };
}

function savedJson(saved: Saved | null | undefined) {
  if (!saved) return null;
  const { coldStarts, costUsd, effectiveCostUsd } = saved;
  return { coldStarts: round(coldStarts), costUsd: round(costUsd), effectiveCostUsd: round(effectiveCostUsd) };
}
