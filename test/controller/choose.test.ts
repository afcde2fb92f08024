import { describe, expect, it } from 'vitest';
import { allCandidates, type Candidate, candidateName } from '../../src/controller/candidates.ts';
import { type CandidateScore, choose, type Objective, scoreCandidate } from '../../src/controller/choose.ts';
import { explainChoice } from '../../src/controller/explain.ts';
import { listPrices } from '../../src/economics/prices.ts';

const PRICED: Objective = { coldStartPriceUsd: 0.1, memoryMb: 1024, prices: listPrices('x86_64') };
const LIMITED: Objective = { ...PRICED, maxColdStartRate: 0.01 };

function score(candidate: Candidate, billUsd: number, coldStarts: number, objective = PRICED): CandidateScore {
  const price = objective.maxColdStartRate === undefined ? objective.coldStartPriceUsd : 0;
  return {
    candidate,
    name: candidateName(candidate),
    billUsd,
    coldStarts,
    coldStartRate: coldStarts / 1000,
    effectiveCostUsd: billUsd + price * coldStarts,
  };
}
const NOTHING: Candidate = { kind: 'on-demand' };
const CONSTANT: Candidate = { kind: 'constant', level: 4 };
const FORECAST: Candidate = { kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 0 };

describe('choose', () => {
  it.each<[string, [number, number][], string]>([
    [
      'takes the cheapest by bill and cold starts',
      [
        [10, 100],
        [15, 20],
        [16, 5],
      ],
      'forecast q99, hold 15 min',
    ],
    [
      'says that nothing is best when cold starts are too few to pay',
      [
        [10, 3],
        [15, 2],
        [16, 1],
      ],
      'on demand',
    ],
    [
      'takes the one with fewer cold starts of two that cost the same',
      [
        [10, 10],
        [10.5, 5],
        [11, 0],
      ],
      'forecast q99, hold 15 min',
    ],
  ])('%s', (_, costs, expected) => {
    const scores = [NOTHING, CONSTANT, FORECAST].map((candidate, i) => score(candidate, ...costs[i]!));
    expect(choose(scores, null, PRICED).winner.name).toBe(expected);
  });

  it('keeps the present policy until another is 2 % cheaper', () => {
    const close = [score(CONSTANT, 100, 0), score(FORECAST, 98.5, 0)];
    const clear = [score(CONSTANT, 100, 0), score(FORECAST, 97.5, 0)];
    expect(choose([score(NOTHING, 300, 0), ...close], 'constant 4', PRICED).winner.name).toBe('constant 4');
    expect(choose([score(NOTHING, 300, 0), ...clear], 'constant 4', PRICED).winner.name).toBe(
      'forecast q99, hold 15 min',
    );
  });

  it('takes the cheapest that keeps a ceiling on the rate of cold starts', () => {
    const scores = [
      score(NOTHING, 10, 30, LIMITED),
      score(CONSTANT, 15, 11, LIMITED),
      score(FORECAST, 16, 10, LIMITED),
    ];
    expect(choose(scores, null, LIMITED)).toMatchObject({
      winner: { name: 'forecast q99, hold 15 min' },
      objectiveMet: true,
    });
  });

  it('takes the one with the fewest cold starts, and says so, where none keeps the ceiling', () => {
    const scores = [
      score(NOTHING, 10, 90, LIMITED),
      score(CONSTANT, 15, 40, LIMITED),
      score(FORECAST, 99, 50, LIMITED),
    ];
    const choice = choose(scores, null, LIMITED);
    expect(choice).toMatchObject({ winner: { name: 'constant 4' }, objectiveMet: false });
    expect(explainChoice(choice, LIMITED)).toMatch(/^no policy keeps cold starts below 1 %; constant 4 has the fewest/);
  });

  it('explains itself: what won, what nothing would have cost, and when a forecast would win', () => {
    const choice = choose([score(NOTHING, 10, 20), score(CONSTANT, 14, 15), score(FORECAST, 16, 5)], null, PRICED);
    expect(explainChoice(choice, PRICED).split('; ')).toEqual([
      'on demand would have been the cheapest of all: 10.00 USD and 20 cold starts (2 %)',
      'next, constant 4: 14.00 USD and 15 cold starts (1.5 %)',
      'the forecast plan would win above 0.40 USD per cold start (now 0.1)',
    ]);
  });
});

describe('scoreCandidate', () => {
  it('bills what was held, what ran, the starts and the requests, and adds the price of each cold start', () => {
    const usage = {
      invocations: 1e6,
      provisionedInvocations: 5e5,
      coldStarts: 720,
      provisionedMs: 3_600_000,
      billedProvisionedMs: 3_600_000,
      provisionedRunMs: 1_800_000,
      onDemandRunMs: 3_600_000,
      initMs: 720 * 5000,
    };
    const result = scoreCandidate(FORECAST, usage, PRICED);
    // 0.2 requests + 0.015 held + 0.0175 run + 0.06 on demand + 0.06 starting
    expect(result.billUsd).toBeCloseTo(0.3525, 3);
    expect(result.effectiveCostUsd).toBeCloseTo(72.3525, 3);
    expect(result.coldStartRate).toBeCloseTo(0.00072, 9);
  });
});

describe('allCandidates', () => {
  it('are on demand, constants up to the peak, repeats and a grid of forecast plans, each name once', () => {
    const candidates = allCandidates([Float64Array.of(0, 3, NaN, 40)]);
    const names = candidates.map(candidateName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'on demand',
        'constant 40',
        'last week repeated, hold 5 min',
        'forecast q99.99, hold 30 min',
      ]),
    );
  });

  it('are few for a function that was never busy', () => {
    expect(allCandidates([Float64Array.of(0, 0)]).some((candidate) => candidate.kind === 'constant')).toBe(false);
  });
});
