import { describe, expect, it } from 'vitest';
import { repeatedLevels, repeatedPeaks } from '../../src/controller/repeat.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { demandFrom } from './demand-from.ts';

const DAY = 288;

const START = Date.parse('2026-03-23T00:00:00Z');

describe('repeatedPeaks', () => {
  it('takes unknown slots from the day before, and knows nothing only where nothing is known', () => {
    const known = (timeMs: number) =>
      timeMs >= START + DAY_MS + 10 * HOUR_MS && timeMs < START + DAY_MS + 12 * HOUR_MS ? NaN : 7;
    const demand = demandFrom(START, 2 * DAY, known);
    expect(new Set(repeatedPeaks(demand, 1, { from: 2 * DAY, to: 3 * DAY }))).toEqual(new Set([7]));
    expect(new Set(repeatedPeaks(demand, 7, { from: 2 * DAY, to: 3 * DAY }))).toEqual(new Set([NaN]));
  });

  it('repeats the same local time across a change of clocks', () => {
    // Busy from 9 to 17 h in Berlin, which is an hour earlier in UTC from 29 March on.
    const demand = demandFrom(
      START,
      6 * DAY,
      (timeMs) => (timeMs % DAY_MS >= 8 * HOUR_MS && timeMs % DAY_MS < 16 * HOUR_MS ? 9 : 1),
      'Europe/Berlin',
    );
    const sunday = repeatedPeaks(demand, 1, { from: 6 * DAY, to: 7 * DAY });
    expect([sunday[7 * 12 - 1], sunday[7 * 12], sunday[15 * 12 - 1], sunday[15 * 12]]).toEqual([1, 9, 9, 1]);
  });

  it('goes back a period more where the last one is not over', () => {
    const demand = demandFrom(START, 2 * DAY, (timeMs) => (timeMs < START + DAY_MS ? 3 : 8));
    const peaks = repeatedPeaks(demand, 1, { from: 2 * DAY, to: 2 * DAY + 10 }, DAY + 5);
    expect([...peaks]).toEqual([8, 8, 8, 8, 8, 3, 3, 3, 3, 3]);
  });
});

describe('repeatedLevels', () => {
  it.each([
    ['for its slot alone', { holdSlots: 1 }, [100]],
    ['and a slot after it', { holdSlots: 1, afterSlots: 1 }, [100, 101]],
    ['for two slots on both sides', { holdSlots: 3 }, [98, 99, 100, 101, 102]],
  ])('hold what comes once %s', (_, hold, expected) => {
    const spikeMs = START + 100 * SLOT_MS;
    const demand = demandFrom(START, DAY, (timeMs) => (timeMs === spikeMs ? 7 : 0));
    const levels = repeatedLevels({ kind: 'repeat', days: 1, ...hold }, demand, { from: DAY, to: 2 * DAY });
    expect([...levels].flatMap((level, slot) => (level > 0 ? [slot] : []))).toEqual(expected);
  });
});
