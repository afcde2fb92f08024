/** Prewarm and the baselines as models of a bench series. */
import type { QuantileForecaster } from '../src/forecast/backtest.ts';
import { createForecaster } from '../src/forecast/index.ts';
import type { DemandHistory } from '../src/model.ts';
import type { Question } from './forecast-baselines.ts';
import { plainHoltWinters, seasonalNaive, timeOfDay } from './forecast-baselines.ts';
import type { Series } from './forecast-traces.ts';

export type Model = (series: Series, question: Question) => QuantileForecaster;

/** The model that all others are relative to. */
export const REFERENCE = 'seasonal naive, day';
export const OWN = 'prewarm';

/** A measured load as a history whose peaks were observed. */
export function historyOf({ startMs, stepSeconds, values }: Series): DemandHistory {
  return {
    startMs,
    stepSeconds,
    invocations: values,
    averageDurationMs: new Float64Array(values.length).fill(1000),
    meanConcurrency: values,
    peakConcurrency: values,
    peakBasis: 'observed',
    peakWindowSeconds: 60,
  };
}

export function prewarm(series: Series, { leads, levels }: Question): QuantileForecaster {
  const forecaster = createForecaster(historyOf(series));
  const slotsPerStep = series.stepSeconds / 300;
  return (origin) => {
    const result = forecaster.forecastAt(series.startMs + origin * series.stepSeconds * 1000, {
      horizonSlots: Math.max(...leads) * slotsPerStep,
      levels,
    });
    if (result.kind !== 'forecast') return null;
    return leads.map((lead) => result.forecast.peak.map((p) => p.values[(lead - 1) * slotsPerStep]!));
  };
}

export const MODELS: Record<string, Model> = {
  [REFERENCE]: (series, question) => seasonalNaive(series, 1, question),
  'seasonal naive, week': (series, question) => seasonalNaive(series, 7, question),
  'time-of-day quantiles': timeOfDay,
  'Holt-Winters, plain': plainHoltWinters,
  [OWN]: prewarm,
};

/**
 * Quantiles of the maximum over the next `window` steps, as one lead: forecast directly, and as the largest of the steps'
 * own quantiles.
 */
export const WINDOW_MODELS: Record<
  string,
  (series: Series, window: number, levels: readonly number[]) => QuantileForecaster
> = {
  'largest of the quantiles': (series, window, levels) => {
    const pointwise = prewarm(series, { leads: Array.from({ length: window }, (_, j) => j + 1), levels });
    return (origin) => {
      const rows = pointwise(origin);
      return rows && [levels.map((_, k) => Math.max(...rows.map((row) => row[k]!)))];
    };
  },
  'maximum forecast directly': (series, window, levels) => {
    const forecaster = createForecaster(historyOf(series));
    return (origin) => {
      const horizon = { horizonSlots: 1, windowSlots: window, levels };
      const result = forecaster.forecastAt(series.startMs + origin * series.stepSeconds * 1000, horizon);
      return result.kind === 'forecast' ? [result.forecast.peak.map((p) => p.values[0]!)] : null;
    };
  },
};
