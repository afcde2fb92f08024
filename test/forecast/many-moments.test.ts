/** What is kept between forecasts changes none of them. */
import { describe, expect, it } from 'vitest';
import { createForecaster } from '../../src/forecast/index.ts';
import type { Forecast, ForecastResult } from '../../src/model.ts';
import { DAY_MS } from '../../src/time.ts';
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
