/** The forecaster as this layer needs it: it wraps one and is one, without knowing how demand is forecast. */
import type { DemandHistory, ForecastResult } from '../model.ts';

export interface Horizon {
  /** Slots of five minutes; the first is the one that contains the origin. */
  horizonSlots: number;
  /** Slots before this one are of no interest, and may be NaN. */
  fromSlot?: number;
  levels?: readonly number[];
  /** The peak of slot s is that over slots s .. s + windowSlots - 1. */
  windowSlots?: number;
}

/** Nothing at or after `originMs` has any influence on a forecast. */
export interface Forecaster {
  forecastAt(originMs: number, horizon: Horizon): ForecastResult;
}

export type CreateForecaster = (history: DemandHistory) => Forecaster;

/** Moments at which a forecaster's view of the past changes, and how to make the one for the n-th view (0 = before the first). */
export interface Views {
  changesMs: readonly number[];
  create: (view: number) => Forecaster;
}

/** Uses for each origin the view that holds at it; each is made when first asked for. */
export function forecasterOfViews({ changesMs, create }: Views): Forecaster {
  const made = new Map<number, Forecaster>();
  return {
    forecastAt: (originMs, horizon) => {
      const view = changesMs.filter((changeMs) => changeMs <= originMs).length;
      let forecaster = made.get(view);
      if (!forecaster) made.set(view, (forecaster = create(view)));
      return forecaster.forecastAt(originMs, horizon);
    },
  };
}
