/** What is scheduled on the target, by whom, and whether the hands on it agree. */
import { SCHEDULED_ACTIONS_PER_TARGET } from '../../config.ts';
import { splitByOwner } from '../../controller/ring.ts';
import { LEAST_ROOM } from '../../controller/schedule.ts';
import type { ScheduledAction } from '../../model.ts';
import { HOUR_MS, isoUtc, parseAt } from '../../time.ts';
import {
  type Check,
  type Examined,
  provisionedOf,
  registered,
  resourceIdOf,
  scalingCommand,
  verdict,
} from '../check.ts';

function onTarget(x: Examined): { own: ScheduledAction[]; foreign: ScheduledAction[] } {
  const { actions } = x.facts;
  const here = actions.known ? actions.value.filter(({ resourceId }) => resourceId === resourceIdOf(x)) : [];
  return splitByOwner(here, x.config.namePrefix);
}

/** Own actions in the order in which they fire. */
export function ownActions(x: Examined): ScheduledAction[] {
  return onTarget(x).own;
}

function isAhead(action: ScheduledAction, nowMs: number): boolean {
  const atMs = parseAt(action.schedule);
  if (atMs !== null) return atMs > nowMs;
  return action.endTimeMs === undefined || action.endTimeMs > nowMs;
}

/** True while a schedule of Prewarm moves the level. */
export function hasActionsAhead(x: Examined): boolean {
  return ownActions(x).some((action) => isAhead(action, x.nowMs));
}

export function schedule(x: Examined): Check {
  const say = verdict('schedule', 'the schedule outlives the controller, but not for longer than it reaches');
  return say.on(x.facts.actions, () => {
    const own = ownActions(x);
    const ahead = own.filter((action) => isAhead(action, x.nowMs));
    const last = ahead.at(-1);
    if (own.length === 0) return say.pass('no actions of Prewarm: it observes, or has not run yet');
    if (!last) {
      return say.fail(
        `${own.length} actions of Prewarm, all in the past: nobody renews them`,
        'find out why the controller does not run (check controller), or remove them: prewarm eject',
      );
    }
    const reaches = isoUtc(parseAt(last.schedule) ?? x.nowMs);
    const hours = ((parseAt(last.schedule) ?? x.nowMs) - x.nowMs) / HOUR_MS;
    const seen = `${ahead.length} actions ahead, until ${reaches} (${hours.toFixed(1)} h), which returns to ${last.minCapacity ?? 0}`;
    return hours >= x.config.horizonHours - 2
      ? say.pass(seen)
      : say.warn(
          `${seen}; a running controller keeps ${x.config.horizonHours} h`,
          'look at the check controller and its log',
        );
  });
}

export function foreignActions(x: Examined): Check {
  const say = verdict('foreign-actions', 'every action sets the same minimum and maximum: whichever fires last wins');
  return say.on(x.facts.actions, () => {
    const { own, foreign } = onTarget(x);
    const ahead = foreign.filter((action) => isAhead(action, x.nowMs));
    if (ahead.length === 0) return say.pass(foreign.length === 0 ? 'none' : `${foreign.length}, all in the past`);
    const seen = ahead.map(describeAction).join('; ');
    const fix = ahead
      .map(({ name }) => scalingCommand(x, 'delete-scheduled-action', `--scheduled-action-name '${name}'`))
      .join(' && ');
    return own.length > 0 ? say.fail(`beside Prewarm's: ${seen}`, fix) : say.warn(`will fight a plan: ${seen}`, fix);
  });
}

function describeAction({ name, schedule: when, minCapacity, maxCapacity }: ScheduledAction): string {
  return `${name} ${when} sets ${minCapacity ?? '-'} to ${maxCapacity ?? '-'}`;
}

/** Pinned levels leave a policy nothing to decide; a floor under an open maximum does. */
function isPinned(x: Examined): boolean {
  const own = ownActions(x).filter((action) => isAhead(action, x.nowMs));
  return own.length > 0
    ? own.every(({ minCapacity, maxCapacity }) => minCapacity === maxCapacity)
    : x.config.scalingMode === 'pin';
}

export function foreignPolicies(x: Examined): Check {
  const say = verdict('foreign-policies', 'a policy and a pinned level pull at the same number');
  return say.on(x.facts.policies, (policies) => {
    if (policies.length === 0) return say.pass('none');
    const seen = policies
      .map(({ name, type, targetValue }) => `${name} (${type}${targetValue === null ? '' : ` at ${targetValue}`})`)
      .join(', ');
    if (!isPinned(x)) return say.pass(`${seen}, above the floor that Prewarm sets`);
    return say.warn(
      `${seen} beside levels with minimum = maximum, which leave it nothing to decide`,
      `set scalingMode to floor, or: ${policies.map(({ name }) => scalingCommand(x, 'delete-scaling-policy', `--policy-name '${name}'`)).join(' && ')}`,
    );
  });
}

export function idleScaleIn(x: Examined): Check {
  const say = verdict(
    'idle-scale-in',
    'an idle function has no utilisation, so its alarm has no data and target tracking never scales in: the last level is paid for until somebody comes',
  );
  return say.on(x.facts.policies, (policies) => {
    const stuck = policies.filter(
      ({ type, filled, mayScaleIn }) => type === 'TargetTrackingScaling' && !filled && mayScaleIn,
    );
    if (stuck.length === 0)
      return say.pass(policies.length === 0 ? 'no target tracking' : 'its metric has values while idle');
    const names = stuck.map(({ name }) => name).join(', ');
    if (hasActionsAhead(x)) return say.pass(`${names} cannot scale in while idle; Prewarm's schedule does`);
    const surplus = (provisionedOf(x)?.requested ?? 0) - (registered(x)?.minCapacity ?? 0);
    return say.warn(
      `${names} tracks a metric without values while idle; ${Math.max(0, surplus)} environments stand above the minimum now`,
      'let Prewarm act with scalingMode floor, which releases the surplus, or track metric math with FILL(m1, REPEAT)',
    );
  });
}

const TARGETS_PER_REGION = 500;
const POLICIES_PER_TARGET = 50;

export function quotas(x: Examined): Check {
  const say = verdict(
    'quotas',
    'AWS allows 200 scheduled actions and 50 policies per target, neither adjustable, and 500 targets per Region',
  );
  return say.on(x.facts.actions, () => {
    const { own, foreign } = onTarget(x);
    const room = SCHEDULED_ACTIONS_PER_TARGET - foreign.length;
    const targets = x.facts.targets.known ? x.facts.targets.value.length : 0;
    const policies = x.facts.policies.known ? x.facts.policies.value.length : 0;
    const seen = `${own.length} actions of Prewarm and ${foreign.length} of others of ${SCHEDULED_ACTIONS_PER_TARGET}, ${policies} policies of ${POLICIES_PER_TARGET}, ${targets} targets of ${TARGETS_PER_REGION}`;
    if (room < LEAST_ROOM)
      return say.fail(`${seen}: no room for a schedule`, 'delete scheduled actions of others on this target');
    if (room < x.config.maxActions) {
      return say.warn(
        `${seen}: room for ${room}, maxActions is ${x.config.maxActions}`,
        `set maxActions to ${room}, or delete actions of others`,
      );
    }
    if (targets > TARGETS_PER_REGION * 0.9) {
      return say.warn(
        seen,
        'ask AWS for more: aws service-quotas request-service-quota-increase --service-code application-autoscaling --quota-code L-A2AD6458 --desired-value 1000',
      );
    }
    return say.pass(seen);
  });
}
