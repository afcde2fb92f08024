import { describe, expect, it } from 'vitest';
import type { SlotDemand } from '../../src/controller/slot-demand.ts';
import type { ForecastHorizon, Forecaster } from '../../src/forecast/index.ts';
import { forecastRecord, HELD_LEVELS } from '../../src/report/forecast-record.ts';
import { DAY_MS, floorTo, SLOT_MS, SLOT_SECONDS } from '../../src/time.ts';

const START_MS = Date.UTC(2026, 10, 2);

/** Peaks that cycle through 0..99, so that the share below any level is known. */
function demandOf(days: number, peakAt: (slot: number) => number = (slot) => (slot * 37) % 100): SlotDemand {
  const peaks = Float64Array.from({ length: days * 288 }, (_, slot) => peakAt(slot));
  return {
    startMs: START_MS,
    slotsPerStep: 1,
    mean: peaks,
    peaks: [peaks],
    seen: peaks,
    highest: peaks,
    highestSoFar: peaks,
    offsetOf: () => 0,
  };
}

/** Says that the quantile of level q is 100 q, and notes what it was asked. */
function uniformForecaster(asked: { originMs: number; horizonSlots: number }[] = []): Forecaster {
  return {
    forecastAt(originMs: number, { horizonSlots, levels = [] }: ForecastHorizon) {
      asked.push({ originMs, horizonSlots });
      const values = (level: number) => new Float64Array(horizonSlots).fill(100 * level - 0.5);
      const peak = levels.map((level) => ({ level, values: values(level) }));
      const startMs = floorTo(originMs, SLOT_MS);
      const mean = new Float64Array(horizonSlots);
      return { kind: 'forecast', forecast: { model: 'uniform', startMs, stepSeconds: SLOT_SECONDS, mean, peak } };
    },
  };
}

const period = (days: number) => ({ fromMs: START_MS, toMs: START_MS + days * DAY_MS, covers: new Map() });

describe('the record of forecasts', () => {
  it('covers what a calibrated forecast says it covers, at every lead', () => {
    const { quality } = forecastRecord(uniformForecaster(), demandOf(14), period(14));
    for (const { coverage } of quality!.leads)
      coverage.forEach((share, k) => expect(Math.abs(share - quality!.levels[k]!)).toBeLessThan(0.06));
  });

  it('has no error where the day before is repeated exactly', () => {
    const { quality } = forecastRecord(
      uniformForecaster(),
      demandOf(7, (slot) => slot % 288),
      period(7),
    );
    expect(quality!.leads.map(({ repeatedDayError }) => repeatedDayError)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([2, 14, 42])('forecasts a day from at most 64 moments of %d days, at many times of day', (days) => {
    const asked: { originMs: number; horizonSlots: number }[] = [];
    const { quality } = forecastRecord(uniformForecaster(asked), demandOf(days), period(days));
    const origins = asked.filter(({ horizonSlots }) => horizonSlots > 3);
    expect(quality!.origins).toBeLessThanOrEqual(64);
    expect(new Set(origins.map(({ originMs }) => originMs % DAY_MS)).size).toBeGreaterThan(origins.length / 2);
  });

  it('holds for each slot what was forecast two slots before it', () => {
    const asked: { originMs: number; horizonSlots: number }[] = [];
    const { held } = forecastRecord(uniformForecaster(asked), demandOf(1), period(1));
    expect(held.leadSeconds).toBe(600);
    expect(held.values.map((values) => values[5])).toEqual(HELD_LEVELS.map((level) => 100 * level - 0.5));
    const short = new Set(asked.filter(({ horizonSlots }) => horizonSlots === 3).map(({ originMs }) => originMs));
    const expected = Array.from({ length: 288 }, (_, slot) => START_MS + (slot - 2) * SLOT_MS);
    expect(expected.filter((originMs) => !short.has(originMs))).toEqual([]);
  });

  it('takes what the planner has read already', () => {
    const row = new Float64Array(32).fill(7);
    const covers = new Map([[START_MS + 3 * SLOT_MS, row]]);
    const { held } = forecastRecord(uniformForecaster(), demandOf(1), { ...period(1), covers });
    expect(held.values.map((values) => values[3])).toEqual([7, 7, 7]);
  });

  it('counts nothing that is unknown', () => {
    const { quality } = forecastRecord(
      uniformForecaster(),
      demandOf(2, () => NaN),
      period(2),
    );
    expect(quality).toBeNull();
  });

  it('is empty without history', () => {
    const tooEarly: Forecaster = {
      forecastAt: () => ({ kind: 'insufficient-history', haveSeconds: 0, needSeconds: 86_400 }),
    };
    const { held, quality } = forecastRecord(tooEarly, demandOf(1), period(1));
    expect(quality).toBeNull();
    expect(held.values.every((values) => values.every(Number.isNaN))).toBe(true);
    expect(forecastRecord(tooEarly, demandOf(0), period(0)).held.values[0]).toHaveLength(0);
  });
});
