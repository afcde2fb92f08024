/** What both JSON outputs carry for reports, all of it optional: demand, forecasts held, their quality, candidates. */
import * as z from 'zod';
import type { Candidate } from '../controller/candidates.ts';
import { isoUtc } from '../time.ts';
import type { ForecastQuality, HeldForecast } from './forecast-record.ts';
import type { DemandSeries, Series } from './replay-detail.ts';

const time = z.iso.datetime();
const amount = z.number().min(0);
const whole = z.number().int().min(0);
const step = z.number().int().min(1);

/** One value per step; null where unknown. */
const series = z.strictObject({ stepSeconds: step, values: z.array(amount.nullable()) });

export const demandSchema = z.strictObject({
  from: time,
  /** Highest concurrency in each step: measured, or one draw of what arrivals at the measured rates make. */
  peak: series,
  /** Average concurrency in each step. */
  mean: series,
});

export const heldForecastSchema = z.strictObject({
  /** The forecast of a slot that was made so long before it; plans rest on it. */
  leadSeconds: amount,
  from: time,
  stepSeconds: step,
  /** Quantiles of each slot's peak, ascending; null where there was too little history. */
  quantiles: z.array(z.strictObject({ level: z.number().gt(0).lt(1), values: z.array(amount.nullable()) })),
});

export const forecastQualitySchema = z.strictObject({
  from: time,
  to: time,
  /** Moments from which a day ahead was forecast. */
  origins: whole,
  /** Of the quantiles that were scored. */
  levels: z.array(z.number().gt(0).lt(1)),
  leads: z.array(
    z.strictObject({
      /** Slots that begin so long after the forecast was made: fromSeconds <= lead < toSeconds. */
      fromSeconds: amount,
      toSeconds: amount,
      scored: whole,
      /** Per level, the share of peaks at or below the quantile. */
      coverage: z.array(amount),
      /** Per level, in concurrent executions. */
      pinballLoss: z.array(amount),
      /** Mean absolute error of the median, and of repeating the peak of a day before; null where none is known. */
      medianError: amount.nullable(),
      repeatedDayError: amount.nullable(),
    }),
  ),
});

/** A policy's levels on a regular grid. */
export const levelsSchema = z.strictObject({ from: time, stepSeconds: step, values: z.array(whole) });

export const CANDIDATE_KINDS = ['on-demand', 'constant', 'repeat', 'recent', 'forecast'] as const;

/** What a candidate is made of; each kind has its own. */
export const parametersSchema = z.strictObject({
  level: whole.optional(),
  /** What is held whatever the forecast is let go in hours in which nothing is ever asked. */
  released: z.literal(true).optional(),
  repeatedDays: whole.optional(),
  holdSeconds: amount.optional(),
  afterSeconds: amount.optional(),
  coverQuantile: z.number().gt(0).lt(1).optional(),
  floor: whole.optional(),
  recentSeconds: amount.optional(),
  recentFactor: amount.optional(),
});

export const pricesSchema = z.strictObject({
  onDemandGbSecondUsd: amount,
  provisionedGbSecondUsd: amount,
  provisionedDurationGbSecondUsd: amount,
  requestUsd: amount,
});

export function demandJson({ startMs, peak, mean }: DemandSeries): z.output<typeof demandSchema> {
  return { from: isoUtc(startMs), peak: seriesJson(peak), mean: seriesJson(mean) };
}

function seriesJson({ stepSeconds, values }: Series): z.output<typeof series> {
  return { stepSeconds, values: compact(values) };
}

export function heldForecastJson({
  leadSeconds,
  startMs,
  levels,
  values,
}: HeldForecast): z.output<typeof heldForecastSchema> {
  return {
    leadSeconds,
    from: isoUtc(startMs),
    stepSeconds: 300,
    quantiles: levels.map((level, i) => ({ level, values: compact(values[i]!) })),
  };
}

export function forecastQualityJson(quality: ForecastQuality): z.output<typeof forecastQualitySchema> {
  const { fromMs, toMs, origins, levels, leads } = quality;
  return {
    from: isoUtc(fromMs),
    to: isoUtc(toMs),
    origins,
    levels: [...levels],
    leads: leads.map((lead) => ({
      ...lead,
      coverage: lead.coverage.map(short),
      pinballLoss: lead.pinballLoss.map(short),
      medianError: knownOrNull(lead.medianError),
      repeatedDayError: knownOrNull(lead.repeatedDayError),
    })),
  };
}

export function parametersJson(candidate: Candidate): z.output<typeof parametersSchema> {
  const recentOf = ({ slots, factor }: { slots: number; factor: number }) => ({
    recentSeconds: slots * 300,
    recentFactor: factor,
  });
  const releasedOf = ({ released }: { released?: true }) => (released ? { released } : {});
  switch (candidate.kind) {
    case 'on-demand':
      return {};
    case 'constant':
      return { level: candidate.level, ...releasedOf(candidate) };
    case 'repeat':
      return {
        repeatedDays: candidate.days,
        holdSeconds: candidate.holdSlots * 300,
        ...(candidate.afterSlots ? { afterSeconds: candidate.afterSlots * 300 } : {}),
      };
    case 'recent':
      return { ...recentOf(candidate.recent), ...releasedOf(candidate) };
    case 'forecast':
      return {
        coverQuantile: candidate.coverQuantile,
        holdSeconds: candidate.holdSlots * 300,
        ...(candidate.floor > 0 ? { floor: candidate.floor } : {}),
        ...(candidate.recent ? recentOf(candidate.recent) : {}),
        ...releasedOf(candidate),
      };
  }
}

/** Four digits tell all that a chart can show, and keep weeks of slots small. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

function knownOrNull(value: number): number | null {
  return Number.isFinite(value) ? short(value) : null;
}

function compact(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? short(Math.max(0, value)) : null));
}
