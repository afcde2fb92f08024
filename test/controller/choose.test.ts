import { describe, expect, it } from 'vitest';
import { type Candidate, candidateName } from '../../src/controller/candidates.ts';
import { type CandidateScore, choose, chooseByRecord, type Objective } from '../../src/controller/choose.ts';
import { DAY_MS, HOUR_MS } from '../../src/time.ts';
import type { PoolUsage } from '../../src/economics/pool.ts';
import { listPrices } from '../../src/economics/prices.ts';

const PRICED: Objective = { coldStartPriceUsd: 0.1, memoryMb: 1024, prices: listPrices('x86_64') };
const LIMITED: Objective = { ...PRICED, maxColdStartRate: 0.01 };

function score(candidate: Candidate, billUsd: number, coldStarts: number, objective = PRICED): CandidateScore {
  const price = objective.maxColdStartRate === undefined ? objective.coldStartPriceUsd : 0;
  return {
    candidate,
    name: candidateName(candidate),
    billUsdPerDay: billUsd,
    coldStartsPerDay: coldStarts,
    coldStartRate: coldStarts / 1000,
    effectiveUsdPerDay: billUsd + price * coldStarts,
  };
}
const NOBODY = { name: null, margin: 0.02 };
const NOTHING: Candidate = { kind: 'on-demand' };
const CONSTANT: Candidate = { kind: 'constant', level: 4 };
const FORECAST: Candidate = { kind: 'forecast', coverQuantile: 0.99, holdSlots: 3, floor: 0, recent: null };

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
    expect(choose(scores, NOBODY, PRICED).winner.name).toBe(expected);
  });

  it('keeps the present policy until another is 2 % cheaper', () => {
    const close = [score(CONSTANT, 100, 0), score(FORECAST, 98.5, 0)];
    const clear = [score(CONSTANT, 100, 0), score(FORECAST, 97.5, 0)];
    expect(choose([score(NOTHING, 300, 0), ...close], { name: 'constant 4', margin: 0.02 }, PRICED).winner.name).toBe(
      'constant 4',
    );
    expect(choose([score(NOTHING, 300, 0), ...clear], { name: 'constant 4', margin: 0.02 }, PRICED).winner.name).toBe(
      'forecast q99, hold 15 min',
    );
  });

  it('takes the cheapest that keeps a ceiling on the rate of cold starts', () => {
    const scores = [
      score(NOTHING, 10, 30, LIMITED),
      score(CONSTANT, 15, 11, LIMITED),
      score(FORECAST, 16, 10, LIMITED),
    ];
    expect(choose(scores, NOBODY, LIMITED)).toMatchObject({
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
    const choice = choose(scores, NOBODY, LIMITED);
    expect(choice).toMatchObject({ winner: { name: 'constant 4' }, objectiveMet: false });
  });
});

/** A block in which so much was billed as provisioned hours (at 0.015 USD for 1 GB) and so many starts were cold. */
function usage(hours: number, coldStarts = 0, knownMs = DAY_MS): PoolUsage {
  return {
    invocations: 1000,
    provisionedInvocations: 0,
    coldStarts,
    provisionedMs: hours * 3_600_000,
    billedProvisionedMs: hours * 3_600_000,
    provisionedRunMs: 0,
    onDemandRunMs: 0,
    initMs: 0,
    knownMs,
  };
}

describe('chooseByRecord', () => {
  const daily = { leastBlocks: 1, blocksPerDay: 1 };
  const records = (constant: number[], forecast: number[]) => [
    { candidate: NOTHING, usages: constant.map(() => usage(1e6)) },
    { candidate: CONSTANT, usages: constant.map((hours) => usage(hours)) },
    { candidate: FORECAST, usages: forecast.map((hours) => usage(hours)) },
  ];

  it.each<[string, number[], number[], string]>([
    ['takes what was cheaper in all', [10, 10, 10, 10], [9, 9, 9, 9], 'forecast q99, hold 15 min'],
    [
      'lets the last days decide when demand has changed',
      [1, 1, 1, 1, 1, 1, 9, 9, 9],
      [6, 6, 6, 6, 6, 6, 1, 1, 1],
      'forecast q99, hold 15 min',
    ],
    ['is slow to leave on demand on little evidence', [0.96e6], [0.95e6], 'on demand'],
    ['is quick where the evidence is clear', [0.5e6], [0.8e6], 'constant 4'],
    [
      'keeps the present policy where the other is hardly better',
      [10, 10, 10, 9.96],
      [10.1, 10.1, 10.1, 9.5],
      'constant 4',
    ],
  ])('%s', (_, constant, forecast, expected) => {
    expect(chooseByRecord(records(constant, forecast), daily, PRICED).winner.name).toBe(expected);
  });

  it.each([
    ['where all is known', 12, 20],
    ['of known time where half of it is not', 6, 40],
  ])('tells bill, cold starts and their price per day %s', (_, knownHours, perDay) => {
    const usages = Array.from({ length: 4 }, () => usage(4, 10, knownHours * HOUR_MS));
    const objective = { leastBlocks: 1, blocksPerDay: 2 };
    const { winner } = chooseByRecord([{ candidate: NOTHING, usages }], objective, PRICED);
    // Blocks of 4 h x 0.015 USD and 1000 requests at 0.2 USD a million.
    expect(winner.billUsdPerDay).toBeCloseTo((perDay / 10) * (4 * 3600 * 4.1667e-6 + 0.0002), 6);
    expect(winner.coldStartsPerDay).toBeCloseTo(perDay, 9);
    expect(winner.coldStartRate).toBeCloseTo(0.01, 9);
    expect(winner.effectiveUsdPerDay).toBeCloseTo(winner.billUsdPerDay + perDay / 10, 9);
  });

  it('stays with what it has while nothing is known', () => {
    const nothing = (constant: number) =>
      records([constant], [0]).map((each) => ({ ...each, usages: [usage(0, 0, 0)] }));
    expect(chooseByRecord(nothing(5), daily, PRICED).winner).toMatchObject({ name: 'on demand', billUsdPerDay: 0 });
  });
});
