import { describe, expect, it } from 'vitest';
import { allCandidates, candidateName, simpleCandidates } from '../../src/controller/candidates.ts';

describe('allCandidates', () => {
  it('are on demand, constants up to the peak, repeats, recent peaks and a grid of forecast plans, each name once', () => {
    const names = allCandidates(Float64Array.of(0, 3, 0, 40)).map(candidateName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'on demand',
        'constant 1',
        'last week repeated, hold 5 min',
        'peak of the last 15 min x 1.43',
        'peak of the last 24 h x 0.7',
        'forecast q99.99, hold 60 min',
        'forecast q75, hold 15 min, or peak of the last 60 min x 1.2',
      ]),
    );
  });

  it.each([
    ['never busy', 0, 0],
    ['of one request at a time', 1, 1],
    ['as large as an account', 900, 24],
    ['absurdly large', 1e12, 24],
  ])('a function %s has a bounded number of constants that reach its peak', (_, top, most) => {
    const levels = allCandidates(Float64Array.of(0, top)).flatMap((one) =>
      one.kind === 'constant' ? [one.level] : [],
    );
    expect(levels.length).toBeLessThanOrEqual(most);
    expect(Math.max(0, ...levels)).toBeGreaterThanOrEqual(top);
  });

  it('have nearly the same levels when the peaks are a little higher, so that little is computed anew', () => {
    const names = (top: number) => new Set(allCandidates(Float64Array.of(0, top)).map(candidateName));
    const [before, after] = [names(100), names(101)];
    expect([...after].filter((name) => !before.has(name)).length).toBeLessThanOrEqual(2);
  });
});

describe('simpleCandidates', () => {
  it('rest on no forecast', () => {
    expect(simpleCandidates(Float64Array.of(5)).some(({ kind }) => kind === 'forecast')).toBe(false);
  });
});
