import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PoolDemand } from '../../src/economics/load.ts';
import { type PoolAssumptions, poolModel, poolWindow } from '../../src/economics/pool-model.ts';
import { emptyUsage, type PoolUsage, poolUsage, sumUsage } from '../../src/economics/pool.ts';
import { billUsd, listPrices } from '../../src/economics/prices.ts';

const T0 = Date.UTC(2026, 0, 5);
const INSTANT: PoolAssumptions = { coldStartMs: 0, idleTimeoutSeconds: 600 };
const SLOW: PoolAssumptions = { coldStartMs: 5000, idleTimeoutSeconds: 600 };

function minutes(invocations: number[], durationMs = 1000, more: Partial<PoolDemand> = {}): PoolDemand {
  return {
    startMs: T0,
    stepSeconds: 60,
    invocations: Float64Array.from(invocations),
    averageDurationMs: new Float64Array(invocations.length).fill(durationMs),
    ...more,
  };
}

/** A demand whose concurrency was measured: nothing is random about its cold starts. */
function measured(peaks: number[]): PoolDemand {
  return minutes(
    peaks.map((peak) => 60 * peak),
    1000,
    { maxConcurrency: Float64Array.from(peaks) },
  );
}

function evaluate(demand: PoolDemand, levels: number[], assumptions = INSTANT): PoolUsage {
  const model = poolModel(demand, assumptions);
  return sumUsage(model, poolUsage(model, levels));
}

const zeros = (n: number): number[] => new Array<number>(n).fill(0);

describe('cold starts', () => {
  // The idle timeout of ten minutes looks back nine or ten whole minutes, nine and a half on average over the paths.
  it.each<[string, number[], number[], number]>([
    ['each environment starts once', [3, 3, 3], [0, 0, 0], 3],
    ['only what exceeds the window starts', [3, 1, 5, 2, 5], zeros(5), 5],
    ['after the idle timeout all is cold again', [4, ...zeros(11), 4], zeros(13), 8],
    ['within it all is warm', [4, ...zeros(7), 4], zeros(9), 4],
    ['a level takes the place of on-demand environments', [4, 4, 6], [5, 5, 5], 1],
    ['a level above the peak leaves none', [4, 4, 6], [6, 6, 6], 0],
    ['a drop throws warm environments away', [4, 4, 4, 4], [4, 4, 0, 0], 4],
    ['a gap in a level costs its environments once, the window keeps them', [4, 4, 4, 4, 4], [4, 0, 4, 0, 4], 4],
    ['a level raised later keeps on-demand ones warm for their timeout', [4, 4, 4, 4], [0, 4, 4, 0], 4],
  ])('%s', (_, peaks, levels, expected) => {
    expect(evaluate(measured(peaks), levels).coldStarts).toBeCloseTo(expected, 10);
  });

  it('of steps of five minutes are those of the minutes inside, where these were measured', () => {
    const peaks = [0, 4, 0, 0, 0, 0, 0, 0, 0, 4, ...zeros(9), 4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    const byMinute = measured(peaks);
    const coarse: PoolDemand = {
      startMs: T0,
      stepSeconds: 300,
      invocations: Float64Array.from({ length: 6 }, (_, step) =>
        byMinute.invocations.subarray(5 * step, 5 * step + 5).reduce((sum, count) => sum + count, 0),
      ),
      averageDurationMs: new Float64Array(6).fill(1000),
      minuteRequests: byMinute.invocations,
      minuteMaxConcurrency: Float64Array.from(peaks),
    };
    for (const levels of [zeros(6), [0, 0, 0, 4, 0, 0], [2, 2, 2, 2, 2, 2]]) {
      const fine = evaluate(
        byMinute,
        levels.flatMap((level) => zeros(5).fill(level)),
      );
      expect(evaluate(coarse, levels).coldStarts).toBeCloseTo(fine.coldStarts, 9);
    }
  });

  it.each([
    ['is covered by a release on time', 0, 0],
    ['meets what is left after a release a minute early', 60, 4],
    ['also where it is half a minute, since a minute is the finest that is known', 30, 4],
  ])('a burst in the minute before a fall %s, and the bill is the same', (_, releaseAheadSeconds, expected) => {
    const usage = evaluate(measured([1, 1, 1, 1, 6, 1, 1, 1, 1, 1]), [6, 2], { ...INSTANT, releaseAheadSeconds });
    expect(usage.coldStarts).toBeCloseTo(expected, 10);
    expect(usage.billedProvisionedMs).toBe(8 * 300_000);
  });

  it('counts half of what comes back about when the idle timeout ends', () => {
    const counts = [4, ...zeros(9), 4];
    const { coldStarts } = evaluate(measured(counts), zeros(11));
    expect(coldStarts).toBeGreaterThan(4);
    expect(coldStarts).toBeLessThan(8);
  });

  it('keeps warm environments through a stretch of which nothing is known', () => {
    const peaks = [4, ...new Array<number>(30).fill(NaN), 4];
    expect(evaluate(measured(peaks), zeros(32)).coldStarts).toBeCloseTo(4, 10);
  });

  it('sees every lonely request start an environment', () => {
    const counts = Array.from({ length: 240 }, (_, minute) => (minute % 20 === 0 ? 1 : 0));
    expect(evaluate(minutes(counts, 200), zeros(240), SLOW).coldStarts).toBeCloseTo(12, 1);
  });

  it('sees more environments started in a burst the longer they take to start', () => {
    const counts = Array.from({ length: 240 }, (_, minute) => (minute % 30 === 0 ? 300 : 0));
    const [instant, slow] = [INSTANT, SLOW].map(
      (assumptions) => evaluate(minutes(counts, 2000), zeros(240), assumptions).coldStarts / 8,
    );
    // 19.2 and 38.9 by simulation of each request.
    expect(Math.abs(instant! / 19.2 - 1)).toBeLessThan(0.1);
    expect(Math.abs(slow! / 38.9 - 1)).toBeLessThan(0.1);
  });
});

describe('time on provisioned environments and on demand', () => {
  it('follows the loss formula: 10 Erlang on 10 environments lose 21.5 %', () => {
    const usage = evaluate(minutes(new Array<number>(1440).fill(3000), 200), new Array<number>(1440).fill(10));
    expect(usage.provisionedInvocations / usage.invocations).toBeCloseTo(0.785, 1.9);
    expect(usage.provisionedRunMs).toBeCloseTo(usage.provisionedInvocations * 200, 3);
  });

  it('takes no more than ten requests a second on each', () => {
    // Fifty requests a second of 10 ms are half an Erlang, and five times the limit of one environment.
    const usage = evaluate(minutes(new Array<number>(60).fill(3000), 10), new Array<number>(60).fill(1));
    expect(usage.provisionedInvocations / usage.invocations).toBeCloseTo(0.2, 3);
    expect(usage.coldStarts).toBeGreaterThan(0);
  });

  it('needs no on-demand environment for requests that finish on environments thrown away', () => {
    const levels = [...new Array<number>(10).fill(40), ...zeros(2)];
    const long = evaluate(minutes(new Array<number>(12).fill(4), 600_000), levels);
    const short = evaluate(minutes(new Array<number>(12).fill(1200), 2000), levels);
    // Forty at once either way when the level falls; ten-minute requests leave it four a minute.
    expect(long.coldStarts).toBeLessThan(15);
    expect(short.coldStarts).toBeGreaterThan(40);
  });

  it('bills whole five-minute steps at their highest level', () => {
    const usage = evaluate(minutes(zeros(12)), [0, 0, 0, 7, 2, 2, 2, 2, 2, 2, 0, 0]);
    expect(usage.provisionedMs).toBe((7 + 6 * 2) * 60_000);
    expect(usage.billedProvisionedMs).toBe((7 + 2) * 300_000);
  });

  it('counts nothing where the demand is unknown', () => {
    const usage = evaluate(minutes([60, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN]), new Array<number>(10).fill(1));
    expect(usage.provisionedMs).toBe(60_000);
    expect(usage.billedProvisionedMs).toBe(300_000);
    expect(usage.invocations).toBe(60);
  });

  it('costs nothing without demand and capacity, and nothing is missed', () => {
    const { knownMs, ...usage } = evaluate(minutes(zeros(100)), zeros(100), SLOW);
    expect(knownMs).toBe(6_000_000);
    expect(Object.values(usage)).toEqual(zeros(8));
  });
});

const anyCounts = fc.array(fc.oneof(fc.constant(0), fc.nat(30), fc.nat(600)), { minLength: 5, maxLength: 60 });
const anyDuration = fc.constantFrom(20, 200, 2000, 20_000, 90_000);

describe('properties', () => {
  it('serves every request once', () => {
    fc.assert(
      fc.property(anyCounts, anyDuration, fc.nat(40), (counts, durationMs, level) => {
        const usage = evaluate(
          minutes(counts, durationMs),
          counts.map((_, i) => (i % 7 === 0 ? 0 : level)),
          SLOW,
        );
        const requests = counts.reduce((a, b) => a + b, 0);
        expect(usage.invocations).toBeCloseTo(requests, 6);
        expect(usage.provisionedInvocations).toBeGreaterThanOrEqual(0);
        expect(usage.provisionedInvocations).toBeLessThanOrEqual(usage.invocations * (1 + 1e-9));
        expect(usage.provisionedRunMs + usage.onDemandRunMs).toBeCloseTo(requests * durationMs, 3);
        expect(usage.initMs).toBe(usage.coldStarts * 5000);
        expect(usage.billedProvisionedMs).toBeGreaterThanOrEqual(usage.provisionedMs);
      }),
    );
  });

  it('never has more cold starts, nor fewer requests on provisioned environments, with a higher constant level', () => {
    // Below 100 ms a level may take the requests of quiet steps alone, and leave fewer environments warm for a busy one.
    const longDuration = anyDuration.filter((durationMs) => durationMs >= 100);
    fc.assert(
      fc.property(anyCounts, longDuration, fc.nat(40), (counts, durationMs, level) => {
        const [lower, higher] = [level, level + 1].map((n) =>
          evaluate(
            minutes(counts, durationMs),
            counts.map(() => n),
          ),
        );
        expect(higher!.coldStarts).toBeLessThanOrEqual(lower!.coldStarts + 1e-9);
        expect(higher!.provisionedInvocations).toBeGreaterThanOrEqual(lower!.provisionedInvocations - 1e-3);
      }),
    );
  });

  it('costs more the more is held while idle', () => {
    const prices = listPrices('arm64');
    const idle = poolModel(minutes(zeros(30)), SLOW);
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 30, maxLength: 30 }), fc.nat(29), (levels, i) => {
        const cost = (held: number[]) => billUsd(sumUsage(idle, poolUsage(idle, held)), 2048, prices);
        expect(cost(levels.with(i, levels[i]! + 51))).toBeGreaterThan(cost(levels));
      }),
    );
  });

  it('adds up over any spans, and does not mind how levels are spaced', () => {
    const anySpan = fc.integer({ min: 1, max: 14 });
    fc.assert(
      fc.property(anyCounts, anyDuration, anySpan, (counts, durationMs, spanSlots) => {
        const demand = minutes([...counts, ...zeros((5 - (counts.length % 5)) % 5)], durationMs);
        const model = poolModel(demand, SLOW);
        const slots = Array.from({ length: model.length / 5 }, (_, slot) => (slot * 7) % 4);
        const usage = poolUsage(model, slots);
        const whole = sumUsage(model, usage);
        const parts = slots
          .flatMap((_, slot) => (slot % spanSlots === 0 ? [slot] : []))
          .map((slot) => sumUsage(model, usage, slot, Math.min(slots.length, slot + spanSlots)));
        const inMinutes = slots.flatMap((level) => new Array<number>(5).fill(level));
        const fine = sumUsage(model, poolUsage(model, inMinutes));
        for (const key of Object.keys(whole) as (keyof PoolUsage)[]) {
          expect(fine[key]).toBeCloseTo(whole[key], 4);
          expect(parts.reduce((sum, part) => sum + part[key], 0)).toBeCloseTo(whole[key], 4);
        }
      }),
    );
  });
});

it('says the same of a plan whatever was tried before it', () => {
  fc.assert(
    fc.property(
      anyCounts,
      anyDuration,
      fc.array(fc.nat(40), { minLength: 2, maxLength: 6 }),
      (counts, durationMs, tried) => {
        const demand = minutes(counts, durationMs);
        const model = poolModel(demand, SLOW);
        const usage = emptyUsage(counts.length);
        for (const level of tried) {
          const levels = counts.map((_, i) => level + 16 * (i % 2));
          expect(poolUsage(model, levels, usage)).toEqual(poolUsage(poolModel(demand, SLOW), levels));
        }
      },
    ),
  );
});

describe('a model from a later moment on', () => {
  it('says the same of what comes after it', () => {
    fc.assert(
      fc.property(anyCounts, anyDuration, fc.boolean(), fc.nat(), (counts, durationMs, isMeasured, n) => {
        const peaks = counts.map((count, i) => (i % 5 === 3 ? NaN : Math.ceil((count * durationMs) / 60_000)));
        const demand = minutes(counts, durationMs, isMeasured ? { maxConcurrency: Float64Array.from(peaks) } : {});
        const from = n % counts.length;
        const [whole, late] = [T0, T0 + from * 60_000].map((fromMs) => {
          const window = poolWindow(poolModel(demand, { ...SLOW, fromMs }), from, counts.length);
          return sumUsage(window, poolUsage(window, counts.slice(from).fill(2)));
        });
        expect(late).toEqual(whole);
      }),
    );
  });
});

it.each([200, 20_000, 900_000])(
  'forgets what ran more than a day before the moment: requests of %d ms',
  (durationMs) => {
    const counts = Array.from({ length: 3 * 1440 }, (_, i) => (i * 7919) % 31);
    const from = 2.5 * 1440;
    const [whole, late] = [T0, T0 + from * 60_000].map((fromMs) => {
      const window = poolWindow(poolModel(minutes(counts, durationMs), { ...SLOW, fromMs }), from, counts.length);
      return sumUsage(window, poolUsage(window, counts.slice(from).fill(9)));
    });
    for (const key of Object.keys(whole!) as (keyof PoolUsage)[]) expect(late![key]).toBeCloseTo(whole![key], 6);
  },
);

describe('poolWindow', () => {
  it('sees the same steps as the whole, with nothing warm at its beginning', () => {
    const model = poolModel(measured([4, 4, 4, 5, 4, 4]), INSTANT);
    const window = poolWindow(model, 2, 6);
    expect(window).toMatchObject({ length: 4, startMs: T0 + 120_000 });
    expect(sumUsage(window, poolUsage(window, zeros(4))).coldStarts).toBeCloseTo(5, 10);
    expect(sumUsage(window, poolUsage(window, zeros(4))).invocations).toBe(17 * 60);
  });
});

it('refuses levels that do not fit the steps', () => {
  expect(() => poolUsage(poolModel(minutes(zeros(10)), INSTANT), [1, 2, 3])).toThrow(RangeError);
});
