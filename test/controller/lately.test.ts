import { describe, expect, it } from 'vitest';
import { choiceLately } from '../../src/controller/lately.ts';
import type { CandidateScore } from '../../src/controller/choose.ts';
import { type Candidate, candidateName } from '../../src/controller/candidates.ts';
import type { PoolUsage } from '../../src/economics/pool.ts';
import { listPrices } from '../../src/economics/prices.ts';
import { BLOCK_MS } from '../../src/controller/track-record.ts';

const OBJECTIVE = { coldStartPriceUsd: 0.1, memoryMb: 2048, prices: listPrices('x86_64') };

const CANDIDATES: Candidate[] = [
  { kind: 'on-demand' },
  { kind: 'constant', level: 40 },
  { kind: 'recent', recent: { slots: 3, factor: 1 } },
];

function scoreOf(candidate: Candidate): CandidateScore {
  return {
    candidate,
    name: candidateName(candidate),
    billUsdPerDay: 1,
    coldStartsPerDay: 1,
    coldStartRate: 0.001,
    effectiveUsdPerDay: candidate.kind === 'recent' ? 0.5 : 1,
  };
}

/** Nothing but cold starts. */
function usageOf(coldStarts: number, knownMs = BLOCK_MS): PoolUsage {
  return {
    invocations: 1000,
    provisionedInvocations: 0,
    coldStarts,
    provisionedMs: 0,
    billedProvisionedMs: 0,
    provisionedRunMs: 0,
    onDemandRunMs: 0,
    initMs: 0,
    knownMs,
  };
}

/** Cold starts of each candidate in blocks 0, 1, 2 ... */
const choiceAfter = (coldStarts: number[][], toBlock: number, maxColdStartRate?: number, knownMs = BLOCK_MS) =>
  choiceLately(
    CANDIDATES.map(scoreOf),
    {
      usages: new Map(
        coldStarts.map((each, i) => [
          candidateName(CANDIDATES[i]!),
          new Map(each.map((count, block) => [block, usageOf(count, knownMs)])),
        ]),
      ),
      toBlock,
    },
    { ...OBJECTIVE, maxColdStartRate },
  ).winner.candidate.kind;

describe('choiceLately', () => {
  const COLD_STARTS = [
    [30, 30, 30, 30, 30, 5, 900],
    [0, 0, 0, 0, 0, 90, 0],
    [10, 10, 10, 10, 10, 10, 900],
  ];

  it.each([
    ['what did best, while things are as they were', 5, 'constant'],
    ['what follows, once the newest block says so', 6, 'recent'],
  ])('takes %s', (_, toBlock, kind) => {
    expect(choiceAfter(COLD_STARTS, toBlock)).toBe(kind);
  });

  it('keeps the ceiling on cold starts, or has the fewest of them', () => {
    expect(choiceAfter(COLD_STARTS, 5, 0.005)).toBe('constant');
    expect(choiceAfter(COLD_STARTS, 6, 0.001)).toBe('recent');
  });

  it.each([
    ['lie before all that is remembered', 20, BLOCK_MS],
    ['are unknown', 5, 0],
  ])('goes by what held over two weeks where the newest blocks %s', (_, toBlock, knownMs) => {
    expect(choiceAfter(COLD_STARTS, toBlock, undefined, knownMs)).toBe('recent');
  });
});
