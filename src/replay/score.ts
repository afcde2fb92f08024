/** What an outcome is worth, and which of two is better: by a price for each cold start, or a ceiling on their rate. */
import type { Objective } from '../controller/choose.ts';
import { billUsd } from '../economics/prices.ts';
import type { Outcome } from './lane.ts';

export interface Score {
  costUsd: number;
  coldStarts: number;
  coldStartRate: number;
  /** The bill and the price of its cold starts; with a ceiling on their rate, which prices none, the bill. */
  effectiveCostUsd: number;
  provisionedHours: number;
  /** Share of the provisioned time in which requests ran; null where nothing was provisioned. */
  utilization: number | null;
}

export function scoreOutcome(outcome: Outcome, objective: Objective): Score {
  const costUsd = billUsd(outcome, objective.memoryMb, objective.prices);
  const { coldStarts, invocations, provisionedMs, provisionedRunMs } = outcome;
  const priceUsd = objective.maxColdStartRate === undefined ? objective.coldStartPriceUsd : 0;
  return {
    costUsd,
    coldStarts,
    coldStartRate: coldStarts / Math.max(1, invocations),
    effectiveCostUsd: costUsd + priceUsd * coldStarts,
    provisionedHours: provisionedMs / 3_600_000,
    utilization: provisionedMs > 0 ? provisionedRunMs / provisionedMs : null,
  };
}

/** Negative when `a` is better. Under a ceiling those that keep it come first, by cost; the others by how far they miss it. */
export function compareScores(a: Score, b: Score, { maxColdStartRate }: Pick<Objective, 'maxColdStartRate'>): number {
  if (maxColdStartRate === undefined) return a.effectiveCostUsd - b.effectiveCostUsd;
  const missed = (score: Score) => Math.max(0, score.coldStartRate - maxColdStartRate);
  return missed(a) - missed(b) || a.costUsd - b.costUsd;
}
