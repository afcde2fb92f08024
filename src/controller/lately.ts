/** Which policy did well lately: for hours in which what held over two weeks does not hold. */
import { billUsd } from '../economics/prices.ts';
import { type CandidateScore, type Choice, choose, type Objective, scoreOf } from './choose.ts';
import type { KnownUsages } from './track-record.ts';

/** A day of blocks, each counting half as much as the one after it: the last hours decide, but no single night does. */
const BLOCKS = 4;
const DECAY = 0.5;

/**
 * The choice among some of the policies by the blocks before `toBlock` alone, so that one that was right until yesterday, or that
 * repeats a day which does not come again, gives way to one that follows.
 */
export function choiceLately(
  scores: readonly CandidateScore[],
  { usages, toBlock }: { usages: KnownUsages; toBlock: number },
  objective: Objective,
): Choice {
  const recent = scores.map((score) => scoreLately(score, { usages, toBlock }, objective));
  return choose(recent, { name: null, margin: 0 }, objective);
}

function scoreLately(
  score: CandidateScore,
  { usages, toBlock }: { usages: KnownUsages; toBlock: number },
  objective: Objective,
): CandidateScore {
  const sum = { billUsd: 0, coldStarts: 0, invocations: 0, days: 0 };
  for (let back = 1, weight = 1; back <= BLOCKS; back++, weight *= DECAY) {
    const usage = usages.get(score.name)?.get(toBlock - back);
    if (!usage) continue;
    sum.billUsd += weight * billUsd(usage, objective.memoryMb, objective.prices);
    sum.coldStarts += weight * usage.coldStarts;
    sum.invocations += weight * usage.invocations;
    sum.days += weight / BLOCKS;
  }
  return scoreOf(score, { ...sum, days: Math.max(sum.days, Number.MIN_VALUE) }, objective);
}
