/** Which policy holds: the cheapest on the target's own past, all in, with a margin to change. */
import { billUsd, type Prices } from '../economics/prices.ts';
import type { PoolUsage } from '../economics/pool.ts';
import { DAY_MS } from '../time.ts';
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
/** The less was compared, the clearer the difference must be: by this share after one day, half of it after two. */
const MARGIN_AFTER_A_DAY = 0.1;

/** A day three days ago counts half as much as today: demand changes, and what was best then need not be now. */
const HALF_LIFE_DAYS = 3;

/** What a candidate would have cost and missed per known day of the period that it was judged on, recent days counting more. */
export interface CandidateScore {
  candidate: Candidate;
  name: string;
  billUsdPerDay: number;
  coldStartsPerDay: number;
  coldStartRate: number;
  /** bill + price x cold starts; with a ceiling on their rate, the bill alone. */
  effectiveUsdPerDay: number;
}

export interface Choice {
  winner: CandidateScore;
  /** The best of another kind. */
  runnerUp: CandidateScore | null;
  onDemand: CandidateScore;
  bestForecast: CandidateScore | null;
  /** Ceiling on the rate of cold starts that none could keep: then the winner is the one with the fewest. */
  objectiveMet: boolean;
  /** All that competed, best first. */
  ranked: readonly CandidateScore[];
}

/** A candidate and its usage in successive blocks of equal length. */
export interface TrackRecord {
  candidate: Candidate;
  usages: readonly PoolUsage[];
}

/**
 * The choice after the last block. It is made after every block from `leastBlocks` on, and each time the present policy, on demand
 * at first, stays unless another is cheaper by the margin: max(2 %, 10 % / days compared). Needs no memory, so that a
 * replay makes the same choices as a live run.
 *
 * Weight of a block that ended t days before: 2^(-t / 3). Costs are those per day of known time.
 */
export function chooseByRecord(
  records: readonly TrackRecord[],
  { leastBlocks, blocksPerDay }: { leastBlocks: number; blocksPerDay: number },
  objective: Objective,
): Choice {
  const decay = 0.5 ** (1 / (HALF_LIFE_DAYS * blocksPerDay));
  const names = records.map(({ candidate }) => candidateName(candidate));
  const sums = records.map(({ candidate }, i) => new CandidateSum(candidate, names[i]!));
  const blocks = records[0]!.usages.length;
  let incumbent = names.find((_, i) => records[i]!.candidate.kind === 'on-demand') ?? null;
  for (let block = 0; block < blocks; block++) {
    records.forEach(({ usages }, i) => sums[i]!.add(usages[block]!, { decay }, objective));
    if (block + 1 < leastBlocks || block + 1 === blocks) continue;
    const scores = sums.map((sum) => sum.score(objective));
    incumbent = winnerOf(scores, { name: incumbent, margin: marginAfter((block + 1) / blocksPerDay) }, objective).winner
      .name;
  }
  const scores = sums.map((sum) => sum.score(objective));
  return choose(scores, { name: incumbent, margin: marginAfter(blocks / blocksPerDay) }, objective);
}

function marginAfter(days: number): number {
  return Math.max(MARGIN_TO_CHANGE, MARGIN_AFTER_A_DAY / days);
}

/** The policy in force, and by which share another must be cheaper. */
export interface Incumbent {
  name: string | null;
  margin: number;
}

/** What a candidate cost and missed, some of it weighing more than the rest. */
export class CandidateSum {
  private readonly candidate: Candidate;
  private readonly name: string;
  private knownDays = 0;
  private billUsd = 0;
  private coldStarts = 0;
  private invocations = 0;

  constructor(candidate: Candidate, name: string) {
    this.candidate = candidate;
    this.name = name;
  }

  /** All that was added before weighs `decay` times as much from now on. */
  add(usage: PoolUsage, { decay = 1, weight = 1 }, { memoryMb, prices }: Objective): void {
    this.knownDays = this.knownDays * decay + (weight * usage.knownMs) / DAY_MS;
    this.billUsd = this.billUsd * decay + weight * billUsd(usage, memoryMb, prices);
    this.coldStarts = this.coldStarts * decay + weight * usage.coldStarts;
    this.invocations = this.invocations * decay + weight * usage.invocations;
  }

  /** Per day of known time; all zero where nothing is known. */
  score({ coldStartPriceUsd, maxColdStartRate }: Objective): CandidateScore {
    const { candidate, name, knownDays, billUsd, coldStarts, invocations } = this;
    const priceUsd = maxColdStartRate === undefined ? coldStartPriceUsd : 0;
    const perDay = (sum: number) => (knownDays > 0 ? sum / knownDays : 0);
    return {
      candidate,
      name,
      billUsdPerDay: perDay(billUsd),
      coldStartsPerDay: perDay(coldStarts),
      coldStartRate: invocations > 0 ? coldStarts / invocations : 0,
      effectiveUsdPerDay: perDay(billUsd + priceUsd * coldStarts),
    };
  }
}

/** The best candidate by the objective; `incumbent` stays unless another is cheaper by the margin. */
function winnerOf(
  scores: readonly CandidateScore[],
  incumbent: Incumbent,
  { maxColdStartRate }: Objective,
): { winner: CandidateScore; eligible: readonly CandidateScore[] } {
  const eligible =
    maxColdStartRate === undefined ? scores : scores.filter((score) => score.coldStartRate <= maxColdStartRate);
  if (eligible.length === 0) return { winner: scores.reduce((a, b) => (byColdStarts(b, a) < 0 ? b : a)), eligible };
  const best = eligible.reduce((a, b) => (byCost(b, a) < 0 ? b : a));
  const present = eligible.find((score) => score.name === incumbent.name);
  const stays = present && best.effectiveUsdPerDay >= present.effectiveUsdPerDay * (1 - incumbent.margin);
  return { winner: stays ? present : best, eligible };
}

/** The winner among all, with what is worth knowing of the others. */
export function choose(scores: readonly CandidateScore[], incumbent: Incumbent, objective: Objective): Choice {
  const { winner, eligible } = winnerOf(scores, incumbent, objective);
  const objectiveMet = eligible.length > 0;
  const ranked = objectiveMet ? eligible.toSorted(byCost) : scores.toSorted(byColdStarts);
  return {
    winner,
    runnerUp: ranked.find((score) => score.candidate.kind !== winner.candidate.kind) ?? null,
    onDemand: scores.find((score) => score.candidate.kind === 'on-demand')!,
    bestForecast: ranked.find((score) => score.candidate.kind === 'forecast') ?? null,
    objectiveMet,
    ranked,
  };
}

function byCost(a: CandidateScore, b: CandidateScore): number {
  return a.effectiveUsdPerDay - b.effectiveUsdPerDay || byColdStarts(a, b);
}

function byColdStarts(a: CandidateScore, b: CandidateScore): number {
  return a.coldStartsPerDay - b.coldStartsPerDay || a.billUsdPerDay - b.billUsdPerDay;
}
