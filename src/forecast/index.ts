/** Forecasting: a distribution of the demand in each 5-minute slot ahead, from the demand before it. */
import type { DemandHistory, ForecastResult } from '../model.ts';
import type { ForecastHorizon } from './forecaster.ts';
import { createForecaster } from './forecaster.ts';

export { createForecaster } from './forecaster.ts';
export type { ForecastHorizon, Forecaster, PastReading } from './forecaster.ts';

/**
 * Forecasts mean concurrency and quantiles of the peak concurrency for each slot of the horizon, using only history
 * before `nowMs`. Less than one day of known points is a normal result, `insufficient-history`.
 */
export function forecastDemand(history: DemandHistory, request: ForecastHorizon & { nowMs: number }): ForecastResult {
  return createForecaster(history).forecastAt(request.nowMs, request);
}
