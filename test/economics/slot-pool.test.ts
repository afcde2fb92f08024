import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanServed, type SlotDemand, usageOf } from '../../src/economics/slot-pool.ts';

const ASSUMPTIONS = { idleTimeoutSeconds: 600, coldStartMs: 5000, blockSlots: 1000 };
const demandOf = (peaks: readonly number[], mean = peaks.map((peak) => peak / 2)): SlotDemand => ({
  startMs: 0,
  mean: Float64Array.from(mean),
  invocations: Float64Array.from(peaks, () => 10),
  peaks: [Float64Array.from(peaks)],
});
const coldStarts = (levels: number[], peaks: number[]) =>
  usageOf(Int32Array.from(levels), demandOf(peaks), ASSUMPTIONS).coldStarts[0];

describe('cold starts of a sequence of levels', () => {
  it.each([
    ['each environment that the peak needs first starts cold', [0, 0, 0], [3, 3, 3], 3],
    ['what was needed in the last ten minutes is still warm', [0, 0, 0], [3, 0, 3], 3],
    ['what was needed before that is not', [0, 0, 0, 0], [3, 0, 0, 3], 6],
    ['only the part above the level is on demand', [2, 2, 2], [3, 3, 5], 3],
    ['a level that covers the peak leaves none', [5, 5, 5], [3, 3, 5], 0],
    ['a level that falls throws warm environments away', [3, 3, 1], [3, 3, 3], 2],
    ['an unknown slot counts nothing and lets nothing go cold', [0, 0, 0], [3, NaN, 3], 3],
  ])('%s', (_, levels, peaks, expected) => {
    expect(coldStarts(levels, peaks)).toBe(expected);
  });

  it('never rise with a higher constant level', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 60 }), fc.nat(12), (peaks, level) => {
        const at = (constant: number) =>
          coldStarts(
            peaks.map(() => constant),
            peaks,
          )!;
        expect(at(level + 1)).toBeLessThanOrEqual(at(level));
      }),
    );
  });
});

describe('time paid for', () => {
  it('is what is held, whether used or not, in whole slots', () => {
    const usage = usageOf(Int32Array.of(2, 3), demandOf([0, 0]), ASSUMPTIONS);
    expect(usage.billedProvisionedMs[0]).toBe(5 * 300_000);
    expect(usage.onDemandRunMs[0]! + usage.provisionedRunMs[0]!).toBe(0);
  });

  it('splits what ran between provisioned and on demand, and loses none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(9), fc.float({ min: 0, max: 200, noNaN: true })), { minLength: 1, maxLength: 20 }),
        (slots) => {
          const levels = Int32Array.from(slots, ([level]) => level);
          const usage = usageOf(
            levels,
            demandOf(
              slots.map(([, mean]) => mean),
              slots.map(([, mean]) => mean),
            ),
            ASSUMPTIONS,
          );
          const ran = slots.reduce((sum, [, mean]) => sum + mean * 300_000, 0);
          expect(usage.provisionedRunMs[0]! + usage.onDemandRunMs[0]!).toBeCloseTo(ran, 3);
          expect(usage.provisionedRunMs[0]).toBeLessThanOrEqual(usage.billedProvisionedMs[0]! + 1e-6);
        },
      ),
    );
  });

  it('is summed by block', () => {
    const usage = usageOf(Int32Array.of(1, 2, 3), demandOf([0, 0, 0]), { ...ASSUMPTIONS, blockSlots: 2 });
    expect([...usage.billedProvisionedMs]).toEqual([3 * 300_000, 3 * 300_000]);
  });
});

describe('meanServed', () => {
  /** E[min(N, level)] by its definition. */
  function byDefinition(mean: number, level: number): number {
    let served = 0;
    let logProbability = -mean;
    for (let k = 0; k < mean + 40 * Math.sqrt(mean) + 40; k++) {
      served += Math.min(k, level) * Math.exp(logProbability);
      logProbability += Math.log(mean) - Math.log(k + 1);
    }
    return served;
  }

  it.each([
    [0.01, 1],
    [0.5, 1],
    [3, 2],
    [3, 5],
    [20, 10],
    [20, 25],
    [59, 60],
    [61, 50],
    [61, 61],
    [61, 90],
    [300, 280],
    [300, 330],
  ])('for a mean of %d and a level of %d is the expectation of the smaller', (mean, level) => {
    expect(meanServed(mean, level) / byDefinition(mean, level)).toBeCloseTo(1, mean > 60 ? 2 : 6);
  });

  it.each([
    [0, 5],
    [5, 0],
    [NaN, 5],
  ])('is zero for a mean of %d and a level of %d', (mean, level) => {
    expect(meanServed(mean, level)).toBe(0);
  });
});
