import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact } from '../../src/controller/compact.ts';
import { changeMinutes } from '../../src/controller/levels.ts';

const levelsOf = (text: string) => Int32Array.from(text, Number);

describe('compact', () => {
  it.each([
    ['keeps what already fits', '1122', 2, '1122'],
    ['merges the cheapest neighbours', '1199855', 3, '1199955'],
    ['covers a lone spike by itself rather than by its long neighbours', '1111911111', 3, '1111911111'],
    ['one piece is the maximum throughout', '0301', 1, '3333'],
    ['an empty series stays empty', '', 3, ''],
    ['zero pieces are read as one', '12', 0, '22'],
  ])('%s', (_, levels, pieces, expected) => {
    expect(Array.from(compact(levelsOf(levels), pieces)).join('')).toBe(expected);
  });

  const levelsArbitrary = fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 })
    .map((a) => Int32Array.from(a));

  it('is never below its input, has at most the pieces asked for, and adds the least surplus there is', () => {
    fc.assert(
      fc.property(levelsArbitrary, fc.integer({ min: 1, max: 5 }), (levels, pieces) => {
        const result = compact(levels, pieces);
        expect(result.every((level, i) => level >= levels[i]!)).toBe(true);
        expect(changeMinutes(result).length + 1).toBeLessThanOrEqual(pieces);
        expect(surplus(result, levels)).toBe(surplusByBruteForce(levels, pieces));
      }),
    );
  });
});

function surplus(result: Int32Array, levels: Int32Array): number {
  return result.reduce((sum, level, i) => sum + level - levels[i]!, 0);
}

/** Tries every way of cutting the series. */
function surplusByBruteForce(levels: Int32Array, pieces: number): number {
  if (levels.length === 0) return 0;
  let best = Infinity;
  for (let first = 1; first <= levels.length; first++) {
    if (pieces === 1 && first < levels.length) continue;
    const head = levels.subarray(0, first);
    const cost = Math.max(...head) * first - head.reduce((sum, level) => sum + level, 0);
    const rest = surplusByBruteForce(levels.subarray(first), Math.max(1, pieces - 1));
    best = Math.min(best, cost + rest);
  }
  return best;
}
