import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it, vi } from 'vitest';
import type { CreateForecaster } from '../../src/calendar/forecasting.ts';
import { localForecaster } from '../../src/calendar/local-forecaster.ts';
import { createForecaster, type Forecaster } from '../../src/forecast/index.ts';
import type { DemandHistory } from '../../src/model.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { createDigester, forecastIn, forecastOf, historyAt } from './support.ts';

/** Zone, and a moment at which its clocks change. */
const CHANGES: [string, string][] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Australia/Adelaide', '2026-10-03T16:30:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
];

/** Minutes since local midnight, as luxon sees them. */
const minuteOfDay = (timeMs: number, zone: string) => {
  const local = DateTime.fromMillis(timeMs, { zone });
  return local.hour * 60 + local.minute;
};

/** Murmur3's finaliser, as a fraction: noise without any cycle. */
function scrambled(key: number): number {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

describe('localForecaster', () => {
  it('is the forecaster itself in UTC', () => {
    const own = forecastOf(() => 1);
    expect(
      localForecaster(
        historyAt({ startMs: 0, days: 1 }, () => 1),
        'Etc/UTC',
        () => own,
      ),
    ).toBe(own);
  });

  it.each(CHANGES)('lays the days of %s around %s out with 24 hours each', (zone, change) => {
    const startMs = Date.parse(change) - 2 * DAY_MS - 3 * HOUR_MS;
    const history = historyAt({ startMs, days: 5 }, (timeMs) => minuteOfDay(timeMs, zone));
    const create = vi.fn<CreateForecaster>(() => forecastOf(() => 0));
    localForecaster(history, zone, create).forecastAt(startMs + 5 * DAY_MS, { horizonSlots: 1 });
    const laid = create.mock.calls[0]![0];
    const wallMinute = (t: number) => ((laid.startMs + t * SLOT_MS) % DAY_MS) / 60_000;
    const unknown = laid.meanConcurrency.filter((value) => Number.isNaN(value)).length;
    laid.meanConcurrency.forEach((value, t) => {
      if (!Number.isNaN(value)) expect(value).toBe(wallMinute(t));
    });
    const hours = (laid.meanConcurrency.length - unknown - history.meanConcurrency.length) / 12;
    const before = DateTime.fromMillis(startMs, { zone }).offset;
    const moved = (DateTime.fromMillis(startMs + 5 * DAY_MS, { zone }).offset - before) / 60;
    expect(unknown / 12).toBe(Math.max(0, moved));
    expect(hours).toBe(Math.min(0, moved));
  });

  it('makes one hour of the two in autumn: their mean, and the higher of their peaks', () => {
    const startMs = Date.parse('2026-10-24T22:00:00Z');
    const history = historyAt({ startMs, days: 1 }, (timeMs) => (timeMs < Date.parse('2026-10-25T01:00:00Z') ? 2 : 6));
    const create = vi.fn<CreateForecaster>(() => forecastOf(() => 0));
    localForecaster(history, 'Europe/Berlin', create).forecastAt(startMs + DAY_MS, { horizonSlots: 1 });
    const laid = create.mock.calls[0]![0];
    const atHour = (hour: number) => [laid.meanConcurrency[hour * 12], laid.peakConcurrency[hour * 12]];
    expect([1, 2, 3].map(atHour)).toEqual([
      [2, 2],
      [4, 6],
      [6, 6],
    ]);
  });

  it('takes what is known of the two', () => {
    const startMs = Date.parse('2026-10-24T22:00:00Z');
    const history = historyAt({ startMs, days: 1 }, (timeMs) =>
      timeMs < Date.parse('2026-10-25T01:00:00Z') ? 2 : NaN,
    );
    const create = vi.fn<CreateForecaster>(() => forecastOf(() => 0));
    localForecaster(history, 'Europe/Berlin', create).forecastAt(startMs + DAY_MS, { horizonSlots: 1 });
    expect(create.mock.calls[0]![0].meanConcurrency[2 * 12]).toBe(2);
  });

  it.each(CHANGES)('reads %s back at the real slots around %s', (zone, change) => {
    const changeMs = Date.parse(change);
    const history = historyAt({ startMs: changeMs - 3 * DAY_MS, days: 6 }, () => 1);
    const local = localForecaster(history, zone, () => forecastOf((wallMs) => (wallMs % DAY_MS) / 60_000));
    const slotsOff = fc.integer({ min: -400, max: 100 });
    fc.assert(
      fc.property(slotsOff, fc.integer({ min: 1, max: 600 }), (offset, horizonSlots) => {
        const originMs = changeMs + offset * SLOT_MS + 60_000;
        const forecast = forecastIn(local.forecastAt(originMs, { horizonSlots }));
        expect(forecast.startMs).toBe(originMs - 60_000);
        const slots = Array.from({ length: horizonSlots }, (_, slot) => forecast.startMs + slot * SLOT_MS);
        const expected = slots.map((slotMs) => minuteOfDay(slotMs, zone));
        expect([...forecast.mean]).toEqual(expected);
        expect([...forecast.peak[1]!.values]).toEqual(expected.map((minute) => minute + 2));
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ...CHANGES.map(([zone, change]) => [zone, change, 300] as const),
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 3600] as const,
    ['Australia/Adelaide', '2026-10-03T16:30:00Z', 3600] as const,
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 3600] as const,
  ])('is not influenced by anything at or after its origin (%s, %s, steps of %i s)', (zone, change, stepSeconds) => {
    const stepMs = stepSeconds * 1000;
    const startMs = Math.floor(Date.parse(change) / HOUR_MS) * HOUR_MS - 6 * HOUR_MS;
    const request = { startMs, days: 0.5, stepSeconds };
    const past = historyAt(request, (timeMs) => (timeMs / stepMs) % 97);
    const slots = fc.integer({ min: 24, max: 140 });
    fc.assert(
      fc.property(slots, fc.integer({ min: 0, max: 20 }), (slot, later) => {
        const originMs = startMs + slot * SLOT_MS + later * 13_000;
        const complete = (timeMs: number) => timeMs + stepMs <= originMs;
        const changed = historyAt(request, (timeMs) => (complete(timeMs) ? (timeMs / stepMs) % 97 : NaN));
        const at = (history: DemandHistory) =>
          localForecaster(history, zone, createDigester).forecastAt(originMs, { horizonSlots: 30 });
        expect(at(changed)).toEqual(at(past));
      }),
      { numRuns: 60 },
    );
  });

  it('learns from the second pass of an hour as it goes on', () => {
    const startMs = Date.parse('2026-10-24T22:00:00Z');
    const at = (last: number) => {
      const history = historyAt({ startMs, days: 1 }, (timeMs) =>
        timeMs >= Date.parse('2026-10-25T01:20:00Z') ? last : 1,
      );
      return localForecaster(history, 'Europe/Berlin', createDigester).forecastAt(Date.parse('2026-10-25T01:25:00Z'), {
        horizonSlots: 1,
      });
    };
    expect(at(5)).not.toEqual(at(1));
  });

  it('makes a window over a change the peak of all its real slots', () => {
    // Busy at 01:50 and at 03:05 local: five real minutes apart in spring.
    const busy = new Set([110, 185]);
    const inner = forecastOf((wallMs) => (busy.has((wallMs % DAY_MS) / 60_000) ? 50 : 0));
    const windowed = {
      forecastAt: (
        originMs: number,
        { horizonSlots, windowSlots = 1 }: { horizonSlots: number; windowSlots?: number },
      ) => {
        const wide = forecastIn(
          inner.forecastAt(originMs, { horizonSlots: horizonSlots + windowSlots - 1, levels: [0.5] }),
        );
        const values = Float64Array.from({ length: horizonSlots }, (_, s) =>
          Math.max(...wide.peak[0]!.values.subarray(s, s + windowSlots)),
        );
        return {
          kind: 'forecast' as const,
          forecast: { ...wide, mean: wide.mean.subarray(0, horizonSlots), peak: [{ level: 0.5, values }] },
        };
      },
    };
    const startMs = Date.parse('2026-03-29T00:00:00Z');
    const local = localForecaster(
      historyAt({ startMs: startMs - DAY_MS, days: 1 }, () => 1),
      'Europe/Berlin',
      () => windowed,
    );
    const { peak } = forecastIn(local.forecastAt(startMs, { horizonSlots: 24, windowSlots: 3, levels: [0.5] }));
    const busySlots = [...peak[0]!.values].flatMap((value, slot) => (value > 50 ? [slot] : []));
    // 01:40, 01:45, 01:50; then 01:55, 03:00, 03:05, of which the first sees 03:05 across the change.
    expect(busySlots).toEqual([8, 9, 10, 11, 12, 13]);
  });

  it('passes on that there is too little history', () => {
    const history = historyAt({ startMs: Date.UTC(2026, 5, 1), days: 0.5 }, () => 1);
    const local = localForecaster(history, 'Europe/Berlin', createForecaster);
    expect(local.forecastAt(Date.UTC(2026, 5, 1, 12), { horizonSlots: 3 })).toMatchObject({
      kind: 'insufficient-history',
      haveSeconds: 43_200,
    });
  });
});

describe('a service that opens at nine', () => {
  const zone = 'Europe/Berlin';
  const opens = (timeMs: number) => (minuteOfDay(timeMs, zone) >= 540 && minuteOfDay(timeMs, zone) < 1020 ? 20 : 2);

  it.each([
    ['spring', '2026-03-29T10:00:00Z'],
    ['autumn', '2026-10-25T10:00:00Z'],
  ])('is expected at nine local time the day after the clocks change in %s', (_, changedMorning) => {
    const originMs = Date.parse(changedMorning) + 12 * HOUR_MS;
    const days = 15;
    const history = historyAt({ startMs: originMs - days * DAY_MS, days }, opens);
    const rising = (forecaster: Forecaster) => {
      const forecast = forecastIn(forecaster.forecastAt(originMs, { horizonSlots: 240 }));
      const slot = forecast.mean.findIndex((value) => value > 11);
      return DateTime.fromMillis(forecast.startMs + slot * SLOT_MS, { zone }).toFormat('HH:mm');
    };
    expect(rising(localForecaster(history, zone, createForecaster))).toBe('09:00');
    // Learned by UTC the new hour is not known yet.
    expect(rising(createForecaster(history))).not.toBe('09:00');
  });

  it.each(['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'])(
    'is forecast for the day after %s as well as for any other day',
    (change) => {
      const changeMs = Date.parse(change);
      const noise = (timeMs: number) => 10 * scrambled(timeMs / SLOT_MS) - 5;
      const wave = (timeMs: number) =>
        Math.round(30 + 20 * Math.sin((2 * Math.PI * minuteOfDay(timeMs, zone)) / 1440) + noise(timeMs));
      const history = historyAt({ startMs: changeMs - 21 * DAY_MS, days: 24 }, wave);
      const error = (forecaster: Forecaster, originMs: number) => {
        const forecast = forecastIn(forecaster.forecastAt(originMs, { horizonSlots: 288 }));
        return (
          forecast.mean.reduce((sum, mean, slot) => sum + Math.abs(mean - wave(originMs + slot * SLOT_MS)), 0) / 288
        );
      };
      const local = localForecaster(history, zone, createForecaster);
      const before = error(local, changeMs - DAY_MS);
      for (const hours of [-2, 0, 0.5, 1, 6, 24]) {
        expect(error(local, changeMs + hours * HOUR_MS)).toBeLessThan(1.25 * before);
      }
      expect(error(createForecaster(history), changeMs)).toBeGreaterThan(1.3 * before);
    },
  );
});
