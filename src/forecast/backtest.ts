/** Rolling-origin evaluation: forecast from many past moments, compare with what came. */
import { pinballLoss } from './accuracy.ts';

/**
 * Quantiles known before step `origin` for the steps `origin + lead - 1` of each lead: result[i][k] for leads[i], levels[k];
 * null when the model cannot say.
 */
export type QuantileForecaster = (origin: number) => readonly (readonly number[])[] | null;

export interface BacktestPlan {
  /** Origins from..to (exclusive) in strides. */
  from: number;
  to: number;
  stride: number;
  /** Lead 1 is the step at the origin itself. */
  leads: readonly number[];
  levels: readonly number[];
  /** Divides each origin's losses, e.g. by a seasonal naive error known there; origins without one (NaN) are left out. */
  scaleAt: (origin: number) => number;
}

/** Per lead (row) and level (column). */
export interface BacktestResult {
  /** Mean scaled pinball loss. */
  loss: number[][];
  /** Share of values at or below the quantile. */
  coverage: number[][];
  /** Mean absolute scaled error of the 0.5 quantile, or of the first level where that is not among them. */
  mase: number[];
  /** Forecasts that were scored, per lead. */
  count: number[];
}

export function rollingOrigin(values: Float64Array, forecast: QuantileForecaster, plan: BacktestPlan): BacktestResult {
  const { leads, levels } = plan;
  const table = () => leads.map(() => levels.map(() => 0));
  const result: BacktestResult = {
    loss: table(),
    coverage: table(),
    mase: leads.map(() => 0),
    count: leads.map(() => 0),
  };
  const middle = Math.max(0, levels.indexOf(0.5));
  for (let origin = plan.from; origin < plan.to; origin += plan.stride) {
    const scale = plan.scaleAt(origin);
    const quantiles = Number.isNaN(scale) ? null : forecast(origin);
    if (!quantiles) continue;
    leads.forEach((lead, i) => {
      const actual = values[origin + lead - 1];
      if (actual === undefined || Number.isNaN(actual)) return;
      result.count[i]!++;
      result.mase[i]! += Math.abs(actual - quantiles[i]![middle]!) / scale;
      levels.forEach((level, k) => {
        const quantile = quantiles[i]![k]!;
        result.loss[i]![k]! += pinballLoss(actual, quantile, level) / scale;
        result.coverage[i]![k]! += actual <= quantile ? 1 : 0;
      });
    });
  }
  const perCount = (row: number[], i: number) => row.map((sum) => sum / result.count[i]!);
  return {
    loss: result.loss.map(perCount),
    coverage: result.coverage.map(perCount),
    mase: result.mase.map((sum, i) => sum / result.count[i]!),
    count: result.count,
  };
}
