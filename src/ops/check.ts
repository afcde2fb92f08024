/** What a check says, and what every check is given. */
import type { TargetConfig } from '../config.ts';
import { objectiveOf } from '../controller/objective.ts';
import type { DemandFacts } from './demand.ts';
import type { AccountFacts, Fact, ProvisionedFacts, TargetFacts } from './facts.ts';

export const STATUSES = ['pass', 'warn', 'fail', 'skipped'] as const;
export type Status = (typeof STATUSES)[number];

export interface Check {
  id: string;
  status: Status;
  /** What was seen, with numbers. */
  saw: string;
  /** Why it matters, one line, whatever was seen. */
  why: string;
  /** The command or parameter that mends it, or answers what was skipped; null where there is nothing to do. */
  fix: string | null;
}

export interface Examined {
  facts: AccountFacts;
  config: TargetConfig;
  nowMs: number;
  /** Null where the metrics could not be read; `demandMissing` says why. */
  demand: DemandFacts | null;
  demandMissing: string;
}

export interface Verdict {
  pass: (saw: string) => Check;
  warn: (saw: string, fix: string) => Check;
  fail: (saw: string, fix: string) => Check;
  skipped: (saw: string, fix?: string) => Check;
  /** The verdict on a fact, or that it could not be read. */
  on: <T>(fact: Fact<T>, judge: (value: T) => Check) => Check;
}

/** The four answers of one check. */
export function verdict(id: string, why: string): Verdict {
  const check = (status: Status, fix: string | null) => (saw: string) => ({ id, status, saw, why, fix });
  return {
    pass: check('pass', null),
    warn: (saw, fix) => check('warn', fix)(saw),
    fail: (saw, fix) => check('fail', fix)(saw),
    skipped: (saw, fix) => check('skipped', fix ?? null)(saw),
    on: (fact, judge) =>
      fact.known ? judge(fact.value) : check('skipped', null)(`not looked at: the caller may not do ${fact.action}`),
  };
}

/** True for `$LATEST` and versions, which nothing can be registered for here. */
export function isNoAlias({ facts: { target } }: Examined): boolean {
  return /^(\$LATEST|\d+)$/.test(target.alias);
}

export function targetName({ facts: { target } }: Examined): string {
  return `${target.functionName}:${target.alias}`;
}

export function resourceIdOf({ facts: { target } }: Examined): string {
  return `function:${target.functionName}:${target.alias}`;
}

/** A command of Application Auto Scaling on a resource, by default the target. */
export function scalingCommand(x: Examined, verb: string, more = '', resourceId = resourceIdOf(x)): string {
  const scope = '--service-namespace lambda --scalable-dimension lambda:function:ProvisionedConcurrency';
  return `aws application-autoscaling ${verb} ${scope} --resource-id ${resourceId}${more === '' ? '' : ` ${more}`}`;
}

/** A command of Lambda on the function. */
export function lambdaCommand(x: Examined, verb: string, more = ''): string {
  return `aws lambda ${verb} --function-name ${x.facts.target.functionName}${more === '' ? '' : ` ${more}`}`;
}

/** The target's registration; null where nothing is registered or that may not be read. */
export function registered(x: Examined): TargetFacts | null {
  const { targets } = x.facts;
  return (targets.known && targets.value.find(({ resourceId }) => resourceId === resourceIdOf(x))) || null;
}

/** The alias's own provisioned concurrency; null where it has none or that may not be read. */
export function provisionedOf({ facts: { provisioned, target } }: Examined): ProvisionedFacts | null {
  return (provisioned.known && provisioned.value.find(({ qualifier }) => qualifier === target.alias)) || null;
}

const SECONDS_PER_MONTH = 730 * 3600;

/** What holding so many environments costs in 730 hours, in words. */
export function monthly(x: Examined, environments: number): string {
  const { fn } = x.facts;
  const billed = fn.known && fn.value ? { memoryMb: fn.value.memoryMb, architecture: fn.value.architecture } : {};
  const { memoryMb, prices } = objectiveOf({ ...billed, ...x.config });
  const usd = environments * (memoryMb / 1024) * prices.provisionedGbSecondUsd * SECONDS_PER_MONTH;
  return `$${usd.toFixed(2)} a month`;
}

/** The sum of what is known. */
export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
}

/** The maximum of what is known; 0 where nothing is. */
export function highest(values: Iterable<number>): number {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  return max;
}
