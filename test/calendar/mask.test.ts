import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskTraining } from '../../src/calendar/index.ts';
import { HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { historyAt } from './support.ts';

const START = Date.UTC(2026, 0, 5);
const history = historyAt({ startMs: START, days: 1 }, (timeMs) => timeMs / SLOT_MS);
const span = (from: number, to: number) => ({ fromMs: START + from * SLOT_MS, toMs: START + to * SLOT_MS });

describe('maskTraining', () => {
  it('makes every series unknown where a span touches a step, and leaves the history it was given', () => {
    const masked = maskTraining(history, [span(1.5, 3.1), span(280, 400), span(-9, 0.2)]);
    for (const values of [
      masked.invocations,
      masked.averageDurationMs,
      masked.meanConcurrency,
      masked.peakConcurrency,
    ]) {
      const unknown = [...values].flatMap((value, t) => (Number.isNaN(value) ? [t] : []));
      expect(unknown).toEqual([0, 1, 2, 3, 280, 281, 282, 283, 284, 285, 286, 287]);
    }
    expect(history.meanConcurrency.some(Number.isNaN)).toBe(false);
  });

  it.each([
    ['no span', []],
    ['a span before it', [span(-20, 0)]],
    ['a span after it', [span(288, 300)]],
    ['an empty span', [span(5, 5)]],
  ])('is the same object with %s', (_, spans) => {
    expect(maskTraining(history, spans)).toBe(history);
  });

  it('never changes what it leaves known', () => {
    const edge = fc.integer({ min: -80, max: 1240 }).map((quarter) => quarter / 4);
    fc.assert(
      fc.property(fc.array(fc.tuple(edge, edge), { maxLength: 4 }), (edges) => {
        const masked = maskTraining(
          history,
          edges.map(([from, to]) => span(from, to)),
        );
        masked.meanConcurrency.forEach((value, t) => {
          const touched = edges.some(([from, to]) => from < to && from < t + 1 && to > t);
          expect(value).toBe(touched ? NaN : history.meanConcurrency[t]);
        });
      }),
    );
  });

  it('works on a coarser grid', () => {
    const hourly = historyAt({ startMs: START, days: 1, stepSeconds: 3600 }, () => 1);
    const { meanConcurrency } = maskTraining(hourly, [{ fromMs: START + 90 * 60_000, toMs: START + 2 * HOUR_MS }]);
    expect([...meanConcurrency.subarray(0, 4)]).toEqual([1, NaN, 1, 1]);
  });
});
