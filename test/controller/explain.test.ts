import { describe, expect, it } from 'vitest';
import type { Share } from '../../src/controller/blend.ts';
import type { Candidate } from '../../src/controller/candidates.ts';
import { candidateName } from '../../src/controller/candidates.ts';
import { type CandidateScore, choose, type Objective } from '../../src/controller/choose.ts';
import { type Decision, explain } from '../../src/controller/explain.ts';
import { listPrices } from '../../src/economics/prices.ts';

const PRICED: Objective = { coldStartPriceUsd: 0.1, memoryMb: 1024, prices: listPrices('x86_64') };
const NOBODY = { name: null, margin: 0.02 };
const NOTHING: Candidate = { kind: 'on-demand' };
const CONSTANT: Candidate = { kind: 'constant', level: 4 };
const FORECAST: Candidate = { kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 0, recent: null };

function score(candidate: Candidate, billUsdPerDay: number, coldStartsPerDay: number): CandidateScore {
  return {
    candidate,
    name: candidateName(candidate),
    billUsdPerDay,
    coldStartsPerDay,
    coldStartRate: coldStartsPerDay / 1000,
    effectiveUsdPerDay: billUsdPerDay + 0.1 * coldStartsPerDay,
  };
}

function alone(winner: CandidateScore): Share[] {
  return [{ score: winner, weight: 1 }];
}

function decision(costs: [number, number][], change: Partial<Decision> = {}): Decision {
  const scores = [NOTHING, CONSTANT, FORECAST].slice(0, costs.length).map((one, i) => score(one, ...costs[i]!));
  const choice = choose(scores, NOBODY, PRICED);
  return {
    choice,
    blend: alone(choice.winner),
    footing: 'best',
    trust: { trusted: true, coverage: 0.9, relativeLoss: 0.5, overshoot: 1.2 },
    levels: Int32Array.of(3),
    limits: { minCapacity: 0, maxCapacity: 10, cappedBy: 'maxCapacity', minimumExceedsBudget: false },
    settings: { coldStartPriceUsd: 0.1 },
    knownSlots: 20 * 288,
    ...change,
  };
}

describe('explain', () => {
  it('tells what won, what the others would have cost, and when a forecast would win', () => {
    expect(
      explain(
        decision([
          [10, 20],
          [14, 15],
          [16, 5],
        ]),
      ).split('; '),
    ).toEqual([
      'on demand would have been the cheapest of 3 policies: 10.00 USD and 20 cold starts (2 %) a day',
      'next, constant 4: 14.00 USD and 15 cold starts (1.5 %) a day',
      'best forecast plan, forecast q99, hold 15 min: 16.00 USD and 5 cold starts (0.5 %) a day',
      'a forecast plan would be the cheapest above 0.40 USD per cold start (now 0.1)',
    ]);
  });

  it.each<[string, Decision, string]>([
    [
      'too little history',
      decision([[10, 20]], { choice: null, blend: [], knownSlots: 200 }),
      'the history is 0.7 days long',
    ],
    [
      'no forecast in the comparison',
      decision(
        [
          [10, 20],
          [14, 15],
        ],
        { knownSlots: 400 },
      ),
      'plans from forecasts compete once there are two days of history (have 1.4)',
    ],
    [
      'fewer than two weeks compared',
      decision(
        [
          [10, 20],
          [14, 15],
          [16, 5],
        ],
        { knownSlots: 5 * 288 },
      ),
      'every weekday will have been seen twice in 9 more',
    ],
    [
      'a cap that cuts',
      decision([[10, 20]], { levels: Int32Array.of(4, 25) }),
      'cut to 10 by maxCapacity where up to 25 are wanted',
    ],
    [
      'a budget below the minimum',
      decision([[10, 20]], {
        limits: { minCapacity: 3, maxCapacity: 3, cappedBy: 'monthlyBudgetUsd', minimumExceedsBudget: true },
      }),
      'monthlyBudgetUsd does not pay for minCapacity = 3',
    ],
    [
      'no news for hours',
      decision(
        [
          [10, 20],
          [14, 15],
        ],
        { footing: 'constant' },
      ),
      'nothing is known of the demand for hours',
    ],
    [
      'no news for days',
      decision(
        [
          [10, 20],
          [14, 15],
        ],
        { footing: 'release' },
      ),
      'back to the minimum',
    ],
  ])('%s is said', (_, one, expected) => {
    expect(explain(one)).toContain(expected);
  });

  const forecastCost = 'forecast q99, hold 15 min: 16.00 USD and 5 cold starts (0.5 %) a day';
  const [onDemand, constant, forecast] = [score(NOTHING, 10, 20), score(CONSTANT, 14, 15), score(FORECAST, 16, 5)];

  it.each<[string, CandidateScore[], { incumbent?: Candidate; objective?: Partial<Objective> }, string]>([
    ['a dearer cold start', [onDemand, constant, forecast], {}, 'above 0.40 USD per cold start (now 0.1)'],
    [
      'a much dearer cold start',
      [score(NOTHING, 10, 5.01), forecast],
      {},
      'a forecast plan would be the cheapest above 600 USD per cold start (now 0.1)',
    ],
    [
      'no price',
      [score(NOTHING, 10, 20), score(CONSTANT, 14, 0), forecast],
      {},
      'a forecast plan would be the cheapest at no higher price of a cold start (now 0.1): constant 4 leaves 0 a day',
    ],
    [
      'a clearer lead',
      [score(NOTHING, 11, 20), score(CONSTANT, 12.2, 15), forecast],
      { incumbent: CONSTANT, objective: { coldStartPriceUsd: 0.4 } },
      'the forecast plan would be carried out if it were cheaper by a clear margin (now 1.1 %)',
    ],
    [
      'a lower ceiling',
      [onDemand, constant, forecast],
      { objective: { maxColdStartRate: 0.05 } },
      'a forecast plan would be the cheapest with cold starts held below 1.5 % (now 5 %)',
    ],
    [
      'no lower ceiling',
      [onDemand, score(CONSTANT, 14, 2), forecast],
      { objective: { maxColdStartRate: 0.05 } },
      'a forecast plan would not be the cheapest under a lower ceiling either (now 5 %)',
    ],
  ])('where another plan wins says what a forecast plan costs and that it takes %s', (_, scores, rest, expected) => {
    const { incumbent, objective } = rest;
    const aim = { ...PRICED, ...objective };
    const priceUsd = aim.maxColdStartRate === undefined ? aim.coldStartPriceUsd : 0;
    const priced = scores.map((one) => ({
      ...one,
      effectiveUsdPerDay: one.billUsdPerDay + priceUsd * one.coldStartsPerDay,
    }));
    const name = incumbent ? candidateName(incumbent) : null;
    const choice = choose(priced, { name, margin: 0.02 }, aim);
    expect(choice.winner.candidate.kind).not.toBe('forecast');
    const sentences = explain({ ...decision([[1, 1]]), choice, blend: alone(choice.winner), settings: aim }).split(
      '; ',
    );
    expect(sentences.some((sentence) => sentence.endsWith(forecastCost))).toBe(true);
    expect(sentences.at(-1)).toContain(expected);
  });

  it('says where no forecast plan keeps the ceiling', () => {
    const limited = { ...PRICED, maxColdStartRate: 0.001 };
    const choice = choose([onDemand, score(CONSTANT, 14, 0), forecast], NOBODY, limited);
    const one = { ...decision([[1, 1]]), choice, blend: alone(choice.winner), settings: limited };
    expect(explain(one)).toContain('; no forecast plan keeps cold starts below 0.1 %');
    expect(explain(one)).not.toContain('two days of history');
  });

  it('names what won before where a constant is held since nothing is known', () => {
    const one = decision([
      [10, 90],
      [14, 15],
      [12, 5],
    ]);
    const constant = one.choice!.ranked.find(({ candidate }) => candidate === CONSTANT)!;
    expect(explain({ ...one, footing: 'constant', blend: alone(constant) })).toMatch(
      new RegExp(`the best level that needs no news; best with news of it: ${one.choice!.winner.name}; constant 4: `),
    );
  });

  it.each([
    [123_456.7, 1_234_567, '123,456.70 USD and 1,234,567 cold starts'],
    [1.5e12, 1e12, '1.50e+12 USD and 1.00e+12 cold starts'],
  ])('prints %d USD and %d cold starts sanely', (bill, coldStarts, expected) => {
    expect(explain(decision([[bill, coldStarts]]))).toContain(expected);
  });

  it('tells why a winning forecast plan is not carried out', () => {
    const one = decision([
      [10, 90],
      [14, 15],
      [15, 1],
    ]);
    const constant = one.choice!.ranked.find(({ candidate }) => candidate === CONSTANT)!;
    const because = (coverage: number, overshoot: number) =>
      explain({
        ...one,
        blend: alone(constant),
        trust: { trusted: false, coverage, relativeLoss: 2, overshoot },
      });
    expect(because(0.4, 0.5)).toMatch(
      /^the forecast is not trusted: in the last six hours it covered 40 % of the peaks instead of 90 %, and lost 2.0 times/,
    );
    expect(because(1, 3.51)).toContain('it asked for 3.5 times what came, and lost 2.0 times');
    expect(because(1, 3.51)).toContain('constant 4: 14.00 USD');
    expect(because(1, 351)).toContain('it asked for 350 times what came');
    expect(because(1, 3.51)).toContain('best on record, forecast q99, hold 15 min: 15.00 USD and 1 cold starts');
  });

  it('names all of which the plan is the mean', () => {
    const one = decision([
      [10, 90],
      [14, 15],
      [15, 4],
    ]);
    const [forecast, constant] = one.choice!.ranked;
    const blend = [
      { score: forecast!, weight: 0.75 },
      { score: constant!, weight: 0.25 },
    ];
    expect(explain({ ...one, blend }).split('; ')).toContain(
      'the plan is the mean of 2 policies that did about as well: forecast q99, hold 15 min (75 %), constant 4 (25 %)',
    );
  });

  it('says so where no policy keeps the ceiling', () => {
    const limited = { ...PRICED, maxColdStartRate: 0.001 };
    const choice = choose([score(NOTHING, 10, 90), score(CONSTANT, 15, 40)], NOBODY, limited);
    expect(
      explain({
        ...decision([[1, 1]]),
        choice,
        blend: alone(choice.winner),
        settings: { coldStartPriceUsd: 0.1, maxColdStartRate: 0.001 },
      }),
    ).toMatch(/^no policy keeps cold starts below 0.1 %; constant 4 has the fewest/);
  });
});
