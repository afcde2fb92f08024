/** Histories and forecasters whose every answer can be checked by hand. */
import type { CreateForecaster, Forecaster, Horizon } from '../../src/calendar/forecasting.ts';
import type { DemandHistory, ForecastResult } from '../../src/model.ts';
import { DAY_MS, floorTo, SLOT_MS } from '../../src/time.ts';

export interface HistoryRequest {
  startMs: number;
  days: number;
  stepSeconds?: number;
}

/** A history with `valueAt(timeMs)` requests and as much concurrency in the step that begins at that moment. */
export function historyAt(
  { startMs, days, stepSeconds = 300 }: HistoryRequest,
  valueAt: (timeMs: number) => number,
): DemandHistory {
  const stepMs = stepSeconds * 1000;
  const values = Float64Array.from({ length: (days * DAY_MS) / stepMs }, (_, t) => valueAt(startMs + t * stepMs));
  return {
    startMs,
    stepSeconds,
    invocations: values,
    averageDurationMs: values.map(() => 1000),
    meanConcurrency: values.slice(),
    peakConcurrency: values.slice(),
    peakBasis: 'observed',
    peakWindowSeconds: 60,
  };
}

/** A forecast of `valueAt(slotMs)` as mean, and one and two more as the peaks, whatever the history. */
export function forecastOf(valueAt: (slotMs: number, originMs: number) => number): Forecaster {
  return {
    forecastAt: (originMs, { horizonSlots, levels = [0.5, 0.99] }: Horizon): ForecastResult => {
      const startMs = floorTo(originMs, SLOT_MS);
      const mean = Float64Array.from({ length: horizonSlots }, (_, slot) =>
        valueAt(startMs + slot * SLOT_MS, originMs),
      );
      const peak = levels.map((level, k) => ({ level, values: mean.map((value) => value + k + 1) }));
      return { kind: 'forecast', forecast: { model: 'known', startMs, stepSeconds: 300, mean, peak } };
    },
  };
}

/** Forecasts a digest of every step that is complete at the origin, and of how many there are. */
export const createDigester: CreateForecaster = (history) => {
  const stepMs = history.stepSeconds * 1000;
  return {
    forecastAt: (originMs, horizon) => {
      const complete = Math.floor((originMs - history.startMs) / stepMs);
      let digest = complete;
      for (let t = 0; t < Math.min(complete, history.meanConcurrency.length); t++) {
        const seen = [history.meanConcurrency[t]!, history.peakConcurrency[t]!, history.invocations[t]!];
        for (const value of seen) digest = (digest * 31 + (Number.isNaN(value) ? 7 : value)) % 1_000_003;
      }
      return forecastOf(() => digest).forecastAt(originMs, horizon);
    },
  };
};

export function forecastIn(result: ForecastResult) {
  if (result.kind !== 'forecast') throw new Error(`no forecast: ${result.kind}`);
  return result.forecast;
}
