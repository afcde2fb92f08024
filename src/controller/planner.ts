/** What should be held, seen from any moment of a history: the same for the live tick and for a walk through the past. */
import type { Settings } from '../config.ts';
import { createForecaster } from '../forecast/index.ts';
import type { CapacityPlan, DemandHistory, Forecast } from '../model.ts';
import { SLOT_SECONDS } from '../time.ts';
import { expectedDurationMs, planFromForecast } from './policy.ts';

export type PlannerSettings = Pick<Settings, 'minCapacity' | 'maxCapacity' | 'horizonHours'>;

export type Planned =
  | { kind: 'planned'; forecast: Forecast; plan: CapacityPlan }
  | { kind: 'insufficient-history'; haveSeconds: number; needSeconds: number };

export interface Planner {
  /** The plan from `nowMs` on. Nothing in the history at or after that moment has any influence. */
  planAt(nowMs: number): Planned;
}

/** Work that does not depend on the moment is done once and kept, so that a walk through weeks of ticks is cheap. */
export function createPlanner(history: DemandHistory, settings: PlannerSettings): Planner {
  const forecaster = createForecaster(history);
  const horizonSlots = (settings.horizonHours * 3600) / SLOT_SECONDS;
  return {
    planAt(nowMs) {
      const result = forecaster.forecastAt(nowMs, { horizonSlots });
      if (result.kind === 'insufficient-history') return result;
      const durationMs = expectedDurationMs(historyBefore(history, nowMs));
      return {
        kind: 'planned',
        forecast: result.forecast,
        plan: planFromForecast(result.forecast, durationMs, settings),
      };
    },
  };
}

/** The whole steps before a moment; shares its arrays with the history. */
export function historyBefore(history: DemandHistory, untilMs: number): DemandHistory {
  const steps = Math.floor((untilMs - history.startMs) / (history.stepSeconds * 1000));
  const length = Math.max(0, Math.min(history.meanConcurrency.length, steps));
  return {
    ...history,
    invocations: history.invocations.subarray(0, length),
    averageDurationMs: history.averageDurationMs.subarray(0, length),
    meanConcurrency: history.meanConcurrency.subarray(0, length),
    peakConcurrency: history.peakConcurrency.subarray(0, length),
  };
}
