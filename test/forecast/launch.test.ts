/** Zeros before a launch are a workload that is not there yet; a night, or a weekend, is one that rests. */
import { describe, expect, it } from 'vitest';
import { createForecaster } from '../../src/forecast/index.ts';
import type { DemandHistory, Forecast } from '../../src/model.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { busyDays, endOf, historyOf, START_MS } from './histories.ts';

/** Zeros, and then busy days that begin at START_MS. */
function launched(silentDays: number, days: number, overrides: Partial<DemandHistory> = {}): DemandHistory {
  const { stepSeconds = 300 } = overrides;
  const busy = historyOf(days, busyDays(), overrides).peakConcurrency;
  const silent = Math.round((silentDays * 86_400) / stepSeconds);
  return historyOf(silentDays + days, (t) => (t < silent ? 0 : busy[t - silent]!), {
    ...overrides,
    startMs: START_MS - silent * stepSeconds * 1000,
  });
}

function cut(history: DemandHistory, untilMs: number): DemandHistory {
  const steps = Math.floor((untilMs - history.startMs) / (history.stepSeconds * 1000));
  const series = Object.entries(history).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Float64Array ? value.slice(0, steps) : value,
  ]);
  return Object.fromEntries(series) as DemandHistory;
}

const HORIZON = { horizonSlots: 6, levels: [0.5, 0.99] };
/** Into the first day, around its end, and through the times at which fits become rarer. */
const HOURS_AFTER = [1, 5, 23.9, 24, 30, 49, 100, 170, 330, 400];

describe('a launch after a long silence', () => {
  it.each<[string, number, Partial<DemandHistory>]>([
    ['42 days of zeros', 42, {}],
    ['a little more than three days of them', 3 + 7 / 288, {}],
    ['ten days of steps of an hour', 10, { stepSeconds: 3600 }],
    ['ten days where only rates are known', 10, { peakBasis: 'rate' }],
  ])('is forecast as if the history began with it: %s', (_, silentDays, overrides) => {
    const [whole, alone] = [launched(silentDays, 18, overrides), historyOf(18, busyDays(), overrides)].map(
      createForecaster,
    );
    for (const hours of HOURS_AFTER) {
      const originMs = START_MS + hours * HOUR_MS;
      const wanted = alone!.forecastAt(originMs, HORIZON);
      expect(whole!.forecastAt(originMs, HORIZON), `${hours} h after the launch`).toEqual(wanted);
    }
  });

  it('is not foreseen: until it comes the silence is all there is, and afterwards it changes no forecast of before', () => {
    const history = launched(6, 3);
    const whole = createForecaster(history);
    for (const hours of [40, -1, 0, 0.05, 26, 0.1, -30]) {
      const originMs = START_MS + hours * HOUR_MS;
      const then = createForecaster(cut(history, originMs)).forecastAt(originMs, HORIZON);
      expect(whole.forecastAt(originMs, HORIZON), `${hours} h after the launch`).toEqual(then);
    }
    const before = forecastOf(history, START_MS);
    expect([...before.mean, ...before.peak[1]!.values]).toEqual(new Array<number>(12).fill(0));
  });

  it('tells the peaks of the past as it tells them one by one, before and after', () => {
    const history = launched(5, 4);
    const forecaster = createForecaster(history);
    const span = { startMs: START_MS - DAY_MS, slots: 3 * 288 };
    const peaks = forecaster.pastPeaks!(span, { lagSlots: 2, windows: [3], levels: [0.9] });
    for (let slot = 0; slot < span.slots; slot += 11) {
      const horizon = { horizonSlots: 3, fromSlot: 2, levels: [0.9], windowSlots: 3 };
      const result = forecaster.forecastAt(span.startMs + (slot - 2) * SLOT_MS, horizon);
      expect(peaks[slot]).toEqual(result.kind === 'forecast' ? result.forecast.peak[0]!.values[2] : NaN);
    }
    expect([peaks[0], peaks[288 + 12], peaks.at(-1)! > 0]).toEqual([0, NaN, true]);
  });

  it.each([0.5, 2.6])('is none after a pause of %d days, of which it is remembered when it was', (silentDays) => {
    const history = launched(silentDays, 12);
    expect(createForecaster(history).forecastAt(START_MS + HOUR_MS, HORIZON).kind).toBe(
      silentDays < 1 ? 'insufficient-history' : 'forecast',
    );
    const known = forecastOf(history, START_MS + 18 * HOUR_MS);
    expect(known.peak[0]!.values).toHaveLength(6);
  });

  it.each<[string, (t: number, m: number) => number]>([
    ['of zeros alone', () => 0],
    ['whose silence comes after its first requests', (t, m) => (t > m && t < 9.5 * m ? 0 : 20)],
  ])('is none in a history %s', (_, peakAt) => {
    const history = historyOf(10, peakAt);
    expect(createForecaster(history).forecastAt(endOf(history), HORIZON).kind).toBe('forecast');
  });
});

function forecastOf(history: DemandHistory, originMs: number): Forecast {
  const result = createForecaster(history).forecastAt(originMs, HORIZON);
  if (result.kind !== 'forecast') throw new Error('no forecast');
  return result.forecast;
}
