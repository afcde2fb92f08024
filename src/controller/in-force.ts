/** Which policies are carried out: those that were chosen, or what takes their place where that cannot be trusted. */
import { blendOf, type Share } from './blend.ts';
import type { Candidate } from './candidates.ts';
import type { CandidateScore, Choice } from './choose.ts';
import type { Footing, ForecastTrust } from './trust.ts';

interface Ground {
  footing: Footing;
  trust: ForecastTrust;
  /** The choice among some by how they did lately. */
  lately: (scores: readonly CandidateScore[]) => Choice;
}

/** Policies that a change of demand does not mislead. */
const FOLLOWING: readonly Candidate['kind'][] = ['on-demand', 'recent'];

/**
 * The winner with those that did about as well. Where the forecast is not trusted, no winner that rests on days gone by, but what
 * did best lately without a forecast; where nothing is known of the demand, what needs no news of it. Nobody where nothing
 * was compared.
 */
export function blendFor(choice: Choice | null, { footing, trust, lately }: Ground): Share[] {
  if (!choice) return [];
  const alone = (score: CandidateScore): Share[] => [{ score, weight: 1 }];
  const restingOn = (kinds: readonly Candidate['kind'][]) =>
    choice.ranked.filter(({ candidate }) => kinds.includes(candidate.kind));
  if (footing === 'release') return alone(choice.onDemand);
  if (footing === 'constant') return alone(restingOn(['constant', 'on-demand'])[0] ?? choice.onDemand);
  const { winner, objectiveMet } = choice;
  if (trust.trusted) return objectiveMet ? blendOf(winner, choice.ranked) : alone(winner);
  const others = restingOn(['constant', 'recent', 'repeat', 'on-demand']);
  if (FOLLOWING.includes(winner.candidate.kind)) return objectiveMet ? blendOf(winner, others) : alone(winner);
  const instead = lately(others.includes(choice.onDemand) ? others : [...others, choice.onDemand]);
  return instead.objectiveMet ? blendOf(instead.winner, instead.ranked) : alone(instead.winner);
}
