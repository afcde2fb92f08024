/** All checks, in the order in which they are told: what must be right before what comes after it matters. */
import type { Check, Examined } from './check.ts';
import { callerPermissions, clock, controller, controllerPermissions } from './checks/access.ts';
import { foreignActions, foreignPolicies, idleScaleIn, quotas, schedule } from './checks/actions.ts';
import { aliasExists, aliasVersion, aliasWeights, functionState, snapStart } from './checks/alias.ts';
import { accountHeadroom, bypass, reservedConcurrency, throttles } from './checks/concurrency.ts';
import { history, need } from './checks/demand.ts';
import { provisionedElsewhere, provisionedOwner, provisionedStatus, unusedCapacity } from './checks/provisioned.ts';
import { activities, bounds, orphans, scalableTarget, serviceRole, suspended } from './checks/target.ts';

const CHECKS: readonly ((x: Examined) => Check)[] = [
  ...[aliasExists, aliasVersion, aliasWeights, functionState, snapStart],
  ...[provisionedStatus, provisionedOwner, provisionedElsewhere, unusedCapacity],
  ...[scalableTarget, bounds, serviceRole, suspended],
  ...[schedule, activities, foreignActions, foreignPolicies, idleScaleIn, orphans],
  ...[bypass, accountHeadroom, reservedConcurrency, throttles],
  ...[history, need],
  ...[callerPermissions, controller, controllerPermissions, clock, quotas],
];

/** Every check on what was read; none of them reads anything itself. */
export function examine(examined: Examined): Check[] {
  return CHECKS.map((check) => check(examined));
}

/** The worst of them: one failure makes the whole fail. */
export function worstOf(checks: readonly Check[]): 'pass' | 'warn' | 'fail' {
  const has = (status: Check['status']) => checks.some((check) => check.status === status);
  if (has('fail')) return 'fail';
  return has('warn') ? 'warn' : 'pass';
}
