import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarContext, calendarForecaster, pastViews, resolve } from '../../src/calendar/index.ts';
import type { CreateForecaster, Forecaster } from '../../src/calendar/forecasting.ts';
import { calendarSchema } from '../../src/config-calendar.ts';
import { createForecaster } from '../../src/forecast/index.ts';
import type { DemandHistory } from '../../src/model.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { createDigester, forecastIn, forecastOf, historyAt } from './support.ts';

// A Monday.
const START = Date.UTC(2026, 8, 7);
const DAYS = 28;
const END = START + DAYS * DAY_MS;
const inside = (timeMs: number, fromMs: number, lengthMs: number) => timeMs >= fromMs && timeMs < fromMs + lengthMs;
const dayOf = (timeMs: number) => Math.floor((timeMs - START) / DAY_MS);
/** Twenty by day, four at night; on Sundays four. */
const level = (timeMs: number) => {
  const hour = (timeMs % DAY_MS) / HOUR_MS;
  return dayOf(timeMs) % 7 !== 6 && hour >= 8 && hour < 20 ? 20 : 4;
};
const demand = (valueAt: (timeMs: number) => number): DemandHistory => {
  const history = historyAt({ startMs: START, days: DAYS }, valueAt);
  return { ...history, invocations: history.invocations.map((value) => value * 100) };
};
const occurrencesOf = (events: object[]) =>
  resolve({ timeZone: 'UTC', calendar: calendarSchema.parse(events) }, { fromMs: START, toMs: END + 2 * DAY_MS });
const meanAt = (forecaster: Forecaster, hour: number) =>
  forecastIn(forecaster.forecastAt(END, { horizonSlots: 288 })).mean[hour * 12]!;

const forecasterOf = (history: DemandHistory, context: CalendarContext, create: CreateForecaster) =>
  calendarForecaster(pastViews(history, context), context, create);

describe('calendarForecaster', () => {
  it('is the forecaster itself by default', () => {
    const own = forecastOf(() => 1);
    expect(forecasterOf(demand(level), { timeZone: 'UTC', occurrences: [] }, () => own)).toBe(own);
  });

  it('does not learn from events: yesterday was a sale, and today is not expected to be one', () => {
    const sale = [{ name: 'sale', date: '2026-10-04', level: 300 }];
    const history = demand((timeMs) => (timeMs >= END - DAY_MS ? 250 : level(timeMs)));
    const at = (events: object[]) =>
      meanAt(forecasterOf(history, { timeZone: 'UTC', occurrences: occurrencesOf(events) }, createForecaster), 12);
    expect(at(sale)).toBeGreaterThan(15);
    expect(at(sale)).toBeLessThan(25);
    expect(at([])).toBeGreaterThan(40);
  });

  it('expects a holiday like a Sunday, and a sale at a multiple of the day', () => {
    const at = (event: object, hour: number) => {
      const context = {
        timeZone: 'UTC',
        occurrences: occurrencesOf([{ name: 'event', date: '2026-10-05', ...event }]),
      };
      return meanAt(forecasterOf(demand(level), context, createForecaster), hour);
    };
    expect(at({ outage: true }, 12)).toBeGreaterThan(17);
    expect(at({ like: 'sunday' }, 12)).toBeLessThan(8);
    expect(at({ factor: 3 }, 12) / at({ outage: true }, 12)).toBeCloseTo(3, 6);
  });

  it('does not learn from an outage: after one yesterday noon, noon is expected as ever', () => {
    const noon = END - 2 * DAY_MS + 12 * HOUR_MS;
    const down = demand((timeMs) => (inside(timeMs, noon, 2 * HOUR_MS) ? 0 : level(timeMs)));
    const unmasked = createForecaster(down).forecastAt(noon + 3 * HOUR_MS, { horizonSlots: 288 });
    const masked = forecasterOf(down, { timeZone: 'UTC', occurrences: [] }, createForecaster).forecastAt(
      noon + 3 * HOUR_MS,
      { horizonSlots: 288 },
    );
    const untouched = createForecaster(demand(level)).forecastAt(noon + 3 * HOUR_MS, { horizonSlots: 288 });
    const error = (result: typeof masked) =>
      forecastIn(result).mean.reduce(
        (sum, value, slot) => sum + Math.abs(value - forecastIn(untouched).mean[slot]!),
        0,
      );
    expect(error(masked)).toBeLessThan(error(unmasked) / 3);
  });

  it('knows an outage a quarter of an hour after it began, and no sooner', () => {
    const from = END - 2 * DAY_MS + 12 * HOUR_MS;
    const down = demand((timeMs) => (inside(timeMs, from, HOUR_MS) ? 0 : level(timeMs)));
    const up = demand(level);
    const at = (history: DemandHistory, nowMs: number) =>
      forecasterOf(history, { timeZone: 'UTC', occurrences: [] }, createDigester).forecastAt(nowMs, {
        horizonSlots: 1,
      });
    const plain = (nowMs: number) => createDigester(down).forecastAt(nowMs, { horizonSlots: 1 });
    expect(at(down, from + 2 * SLOT_MS)).toEqual(plain(from + 2 * SLOT_MS));
    expect(at(down, from + 3 * SLOT_MS)).not.toEqual(plain(from + 3 * SLOT_MS));
    expect(at(up, END)).toEqual(createDigester(up).forecastAt(END, { horizonSlots: 1 }));
  });

  it.each(['UTC', 'Europe/Berlin'])('sees nothing at or after its origin, in %s', (timeZone) => {
    const downs = [20, 22, 25].map((day) => START + day * DAY_MS + 9 * HOUR_MS);
    const history = demand((timeMs) =>
      downs.some((from, i) => inside(timeMs, from, (i + 0.4) * 15 * HOUR_MS)) ? 0 : level(timeMs),
    );
    const occurrences = occurrencesOf([
      { name: 'weekly', weekly: 'tuesday', time: '10:00-11:00', like: 'sunday' },
      { name: 'tripled', weekly: 'thursday', factor: 3 },
    ]);
    const whole = forecasterOf(history, { timeZone, occurrences }, createDigester);
    fc.assert(
      fc.property(fc.integer({ min: 19 * 288, max: DAYS * 288 }), (slot) => {
        const originMs = START + slot * SLOT_MS;
        const cut = (values: Float64Array) => values.subarray(0, slot);
        const past = {
          ...history,
          invocations: cut(history.invocations),
          averageDurationMs: cut(history.averageDurationMs),
          meanConcurrency: cut(history.meanConcurrency),
          peakConcurrency: cut(history.peakConcurrency),
        };
        const horizon = { horizonSlots: 40, windowSlots: 3 };
        expect(whole.forecastAt(originMs, horizon)).toEqual(
          forecasterOf(past, { timeZone, occurrences }, createDigester).forecastAt(originMs, horizon),
        );
      }),
      { numRuns: 40 },
    );
  });
});
