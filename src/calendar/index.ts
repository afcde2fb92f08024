/** The calendar: local time, events and holidays, outages, and what they do to forecasts and plans. */
import type { DemandHistory } from '../model.ts';
import { type CreateForecaster, type Forecaster, forecasterOfViews } from './forecasting.ts';
import { changesDemand, withEvents } from './events.ts';
import { localForecaster } from './local-forecaster.ts';
import { maskTraining } from './mask.ts';
import { detectOutages, outageChanges, outagesKnownAt } from './outages.ts';
import type { Occurrence } from './resolve.ts';

export { adjustLevels, factorAt, isComparable, isLikeAnother } from './events.ts';
export { maskTraining } from './mask.ts';
export { type CalendarSettings, type Occurrence, resolve } from './resolve.ts';

export interface CalendarContext {
  timeZone: string;
  occurrences: readonly Occurrence[];
}

/** The history without what happened in events: it is neither learned from, nor repeated, nor compared on. */
export function withoutEvents(history: DemandHistory, occurrences: readonly Occurrence[]): DemandHistory {
  return maskTraining(history, occurrences.filter(changesDemand));
}

/**
 * A forecaster in local time that has learned nothing from events and outages, and knows the events ahead. With the defaults (UTC,
 * no events, no outage in the history) it is the one that `create` makes. Causal like that one: an outage is left out of what
 * is learned from the moment on at which it was known.
 */
export function calendarForecaster(
  history: DemandHistory,
  { timeZone, occurrences }: CalendarContext,
  create: CreateForecaster,
): Forecaster {
  const learned = withoutEvents(history, occurrences);
  const outages = detectOutages(learned, timeZone);
  const changesMs = outageChanges(outages);
  const local = (demand: DemandHistory) => localForecaster(demand, timeZone, create);
  const seasonal =
    changesMs.length === 0
      ? local(learned)
      : forecasterOfViews({
          changesMs,
          create: (view) => local(maskTraining(learned, outagesKnownAt(outages, changesMs[view - 1] ?? -Infinity))),
        });
  return withEvents(seasonal, occurrences);
}
