/** Forecasts that any better one has to beat. Each gives quantiles of the steps ahead from the values before the origin. */
import { probit, quantileSorted } from 'simple-statistics';
import type { QuantileForecaster } from '../src/forecast/backtest.ts';
import { fitHoltWinters } from '../src/forecast/holt-winters-fit.ts';
import type { HoltWintersState } from '../src/forecast/holt-winters.ts';
import { copyState, forecastHoltWinters, runHoltWinters } from '../src/forecast/holt-winters.ts';
import type { Series } from './forecast-traces.ts';

export interface Question {
  leads: readonly number[];
  levels: readonly number[];
}

const WINDOW_DAYS = 14;

/** The value of `days` days ago with normal errors, as R's snaive. */
export function seasonalNaive(series: Series, days: number, { leads, levels }: Question): QuantileForecaster {
  const { values } = series;
  const m = 86_400 / series.stepSeconds;
  const season = days * m;
  return (origin) => {
    let [sum, n] = [0, 0];
    for (let t = Math.max(season, origin - WINDOW_DAYS * m); t < origin; t++) {
      const difference = values[t]! - values[t - season]!;
      if (Number.isNaN(difference)) continue;
      sum += difference ** 2;
      n++;
    }
    if (n === 0) return null;
    return leads.map((lead) => {
      const target = origin + lead - 1;
      const periods = Math.ceil(lead / season);
      const centre = values[target - periods * season]!;
      return levels.map((level) => (centre || 0) + probit(level) * Math.sqrt((periods * sum) / n));
    });
  };
}

/** Quantiles of the values at the same time of the last 14 days. */
export function timeOfDay(series: Series, { leads, levels }: Question): QuantileForecaster {
  const m = 86_400 / series.stepSeconds;
  return (origin) =>
    leads.map((lead) => {
      const sample: number[] = [];
      for (let t = origin + lead - 1 - m; t >= Math.max(0, origin - WINDOW_DAYS * m); t -= m) {
        const y = series.values[t];
        if (t < origin && y !== undefined && !Number.isNaN(y)) sample.push(y);
      }
      if (sample.length === 0) sample.push(0);
      sample.sort((a, b) => a - b);
      return levels.map((level) => quantileSorted(sample, level));
    });
}

/** Daily additive Holt-Winters on the last 14 days, fitted anew every day, with normal errors as R's predict.HoltWinters. */
export function plainHoltWinters(series: Series, { leads, levels }: Question): QuantileForecaster {
  const m = 86_400 / series.stepSeconds;
  let fitted: { epoch: number; from: number; fit: ReturnType<typeof fitHoltWinters> } | null = null;
  return (origin) => {
    const epoch = origin - (origin % m);
    if (fitted?.epoch !== epoch) {
      const from = Math.max(0, epoch - WINDOW_DAYS * m);
      fitted = { epoch, from, fit: fitHoltWinters(series.values.subarray(from, epoch), m) };
    }
    const { from, fit } = fitted;
    const state: HoltWintersState = copyState(fit.start);
    const seen = series.values.subarray(from, origin);
    const sse = runHoltWinters(seen, fit.gains, state, { from: fit.from });
    const points = forecastHoltWinters(state, fit.gains, { from: seen.length, steps: Math.max(...leads) });
    const variance = sse / Math.max(1, seen.length - fit.from);
    return leads.map((lead) => {
      let growth = 1;
      for (let j = 1; j < lead; j++) growth += (fit.gains.level + (j % m === 0 ? fit.gains.season : 0)) ** 2;
      return levels.map((level) => points[lead - 1]! + probit(level) * Math.sqrt(variance * growth));
    });
  };
}
