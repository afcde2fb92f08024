import { describe, expect, it } from 'vitest';
import { type Candidate, candidateName } from '../../src/controller/candidates.ts';
import { type CandidateScore, choose, type Objective } from '../../src/controller/choose.ts';
import { blendFor } from '../../src/controller/in-force.ts';
import { listPrices } from '../../src/economics/prices.ts';

const FORECAST: Candidate = { kind: 'forecast', coverQuantile: 0.9, holdSlots: 3, floor: 0, recent: null };
const CONSTANT: Candidate = { kind: 'constant', level: 7 };
const REPEAT: Candidate = { kind: 'repeat', days: 1, holdSlots: 1 };
const RECENT: Candidate = { kind: 'recent', recent: { slots: 3, factor: 1 } };
const ON_DEMAND: Candidate = { kind: 'on-demand' };

type Costs = Record<Candidate['kind'], number>;
/** By what each cost in two weeks; all but the last are within 10 % of the cheapest. */
const COSTS: Costs = { forecast: 1, constant: 1.02, repeat: 1.03, recent: 1.04, 'on-demand': 3 };
/** In the last day. */
const LATELY: Costs = { forecast: 9, constant: 5, repeat: 1.05, recent: 1, 'on-demand': 5 };

const scoreOf = (candidate: Candidate, costs: Costs): CandidateScore => ({
  candidate,
  name: candidateName(candidate),
  billUsdPerDay: costs[candidate.kind],
  coldStartsPerDay: 1,
  coldStartRate: candidate.kind === 'on-demand' ? 0.05 : 0.01,
  effectiveUsdPerDay: costs[candidate.kind],
});

const objective = (maxColdStartRate?: number): Objective => ({
  coldStartPriceUsd: 1,
  maxColdStartRate,
  memoryMb: 2048,
  prices: listPrices('x86_64'),
});

interface Case {
  costs?: Partial<Costs>;
  costsLately?: Partial<Costs>;
  footing?: 'best' | 'constant' | 'release';
  trusted?: boolean;
  /** On two weeks, and lately. */
  ceiling?: number;
  ceilingLately?: number;
}

function blended({
  costs = {},
  costsLately = {},
  footing = 'best',
  trusted = true,
  ceiling,
  ceilingLately,
}: Case): string[] {
  const scores = [FORECAST, CONSTANT, REPEAT, RECENT, ON_DEMAND].map((each) => scoreOf(each, { ...COSTS, ...costs }));
  const choice = choose(scores, { name: null, margin: 0 }, objective(ceiling));
  const blend = blendFor(choice, {
    footing,
    trust: { trusted, coverage: NaN, relativeLoss: NaN, overshoot: NaN },
    lately: (asked) => {
      const recent = asked.map(({ candidate }) => scoreOf(candidate, { ...LATELY, ...costsLately }));
      return choose(recent, { name: null, margin: 0 }, objective(ceilingLately));
    },
  });
  expect(blend.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  return blend.map(({ score }) => score.candidate.kind);
}

describe('blendFor', () => {
  it('has nobody where nothing was compared', () => {
    const trust = { trusted: true, coverage: NaN, relativeLoss: NaN, overshoot: NaN };
    const lately = () => {
      throw new Error('there is nothing to choose from');
    };
    expect(blendFor(null, { footing: 'best', trust, lately })).toEqual([]);
  });

  it.each<[string, Case, Candidate['kind'][]]>([
    ['the winner and those that did about as well', {}, ['forecast', 'constant', 'repeat', 'recent']],
    ['the winner alone where none keeps the ceiling', { ceiling: 0.001 }, ['forecast']],
    ['on demand alone where it won', { costs: { 'on-demand': 0.5 } }, ['on-demand']],
    ['the best constant where nothing is known of the demand', { footing: 'constant' }, ['constant']],
    ['on demand then, where it is cheaper', { footing: 'constant', costs: { 'on-demand': 1.01 } }, ['on-demand']],
    ['on demand where nothing was known for long', { footing: 'release' }, ['on-demand']],
  ])('holds %s', (_, given, kinds) => {
    expect(blended(given)).toEqual(kinds);
  });

  it.each<[string, Case, Candidate['kind'][]]>([
    ['what did best lately in place of a forecast', {}, ['recent', 'repeat']],
    ['the same in place of a constant level', { costs: { constant: 0.9 } }, ['recent', 'repeat']],
    ['the same in place of a repeated day', { costs: { repeat: 0.9 } }, ['recent', 'repeat']],
    [
      'a winner that follows, blended with all but forecasts',
      { costs: { recent: 0.99 } },
      ['recent', 'constant', 'repeat'],
    ],
    ['on demand where it won', { costs: { 'on-demand': 0.5 } }, ['on-demand']],
    ['such a winner alone where none keeps the ceiling', { costs: { recent: 0.99 }, ceiling: 0.001 }, ['recent']],
    ['on demand where that did best lately', { ceiling: 0.02, costsLately: { 'on-demand': 0.5 } }, ['on-demand']],
    ['what did best lately alone where none kept the ceiling', { ceilingLately: 0.001 }, ['recent']],
  ])('holds, while the forecast is not trusted, %s', (_, given, kinds) => {
    expect(blended({ ...given, trusted: false })).toEqual(kinds);
  });
});
