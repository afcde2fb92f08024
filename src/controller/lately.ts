/** Which policy did well lately: for hours in which what held over two weeks does not hold. */
import { billUsd } from '../economics/prices.ts';
import { type CandidateScore, type Choice, choose, type Objective } from './choose.ts';
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
  { candidate, name }: CandidateScore,
  { usages, toBlock }: { usages: KnownUsages; toBlock: number },
  { coldStartPriceUsd, maxColdStartRate, memoryMb, prices }: Objective,
): CandidateScore {
  const sum = { bill: 0, coldStarts: 0, invocations: 0, days: 0 };
  for (let back = 1, weight = 1; back <= BLOCKS; back++, weight *= DECAY) {
    const usage = usages.get(name)?.get(toBlock - back);
    if (!usage) continue;
    sum.bill += weight * billUsd(usage, memoryMb, prices);
    sum.coldStarts += weight * usage.coldStarts;
    sum.invocations += weight * usage.invocations;
    sum.days += weight / BLOCKS;
  }
  const days = Math.max(sum.days, Number.MIN_VALUE);
  const priceUsd = maxColdStartRate === undefined ? coldStartPriceUsd : 0;
  return {
    candidate,
    name,
    billUsdPerDay: sum.bill / days,
    coldStartsPerDay: sum.coldStarts / days,
    coldStartRate: sum.invocations > 0 ? sum.coldStarts / sum.invocations : 0,
    effectiveUsdPerDay: (sum.bill + priceUsd * sum.coldStarts) / days,
  };
}
