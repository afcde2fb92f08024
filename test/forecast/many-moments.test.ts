/** What is kept between forecasts changes none of them. */
import { describe, expect, it } from 'vitest';
import { createForecaster } from '../../src/forecast/index.ts';
import type { Forecast, ForecastResult } from '../../src/model.ts';
import { DAY_MS, SLOT_MS } from '../../src/time.ts';
import { busyDays, endOf, historyOf, START_MS } from './histories.ts';

describe('one forecaster, asked about many moments', () => {
  it.each([0, 30, 95])(
    'says what a fresh one would, whatever it was asked before: begin %d minutes past midnight',
    (minutes) => {
      const startMs = START_MS + minutes * 60_000;
      const history = historyOf(6, busyDays(), { startMs });
      const asked = createForecaster(history);
      const origins = Array.from({ length: 90 }, (_, i) => startMs + 3.8 * DAY_MS + i * 13 * 60_000);
      // Forth, and back: the last fits are kept.
      for (const originMs of [...origins, ...origins.toReversed()]) {
        const horizon = { horizonSlots: 5, levels: [0.5, 0.99] };
        expect(asked.forecastAt(originMs, horizon)).toEqual(createForecaster(history).forecastAt(originMs, horizon));
      }
    },
  );

  it('says what a fresh one would where it begins to fit once a day, in either order', () => {
    const startMs = START_MS + 605 * 60_000;
    const history = historyOf(18, busyDays(), { startMs });
    const origins = Array.from({ length: 14 }, (_, i) => startMs + 15.5 * DAY_MS + i * 217 * 60_000);
    const horizon = { horizonSlots: 5, levels: [0.5, 0.99] };
    const fresh = origins.map((originMs) => createForecaster(history).forecastAt(originMs, horizon));
    for (const order of [origins, origins.toReversed()]) {
      const asked = createForecaster(history);
      for (const originMs of order)
        expect(asked.forecastAt(originMs, horizon)).toEqual(fresh[origins.indexOf(originMs)]);
    }
  });

  it('takes in what came since the last fit, up to the newest step', () => {
    const at20h = START_MS + 17 * DAY_MS + 20 * 3_600_000;
    const jump = (high: number) => {
      const peakAt = (t: number, m: number) => busyDays()(t, m) + (t >= 17 * m + (19.5 / 24) * m ? high : 0);
      return certain(createForecaster(historyOf(18, peakAt)).forecastAt(at20h, { horizonSlots: 1 })).mean[0]!;
    };
    expect(jump(100)).toBeGreaterThan(jump(0) + 20);
  });

  it('leaves out what is of no interest, and tells the mean of a slot whatever the window', () => {
    const history = historyOf(6, busyDays());
    const forecaster = createForecaster(history);
    const whole = certain(forecaster.forecastAt(endOf(history), { horizonSlots: 4 }));
    const part = certain(forecaster.forecastAt(endOf(history), { horizonSlots: 4, fromSlot: 3, windowSlots: 3 }));
    expect(part.mean.subarray(3)).toEqual(whole.mean.subarray(3));
    expect([...part.mean.subarray(0, 3), ...part.peak.flatMap(({ values }) => [...values.subarray(0, 3)])]).toEqual(
      new Array<number>(3 * 6).fill(NaN),
    );
  });

  it.each([300, 900, 3600])(
    'tells the peaks of a past span as it tells them one by one: steps of %d s',
    (stepSeconds) => {
      const gaps = (t: number, m: number) => (t % 31 < 3 || (t > 2.2 * m && t < 2.5 * m) ? NaN : busyDays()(t, m));
      const history = historyOf(6, gaps, { stepSeconds });
      const reading = { lagSlots: 2, windows: [1, 3, 12], levels: [0.5, 0.9, 0.999] };
      // From before there is enough history to after its end.
      const span = { startMs: START_MS + 0.9 * DAY_MS, slots: 5.2 * 288 };
      const peaks = createForecaster(history).pastPeaks!(span, reading);
      const forecaster = createForecaster(history);
      for (let slot = 0; slot < span.slots; slot += 7) {
        const oneByOne = reading.windows.flatMap((windowSlots) => {
          const horizon = { horizonSlots: 3, fromSlot: 2, levels: reading.levels, windowSlots };
          const result = forecaster.forecastAt(span.startMs + (slot - 2) * SLOT_MS, horizon);
          return result.kind === 'forecast' ? result.forecast.peak.map(({ values }) => values[2]) : [NaN, NaN, NaN];
        });
        expect([...peaks.subarray(slot * 9, slot * 9 + 9)]).toEqual(oneByOne);
      }
      expect(peaks[0]).toBeNaN();
      expect(peaks.at(-1)).toBeGreaterThan(0);
    },
  );

  it('is asked for nothing but whether there is enough history', () => {
    const history = historyOf(6, busyDays());
    const forecaster = createForecaster(history);
    expect(certain(forecaster.forecastAt(endOf(history), { horizonSlots: 0 })).mean).toHaveLength(0);
    expect(forecaster.forecastAt(START_MS, { horizonSlots: 0 }).kind).toBe('insufficient-history');
  });
});

function certain(result: ForecastResult): Forecast {
  if (result.kind !== 'forecast') throw new Error('no forecast');
  return result.forecast;
}
