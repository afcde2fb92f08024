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

/** The past as it was seen at a moment. */
export interface SeenPast {
  /** Without events and outages: nothing else is learned from, repeated or compared on. */
  ordinary: DemandHistory;
  /** Without outages alone. */
  withEvents: DemandHistory;
  /** Changes with what is left out. */
  key: string;
}

export interface PastViews {
  /** When an outage becomes known, or what is thought of it changes; ascending. */
  changesMs: readonly number[];
  at: (timeMs: number) => SeenPast;
}

/** What of a history counts as ordinary, at each moment: an outage is left out from the moment on at which it is known. */
export function pastViews(history: DemandHistory, { timeZone, occurrences }: CalendarContext): PastViews {
  const learned = maskTraining(history, occurrences.filter(changesDemand));
  const outages = detectOutages(learned, timeZone);
  const views = new Map<string, SeenPast>();
  return {
    changesMs: outageChanges(outages),
    at: (timeMs) => {
      const known = outagesKnownAt(outages, timeMs);
      const key = known.map(({ fromMs }) => fromMs).join();
      let view = views.get(key);
      if (!view) {
        view = { ordinary: maskTraining(learned, known), withEvents: maskTraining(history, known), key };
        views.set(key, view);
      }
      return view;
    },
  };
}

/**
 * A forecaster in local time that has learned nothing from events and outages, and knows the events ahead. With the defaults (UTC,
 * no events, no outage in the history) it is the one that `create` makes. Causal like that one: an outage is left out of what
 * is learned from the moment on at which it was known.
 */
export function calendarForecaster(
  { changesMs, at }: PastViews,
  context: CalendarContext,
  create: CreateForecaster,
): Forecaster {
  const seenAt = (timeMs: number) => localForecaster(at(timeMs).ordinary, context.timeZone, create);
  const seasonal =
    changesMs.length === 0
      ? seenAt(-Infinity)
      : forecasterOfViews({ changesMs, create: (view) => seenAt(changesMs[view - 1] ?? -Infinity) });
  return withEvents(seasonal, context.occurrences);
}
