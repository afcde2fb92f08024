/** Functions by what Prewarm would have saved on them in their last two weeks, by the engine of `prewarm replay`. */
import type { TargetConfig } from '../config.ts';
import type { Choice, Objective } from '../controller/choose.ts';
import { type MeasuredSettings, measuredSettings } from '../controller/measured-settings.ts';
import { objectiveOf } from '../controller/objective.ts';
import { createPlanner } from '../controller/planner.ts';
import { priceNotes } from '../economics/prices.ts';
import type { MetricReading } from '../model.ts';
import { prepareEvaluation } from '../replay/evaluate.ts';
import { replay } from '../replay/replay.ts';
import { scoreOutcome } from '../replay/score.ts';
import { DAY_MS } from '../time.ts';
import { type Look, lookAt, mostSavedUsd } from './look.ts';
import { judge, type Judgement, type NamedScore, ownCostUsd, type Verdict } from './verdict.ts';

/** One function's past and its settings. */
export interface RankSubject {
  /** What it is called in the ranking: a file, or `function:alias`. */
  name: string;
  reading: MetricReading;
  settings: TargetConfig;
}

export interface Ranked {
  name: string;
  /** As given, and as completed by what the metrics tell. */
  given: TargetConfig;
  settings: MeasuredSettings<TargetConfig>;
  objective: Objective;
  /** Null where there is too little data. */
  period: { fromMs: number; toMs: number; invocations: number } | null;
  /** `replay` is the truth; `comparison` is what the controller itself thinks at the end of the data; `none`: nothing was tried. */
  basis: 'replay' | 'comparison' | 'none';
  verdict: Verdict;
  reason: string;
  judgement: Judgement | null;
  /** Prewarm first, where it was tried; empty where there is too little data. */
  scores: readonly NamedScore[];
  ownCostUsd: number;
  /** The most that Prewarm's plan held at once; null where nothing was replayed. */
  highestCapacity: number | null;
  notes: readonly string[];
}

export type Progress = (share: number) => Promise<void> | void;

/** What can be said without any replay: too little data, or nothing that could pay. Null where it takes one. */
export async function rankAtOnce(subject: RankSubject): Promise<Ranked | null> {
  const known = knownOf(subject);
  const { settings, objective, look } = known;
  if (look.kind === 'too little') {
    return { ...common(known), basis: 'none', verdict: 'too little data', reason: look.reason };
  }
  const ownUsd = ownCostUsd(look.toMs - look.fromMs);
  if (mostSavedUsd(look, objective, settings.coldStartMs) > ownUsd) return null;
  const evaluation = prepareEvaluation(subject.reading, look, settings);
  const outcomes = await evaluation.run([{ name: 'on-demand', scheduled: [] }]);
  const scores = outcomes.map((outcome) => ({
    name: 'on-demand',
    detail: 'on-demand',
    ...scoreOutcome(outcome, objective),
  }));
  return judged(known, { basis: 'none', scores, highestCapacity: null });
}

/** The replay of the last two weeks: the controller's walk, then every alternative on the same requests. */
export async function rankByReplay(subject: RankSubject, onProgress?: Progress): Promise<Ranked> {
  const known = knownOf(subject);
  const { look } = known;
  if (look.kind === 'too little') throw new Error(`${subject.name} was to be ranked at once`);
  const result = await replay(subject.reading, subject.settings, {
    evaluateFromMs: look.fromMs,
    ...(onProgress ? { onProgress } : {}),
  });
  const ours = result.policies.find(({ name }) => name === 'prewarm');
  const highestCapacity = Math.max(0, ...(ours?.timeline ?? []).map(({ capacity }) => capacity));
  return {
    ...judged(known, { basis: 'replay', scores: result.policies, highestCapacity }),
    settings: { ...known.settings, coldStartMs: result.assumptions.coldStartMs },
    notes: result.notes,
  };
}

/** The controller's own comparison of the last two weeks, recent days counting more: a fifth of a replay's work. */
export function rankByComparison(subject: RankSubject): Ranked {
  const known = knownOf(subject);
  const { settings, look } = known;
  if (look.kind === 'too little') throw new Error(`${subject.name} was to be ranked at once`);
  const planned = createPlanner(look.history, settings).planAt(look.toMs);
  const choice = planned.kind === 'planned' ? planned.choice : null;
  if (!choice) {
    const reason = 'too little is known of the last days to compare policies';
    return { ...common(known), basis: 'none', verdict: 'too little data', reason };
  }
  const scores = scoresOf(choice, (look.toMs - look.fromMs) / DAY_MS);
  return judged(known, { basis: 'comparison', scores, highestCapacity: null });
}

/** Worth it first, by what a day saves against on demand (dollars, or cold starts under a ceiling); too little data last. */
export function inOrder(ranked: readonly Ranked[]): Ranked[] {
  const group = ({ verdict }: Ranked) => (verdict === 'worth it' ? 0 : verdict === 'too little data' ? 2 : 1);
  const byName = (a: Ranked, b: Ranked) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return ranked.toSorted((a, b) => group(a) - group(b) || savedPerDay(b) - savedPerDay(a) || byName(a, b));
}

function savedPerDay({ judgement, objective, period }: Ranked): number {
  const saved = judgement?.savedAgainstOnDemand;
  if (!saved || !period) return 0;
  const amount = objective.maxColdStartRate === undefined ? saved.effectiveCostUsd : saved.coldStarts;
  return amount / (period.toMs - period.fromMs);
}

interface Known {
  subject: RankSubject;
  settings: MeasuredSettings<TargetConfig>;
  objective: Objective;
  look: Look;
  notes: readonly string[];
}

/** What the controller would learn of the function itself is used here, too. */
function knownOf(subject: RankSubject): Known {
  const { settings, notes } = measuredSettings(subject.settings, subject.reading);
  return {
    subject,
    settings,
    objective: objectiveOf(settings),
    look: lookAt(subject.reading, settings),
    notes: [...subject.reading.notes, ...notes, ...priceNotes(settings)],
  };
}

function common({ subject, settings, objective, notes }: Known) {
  const nothing = { period: null, judgement: null, scores: [], ownCostUsd: 0, highestCapacity: null };
  return { name: subject.name, given: subject.settings, settings, objective, notes, ...nothing };
}

function judged(known: Known, found: Pick<Ranked, 'basis' | 'scores' | 'highestCapacity'>): Ranked {
  const { look, objective } = known;
  if (look.kind === 'too little') throw new Error('nothing was to be judged');
  const { fromMs, toMs, invocations } = look;
  const ownUsd = ownCostUsd(toMs - fromMs);
  const judgement = judge(found.scores, objective, ownUsd);
  return {
    ...common(known),
    ...found,
    period: { fromMs, toMs, invocations },
    verdict: judgement.verdict,
    reason: judgement.reason,
    judgement,
    ownCostUsd: ownUsd,
  };
}

/** A choice's scores a day, over so many days, under the names of the alternatives. */
function scoresOf(choice: Choice, days: number): NamedScore[] {
  const of = (name: string, score: Choice['winner'] | undefined): NamedScore[] =>
    score
      ? [
          {
            name,
            detail: score.name,
            costUsd: score.billUsdPerDay * days,
            coldStarts: score.coldStartsPerDay * days,
            coldStartRate: score.coldStartRate,
            effectiveCostUsd: score.effectiveUsdPerDay * days,
            provisionedHours: NaN,
            utilization: null,
          },
        ]
      : [];
  const constant = choice.ranked.find(({ candidate }) => candidate.kind === 'constant');
  return [...of('prewarm', choice.winner), ...of('on-demand', choice.onDemand), ...of('best-constant', constant)];
}
