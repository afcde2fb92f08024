/** Which policy holds: the cheapest on the target's own past, all in, with a margin to change. */
import type { PoolUsage } from '../economics/pool.ts';
import { billUsd, type Prices } from '../economics/prices.ts';
import { type Candidate, candidateName } from './candidates.ts';

export interface Objective {
  coldStartPriceUsd: number;
  /** In place of the price. */
  maxColdStartRate?: number | undefined;
  memoryMb: number;
  prices: Prices;
}

/** A candidate that is changed to must be cheaper than the present one by this share. */
const MARGIN_TO_CHANGE = 0.02;

/** What a candidate would have cost and missed in the window that it was judged on. */
export interface CandidateScore {
  candidate: Candidate;
  name: string;
  billUsd: number;
  coldStarts: number;
  coldStartRate: number;
  /** bill + price x cold starts; with a ceiling on their rate, the bill alone. */
  effectiveCostUsd: number;
}

export interface Choice {
  winner: CandidateScore;
  /** The best of another kind. */
  runnerUp: CandidateScore | null;
  onDemand: CandidateScore;
  bestForecast: CandidateScore | null;
  /** Ceiling on the rate of cold starts that none could keep: then the winner is the one with the fewest. */
  objectiveMet: boolean;
}

export function scoreCandidate(candidate: Candidate, usage: PoolUsage, objective: Objective): CandidateScore {
  const { coldStarts, invocations } = usage;
  const bill = billUsd(usage, objective.memoryMb, objective.prices);
  const price = objective.maxColdStartRate === undefined ? objective.coldStartPriceUsd : 0;
  return {
    candidate,
    name: candidateName(candidate),
    billUsd: bill,
    coldStarts,
    coldStartRate: invocations > 0 ? coldStarts / invocations : 0,
    effectiveCostUsd: bill + price * coldStarts,
  };
}

/** The best candidate by the objective; `incumbent` stays unless another is cheaper by the margin. */
export function choose(scores: readonly CandidateScore[], incumbent: string | null, objective: Objective): Choice {
  const ceiling = objective.maxColdStartRate;
  const meets = (score: CandidateScore) => ceiling === undefined || score.coldStartRate <= ceiling;
  const eligible = scores.filter(meets);
  const ranked = [...(eligible.length > 0 ? eligible : scores)].sort(eligible.length > 0 ? byCost : byColdStarts);
  const best = ranked[0]!;
  const present = ranked.find((score) => score.name === incumbent);
  const stays =
    present && eligible.length > 0 && best.effectiveCostUsd >= present.effectiveCostUsd * (1 - MARGIN_TO_CHANGE);
  const winner = stays ? present : best;
  return {
    winner,
    runnerUp: ranked.find((score) => score.candidate.kind !== winner.candidate.kind) ?? null,
    onDemand: scores.find((score) => score.candidate.kind === 'on-demand')!,
    bestForecast: ranked.find((score) => score.candidate.kind === 'forecast') ?? null,
    objectiveMet: eligible.length > 0,
  };
}

function byCost(a: CandidateScore, b: CandidateScore): number {
  return a.effectiveCostUsd - b.effectiveCostUsd || byColdStarts(a, b);
}

function byColdStarts(a: CandidateScore, b: CandidateScore): number {
  return a.coldStarts - b.coldStarts || a.billUsd - b.billUsd;
}
