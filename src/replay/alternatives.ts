/** What the user could have had without Prewarm, and what a plan that knew the future would have had. */
import type { Objective } from '../controller/choose.ts';
import { DAY_MS } from '../time.ts';
import type { Evaluation } from './evaluate.ts';
import { clairvoyantCandidates, constantCandidates } from './hindsight.ts';
import { hourlyPredictiveFloor } from './hourly-predictive.ts';
import type { Outcome, Policy } from './lane.ts';
import { lastWeekTimeline } from './last-week.ts';
import { compareScores, type Score, scoreOutcome } from './score.ts';
import type { TargetTrackingOptions } from './target-tracking.ts';
import type { Timeline } from './timeline.ts';

export interface AlternativeLimits {
  maxCapacity: number;
  leadTimeSeconds: number;
}

export const ALTERNATIVES = [
  'on-demand',
  'best-constant',
  'target-tracking',
  'hourly-predictive',
  'last-week',
  'clairvoyant',
] as const;
export type PolicyName = 'prewarm' | (typeof ALTERNATIVES)[number];

/** What anybody can set up; the best of these in hindsight is what Prewarm is measured by. */
export const AVAILABLE: readonly PolicyName[] = ALTERNATIVES.filter((name) => name !== 'clairvoyant');

export interface ScoredPolicy extends Score {
  name: PolicyName;
  /** Which of its kind it is, e.g. the level of the best constant. */
  detail: string;
  /** Capacity as asked for. */
  timeline: Timeline;
}

/** AWS's own example of a target. */
const TRACKING_TARGET = 0.7;

/** So many of the candidates that know the period are run in the twin, the best by estimate. */
const FINALISTS = 3;

type Progress = (share: number) => Promise<void> | void;

export interface Alternatives {
  /**
   * All policies with their scores, `prewarm` first. Whatever does not depend on the objective is run once and
   * kept, so that further objectives cost little.
   */
  compare(prewarm: Timeline, objective: Objective, onProgress?: Progress): Promise<ScoredPolicy[]>;
}

export function createAlternatives(evaluation: Evaluation, limits: AlternativeLimits): Alternatives {
  const fixed = fixedPolicies(evaluation, limits);
  const constants = estimated(
    evaluation,
    constantCandidates(evaluation.record, heldPeriod(evaluation), limits.maxCapacity),
  );
  const clairvoyant = estimated(evaluation, clairvoyantFor(evaluation, limits));
  const known = new Map<string, Outcome>();
  return {
    async compare(prewarm, objective, onProgress) {
      const score = (outcome: Outcome) => scoreOutcome(outcome, objective);
      const finalists = (candidates: readonly Estimated[]) =>
        candidates
          .toSorted((a, b) => compareScores(score(a.outcome), score(b.outcome), objective))
          .slice(0, FINALISTS)
          .map(({ policy }) => policy);
      const ours: Policy = { name: 'prewarm', scheduled: prewarm };
      const ofConstants = finalists(constants);
      const ofClairvoyant = finalists(clairvoyant);
      known.delete(ours.name);
      const wanted = [ours, ...fixed, ...ofConstants, ...ofClairvoyant].filter(({ name }) => !known.has(name));
      const outcomes = await evaluation.run(wanted, onProgress);
      wanted.forEach(({ name }, i) => known.set(name, outcomes[i] as Outcome));

      const scored = (name: PolicyName, policy: Policy): ScoredPolicy => {
        const outcome = known.get(policy.name) as Outcome;
        return { name, detail: policy.name, ...score(outcome), timeline: outcome.asked };
      };
      const best = (name: PolicyName, policies: readonly Policy[]) =>
        policies.map((policy) => scored(name, policy)).reduce((a, b) => (compareScores(b, a, objective) < 0 ? b : a));
      return [
        scored('prewarm', ours),
        ...fixed.map((policy) => scored(policy.name as PolicyName, policy)),
        best('best-constant', ofConstants),
        // To know the future is to know which of all turns out best, too.
        best('clairvoyant', [...ofClairvoyant, ...ofConstants, ...fixed, ours]),
      ];
    },
  };
}

interface Estimated {
  policy: Policy;
  outcome: Outcome;
}

function estimated({ estimate }: Evaluation, policies: readonly Policy[]): Estimated[] {
  return policies.map((policy) => ({ policy, outcome: estimate(policy) }));
}

/** Alternatives are in force from the warm-up on. */
function heldPeriod({ warmUpFromMs, toMs }: Evaluation): { startMs: number; endMs: number } {
  return { startMs: warmUpFromMs, endMs: toMs };
}

function clairvoyantFor(evaluation: Evaluation, { maxCapacity }: AlternativeLimits): Policy[] {
  // It knows the delays, too.
  const leadTimeSeconds = Math.ceil((evaluation.actionLatenessMs + evaluation.allocationDelayMs) / 60_000) * 60;
  return clairvoyantCandidates(evaluation.record, heldPeriod(evaluation), { maxCapacity, leadTimeSeconds });
}

/** The first is doing nothing. */
function fixedPolicies(evaluation: Evaluation, { maxCapacity, leadTimeSeconds }: AlternativeLimits): Policy[] {
  const period = heldPeriod(evaluation);
  const tracking: TargetTrackingOptions = { target: TRACKING_TARGET, minCapacity: 1, maxCapacity };
  const hourly = { ...period, target: TRACKING_TARGET, minCapacity: 1, maxCapacity };
  return [
    { name: 'on-demand', scheduled: [] },
    { name: 'target-tracking', scheduled: [], tracking },
    { name: 'hourly-predictive', scheduled: hourlyPredictiveFloor(evaluation.record, hourly), tracking },
    {
      name: 'last-week',
      scheduled: lastWeekTimeline(evaluation.record, { ...period, leadTimeSeconds, maxCapacity }),
    },
  ];
}

/** Notes on what the data was too short for. */
export function historyNotes({ fromMs, history }: Pick<Evaluation, 'fromMs' | 'history'>): string[] {
  const days = (fromMs - history.startMs) / DAY_MS;
  if (days >= 14) return [];
  const missing = days < 7 ? 'a repeated week is a repeated day at first, and n' : 'n';
  return [
    `${days.toFixed(1)} days of data come before the evaluation, fewer than 14: ${missing}o policy has seen every weekday twice`,
  ];
}
