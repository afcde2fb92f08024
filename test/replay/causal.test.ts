import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causalDemand } from '../../src/replay/causal.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { cutReading, mixedReading, readingOf, START_MS } from './support.ts';

const HOURS = 72;
const decidedFromMs = START_MS + 36 * HOUR_MS;

describe('demand as it was known', () => {
  it('takes an unknown duration from the 24 hours before, never from what comes later', () => {
    const invocations = Array.from({ length: HOURS }, () => 10);
    const averageDurationMs = Array.from({ length: HOURS }, (_, hour) => (hour < 30 ? 1000 : hour < 60 ? NaN : 9000));
    const { reading, history } = causalDemand(readingOf({ stepSeconds: 3600, invocations, averageDurationMs }), {
      decidedFromMs,
    });
    const filled = [...reading.grids[0]!.averageDurationMs];
    expect(filled.slice(30, 60)).toEqual(Array.from({ length: 30 }, () => 1000));
    expect(filled[60]).toBe(9000);
    expect(history.meanConcurrency[59]).toBeCloseTo((10 * 1000) / 3_600_000, 12);
  });

  it('prefers the given duration to an average older than a day', () => {
    const invocations = Array.from({ length: HOURS }, () => 10);
    const averageDurationMs = Array.from({ length: HOURS }, (_, hour) => (hour < 2 ? 1000 : NaN));
    const source = readingOf({ stepSeconds: 3600, invocations, averageDurationMs });
    const { reading } = causalDemand(source, { decidedFromMs, averageDurationMs: 70 });
    expect([...reading.grids[0]!.averageDurationMs.slice(24, 28)]).toEqual([1000, 1000, 70, 70]);
  });

  it('fills the time before the first known duration from what was known when the evaluation began', () => {
    const averageDurationMs = Array.from({ length: HOURS }, (_, hour) => (hour < 10 ? NaN : hour < 36 ? 500 : 8000));
    const source = readingOf({ stepSeconds: 3600, invocations: averageDurationMs.map(() => 1), averageDurationMs });
    const { reading } = causalDemand(source, { decidedFromMs });
    expect([...reading.grids[0]!.averageDurationMs.slice(0, 10)]).toEqual(Array.from({ length: 10 }, () => 500));
  });

  it('refuses requests whose duration nobody knew before the evaluation', () => {
    const averageDurationMs = Array.from({ length: HOURS }, (_, hour) => (hour < 40 ? NaN : 500));
    const source = readingOf({ stepSeconds: 3600, invocations: averageDurationMs.map(() => 1), averageDurationMs });
    expect(() => causalDemand(source, { decidedFromMs })).toThrow(/--average-duration-ms/);
  });

  it('does not use maxima that became known later', () => {
    const invocations = Array.from({ length: HOURS }, () => 3600);
    const maxConcurrency = invocations.map((_, hour) => (hour < 30 ? NaN : 7));
    const averageDurationMs = invocations.map(() => 1000);
    const source = readingOf({ stepSeconds: 3600, invocations, averageDurationMs, maxConcurrency });
    expect(causalDemand(source, { decidedFromMs }).history.peakBasis).toBe('rate');
    const known = readingOf({
      stepSeconds: 3600,
      invocations,
      averageDurationMs,
      maxConcurrency: invocations.map(() => 7),
    });
    expect(causalDemand(known, { decidedFromMs }).history.peakBasis).toBe('observed');
  });

  it('is the same up to any moment whether or not the file goes on', () => {
    const hour = fc.record({
      invocations: fc.oneof(fc.constant(NaN), fc.constant(0), fc.nat(500)),
      averageDurationMs: fc.oneof(fc.constant(NaN), fc.integer({ min: 1, max: 5000 })),
      maxConcurrency: fc.oneof({ weight: 3, arbitrary: fc.constant(NaN) }, fc.nat(9)),
    });
    const hours = fc.array(hour, { minLength: HOURS, maxLength: HOURS });
    fc.assert(
      fc.property(hours, fc.integer({ min: 37, max: HOURS - 1 }), (values, cutHour) => {
        const column = (name: 'invocations' | 'averageDurationMs' | 'maxConcurrency') => values.map((row) => row[name]);
        const source = readingOf({
          stepSeconds: 3600,
          invocations: column('invocations'),
          averageDurationMs: column('averageDurationMs'),
          maxConcurrency: column('maxConcurrency'),
        });
        const options = { decidedFromMs, averageDurationMs: 100 };
        const whole = causalDemand(source, options).history;
        const cut = causalDemand(cutReading(source, START_MS + cutHour * HOUR_MS), options).history;
        fc.pre(whole.peakBasis === cut.peakBasis);
        for (const name of ['invocations', 'averageDurationMs', 'meanConcurrency', 'peakConcurrency'] as const)
          expect([...whole[name].subarray(0, cut[name].length)]).toEqual([...cut[name]]);
        expect(whole.startMs).toBe(cut.startMs);
      }),
      { numRuns: 200 },
    );
    expect(DAY_MS).toBeLessThan(decidedFromMs - START_MS);
  });

  const part = fc.record({
    stepSeconds: fc.constantFrom(60, 300, 600, 1800, 3600),
    hours: fc.integer({ min: 1, max: 40 }),
  });
  const file = fc.record({
    parts: fc.array(part, { minLength: 2, maxLength: 4 }),
    values: fc.array(fc.oneof(fc.constant(NaN), fc.nat(500)), { minLength: 50, maxLength: 50 }),
    hasMaxima: fc.boolean(),
  });

  it('is the same up to any moment whatever the length of the steps that come later', () => {
    fc.assert(
      fc.property(file, fc.nat({ max: 160 * 12 }), ({ parts, values, hasMaxima }, slot) => {
        const source = mixedReading(parts, (i) => values[(i * 7919) % values.length]!, hasMaxima);
        const untilMs = Math.min(source.reliableUntilMs, decidedFromMs + HOUR_MS + slot * SLOT_MS);
        fc.pre(untilMs > decidedFromMs);
        const options = { decidedFromMs, averageDurationMs: 100 };
        const whole = causalDemand(source, options).history;
        const cut = causalDemand(cutReading(source, untilMs), options).history;
        const settled = ['startMs', 'stepSeconds', 'peakBasis', 'peakWindowSeconds'] as const;
        for (const name of settled) expect(whole[name]).toBe(cut[name]);
        for (const name of ['invocations', 'averageDurationMs', 'meanConcurrency', 'peakConcurrency'] as const)
          expect([...whole[name].subarray(0, cut[name].length)]).toEqual([...cut[name]]);
      }),
      { numRuns: 40 },
    );
  });

  it('knows a peak wherever it knows the demand, in steps of any length', () => {
    fc.assert(
      fc.property(file, ({ parts, values, hasMaxima }) => {
        const source = mixedReading(parts, (i) => values[(i * 7919) % values.length]!, hasMaxima);
        const { history } = causalDemand(source, { decidedFromMs, averageDurationMs: 100 });
        const unknown = history.meanConcurrency.filter((mean, i) => mean >= 0 && !(history.peakConcurrency[i]! >= 0));
        expect(unknown).toHaveLength(0);
      }),
      { numRuns: 40 },
    );
  });
});
