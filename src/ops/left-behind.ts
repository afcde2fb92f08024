/** What is around a target that eject does not touch, and names: running controllers, orphans, the stack. */
import { splitByOwner } from '../controller/ring.ts';
import { HOUR_MS, isoUtc, parseAt } from '../time.ts';
import { sum } from './check.ts';
import { type AccountFacts, must, type PlacedAction } from './facts.ts';

/** A controller that still acts would write its schedule again within five minutes. */
export function stillRunning({ usage }: AccountFacts, nowMs: number): string[] {
  if (!usage.known) return [];
  const { startMs, stepSeconds, controller } = usage.value;
  const fromStep = Math.max(0, Math.floor((nowMs - HOUR_MS - startMs) / (stepSeconds * 1000)));
  const runs = sum(controller.ticks.subarray(fromStep));
  return runs === 0
    ? []
    : [
        `a controller ran for this alias within the last two hours (${runs} runs): stop it first, or in act mode it writes its schedule again within five minutes (parameter Mode=observe, or delete its stack)`,
      ];
}

/** What a deleted stack or an earlier deployment has left elsewhere; named, not touched. */
export function orphanNotes(
  facts: AccountFacts,
  { resourceId, namePrefix, nowMs }: { resourceId: string; namePrefix: string; nowMs: number },
): string[] {
  const { functionName, alias } = facts.target;
  const elsewhere = must(facts.actions).filter((action) => action.resourceId !== resourceId);
  const names = new Set(must(facts.aliases).map(({ name }) => `function:${functionName}:${name}`));
  const stranded = must(facts.targets)
    .map((target) => target.resourceId)
    .filter((id) => id.startsWith(`function:${functionName}:`) && id !== resourceId && !names.has(id));
  const capacity = must(facts.provisioned).filter(({ qualifier }) => qualifier !== alias);
  return [
    ...expired(elsewhere, namePrefix, nowMs),
    ...stranded.map((id) => `orphan: ${id} is registered, but there is no such alias`),
    ...capacity.map(({ qualifier, requested }) => `orphan: ${requested} environments on ${functionName}:${qualifier}`),
  ];
}

/** Targets with a schedule of Prewarm that nobody renews: a live controller always has an action ahead. */
function expired(actions: readonly PlacedAction[], namePrefix: string, nowMs: number): string[] {
  const last = new Map<string, { atMs: number; count: number }>();
  for (const action of actions) {
    if (splitByOwner([action], namePrefix).own.length === 0) continue;
    const known = last.get(action.resourceId) ?? { atMs: 0, count: 0 };
    last.set(action.resourceId, { atMs: Math.max(known.atMs, parseAt(action.schedule) ?? 0), count: known.count + 1 });
  }
  return [...last]
    .filter(([, { atMs }]) => atMs <= nowMs)
    .map(
      ([id, { atMs, count }]) =>
        `orphan: ${id} has ${count} actions of Prewarm, the last of ${isoUtc(atMs)}, and no controller renews them`,
    );
}

export function stackNotes({ tags }: AccountFacts): string[] {
  const stack = tags.known ? tags.value['aws:cloudformation:stack-name'] : undefined;
  const find = `aws cloudformation describe-stacks --query "Stacks[?Outputs[?OutputKey=='ControllerFunctionName']].StackName" --output text`;
  return [
    `the controller with its role, schedule, alarms and dashboard belongs to a stack that eject does not touch: find it with ${find}, delete it with aws cloudformation delete-stack --stack-name STACK`,
    ...(stack === undefined
      ? []
      : [`the function itself belongs to stack ${stack}: deleting that one deletes the function, too`]),
  ];
}
