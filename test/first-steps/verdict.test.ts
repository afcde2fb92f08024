import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/controller/choose.ts';
import { listPrices } from '../../src/economics/prices.ts';
import { judge, type NamedScore, OWN_COST_USD_PER_MONTH, ownCostUsd } from '../../src/first-steps/verdict.ts';
import { DAY_MS } from '../../src/time.ts';

const PRICE: Objective = {
  coldStartPriceUsd: 0.03,
  maxColdStartRate: undefined,
  memoryMb: 2048,
  prices: listPrices('x86_64'),
};
const CEILING: Objective = { ...PRICE, maxColdStartRate: 0.01 };

/** All in = bill + 0.03 x cold starts, of ten thousand requests. */
const score = (name: string, costUsd: number, coldStarts: number, objective = PRICE): NamedScore => ({
  name,
  detail: name === 'best-constant' ? 'constant 4' : name,
  costUsd,
  coldStarts,
  coldStartRate: coldStarts / 10_000,
  effectiveCostUsd: costUsd + (objective.maxColdStartRate === undefined ? 0.03 * coldStarts : 0),
  provisionedHours: 0,
  utilization: null,
});

describe('a verdict', () => {
  it.each<[string, NamedScore[], string, RegExp]>([
    [
      'is worth it where the plan beats all with its own cost on its side',
      [score('prewarm', 12, 10), score('on-demand', 10, 1000), score('best-constant', 20, 50)],
      'worth it',
      /^saves \$25\.70 and spares 990 cold starts against on demand, \$?.*against a constant 4$/,
    ],
    [
      'is a constant where that is cheaper',
      [score('prewarm', 20, 100), score('on-demand', 10, 1000), score('best-constant', 18, 50)],
      'cheaper constant',
      /^a constant 4 is \$3\.50 cheaper than the plan$/,
    ],
    [
      'is a constant, too, where the plan saves less than it costs to run',
      [score('prewarm', 18.5, 30), score('on-demand', 10, 1000), score('best-constant', 18, 50)],
      'cheaper constant',
      /^the plan is \$0\.10 cheaper than a constant 4, less than the \$2\.00 that Prewarm itself costs$/,
    ],
    [
      'is on demand where the plan is the same',
      [score('prewarm', 10, 100), score('on-demand', 10, 100), score('best-constant', 40, 0)],
      'leave on demand',
      /^the plan is as good as on demand, and Prewarm itself costs \$2\.00$/,
    ],
    [
      'is target tracking where that is the cheapest',
      [score('prewarm', 10, 500), score('on-demand', 10, 1000), score('target-tracking', 11, 200)],
      'cheaper target tracking',
      /^target tracking is \$8\.00 cheaper than the plan$/,
    ],
    [
      'does not compare with what nobody can set up',
      [score('prewarm', 12, 10), score('on-demand', 10, 1000), score('clairvoyant', 1, 0), score('last-week', 1, 0)],
      'worth it',
      /^saves \$25\.70/,
    ],
    [
      'is on demand where nothing was tried',
      [score('on-demand', 0.1, 3)],
      'leave on demand',
      /^no plan could save the \$2\.00/,
    ],
  ])('%s', (_, scores, verdict, reason) => {
    const judgement = judge(scores, PRICE, 2);
    expect(judgement).toMatchObject({ verdict, reason: expect.stringMatching(reason) as string });
  });

  it('tells what is saved on the bill and all in, with its own cost taken off', () => {
    const { savedAgainstOnDemand, savedAgainstBest, best } = judge(
      [score('prewarm', 12, 10), score('on-demand', 10, 1000), score('best-constant', 20, 50)],
      PRICE,
      2,
    );
    expect(best.name).toBe('best-constant');
    expect(savedAgainstOnDemand?.costUsd).toBeCloseTo(-4);
    expect(savedAgainstOnDemand?.effectiveCostUsd).toBeCloseTo(25.7);
    expect(savedAgainstOnDemand?.coldStarts).toBe(990);
    expect(savedAgainstBest?.effectiveCostUsd).toBeCloseTo(21.5 - 14.3);
  });

  it('goes by the ceiling on cold starts first where there is one', () => {
    const scores = [
      score('prewarm', 15, 90, CEILING),
      score('on-demand', 10, 1000, CEILING),
      score('best-constant', 30, 50, CEILING),
    ];
    expect(judge(scores, CEILING, 2)).toMatchObject({ verdict: 'worth it', best: { name: 'best-constant' } });
    const cheaper = scores.map((one) => (one.name === 'best-constant' ? { ...one, costUsd: 16 } : one));
    expect(judge(cheaper, CEILING, 2)).toMatchObject({
      verdict: 'cheaper constant',
      reason: 'a constant 4 keeps the ceiling for $16.00; Prewarm takes $17.00',
    });
  });
});

describe("Prewarm's own cost", () => {
  it('is what the operations page says of a further function', () => {
    const page = readFileSync('docs/operations.md', 'utf8');
    expect(/\| \*\*together\*\* +\| +\| \*\*([\d.]+)\*\* \|/.exec(page)?.[1]).toBe(String(OWN_COST_USD_PER_MONTH));
  });

  it('is of the time that is ranked by', () => {
    expect(ownCostUsd((730 / 24) * DAY_MS)).toBeCloseTo(OWN_COST_USD_PER_MONTH);
    expect(ownCostUsd(14 * DAY_MS)).toBeCloseTo(2.41, 2);
  });
});
