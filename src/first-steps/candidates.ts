/** Which of an account's functions are worth a closer look, and what keeps the others from being switched on. */
import type { Objective } from '../controller/choose.ts';
import type { AliasUse, FunctionFound, HourlyUse } from './account.ts';
import { mostSavedUsd, RANKED_DAYS } from './look.ts';
import { ownCostUsd } from './verdict.ts';
import { DAY_MS } from '../time.ts';

export interface Candidate {
  fn: FunctionFound;
  /** Orders those that are looked at; a coarse upper bound. */
  potentialUsd: number;
}

/** Something that stands in the way, in a sentence, and what to do about it. */
export interface Obstacle {
  name: string;
  why: string;
  remedy: readonly string[];
}

/** An environment that was idle so long is gone: it can start cold so many times an hour. */
const COLD_STARTS_PER_HOUR = 6;

/**
 * Functions that a plan could pay for at all, the most promising first. Potential: each hour, at most every environment of the
 * peak starts cold every ten minutes, and at most every request is cold.
 */
export function candidatesAmong(
  functions: readonly FunctionFound[],
  use: ReadonlyMap<string, HourlyUse>,
  { objectiveOf, coldStartMs }: { objectiveOf: (fn: FunctionFound) => Objective; coldStartMs: number },
): Candidate[] {
  const ownUsd = ownCostUsd(RANKED_DAYS * DAY_MS);
  const candidates = functions.flatMap((fn) => {
    const hours = use.get(fn.name);
    if (!hours) return [];
    const objective = objectiveOf(fn);
    const most = mostSavedUsd(totalsOf(hours), objective, coldStartMs);
    return most > ownUsd ? [{ fn, potentialUsd: objective.coldStartPriceUsd * mostColdStarts(hours) }] : [];
  });
  return candidates.toSorted((a, b) => b.potentialUsd - a.potentialUsd || (a.fn.name < b.fn.name ? -1 : 1));
}

function totalsOf({ invocations, averageDurationMs }: HourlyUse): { invocations: number; runMs: number } {
  const totals = { invocations: 0, runMs: 0 };
  for (const [hour, count] of invocations.entries()) {
    if (!(count > 0)) continue;
    totals.invocations += count;
    totals.runMs += count * (averageDurationMs[hour] || 0);
  }
  return totals;
}

function mostColdStarts({ invocations, maxConcurrency }: HourlyUse): number {
  return invocations.reduce((sum, count, hour) => {
    if (!(count > 0)) return sum;
    const peak = maxConcurrency[hour] ?? NaN;
    return sum + (peak > 0 ? Math.min(count, COLD_STARTS_PER_HOUR * peak) : count);
  }, 0);
}

/** What excludes provisioned concurrency altogether. */
export function excludedBy({ name, snapStart, unsupported }: FunctionFound): Obstacle | null {
  if (snapStart) {
    return {
      name,
      why: 'has SnapStart, and a version cannot have provisioned concurrency beside it',
      remedy: [
        'leave it: SnapStart makes cold starts short at no cost for idle time; or switch it off, publish a version and run init again:',
        `aws lambda update-function-configuration --function-name ${name} --snap-start ApplyOn=None`,
      ],
    };
  }
  if (unsupported === null) return null;
  return { name, why: `runs with ${unsupported}, which knows no provisioned concurrency`, remedy: [] };
}

/** Less than this share of the requests by way of the alias, and most of them would go round what is provisioned there. */
const LEAST_SHARE = 0.5;

export interface AliasChoice {
  /** The alias to scale; the usual name where there is none yet. */
  alias: string;
  /** Null where it can be switched on as it is. */
  obstacle: Obstacle | null;
}

/** The alias that most requests come by, and what is missing where they do not. `wanted` is the one that the user named. */
export function aliasOf(
  fn: FunctionFound,
  aliases: readonly AliasUse[],
  use: HourlyUse,
  { wanted, usual }: { wanted: string | undefined; usual: string },
): AliasChoice {
  const some = wanted === undefined ? aliases : aliases.filter(({ name }) => name === wanted);
  const [busiest] = some.toSorted((a, b) => b.invocations - a.invocations || (a.name < b.name ? -1 : 1));
  if (!busiest) {
    const alias = wanted ?? usual;
    return { alias, obstacle: { name: fn.name, why: noAlias(wanted), remedy: makeAlias(fn.name, alias) } };
  }
  const all = totalsOf(use).invocations;
  const share = all > 0 ? busiest.invocations / all : 1;
  if (share >= LEAST_SHARE) return { alias: busiest.name, obstacle: null };
  const percent = Math.round(100 * share);
  const why = `only ${percent} % of its requests come by way of the alias ${busiest.name}: what is provisioned there would not serve the others, which call $LATEST, a version or another alias`;
  return { alias: busiest.name, obstacle: { name: fn.name, why, remedy: [pointCallers(fn.name, busiest.name)] } };
}

function noAlias(wanted: string | undefined): string {
  const what = wanted === undefined ? 'has no alias' : `has no alias ${wanted}`;
  return `${what}: provisioned concurrency exists for published versions and aliases, not for $LATEST`;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html */
function makeAlias(name: string, alias: string): string[] {
  return [
    `aws lambda publish-version --function-name ${name}`,
    `aws lambda create-alias --function-name ${name} --name ${alias} --function-version 1   # the version that was printed`,
    pointCallers(name, alias),
  ];
}

function pointCallers(name: string, alias: string): string {
  return `then let callers (API, event source mappings, rules) invoke ${name}:${alias}, and let deployments move the alias (AutoPublishAlias: ${alias} in AWS SAM)`;
}

/** Somebody else's capacity on the function: no obstacle, but two owners of one value fight. */
export function provisionedNotes(
  alias: string,
  configs: readonly { qualifier: string; requested: number }[],
): string[] {
  return configs.map(({ qualifier, requested }) =>
    qualifier === alias
      ? `${alias} has ${requested} provisioned already: take ProvisionedConcurrencyConfig out of its template, and other policies off it, before Prewarm acts`
      : `${requested} provisioned on ${qualifier}, beside the alias ${alias}: billed whether used or not`,
  );
}
