/** Which policy did well lately: for hours in which what held over two weeks does not hold. */
import { CandidateSum, type CandidateScore, type Choice, choose, type Objective } from './choose.ts';
import type { KnownUsages } from './track-record.ts';

/** A day of blocks, each counting half as much as the one after it: the last hours decide, but no single night does. */
const BLOCKS = 4;
const DECAY = 0.5;

/**
 * The choice among some of the policies by the blocks before `toBlock` alone, so that one that was right until yesterday, or that
 * repeats a day which does not come again, gives way to one that follows. By their scores where nothing is known of these blocks.
 */
export function choiceLately(
  scores: readonly CandidateScore[],
  { usages, toBlock }: { usages: KnownUsages; toBlock: number },
  objective: Objective,
): Choice {
  const known = Array.from({ length: BLOCKS }, (_, i) => ({ block: toBlock - 1 - i, weight: DECAY ** i })).filter(
    ({ block }) => scores.every(({ name }) => (usages.get(name)?.get(block)?.knownMs ?? 0) > 0),
  );
  const lately = ({ candidate, name }: CandidateScore) => {
    const sum = new CandidateSum(candidate, name);
    for (const { block, weight } of known) sum.add(usages.get(name)!.get(block)!, { weight }, objective);
    return sum.score(objective);
  };
  return choose(known.length > 0 ? scores.map(lately) : scores, { name: null, margin: 0 }, objective);
}
