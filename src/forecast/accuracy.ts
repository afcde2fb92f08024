/** How good a forecast was: proper scores and coverage. Unknown values (NaN) do not count. */
import { mean } from 'simple-statistics';

/** Pinball loss of the quantile `forecast` at `level` for the value `actual` (Koenker & Bassett 1978); 0 is perfect. */
export function pinballLoss(actual: number, forecast: number, level: number): number {
  return actual >= forecast ? level * (actual - forecast) : (1 - level) * (forecast - actual);
}

/** Share of the values that are at or below their forecasts; NaN without any. */
export function coverage(actual: ArrayLike<number>, forecasts: ArrayLike<number>): number {
  let n = 0;
  let covered = 0;
  for (let t = 0; t < actual.length; t++) {
    if (Number.isNaN(actual[t]!)) continue;
    n++;
    if (actual[t]! <= forecasts[t]!) covered++;
  }
  return n > 0 ? covered / n : NaN;
}

/**
 * Mean absolute error of repeating the value of `season` steps ago, over steps [from, to): the unit of MASE (Hyndman & Koehler
 * 2006). NaN where it has no known pair or is zero.
 */
export function seasonalNaiveError(values: Float64Array, season: number, range: { from: number; to: number }): number {
  const errors: number[] = [];
  for (let t = Math.max(range.from, season); t < range.to; t++) {
    const error = Math.abs(values[t]! - values[t - season]!);
    if (!Number.isNaN(error)) errors.push(error);
  }
  const scale = errors.length > 0 ? mean(errors) : 0;
  return scale > 0 ? scale : NaN;
}

/** Mean absolute scaled error of point forecasts, `scale` being a seasonal naive error. */
export function mase(actual: ArrayLike<number>, forecasts: ArrayLike<number>, scale: number): number {
  const errors: number[] = [];
  for (let t = 0; t < actual.length; t++) {
    const error = Math.abs(actual[t]! - forecasts[t]!);
    if (!Number.isNaN(error)) errors.push(error / scale);
  }
  return errors.length > 0 ? mean(errors) : NaN;
}
