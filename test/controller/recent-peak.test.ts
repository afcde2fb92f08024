import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recentPeaks } from '../../src/controller/recent-peak.ts';
import { SLOT_MS } from '../../src/time.ts';
import { demandFrom } from './demand-from.ts';

const demandOf = (peaks: readonly number[]) => demandFrom(0, peaks.length, (timeMs) => peaks[timeMs / SLOT_MS]!);
const _ = NaN;

it.each<[string, number[], number, number[]]>([
  ['follows the peak and lets it go', [1, 5, 2, 1, 1], 2, [0, 1, 5, 5, 2]],
  ['passes over what is unknown', [1, 5, _, _, 2, 1], 2, [0, 1, 5, 5, 5, 5]],
  ['keeps what was known last, however long ago', [3, _, _, _, _, _], 1, [0, 3, 3, 3, 3, 3]],
  ['is nothing before anything is known', [_, _, 4], 3, [0, 0, 0]],
])('%s', (__, peaks, slots, expected) => {
  const span = { from: 0, to: peaks.length };
  expect([...recentPeaks(demandOf(peaks), { slots, factor: 1 }, span, (slot) => slot)]).toEqual(expected);
});

it('is the highest of the last so many known peaks before what was known then, times the factor', () => {
  const peaks = fc.array(fc.option(fc.nat(9), { nil: NaN, freq: 3 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(peaks, fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.nat(39), (values, slots, lag, first) => {
      const from = Math.min(first, values.length - 1);
      const expected = values.slice(from).map((__, i) => {
        const known = values.slice(0, Math.max(0, from + i - lag)).filter((peak) => !Number.isNaN(peak));
        return 1.5 * Math.max(0, ...known.slice(-slots));
      });
      const span = { from, to: values.length };
      const found = recentPeaks(demandOf(values), { slots, factor: 1.5 }, span, (slot) => slot - lag);
      expect([...found]).toEqual(expected);
    }),
  );
});
