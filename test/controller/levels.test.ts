import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillDips, settleWithin } from '../../src/controller/levels.ts';

function filled(levels: number[], present: number): number[] {
  const result = Int32Array.from(levels);
  fillDips(result, present);
  return [...result];
}

describe('falls that are taken back within a billed step', () => {
  it.each<[string, number, number[], number[]]>([
    ['a short one is filled to its lower side', 9, [9, 3, 3, 3, 7, 7, 7], [9, 7, 7, 7, 7, 7, 7]],
    ['one at the beginning is filled up to what is there at present', 9, [3, 3, 3, 8, 8], [8, 8, 8, 8, 8]],
    ['never above what is there at present', 5, [3, 3, 3, 8, 8], [5, 5, 5, 8, 8]],
    ['one of five minutes is made', 9, [3, 3, 3, 3, 3, 9], [3, 3, 3, 3, 3, 9]],
    ['one that lasts is made', 9, [3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3]],
    ['one that has been made already is not undone early', 3, [3, 3, 8], [3, 3, 8]],
    ['stairs downwards are walked', 9, [9, 8, 7, 6, 5, 5, 5], [9, 8, 7, 6, 5, 5, 5]],
    ['nothing known of the present leaves the plan', -1, [0, 3, 3], [0, 3, 3]],
    ['nothing scheduled', 4, [], []],
  ])('%s', (_, present, levels, expected) => {
    expect(filled(levels, present)).toEqual(expected);
  });

  it('is never below what is wanted, never above the highest nearby, and the same when done again', () => {
    const levels = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(levels, fc.integer({ min: 0, max: 50 }), (wanted, present) => {
        const once = filled(wanted, present);
        for (const [minute, level] of once.entries()) {
          expect(level).toBeGreaterThanOrEqual(wanted[minute]!);
          expect(level).toBeLessThanOrEqual(Math.max(...wanted.slice(minute, minute + 5)));
        }
        expect(filled(once, present)).toEqual(once);
      }),
    );
  });
});

describe('settling a plan into what is scheduled', () => {
  const MINUTES = 120;
  const flat = (level: number) => new Int32Array(MINUTES).fill(level);

  it.each<[string, number, number, [number, number]]>([
    ['one environment too many is let go where it is billed next', 3, 4, [3, 4]],
    ['one in twenty too many stays where it is billed next', 40, 42, [42, 42]],
    ['more is let go there, and stays later, where the plan is made again in time', 40, 44, [40, 44]],
    ['too much is let go at once', 40, 60, [40, 40]],
    ['what is too little is raised at once, and later only where it matters', 40, 38, [40, 38]],
  ])('%s: %d wanted of %d', (_, wanted, scheduled, [imminent, later]) => {
    const settled = settleWithin(100, flat(wanted), flat(scheduled));
    expect([settled[0], settled[14], settled[MINUTES - 1]]).toEqual([imminent, imminent, later]);
  });

  it('changes nothing when it is done again, is enough within the hour, and has no more pieces than allowed', () => {
    const levels = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: MINUTES, maxLength: MINUTES });
    fc.assert(
      fc.property(levels, levels, fc.integer({ min: 2, max: MINUTES }), (wantedLevels, present, pieces) => {
        const wanted = Int32Array.from(wantedLevels);
        const once = settleWithin(pieces, wanted, Int32Array.from(present));
        expect(wanted.subarray(0, 60).every((level, minute) => once[minute]! >= level)).toBe(true);
        expect(once.filter((level, minute) => minute > 0 && level !== once[minute - 1]).length).toBeLessThan(pieces);
        expect([...settleWithin(pieces, wanted, once)]).toEqual([...once]);
      }),
    );
  });
});
