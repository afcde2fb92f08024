import { describe, expect, it } from 'vitest';
import type { DemandRecord } from '../../src/replay/demand-record.ts';
import { clairvoyantCandidates, constantCandidates } from '../../src/replay/hindsight.ts';
import { hourlyPredictiveFloor } from '../../src/replay/hourly-predictive.ts';
import { lastWeekTimeline } from '../../src/replay/last-week.ts';
import { compareScores, type Score } from '../../src/replay/score.ts';
import { cutTimeline, type Timeline } from '../../src/replay/timeline.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SLOT_MS } from '../../src/time.ts';
import { START_MS } from './support.ts';

/** A record whose concurrency at each minute is given. */
function recordOf(days: number, concurrencyAt: (minute: number) => number): DemandRecord {
  const maxConcurrency = Float64Array.from({ length: days * 1440 }, (_, minute) => concurrencyAt(minute));
  const meanConcurrency = maxConcurrency.map((most) => most / 2);
  const requests = meanConcurrency.map((load) => load * 30);
  const stepSeconds = new Uint16Array(requests.length).fill(60);
  return { startMs: START_MS, maxConcurrency, meanConcurrency, requests, stepSeconds };
}

const heldAt = (timeline: Timeline, atMs: number) => cutTimeline(timeline, atMs, atMs + 1)[0]?.capacity;

describe('last week', () => {
  const options = { leadTimeSeconds: 240, maxCapacity: 100 };

  it("asks for each slot's maximum of a week before, the lead time ahead", () => {
    const record = recordOf(9, (minute) => (minute === 100 ? 8 : 1));
    const startMs = START_MS + 7 * DAY_MS;
    const timeline = lastWeekTimeline(record, { ...options, startMs, endMs: startMs + DAY_MS });
    const slotMs = startMs + 100 * MINUTE_MS;
    expect(timeline).toEqual([
      { atMs: startMs, capacity: 1 },
      { atMs: slotMs - 4 * MINUTE_MS, capacity: 8 },
      { atMs: slotMs + SLOT_MS, capacity: 1 },
    ]);
  });

  it('repeats the last day where there is no week, and nothing where there is no day', () => {
    const record = recordOf(3, (minute) => 1 + Math.floor(minute / 1440));
    const timeline = lastWeekTimeline(record, { ...options, startMs: START_MS, endMs: START_MS + 3 * DAY_MS });
    expect([0.5, 1.5, 2.5].map((day) => heldAt(timeline, START_MS + day * DAY_MS))).toEqual([0, 1, 2]);
  });
});

describe('hourly predictive scaling', () => {
  const options = { target: 0.7, minCapacity: 1, maxCapacity: 100 };
  const nine = recordOf(16, (minute) => (Math.floor(minute / 60) % 24 === 9 ? 14 : 0));

  it('raises the minimum five minutes before the hour, to the forecast load at the target utilisation', () => {
    const startMs = START_MS + 15 * DAY_MS;
    const floor = hourlyPredictiveFloor(nine, { ...options, startMs, endMs: startMs + DAY_MS });
    const nineMs = startMs + 9 * HOUR_MS;
    expect(heldAt(floor, nineMs - 300_000 - 1)).toBe(1);
    expect(heldAt(floor, nineMs - 300_000)).toBe(20);
    expect(heldAt(floor, nineMs + HOUR_MS - 300_000)).toBe(1);
  });

  it('forecasts nothing before there is a day of history', () => {
    const floor = hourlyPredictiveFloor(nine, { ...options, startMs: START_MS, endMs: START_MS + 2 * DAY_MS });
    expect(heldAt(floor, START_MS + 9.5 * HOUR_MS)).toBe(1);
    expect(heldAt(floor, START_MS + DAY_MS + 9.5 * HOUR_MS)).toBe(20);
  });

  it('sees nothing of what comes after the forecast is made', () => {
    const startMs = START_MS + 10 * DAY_MS;
    const changed = recordOf(16, (minute) => (minute >= 11 * 1440 ? 99 : nine.maxConcurrency[minute]!));
    const of = (record: DemandRecord) =>
      cutTimeline(
        hourlyPredictiveFloor(record, { ...options, startMs, endMs: startMs + 2 * DAY_MS }),
        startMs,
        startMs + DAY_MS,
      );
    expect(of(changed)).toEqual(of(nine));
  });
});

describe('candidates in hindsight', () => {
  const record = recordOf(2, (minute) => (minute === 700 ? 40 : 4));
  const period = { startMs: START_MS, endMs: START_MS + 2 * DAY_MS };

  it('have every constant up to the most that was needed, where these are few, within the limit', () => {
    const levels = constantCandidates(record, period, 30).map(({ scheduled }) => scheduled[0]!.capacity);
    expect(levels).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(new Set(levels).size).toBe(levels.length);
  });

  it('cover the busy minute of the clairvoyant in time, and hold it', () => {
    const candidates = clairvoyantCandidates(record, period, { maxCapacity: 100, leadTimeSeconds: 120 });
    const named = (name: string) => candidates.find((candidate) => candidate.name === name)!.scheduled;
    const slotMs = START_MS + 700 * MINUTE_MS;
    const mean = named('cover mean, hold 0 min');
    expect(heldAt(mean, slotMs)).toBe(Math.ceil((20 + 4 * 2) / 5));
    const tight = named('cover q99.9, hold 0 min');
    const held = named('cover q99.9, hold 30 min');
    expect(heldAt(tight, slotMs)).toBeGreaterThan(20);
    expect(heldAt(tight, slotMs - 120_000)).toBe(heldAt(tight, slotMs));
    expect(heldAt(tight, slotMs - 180_000)).toBeLessThan(15);
    expect(heldAt(held, slotMs + 33 * MINUTE_MS)).toBe(heldAt(tight, slotMs));
    expect(heldAt(held, slotMs + 35 * MINUTE_MS)).toBeLessThan(15);
    const early = named('cover q99.9, hold 30 min, released a minute early');
    expect(heldAt(early, slotMs + 34 * MINUTE_MS)).toBeLessThan(15);
  });
});

describe('the order of scores', () => {
  const score = (costUsd: number, coldStartRate: number, priceUsd = 0): Score => ({
    costUsd,
    coldStarts: coldStartRate * 1000,
    coldStartRate,
    effectiveCostUsd: costUsd + priceUsd * coldStartRate * 1000,
    provisionedHours: 0,
    utilization: null,
  });

  it('is by bill and price of cold starts', () => {
    expect(compareScores(score(10, 0, 1), score(5, 0.001, 1), {})).toBeGreaterThan(0);
    expect(compareScores(score(10, 0, 1), score(5, 0.01, 1), {})).toBeLessThan(0);
  });

  it('puts what keeps a ceiling before what does not, however cheap', () => {
    const ceiling = { maxColdStartRate: 0.01 };
    expect(compareScores(score(10, 0.01), score(1, 0.011), ceiling)).toBeLessThan(0);
    expect(compareScores(score(10, 0.001), score(9, 0.009), ceiling)).toBeGreaterThan(0);
    expect(compareScores(score(1, 0.5), score(10, 0.4), ceiling)).toBeGreaterThan(0);
  });
});
