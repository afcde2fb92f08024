/** Who calls, and how much concurrency there is to give. */
import {
  type Check,
  type Examined,
  highest,
  lambdaCommand,
  provisionedOf,
  registered,
  resourceIdOf,
  sum,
  verdict,
} from '../check.ts';
import type { UsageFacts } from '../facts.ts';
import { ownActions } from './actions.ts';

/** Tests by hand and health checks may go to the bare function. */
const TOLERATED_SHARE = 0.01;

export function bypass(x: Examined): Check {
  const { functionName, alias } = x.facts.target;
  const say = verdict('bypass', 'only requests to the alias are served by its provisioned environments');
  return say.on(x.facts.usage, (usage) => {
    const sources = x.facts.eventSources.known
      ? x.facts.eventSources.value.filter(({ qualifier }) => qualifier === null)
      : [];
    const moves = sources.map(
      ({ uuid }) => `aws lambda update-event-source-mapping --uuid ${uuid} --function-name ${functionName}:${alias}`,
    );
    const { all, past, elsewhere } = whereCallsGo(usage);
    const named = sources.map(({ sourceArn }) => sourceArn).join(', ');
    const seen = `${past} of ${all} requests in 7 days went past the alias${elsewhere}${named === '' ? '' : `; event sources on the bare function: ${named}`}`;
    const share = all > 0 ? past / all : 0;
    if (share <= TOLERATED_SHARE && sources.length === 0) return say.pass(all === 0 ? 'no requests in 7 days' : seen);
    const fix = [
      ...moves,
      `give the other callers (API Gateway, EventBridge, ${lambdaCommand(x, 'get-policy')}) the alias's ARN, ending in :${alias}`,
    ].join(' && ');
    return share > 0.5 ? say.fail(seen, fix) : say.warn(seen, fix);
  });
}

function whereCallsGo(usage: UsageFacts): { all: number; past: number; elsewhere: string } {
  const all = sum(usage.functionInvocations);
  const others = usage.otherAliases
    .map(({ name, invocations }) => ({ name, count: sum(invocations) }))
    .filter(({ count }) => count > 0);
  const past = Math.max(0, all - sum(usage.aliasInvocations));
  const elsewhere =
    others.length === 0 ? '' : ` (${others.map(({ name, count }) => `${count} to ${name}`).join(', ')})`;
  return { all, past, elsewhere };
}

/** The highest level that is scheduled, planned or held. */
function highestLevel(x: Examined): number {
  const planned = x.demand?.planned;
  return Math.max(
    registered(x)?.minCapacity ?? 0,
    highest(ownActions(x).map(({ minCapacity = 0 }) => minCapacity)),
    planned?.kind === 'planned' ? highest(planned.plan.capacity) : 0,
  );
}

const KEPT_UNRESERVED = 100;

export function accountHeadroom(x: Examined): Check {
  const say = verdict(
    'account-headroom',
    "provisioned concurrency may take the account's unreserved concurrency less 100; beyond that actions fail",
  );
  return say.on(x.facts.account, ({ limit, unreserved }) => {
    const peak = x.facts.usage.known ? highest(x.facts.usage.value.accountConcurrency) : 0;
    const increase = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${2 * limit}`;
    const level = highestLevel(x);
    const seen = `limit ${limit}, unreserved ${unreserved}, highest concurrency in 7 days ${peak}, highest level ${level}`;
    if (x.facts.reserved.known && x.facts.reserved.value === null) {
      const others = otherMinimums(x);
      const free = unreserved - KEPT_UNRESERVED - others;
      const told = `${seen}, ${free} left for this alias${others > 0 ? ` after ${others} that other targets hold` : ''}`;
      if (level > free) return say.fail(told, `set maxCapacity to ${Math.max(1, free)}, or ${increase}`);
      if (peak > 0.9 * limit) return say.warn(told, increase);
      return say.pass(told);
    }
    return peak > 0.9 * limit ? say.warn(seen, increase) : say.pass(seen);
  });
}

function otherMinimums(x: Examined): number {
  const { targets } = x.facts;
  if (!targets.known) return 0;
  return targets.value
    .filter(({ resourceId }) => resourceId !== resourceIdOf(x))
    .reduce((total, { minCapacity }) => total + minCapacity, 0);
}

export function reservedConcurrency(x: Examined): Check {
  const say = verdict(
    'reserved-concurrency',
    'a reservation caps the whole function, provisioned environments included',
  );
  return say.on(x.facts.reserved, (reserved) => {
    if (reserved === null) return say.pass('none: the function draws on the account');
    const all = x.facts.provisioned.known ? x.facts.provisioned.value : [];
    const elsewhere = all
      .filter((config) => config !== provisionedOf(x))
      .reduce((total, { requested }) => total + requested, 0);
    const level = highestLevel(x);
    const seen = `${reserved} reserved, highest level ${level}${elsewhere > 0 ? `, ${elsewhere} provisioned elsewhere` : ''}`;
    const raise = lambdaCommand(
      x,
      'put-function-concurrency',
      `--reserved-concurrent-executions ${Math.max(level + elsewhere + 10, 2 * reserved)}`,
    );
    if (level + elsewhere > reserved)
      return say.fail(
        `${seen}: the level cannot be reached`,
        `set maxCapacity to ${Math.max(1, reserved - elsewhere)}, or ${raise}`,
      );
    if (level + elsewhere === reserved) return say.warn(`${seen}: nothing is left for $LATEST and for peaks`, raise);
    return say.pass(seen);
  });
}

export function throttles(x: Examined): Check {
  const say = verdict('throttles', 'refused requests are lost or late, and hide how much demand there is');
  return say.on(x.facts.usage, (usage) => {
    const count = sum(usage.throttles);
    if (count === 0) return say.pass('none in 7 days');
    return say.warn(
      `${count} requests were refused in 7 days`,
      'see account-headroom and reserved-concurrency: raise whichever limit is near',
    );
  });
}
