/** Policies that did about equally well, averaged: which of them is best next time is mostly chance. */
import type { CandidateScore } from './choose.ts';

export interface Share {
  score: CandidateScore;
  /** The weights of a blend add up to 1. */
  weight: number;
}

const MOST_MEMBERS = 5;
/** A policy that much dearer than the cheapest has no weight any more. */
const DEARER = 0.1;

/**
 * The winner and the cheapest others. What a slot costs is convex in its level (what is held grows with it, what is missed falls
 * ever more slowly), so that the mean of several levels costs no more than the mean of their costs, and less where they err in
 * different directions: forecast combination after Bates & Granger (1969).
 *
 * Weight: 1 for the winner, 1 - (cost / least cost - 1) / 10 % for others, over their sum. Where on demand has won, or no
 * policy keeps the objective, the winner is alone.
 */
export function blendOf(winner: CandidateScore, ranked: readonly CandidateScore[]): Share[] {
  const least = ranked[0]?.effectiveUsdPerDay ?? 0;
  if (winner.candidate.kind === 'on-demand' || !(least > 0)) return [{ score: winner, weight: 1 }];
  const others = ranked.filter(({ name }) => name !== winner.name).slice(0, MOST_MEMBERS - 1);
  const shares = [
    { score: winner, weight: 1 },
    ...others.map((score) => ({ score, weight: 1 - (score.effectiveUsdPerDay / least - 1) / DEARER })),
  ].filter(({ weight }) => weight > 0);
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  return shares.map(({ score, weight }) => ({ score, weight: weight / sum }));
}

/** The weighted mean of levels, fractions of an environment rounded towards the first member: it decides where levels are small. */
export function averageLevels(members: readonly { levels: Int32Array; weight: number }[]): Int32Array {
  const [first] = members;
  if (!first || members.length === 1) return first?.levels ?? new Int32Array();
  return first.levels.map((level, slot) => {
    let difference = 0;
    for (const { levels, weight } of members) difference += weight * (levels[slot]! - level);
    return level + Math.trunc(difference);
  });
}
