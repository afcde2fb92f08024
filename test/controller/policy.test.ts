import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/controller/candidates.ts';
import { pastCovers, pastLevels } from '../../src/controller/past-levels.ts';
import { heldBack, slidingMaximum } from '../../src/controller/window-maxima.ts';
import { planLevels } from '../../src/controller/policy.ts';
import { slotDemand } from '../../src/controller/slot-demand.ts';
import { createForecaster } from '../../src/forecast/index.ts';
import type { DemandHistory } from '../../src/model.ts';
import { DAY_MS } from '../../src/time.ts';

const LIMITS = { minCapacity: 0, maxCapacity: 100 };
const START = Date.parse('2026-03-02T00:00:00Z');

/** Days with `busy` concurrent executions from 8 to 18 h and none at night, measured. */
function history(days: number, busy = 10, durationMs = 2000): DemandHistory {
  const level = Float64Array.from({ length: days * 288 }, (_, slot) =>
    slot % 288 >= 96 && slot % 288 < 216 ? busy : 0,
  );
  return {
    startMs: START,
    stepSeconds: 300,
    invocations: level.map((mean) => (mean * 300_000) / durationMs),
    averageDurationMs: level.map((mean) => (mean > 0 ? durationMs : NaN)),
    meanConcurrency: level,
    peakConcurrency: level,
    peakBasis: 'observed',
    peakWindowSeconds: 300,
  };
}

function levelsFrom(candidate: Candidate, past = history(5)): number[] {
  const nowMs = START + 5 * DAY_MS;
  const forecaster = createForecaster(past);
  const demand = slotDemand(past);
  const context = {
    forecaster,
    demand,
    covers: pastCovers(forecaster, START, new Map()),
    startMs: nowMs,
    slots: 288,
    nowMs,
    knownSlots: 5 * 288,
  };
  return [...planLevels(candidate, context)];
}

describe('planLevels', () => {
  it('on demand holds nothing', () => {
    expect(new Set(levelsFrom({ kind: 'on-demand' }))).toEqual(new Set([0]));
  });

  it('a constant is the same at all times', () => {
    expect(new Set(levelsFrom({ kind: 'constant', level: 50 }))).toEqual(new Set([50]));
  });

  it('a multiple of the recent peak stays until the next ticks know better, and unknown slots are not idle ones', () => {
    const past = history(5);
    for (const series of [past.meanConcurrency, past.peakConcurrency, past.invocations])
      series.fill(NaN, 5 * 288 - 150);
    past.meanConcurrency[5 * 288 - 150] = past.peakConcurrency[5 * 288 - 150] = 7;
    const levels = levelsFrom({ kind: 'recent', recent: { slots: 1, factor: 1.43 } }, past);
    expect(new Set(levels)).toEqual(new Set([Math.ceil(7 * 1.43)]));
  });

  it('repeating the last day holds its peaks for a while around', () => {
    const levels = levelsFrom({ kind: 'repeat', days: 1, holdSlots: 3 });
    expect(levels.slice(90, 100)).toEqual([0, 0, 0, 0, 10, 10, 10, 10, 10, 10]);
    expect(levels.slice(213, 221)).toEqual([10, 10, 10, 10, 10, 0, 0, 0]);
  });

  it('a forecast plan covers the busy hours before they begin and lets the night go', () => {
    const levels = levelsFrom({ kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 0, recent: null });
    expect(Math.min(...levels.slice(96, 216))).toBeGreaterThanOrEqual(10);
    expect(levels[95]).toBeGreaterThanOrEqual(10);
    expect(levels[40]).toBeLessThanOrEqual(1);
  });

  it('a floor holds at night too', () => {
    const levels = levelsFrom({ kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 4, recent: null });
    expect(Math.min(...levels)).toBe(4);
  });

  it.each<[string, Candidate]>([
    ['a forecast', { kind: 'forecast', coverQuantile: 0.9, holdSlots: 1, floor: 0, recent: null }],
    ['a repeated day', { kind: 'repeat', days: 1, holdSlots: 1 }],
  ])('short requests need one environment per ten requests in the busiest second: %s', (_, candidate) => {
    const levels = levelsFrom(candidate, history(5, 10, 20));
    // 500 requests a second, and four deviations.
    expect(levels[150]).toBeGreaterThanOrEqual(50);
    expect(levels[150]).toBeLessThanOrEqual(62);
  });
});

describe('pastLevels', () => {
  const demand = slotDemand(history(6));
  const covers = {
    column: (_: number, __: number, { from, to }: { from: number; to: number }) => new Float64Array(to - from),
  };

  it.each<[string, Candidate]>([
    ['a repeated day', { kind: 'repeat', days: 1, holdSlots: 3 }],
    ['a constant', { kind: 'constant', level: 7 }],
    ['nothing', { kind: 'on-demand' }],
    ['the highest peak of the last day', { kind: 'recent', recent: { slots: 288, factor: 1.2 } }],
  ])('gives for the past what planLevels gives for the future: %s', (_, candidate) => {
    const levels = pastLevels(candidate, { demand, covers }, { from: 5 * 288, to: 6 * 288 }, LIMITS);
    expect([...levels]).toEqual(levelsFrom(candidate));
  });

  it('a multiple of the recent peak follows it as late as it can be known', () => {
    const recent: Candidate = { kind: 'recent', recent: { slots: 3, factor: 1.5 } };
    const levels = pastLevels(recent, { demand, covers }, { from: 90, to: 230 }, LIMITS);
    // The first busy slot is 96 and is known in time for 99; the last one is 215, and held three slots.
    expect([...levels.subarray(7, 11)]).toEqual([0, 0, 15, 15]);
    expect([...levels.subarray(129, 133)]).toEqual([15, 15, 0, 0]);
  });

  it('stays within the limits', () => {
    const limits = { minCapacity: 2, maxCapacity: 9 };
    const levels = pastLevels(
      { kind: 'repeat', days: 1, holdSlots: 1 },
      { demand, covers },
      { from: 288, to: 576 },
      limits,
    );
    expect([Math.min(...levels), Math.max(...levels)]).toEqual([2, 9]);
  });
});

it('slidingMaximum looks as far back as ahead and stops at the ends', () => {
  expect([...slidingMaximum(Float64Array.of(1, 5, 2, 0, 0, 3), 1)]).toEqual([5, 5, 5, 2, 3, 3]);
});

it.each([
  [1, [1, 5, 0, 0, 2, 0, 0, 1]],
  [2, [1, 5, 5, 0, 2, 2, 0, 1]],
  [3, [1, 5, 5, 5, 2, 2, 2, 1]],
  [5, [1, 5, 5, 5, 5, 5, 2, 2]],
  [12, [1, 5, 5, 5, 5, 5, 5, 5]],
])('heldBack looks back only, and takes unknown for nothing: %d slots', (holdSlots, held) => {
  expect([...heldBack(Float64Array.of(1, 5, NaN, 0, 2, NaN, -1, 1), holdSlots)]).toEqual(held);
});
