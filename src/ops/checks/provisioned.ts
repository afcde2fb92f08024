/** Provisioned concurrency itself: its state, its owner, where else it is, and whether anybody uses it. */
import {
  type Check,
  type Examined,
  highest,
  lambdaCommand,
  monthly,
  provisionedOf,
  registered,
  scalingCommand,
  verdict,
} from '../check.ts';
import { hasActionsAhead } from './actions.ts';
import type { AccountFacts, ProvisionedFacts } from '../facts.ts';
import { DAY_MS, HOUR_MS, isoUtc, MINUTE_MS } from '../../time.ts';

/** "Up to 15 minutes", https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const LONGEST_ALLOCATION_MS = 20 * MINUTE_MS;

export function provisionedStatus(x: Examined): Check {
  const say = verdict('provisioned-status', 'capacity that is not READY serves nobody, and no alarm of Lambda says so');
  return say.on(x.facts.provisioned, () => {
    const config = provisionedOf(x);
    if (!config) return say.pass('none: the alias runs on demand');
    const { requested, available, status, statusReason, lastModifiedMs } = config;
    const seen = `${status}, ${available} of ${requested} environments available`;
    if (status === 'FAILED') {
      return say.fail(
        `${seen}: ${statusReason || 'no reason given'}`,
        `${reasonHint(statusReason)} Then set the level again: ${lambdaCommand(x, 'put-provisioned-concurrency-config', `--qualifier ${x.facts.target.alias} --provisioned-concurrent-executions ${requested}`)}`,
      );
    }
    const minutes = Math.round((x.nowMs - lastModifiedMs) / MINUTE_MS);
    if (status === 'IN_PROGRESS' && x.nowMs - lastModifiedMs > LONGEST_ALLOCATION_MS) {
      return say.warn(
        `${seen}, in progress for ${minutes} minutes`,
        `${lambdaCommand(x, 'get-provisioned-concurrency-config', `--qualifier ${x.facts.target.alias}`)} until it is READY; look at the function's initialisation if it is not`,
      );
    }
    return say.pass(seen);
  });
}

function reasonHint(reason: string): string {
  return /INIT/i.test(reason)
    ? "The function's code fails or takes too long before its handler is ready: mend it and publish a version."
    : 'Mend what the reason names.';
}

/** An activity's record and Lambda's may differ by so much. */
const SLACK_MS = 2 * MINUTE_MS;
const ACTIVITIES_KEPT_MS = 42 * DAY_MS;

export function provisionedOwner(x: Examined): Check {
  const say = verdict(
    'provisioned-owner',
    'two owners of one number undo each other: a template with ProvisionedConcurrencyConfig sets it back at each deployment',
  );
  return say.on(x.facts.provisioned, () => {
    const config = provisionedOf(x);
    const target = registered(x);
    if (!config) return say.pass('no provisioned concurrency, so nobody else has set it');
    const fix = `remove ProvisionedConcurrencyConfig from ${stackOf(x.facts)}, and leave the level to Application Auto Scaling`;
    if (!target) {
      return say.warn(
        `${config.requested} environments are provisioned (${monthly(x, config.requested)}), and no scalable target manages them`,
        fix,
      );
    }
    const { requested, lastModifiedMs } = config;
    if (requested < target.minCapacity || requested > target.maxCapacity) {
      return say.fail(
        `${requested} environments, outside the scalable target's ${target.minCapacity} to ${target.maxCapacity}: somebody else set them`,
        fix,
      );
    }
    return say.on(x.facts.activities, (activities) => {
      const recent = x.nowMs - lastModifiedMs < ACTIVITIES_KEPT_MS;
      const ours = activities.some(({ description, atMs, endMs }) => {
        const during = lastModifiedMs >= atMs - SLACK_MS && lastModifiedMs <= (endMs ?? atMs) + SLACK_MS;
        return during && /desired concurrency/i.test(description);
      });
      return ours || !recent
        ? say.pass(`${requested} environments, set by Application Auto Scaling`)
        : say.warn(
            `${requested} environments, last set at ${isoUtc(lastModifiedMs)} by something else than Application Auto Scaling: a template, a deployment or a person`,
            fix,
          );
    });
  });
}

function stackOf({ tags }: AccountFacts): string {
  const stack = tags.known ? tags.value['aws:cloudformation:stack-name'] : undefined;
  return stack === undefined ? 'the template or program that deploys the function' : `the template of stack ${stack}`;
}

export function provisionedElsewhere(x: Examined): Check {
  const say = verdict(
    'provisioned-elsewhere',
    'capacity on other versions and aliases is paid for and counts against the same limits; deployments that put it on versions strand it',
  );
  return say.on(x.facts.provisioned, (all) => {
    const others = all.filter(({ qualifier }) => qualifier !== x.facts.target.alias);
    const environments = others.reduce((total, { requested }) => total + requested, 0);
    if (environments === 0) return say.pass('none on other versions or aliases');
    const seen = others.map(({ qualifier, requested }) => `${requested} on ${qualifier}`).join(', ');
    return say.warn(`${seen}: ${monthly(x, environments)}`, others.map((other) => deletion(x, other)).join(' && '));
  });
}

function deletion(x: Examined, { qualifier }: ProvisionedFacts): string {
  return lambdaCommand(x, 'delete-provisioned-concurrency-config', `--qualifier ${qualifier}`);
}

export function unusedCapacity(x: Examined): Check {
  const say = verdict('unused-capacity', 'provisioned environments are paid for whether or not they serve anybody');
  const config = provisionedOf(x);
  return say.on(x.facts.provisioned, () => {
    if (!config) return say.pass('nothing is provisioned');
    if (!x.demand) return say.skipped(x.demandMissing);
    const sinceMs = Math.max(x.nowMs - DAY_MS, Number.isNaN(config.lastModifiedMs) ? 0 : config.lastModifiedMs);
    const knownMs = x.demand.reading.reliableUntilMs - sinceMs;
    if (knownMs < HOUR_MS) return say.skipped(`the level of ${config.requested} is younger than an hour`);
    const used = highest(inUseSince(x, sinceMs));
    const unused = config.requested - used;
    const hours = Math.round(knownMs / HOUR_MS);
    const seen = `at most ${used} of ${config.requested} were in use in the last ${hours} h`;
    if (unused <= 0) return say.pass(seen);
    if (hasActionsAhead(x)) return say.pass(`${seen}; the schedule moves the level, and holds a reserve on purpose`);
    const target = registered(x);
    const bounds = `--min-capacity ${used} --max-capacity ${Math.max(used, target?.maxCapacity ?? used)}`;
    const fix = target ? scalingCommand(x, 'register-scalable-target', bounds) : deletion(x, config);
    return say.warn(`${seen}; ${unused} unused ones cost ${monthly(x, unused)}`, fix);
  });
}

function inUseSince({ demand }: Examined, sinceMs: number): number[] {
  return (demand?.reading.grids ?? []).flatMap(({ startMs, stepSeconds, provisionedConcurrency }) =>
    Array.from(provisionedConcurrency).filter((_, i) => startMs + i * stepSeconds * 1000 >= sinceMs),
  );
}
