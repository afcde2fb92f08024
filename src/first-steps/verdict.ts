/** What a ranking says of one function: a word, a sentence, and what Prewarm would have saved. */
import type { Objective } from '../controller/choose.ts';
import type { Score } from '../replay/score.ts';
import { compareScores } from '../replay/score.ts';
import { DAY_MS } from '../time.ts';

export const VERDICTS = [
  'worth it',
  'cheaper constant',
  'cheaper target tracking',
  'leave on demand',
  'too little data',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * What a further function costs to run, for the metrics that are read and written: docs/operations.md, "What Prewarm itself costs". A
 * plan that saves less is not worth it.
 */
export const OWN_COST_USD_PER_MONTH = 5.23;
const DAYS_PER_MONTH = 730 / 24;

export function ownCostUsd(periodMs: number): number {
  return (OWN_COST_USD_PER_MONTH * periodMs) / DAY_MS / DAYS_PER_MONTH;
}

/** A policy's score under the name that people know it by. */
export interface NamedScore extends Score {
  /** `prewarm`, or one of the alternatives. */
  name: string;
  /** Which of its kind, e.g. `constant 4`. */
  detail: string;
}

/** Against one other policy; positive is better. Prewarm's own cost is taken off the dollars. */
export interface Saved {
  coldStarts: number;
  /** Off the bill. */
  costUsd: number;
  /** Off the bill and the price of cold starts together; off the bill alone where a ceiling stands in for the price. */
  effectiveCostUsd: number;
}

export interface Judgement {
  verdict: Verdict;
  reason: string;
  /** The best that anybody could set up without Prewarm, chosen with the period known. */
  best: NamedScore;
  /** Null where nothing of Prewarm's was tried, because nothing could have paid for it. */
  savedAgainstOnDemand: Saved | null;
  savedAgainstBest: Saved | null;
}

/** What each alternative is called where it is the cheaper one. */
const CHEAPER: Readonly<Record<string, Verdict>> = {
  'best-constant': 'cheaper constant',
  'target-tracking': 'cheaper target tracking',
  'on-demand': 'leave on demand',
};

/**
 * What a user can set up on Lambda by a setting. A repeated week takes a controller that writes it, as Prewarm does where that is
 * best; predictive scaling AWS offers for other services only.
 */
export const SIMPLE_ALTERNATIVES: readonly string[] = Object.keys(CHEAPER);

/**
 * Worth it when Prewarm beats every simple alternative with its own cost on its side of the balance; else the cheapest of
 * those is the answer. `scores` holds on-demand, and Prewarm's where it was tried.
 */
export function judge(scores: readonly NamedScore[], objective: Objective, ownUsd: number): Judgement {
  const simple = scores.filter(({ name }) => SIMPLE_ALTERNATIVES.includes(name));
  const best = simple.reduce((a, b) => (compareScores(b, a, objective) < 0 ? b : a));
  const onDemand = simple.find(({ name }) => name === 'on-demand') ?? best;
  const ours = scores.find(({ name }) => name === 'prewarm');
  if (!ours) {
    const reason = `no plan could save the ${dollars(ownUsd)} that Prewarm itself costs in that time`;
    return { verdict: 'leave on demand', reason, best, savedAgainstOnDemand: null, savedAgainstBest: null };
  }
  const oursAllIn = { ...ours, costUsd: ours.costUsd + ownUsd, effectiveCostUsd: ours.effectiveCostUsd + ownUsd };
  const savedAgainstOnDemand = savedBy(oursAllIn, onDemand);
  const savedAgainstBest = savedBy(oursAllIn, best);
  const isWorthIt = compareScores(oursAllIn, best, objective) < 0;
  const verdict = isWorthIt ? 'worth it' : (CHEAPER[best.name] ?? 'leave on demand');
  const reason = isWorthIt
    ? worthIt({ best, savedAgainstOnDemand, savedAgainstBest }, objective)
    : notWorthIt({ ours, best, ownUsd }, objective);
  return { verdict, reason, best, savedAgainstOnDemand, savedAgainstBest };
}

function savedBy(ours: Score, other: Score): Saved {
  return {
    coldStarts: other.coldStarts - ours.coldStarts,
    costUsd: other.costUsd - ours.costUsd,
    effectiveCostUsd: other.effectiveCostUsd - ours.effectiveCostUsd,
  };
}

function worthIt(
  { best, savedAgainstOnDemand, savedAgainstBest }: Omit<Judgement, 'verdict' | 'reason'>,
  { maxColdStartRate }: Objective,
): string {
  const of = (saved: Saved | null) => {
    const { effectiveCostUsd = 0, coldStarts = 0 } = saved ?? {};
    return `${effectiveCostUsd < 0 ? `costs ${dollars(-effectiveCostUsd)} more and` : `saves ${dollars(effectiveCostUsd)} and`} ${coldStartsWord(coldStarts)}`;
  };
  const kept = maxColdStartRate === undefined ? '' : ', and keeps the ceiling best';
  if (best.name === 'on-demand') return `${of(savedAgainstOnDemand)} against on demand${kept}`;
  return `${of(savedAgainstOnDemand)} against on demand, ${of(savedAgainstBest)} against ${nameOf(best)}${kept}`;
}

function coldStartsWord(count: number): string {
  const rounded = Math.round(count);
  if (rounded === 0) return 'has as many cold starts';
  return rounded < 0 ? `has ${number(-rounded)} more cold starts` : `spares ${number(rounded)} cold starts`;
}

function notWorthIt(
  { ours, best, ownUsd }: { ours: NamedScore; best: NamedScore; ownUsd: number },
  { maxColdStartRate }: Objective,
): string {
  const difference = best.effectiveCostUsd - ours.effectiveCostUsd;
  const name = nameOf(best);
  if (maxColdStartRate !== undefined) {
    const keeps = best.coldStartRate <= maxColdStartRate ? 'keeps the ceiling' : 'comes closest to the ceiling';
    return `${name} ${keeps} for ${dollars(best.costUsd)}; Prewarm takes ${dollars(ours.costUsd + ownUsd)}`;
  }
  if (difference > 0.005) {
    return `the plan is ${dollars(difference)} cheaper than ${name}, less than the ${dollars(ownUsd)} that Prewarm itself costs`;
  }
  if (difference > -0.005) return `the plan is as good as ${name}, and Prewarm itself costs ${dollars(ownUsd)}`;
  return `${name} is ${dollars(-difference)} cheaper than the plan`;
}

/** As in the middle of a sentence. */
export function nameOf({ name, detail }: Pick<NamedScore, 'name' | 'detail'>): string {
  if (name === 'best-constant') return `a constant ${detail.replace(/^constant /, '')}`;
  return name.replaceAll('-', ' ');
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
