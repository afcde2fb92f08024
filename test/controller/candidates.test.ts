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
        'last day repeated, hold 5 min and 5 after',
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
    ['as large as an account', 900, 32],
    ['absurdly large', 1e12, 32],
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

describe('constants', () => {
  it.each([
    ['a steady load', 95, 130, 1.05],
    ['one that ranges widely', 1, 50, 1.3],
    ['thousands that hardly vary', 4900, 5300, 1.05],
  ])('lie closely enough about %s that none is far from the best', (_, low, high, ratio) => {
    const peaks = Float64Array.from({ length: 1000 }, (__, i) => low + ((high - low) * i) / 999);
    const levels = allCandidates(peaks).flatMap((one) => (one.kind === 'constant' ? [one.level] : []));
    for (let wanted = low; wanted <= high; wanted++) {
      const enough = levels.find((level) => level >= wanted)!;
      expect(enough).toBeLessThanOrEqual(Math.max(wanted + 1, ratio * wanted));
    }
  });
});

describe('where there are idle hours', () => {
  it('what is held in them competes with and without its release, each name once', () => {
    const names = allCandidates(Float64Array.of(0, 3, 0, 40), true).map(candidateName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'constant 1',
        'constant 1 but in idle hours',
        'peak of the last 24 h x 1 but in idle hours',
        'forecast q90, hold 15 min, floor 1 but in idle hours',
      ]),
    );
    expect(allCandidates(Float64Array.of(0, 3, 0, 40)).filter((one) => 'released' in one)).toEqual([]);
  });
});

describe('simpleCandidates', () => {
  it('rest on no forecast', () => {
    expect(simpleCandidates(Float64Array.of(5)).some(({ kind }) => kind === 'forecast')).toBe(false);
  });
});
