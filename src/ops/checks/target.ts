/** The scalable target: registered, sane, running. */
import {
  type Check,
  type Examined,
  isNoAlias,
  monthly,
  registered,
  resourceIdOf,
  scalingCommand,
  targetName,
  verdict,
} from '../check.ts';
import type { TargetFacts } from '../facts.ts';
import { DAY_MS, isoUtc } from '../../time.ts';

export function scalableTarget(x: Examined): Check {
  const say = verdict('scalable-target', 'without a registration there is nothing that scheduled actions could act on');
  if (isNoAlias(x)) return say.skipped('that is no alias');
  return say.on(x.facts.targets, () => {
    const target = registered(x);
    if (target) return say.pass(`registered, ${target.minCapacity} to ${target.maxCapacity} environments`);
    const bounds = `--min-capacity ${x.config.minCapacity} --max-capacity ${x.config.maxCapacity}`;
    return say.fail(
      `${targetName(x)} is not registered with Application Auto Scaling`,
      `deploy infra/template.yaml or infra/attach.yaml, or: ${scalingCommand(x, 'register-scalable-target', bounds)}`,
    );
  });
}

export function bounds(x: Examined): Check {
  const say = verdict(
    'bounds',
    'bounds that nothing in the schedule has set stay in force until somebody changes them',
  );
  return withTarget(x, say, (target) => {
    const { minCapacity: min, maxCapacity: max } = target;
    const seen = `${min} to ${max}`;
    const fix = scalingCommand(
      x,
      'register-scalable-target',
      `--min-capacity ${x.config.minCapacity} --max-capacity ${x.config.maxCapacity}`,
    );
    if (min > max) return say.fail(`${seen}: the minimum exceeds the maximum`, fix);
    if (min > x.config.maxCapacity) {
      return say.fail(`${seen}: the minimum exceeds maxCapacity = ${x.config.maxCapacity}`, fix);
    }
    return say.pass(min === 0 ? seen : `${seen}; the minimum costs ${monthly(x, min)}`);
  });
}

const LINKED_ROLE =
  /:role\/aws-service-role\/lambda\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency$/;

export function serviceRole(x: Examined): Check {
  const say = verdict(
    'service-role',
    'Application Auto Scaling changes capacity as this role; without it every action fails',
  );
  return withTarget(x, say, ({ roleArn }) => {
    if (LINKED_ROLE.test(roleArn)) return say.pass('the service-linked role of Application Auto Scaling');
    return say.warn(
      roleArn === '' ? 'no role' : `another role than the service-linked one: ${roleArn}`,
      `aws iam create-service-linked-role --aws-service-name lambda.application-autoscaling.amazonaws.com, then ${scalingCommand(x, 'register-scalable-target')}`,
    );
  });
}

export function suspended(x: Examined): Check {
  const say = verdict(
    'suspended',
    'a suspended target skips its scheduled actions, and does not make up for them later',
  );
  return withTarget(x, say, ({ suspended: { scheduled, scaleIn, scaleOut } }) => {
    const resume = (field: string) => scalingCommand(x, 'register-scalable-target', `--suspended-state ${field}=false`);
    if (scheduled) return say.fail('scheduled scaling is suspended', resume('ScheduledScalingSuspended'));
    const parts = [
      ...(scaleIn ? ['DynamicScalingInSuspended'] : []),
      ...(scaleOut ? ['DynamicScalingOutSuspended'] : []),
    ];
    const policies = x.facts.policies.known ? x.facts.policies.value.length : 0;
    if (parts.length > 0 && policies > 0) {
      return say.warn(`${parts.join(' and ')}: its ${policies} policies do nothing`, resume(parts.join('=false,')));
    }
    return say.pass('scheduled scaling runs');
  });
}

export function activities(x: Examined): Check {
  const say = verdict('activities', 'a change that failed is not tried again: the level before it stays');
  return say.on(x.facts.activities, (all) => {
    const recent = all.filter(({ atMs }) => atMs > x.nowMs - DAY_MS);
    const failed = recent.filter(({ status }) => status === 'Failed' || status === 'Unfulfilled');
    const newest = recent.find(({ endMs }) => endMs !== null);
    if (!failed[0] || !newest) return say.pass(`${recent.length} in the last 24 h, none failed`);
    const seen = `${failed.length} of ${recent.length} in the last 24 h failed, the last at ${isoUtc(failed[0].atMs)}: ${failed[0].message}`;
    const fix = 'mend what the message names; the controller asks again at its next run, or run prewarm apply';
    return failed.includes(newest) ? say.fail(seen, fix) : say.warn(seen, fix);
  });
}

/** Scalable targets of the function that nobody uses any more, and schedules that nobody renews. */
export function orphans(x: Examined): Check {
  const say = verdict(
    'orphans',
    'what a deleted stack or an old deployment leaves behind goes on scaling, and costing',
  );
  return say.on(x.facts.targets, (targets) => {
    const { aliases, target } = x.facts;
    const names = aliases.known ? aliases.value.map(({ name }) => name) : null;
    const prefix = `function:${target.functionName}:`;
    const left = targets.filter(({ resourceId }) => {
      const qualifier = resourceId.slice(prefix.length);
      return resourceId.startsWith(prefix) && names !== null && !names.includes(qualifier);
    });
    if (left.length === 0) return say.pass('every registration of the function is of an alias that exists');
    return say.warn(
      `${left.map(({ resourceId }) => resourceId).join(', ')}: registered, but no alias of that name`,
      left.map(({ resourceId }) => scalingCommand(x, 'deregister-scalable-target', '', resourceId)).join(' && '),
    );
  });
}

function withTarget(x: Examined, say: ReturnType<typeof verdict>, judge: (target: TargetFacts) => Check): Check {
  return say.on(x.facts.targets, (targets) => {
    const target = targets.find(({ resourceId }) => resourceId === resourceIdOf(x));
    return target ? judge(target) : say.skipped('nothing is registered');
  });
}
