import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createForecaster, forecastDemand } from '../../src/forecast/index.ts';
import { cyclePeriod } from '../../src/forecast/short-cycle.ts';
import type { DemandHistory, Forecast } from '../../src/model.ts';
import { PEAK_QUANTILE_LEVELS } from '../../src/model.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { START_MS, busyDays, endOf, historyOf, uniforms } from './histories.ts';

function forecast(history: DemandHistory, nowMs = endOf(history), horizonSlots = 288, levels?: number[]): Forecast {
  const result = forecastDemand(history, { nowMs, horizonSlots, ...(levels ? { levels } : {}) });
  if (result.kind !== 'forecast') throw new Error(`insufficient history: ${result.haveSeconds} s`);
  return result.forecast;
}

const peakOf = (f: Forecast, level: number) => f.peak.find((p) => p.level === level)!.values;

function expectSound(f: Forecast, slots: number) {
  expect(f.mean).toHaveLength(slots);
  expect(f.stepSeconds).toBe(300);
  f.peak.forEach(({ values }, k) => {
    expect(values).toHaveLength(slots);
    values.forEach((y, s) => {
      expect(Number.isFinite(y) && y >= 0, `level ${k} slot ${s}: ${y}`).toBe(true);
      if (k > 0) expect(y).toBeGreaterThanOrEqual(f.peak[k - 1]!.values[s]!);
    });
  });
  expect(f.mean.every((y) => Number.isFinite(y) && y >= 0)).toBe(true);
}

describe('histories that are not as one would wish', () => {
  const busy = (days: number, overrides?: Partial<DemandHistory>) => historyOf(days, busyDays(), overrides);
  const cases: [string, () => DemandHistory][] = [
    ['half of the points unknown', () => historyOf(10, (t, m) => (t % 2 ? NaN : busyDays()(t, m)))],
    ['a run of unknown points every day at the same time', () => historyOf(10, (t, m) => (t % m < 30 ? NaN : 20))],
    ['unknown for the last two days', () => historyOf(10, (t, m) => (t > 8 * m ? NaN : busyDays()(t, m)))],
    ['unknown for the first five days', () => historyOf(10, (t, m) => (t < 5 * m ? NaN : busyDays()(t, m)))],
    ['all zero', () => historyOf(10, () => 0)],
    ['constant', () => historyOf(10, () => 7)],
    ['huge values', () => historyOf(10, (t, m) => 1e9 * busyDays()(t, m))],
    ['tiny values', () => historyOf(10, (t, m) => 1e-6 * busyDays()(t, m))],
    ['infinite and negative values', () => historyOf(10, (t, m) => [Infinity, -1, 20, 25][t % 4]! + t / m)],
    ['sparse: one call in fifty steps', () => historyOf(20, (t) => (t % 50 === 7 ? 1 : 0))],
    ['exactly one day', () => busy(1)],
    ['a day and a half', () => busy(1.5)],
    ['exactly two days', () => busy(2)],
    ['eight weeks', () => busy(56)],
    ['ten-minute steps', () => busy(10, { stepSeconds: 600 })],
    ['half-hour steps', () => busy(20, { stepSeconds: 1800 })],
    ['two days of hourly steps', () => busy(2, { stepSeconds: 3600 })],
    ['arrivals on top of a rate', () => busy(10, { peakBasis: 'rate' })],
    [
      'a rate without any known duration',
      () => {
        const history = busy(3, { peakBasis: 'rate' });
        return { ...history, averageDurationMs: history.averageDurationMs.map(() => NaN) };
      },
    ],
    ['a start that is not on the hour', () => busy(9, { startMs: START_MS + 17 * SLOT_MS })],
  ];
  it.each(cases)('gives a sound forecast: %s', (_, make) => {
    const history = make();
    expectSound(forecast(history), 288);
    expectSound(forecast(history, endOf(history) + 90_000, 576, [0.5, 0.9999]), 576);
  });

  it.each([
    ['no points', 0, () => 5],
    ['one point', 1 / 288, () => 5],
    ['all unknown', 10, () => NaN],
    ['infinite only', 10, () => Infinity],
    ['a day less one step', 287 / 288, () => 5],
    ['half known over a day and a half', 1.5, (t: number) => (t % 2 ? NaN : 5)],
  ])('says what is missing: %s', (_, days, peakAt) => {
    const history = historyOf(days, peakAt);
    const known = history.peakConcurrency.filter((y) => Number.isFinite(y)).length * 300;
    expect(forecastDemand(history, { nowMs: endOf(history), horizonSlots: 288 })).toEqual({
      kind: 'insufficient-history',
      haveSeconds: known,
      needSeconds: 86_400,
    });
  });

  it('has no history when the clock stands before it', () => {
    const history = historyOf(5, busyDays());
    const result = forecastDemand(history, { nowMs: START_MS - 3 * DAY_MS, horizonSlots: 12 });
    expect(result).toEqual({ kind: 'insufficient-history', haveSeconds: 0, needSeconds: 86_400 });
  });

  it.each([1, 9, 400])('still knows the time of day when the clock stands %d days after the end', (days) => {
    const history = historyOf(21, busyDays());
    const f = forecast(history, endOf(history) + days * DAY_MS, 288);
    expectSound(f, 288);
    expect(f.startMs).toBe(endOf(history) + days * DAY_MS);
    expect(peakOf(f, 0.5)[144]!).toBeGreaterThan(2 * peakOf(f, 0.5)[0]!);
  });

  it('is zero where nothing ever happened and tight where nothing ever changed', () => {
    const zero = forecast(historyOf(10, () => 0));
    expect([...zero.mean, ...peakOf(zero, 0.999)].every((y) => y === 0)).toBe(true);
    const constant = forecast(historyOf(10, () => 7));
    expect(peakOf(constant, 0.5).every((y) => Math.abs(y - 7) < 0.01)).toBe(true);
    expect(peakOf(constant, 0.999).every((y) => Math.abs(y - 7) < 0.05)).toBe(true);
    expect(constant.mean.every((y) => Math.abs(y - 4.2) < 0.01)).toBe(true);
  });

  it('starts with the slot that contains now', () => {
    const history = historyOf(5, busyDays());
    expect(forecast(history, endOf(history) + 299_999, 3).startMs).toBe(endOf(history));
  });
});

describe('models by length of history', () => {
  it.each([
    [1.5, 'recent level'],
    [2, 'Holt-Winters, day, corrected per lead time'],
    [6, 'Holt-Winters, day, corrected per lead time'],
    [15, 'Holt-Winters, day and week, corrected per lead time'],
  ])('%d days: %s', (days, model) => {
    expect(forecast(historyOf(days, busyDays())).model).toBe(model);
  });

  it('learns the day from two days and the weekend from two weeks', () => {
    const daily = forecast(historyOf(2.5, busyDays()));
    expect(peakOf(daily, 0.5)[0]!).toBeGreaterThan(2 * peakOf(daily, 0.5)[144]!);
    const history = historyOf(19, busyDays());
    const saturday = forecast(history);
    expect(peakOf(saturday, 0.5)[144]!).toBeGreaterThan(18);
    expect(peakOf(saturday, 0.5)[144]!).toBeLessThan(32);
  });
});

describe('events that do not come again', () => {
  const clean = historyOf(21, busyDays());
  const reference = forecast(clean);
  /** The largest relative change of a quantile at a level, over slots a quarter of an hour apart and more. */
  const change = (f: Forecast, level: number) => {
    const [a, b] = [peakOf(f, level), peakOf(reference, level)];
    return Math.max(...a.map((y, s) => Math.abs(y - b[s]!) / b[s]!));
  };
  const withEvent = (at: number, steps: number, value: (y: number) => number) => {
    const peak = clean.peakConcurrency.slice();
    for (let t = at; t < at + steps; t++) peak[t] = value(peak[t]!);
    return forecast({ ...clean, peakConcurrency: peak, meanConcurrency: peak.map((y) => 0.6 * y) });
  };
  const noon = 144;
  it.each([
    ['a tenfold spike of 30 minutes on the first day', noon, 6, (y: number) => 10 * y],
    ['a tenfold spike of 30 minutes a week ago', 14 * 288 + noon, 6, (y: number) => 10 * y],
    ['a tenfold spike of 30 minutes yesterday', 20 * 288 + noon, 6, (y: number) => 10 * y],
    ['an outage of four hours on the first day', noon, 48, () => 0],
    ['an outage of four hours a week ago', 14 * 288 + noon, 48, () => 0],
    ['an outage of four hours yesterday', 20 * 288 + noon, 48, () => 0],
    ['four unknown hours yesterday', 20 * 288 + noon, 48, () => NaN],
  ])('%s hardly shows in the next day', (_, at, steps, value) => {
    const f = withEvent(at, steps, value);
    expect(change(f, 0.5)).toBeLessThan(0.25);
    expect(change(f, 0.9)).toBeLessThan(0.25);
    expect(change(f, 0.99)).toBeLessThan(0.35);
  });
});

describe('one event among many days', () => {
  it.each([
    ['observed', 10, 5],
    ['observed', 21, 7],
    ['rate', 10, 1],
    ['rate', 14, 7],
  ] as const)(
    '%s peaks, %d days, an hour of ten times the load %d days ago: p99 of that hour hardly moves',
    (...of) => {
      const [peakBasis, days, ago] = of;
      const random = uniforms(3);
      const clean = historyOf(days, (t, m) =>
        Math.round((40 - 25 * Math.cos((2 * Math.PI * t) / m)) * (0.9 + 0.2 * random())),
      );
      const peak = clean.peakConcurrency.slice();
      for (let t = (days - ago) * 288 + 144, i = 0; i < 12; i++) peak[t + i]! *= 10;
      const p99 = (values: Float64Array) => {
        const history = { ...clean, peakBasis, peakConcurrency: values, meanConcurrency: values.map((y) => 0.6 * y) };
        return peakOf(forecast(history), 0.99)
          .subarray(144, 156)
          .reduce((a, b) => a + b, 0);
      };
      expect(p99(peak) / p99(clean.peakConcurrency)).toBeLessThan(1.15);
    },
  );
});

describe('a short cycle', () => {
  const random = uniforms(5);
  it.each([
    ['every 15 minutes', 1.5, 3],
    ['every 15 minutes', 3, 3],
    ['every 15 minutes', 10, 3],
    ['every 25 minutes, which does not divide the day', 5, 5],
    ['every 35 minutes, which does not divide the day', 14, 7],
  ])('%s, known for %d days, is the same all day ahead', (_, days, period) => {
    const history = historyOf(days, (t) => (t % period === 0 ? 15 + Math.round(10 * random()) : 0));
    const known = history.peakConcurrency.length;
    const f = forecast(history);
    peakOf(f, 0.5).forEach((y, s) => {
      if ((known + s) % period === 0) expect(Math.abs(y - 20), `busy slot ${s}: ${y}`).toBeLessThan(7);
      else expect(y, `idle slot ${s}`).toBeLessThan(1);
    });
    const busyMeans = f.mean.filter((_y, s) => (known + s) % period === 0);
    const half = busyMeans.length >> 1;
    const average = (part: Float64Array) => part.reduce((a, b) => a + b, 0) / part.length;
    expect(Math.abs(average(busyMeans.subarray(half)) / average(busyMeans.subarray(0, half)) - 1)).toBeLessThan(0.15);
  });

  it('is not seen in noise, in a slow movement or in a single spike', () => {
    const length = 864;
    expect(cyclePeriod(Float64Array.from({ length }, () => random() - 0.5))).toBe(0);
    expect(cyclePeriod(Float64Array.from({ length }, (_, t) => Math.sin(t / 40)))).toBe(0);
    expect(cyclePeriod(Float64Array.from({ length }, (_, t) => (t === 400 ? 9 : 0)))).toBe(0);
    expect(cyclePeriod(new Float64Array(length))).toBe(0);
    expect(cyclePeriod(Float64Array.from({ length }, (_, t) => (t % 9 === 4 ? 3 : t % 100 === 1 ? NaN : 0)))).toBe(9);
  });
});

describe('rare requests', () => {
  const onceADay = (days: number, peakBasis: 'observed' | 'rate', slotOf: (day: number) => number) => {
    const history = historyOf(days, (t, m) => (t % m === slotOf(Math.floor(t / m)) ? 1 : 0), { peakBasis });
    return {
      ...history,
      invocations: history.peakConcurrency.slice(),
      averageDurationMs: history.peakConcurrency.map((y) => (y > 0 ? 3000 : NaN)),
      meanConcurrency: history.peakConcurrency.map((y) => 0.01 * y),
    };
  };
  const atRandom = (day: number) => Math.floor(uniforms(day + 1)() * 288);

  it.each([
    ['at the same time', 10, 'observed', () => 100],
    ['at the same time', 21, 'rate', () => 100],
    ['at any time', 10, 'rate', atRandom],
    ['at any time', 21, 'observed', atRandom],
  ] as const)('once a day %s, %d days, %s peaks: high quantiles are whole and not below the mean', (...of) => {
    const [, days, basis, slotOf] = of;
    const f = forecast(onceADay(days, basis, slotOf));
    expectSound(f, 288);
    for (const level of [0.9, 0.95, 0.99, 0.999]) {
      peakOf(f, level).forEach((y, s) => {
        expect(y).toBeGreaterThanOrEqual(f.mean[s]!);
        expect(Number.isInteger(y)).toBe(true);
      });
    }
  });

  it('expects a daily request when it comes and nothing at other times', () => {
    const f = forecast(onceADay(14, 'observed', () => 100));
    expect(peakOf(f, 0.5)[100]).toBe(1);
    expect(f.mean[100]!).toBeCloseTo(0.01, 3);
    expect([...peakOf(f, 0.99)].filter((y) => y > 0)).toHaveLength(1);
  });
});

describe('a forecast of a past moment', () => {
  const histories = {
    observed: historyOf(16, busyDays(3)),
    rate: historyOf(16, busyDays(3), { peakBasis: 'rate' }),
    coarse: historyOf(16, busyDays(3), { stepSeconds: 1800 }),
    cyclic: historyOf(16, (t) => (t % 7 === 0 ? 20 + (t % 5) : 0)),
  };
  const truncated = (h: DemandHistory, steps: number): DemandHistory => ({
    ...h,
    invocations: h.invocations.slice(0, steps),
    averageDurationMs: h.averageDurationMs.slice(0, steps),
    meanConcurrency: h.meanConcurrency.slice(0, steps),
    peakConcurrency: h.peakConcurrency.slice(0, steps),
  });

  it.each(Object.keys(histories) as (keyof typeof histories)[])('does not know what came after it: %s', (name) => {
    const history = histories[name];
    const walk = createForecaster(history);
    const stepMs = history.stepSeconds * 1000;
    fc.assert(
      fc.property(fc.integer({ min: DAY_MS / 1000, max: (15.9 * DAY_MS) / 1000 }), (seconds) => {
        const originMs = START_MS + seconds * 1000;
        const horizon = { horizonSlots: 300, levels: [0.5, 0.99], windowSlots: 3 };
        const cut = truncated(history, Math.floor((seconds * 1000) / stepMs));
        expect(walk.forecastAt(originMs, horizon)).toEqual(createForecaster(cut).forecastAt(originMs, horizon));
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it('is the same in whatever order the moments are asked for', () => {
    const walk = createForecaster(histories.observed);
    const horizon = { horizonSlots: 12 };
    const [early, late] = [START_MS + 9 * DAY_MS, START_MS + 9 * DAY_MS + 7 * HOUR_MS];
    const first = walk.forecastAt(early, horizon);
    walk.forecastAt(late, horizon);
    expect(walk.forecastAt(early, horizon)).toEqual(first);
  });
});

describe('the maximum over a window', () => {
  it('is at least the largest slot in it and less than the quantiles stacked', () => {
    const history = historyOf(28, busyDays(5));
    const forecaster = createForecaster(history);
    const at = (windowSlots: number) => {
      const result = forecaster.forecastAt(endOf(history), { horizonSlots: 200, windowSlots });
      if (result.kind !== 'forecast') throw new Error('no forecast');
      return result.forecast;
    };
    const [one, six] = [at(1), at(6)];
    expectSound(six, 200);
    const sums = [0, 0];
    for (let s = 0; s < 190; s++) {
      sums[0]! += peakOf(six, 0.5)[s]!;
      sums[1]! += Math.max(...peakOf(one, 0.5).subarray(s, s + 6));
    }
    expect(sums[0]!).toBeGreaterThan(sums[1]!);
  });

  it('covers the maxima that come, at the stated level', () => {
    const history = historyOf(35, busyDays(6));
    const forecaster = createForecaster(history);
    const levels = [0.5, 0.9, 0.99] as const;
    const covered = levels.map(() => 0);
    let n = 0;
    for (let o = 21 * 288; o < 34 * 288; o += 31) {
      const result = forecaster.forecastAt(START_MS + o * SLOT_MS, { horizonSlots: 24, windowSlots: 6, levels });
      if (result.kind !== 'forecast') continue;
      const maximum = Math.max(...history.peakConcurrency.subarray(o + 12, o + 18));
      n++;
      levels.forEach((level, k) => (covered[k]! += maximum <= peakOf(result.forecast, level)[12]! + 1e-9 ? 1 : 0));
    }
    covered.forEach((count, k) => expect(Math.abs(count / n - levels[k]!)).toBeLessThan(k === 0 ? 0.12 : 0.06));
  });
});

describe('quantiles', () => {
  it('agree with the arrivals when the rate is steady', () => {
    const history = historyOf(14, () => 10, { peakBasis: 'rate', peakWindowSeconds: 60 });
    const f = forecast(history, endOf(history), 288, [0.5, 0.9, 0.99]);
    // The maximum over 60 s of M/G/inf with mean 10 and D = 2 s has median 19 and 99 % quantile 25: see arrivals.test.ts.
    expect(Math.abs(peakOf(f, 0.5)[100]! - 19)).toBeLessThan(1.5);
    expect(Math.abs(peakOf(f, 0.99)[100]! - 25)).toBeLessThan(2);
    expect(Math.abs(f.mean[100]! - 6)).toBeLessThan(0.2);
  });

  it.each([2, 0.3])('follow a level that changes by %d within a day', (factor) => {
    const base = busyDays(8);
    const history = historyOf(22, (t, m) => base(t, m) * (t >= 21 * m - 1 ? factor : 1));
    const usual = forecast(historyOf(21, busyDays(8)));
    const f = forecast(history);
    const ratio = peakOf(f, 0.5)[144]! / peakOf(usual, 0.5)[144]!;
    expect(Math.abs(Math.log(ratio / factor))).toBeLessThan(Math.log(1.35));
  });

  it('default to the levels of the model', () => {
    const f = forecast(historyOf(3, busyDays()));
    expect(f.peak.map((p) => p.level)).toEqual([...PEAK_QUANTILE_LEVELS]);
  });

  it('cover at every lead what comes', () => {
    const random = uniforms(11);
    const base = busyDays(12);
    let level = 0;
    const history = historyOf(42, (t, m) => {
      level = 0.98 * level + 0.06 * (random() - 0.5);
      return base(t, m) * Math.exp(level);
    });
    const forecaster = createForecaster(history);
    const leads = [0, 5, 11, 71, 287];
    const hits = leads.map(() => [0, 0]);
    let n = 0;
    for (let o = 21 * 288; o < 41 * 288; o += 17) {
      const result = forecaster.forecastAt(START_MS + o * SLOT_MS, { horizonSlots: 288, levels: [0.9, 0.99] });
      if (result.kind !== 'forecast') continue;
      n++;
      leads.forEach((lead, i) => {
        const y = history.peakConcurrency[o + lead]!;
        result.forecast.peak.forEach(({ values }, k) => (hits[i]![k]! += y <= values[lead]! ? 1 : 0));
      });
    }
    // 339 origins whose errors overlap: their coverage scatters by two to three points around the truth.
    hits.forEach(([ninety, ninetyNine]) => {
      expect(Math.abs(ninety! / n - 0.9)).toBeLessThan(0.06);
      expect(Math.abs(ninetyNine! / n - 0.99)).toBeLessThan(0.02);
    });
    const mean = (k: number) => hits.reduce((sum, row) => sum + row[k]! / n, 0) / hits.length;
    expect(Math.abs(mean(0) - 0.9)).toBeLessThan(0.025);
    expect(Math.abs(mean(1) - 0.99)).toBeLessThan(0.01);
  });
});
