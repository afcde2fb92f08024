import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageLevels, blendOf } from '../../src/controller/blend.ts';
import { type Candidate, candidateName } from '../../src/controller/candidates.ts';
import type { CandidateScore } from '../../src/controller/choose.ts';

function score(candidate: Candidate, effectiveUsdPerDay: number): CandidateScore {
  const name = candidateName(candidate);
  return { candidate, name, billUsdPerDay: 0, coldStartsPerDay: 0, coldStartRate: 0, effectiveUsdPerDay };
}

const constants = (...costs: number[]) => costs.map((usd, i) => score({ kind: 'constant', level: i + 1 }, usd));
const weights = (winner: CandidateScore, ranked: CandidateScore[]) =>
  blendOf(winner, ranked).map(({ score: { name }, weight }) => [name, +weight.toFixed(4)]);

describe('blendOf', () => {
  it('weighs those up to 10 % dearer by how little dearer they are', () => {
    const ranked = constants(10, 10.5, 11, 12);
    expect(weights(ranked[0]!, ranked)).toEqual([
      ['constant 1', 0.6667],
      ['constant 2', 0.3333],
    ]);
  });

  it('has the winner first and in full, though another is a little cheaper', () => {
    const ranked = constants(10, 10, 10.2);
    expect(weights(ranked[2]!, ranked)).toEqual([
      ['constant 3', 0.3333],
      ['constant 1', 0.3333],
      ['constant 2', 0.3333],
    ]);
  });

  it('has five members at most, the cheapest', () => {
    const ranked = constants(10, 10, 10, 10, 10, 10, 10);
    expect(weights(ranked[0]!, ranked).map(([name]) => name)).toEqual([1, 2, 3, 4, 5].map((n) => `constant ${n}`));
  });

  it.each<[string, CandidateScore]>([
    ['on demand', score({ kind: 'on-demand' }, 10)],
    ['a policy that nothing was asked of', constants(0)[0]!],
  ])('leaves %s alone', (_, winner) => {
    expect(blendOf(winner, [winner, ...constants(0, 0)])).toEqual([{ score: winner, weight: 1 }]);
  });

  it('always has the winner first, weights that add up to 1 and none above the winner', () => {
    const usd = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(usd, { minLength: 1, maxLength: 9 }), fc.nat(8), (costs, at) => {
        const ranked = constants(...costs).sort((a, b) => a.effectiveUsdPerDay - b.effectiveUsdPerDay);
        const winner = ranked[at % ranked.length]!;
        const blend = blendOf(winner, ranked);
        expect(blend[0]!.score).toBe(winner);
        expect(blend.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const { weight } of blend) expect(weight > 0 && weight <= blend[0]!.weight).toBe(true);
        expect(new Set(blend.map(({ score: { name } }) => name)).size).toBe(blend.length);
      }),
    );
  });
});

describe('averageLevels', () => {
  it('is the weighted mean, fractions rounded towards the first plan', () => {
    const members = [
      { levels: Int32Array.of(1, 2, 4, 100, 0), weight: 0.4 },
      { levels: Int32Array.of(2, 1, 9, 110, 0), weight: 0.6 },
    ];
    expect([...averageLevels(members)]).toEqual([1, 2, 7, 106, 0]);
  });

  it('of one plan is that plan', () => {
    const levels = Int32Array.of(3, 1, 4);
    expect(averageLevels([{ levels, weight: 1 }])).toBe(levels);
  });
});
