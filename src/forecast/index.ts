/** Forecasting: a distribution of the demand in each 5-minute slot ahead, from the demand before it. */
import type { DemandHistory, ForecastResult } from '../model.ts';
import { PEAK_QUANTILE_LEVELS } from '../model.ts';
import { DAY_MS, SLOT_MS, SLOT_SECONDS, floorTo } from '../time.ts';
import { recentLevel } from './recent-level.ts';

/** What to forecast: the slot that contains `nowMs` is the first of `horizonSlots` slots of five minutes. */
export interface ForecastRequest {
  nowMs: number;
  horizonSlots: number;
  /** Levels of the peak quantiles, in (0, 1); by default PEAK_QUANTILE_LEVELS. */
  levels?: readonly number[];
}

/**
 * Forecasts mean concurrency and quantiles of the peak concurrency for each slot of the horizon, using only history
 * before `nowMs`. Less than one day of known points is a normal result, `insufficient-history`.
 */
export function forecastDemand(history: DemandHistory, request: ForecastRequest): ForecastResult {
  const levels = [...(request.levels ?? PEAK_QUANTILE_LEVELS)].sort((a, b) => a - b);
  const recent = recentLevel(history, request.nowMs, levels);
  if (recent.haveSeconds * 1000 < DAY_MS) {
    return { kind: 'insufficient-history', haveSeconds: recent.haveSeconds, needSeconds: DAY_MS / 1000 };
  }
  const slots = request.horizonSlots;
  return {
    kind: 'forecast',
    forecast: {
      model: 'recent level',
      startMs: floorTo(request.nowMs, SLOT_MS),
      stepSeconds: SLOT_SECONDS,
      mean: new Float64Array(slots).fill(recent.mean),
      peak: levels.map((level, i) => ({ level, values: new Float64Array(slots).fill(recent.peak[i]!) })),
    },
  };
}
