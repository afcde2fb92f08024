/** Taking Prewarm away from a target: what will be done, in an order that is safe wherever it is interrupted, and what stays. */
import type { RelatedPorts, ScalableResource, ScalingWriter } from '../controller/ports.ts';
import { splitByOwner } from '../controller/ring.ts';
import { InputError, RefusedError } from '../errors.ts';
import type { CapacityBounds, ScheduledAction, Target } from '../model.ts';
import { HOUR_MS, isoUtc, parseAt } from '../time.ts';
import { sum } from './check.ts';
import type { AccountFacts, Fact, PlacedAction, Remover } from './facts.ts';

export interface EjectWishes {
  namePrefix: string;
  /** The target's bounds afterwards; null leaves those that are in force. */
  bounds: CapacityBounds | null;
  deregister: boolean;
  provisioned: 'keep' | 'delete' | null;
}

/** A neighbour (setting `related`) and what is set up for it. */
export interface Neighbour {
  resource: ScalableResource;
  /** The bounds of its setting, which it returns to. */
  baseline: CapacityBounds;
  /** Null where nothing is registered. */
  present: CapacityBounds | null;
  actions: readonly ScheduledAction[];
}

interface NeighbourPlan {
  resource: ScalableResource;
  setBounds: CapacityBounds | null;
  deleteActions: ScheduledAction[];
}

export interface EjectPlan {
  target: Target;
  /** Null where they stay, or nothing is registered. */
  setBounds: CapacityBounds | null;
  deleteActions: ScheduledAction[];
  deregister: boolean;
  deleteProvisioned: boolean;
  neighbours: NeighbourPlan[];
  /** What the result will be, what to mind, and what is left of other things. */
  notes: string[];
}

/** What is there of the target. */
interface Situation {
  bounds: CapacityBounds | null;
  own: ScheduledAction[];
  foreign: string[];
  policies: string[];
  /** Environments provisioned on the alias; null without a configuration. */
  held: number | null;
}

function situationOf(facts: AccountFacts, resourceId: string, namePrefix: string): Situation {
  const target = must(facts.targets).find((candidate) => candidate.resourceId === resourceId);
  const actions = must(facts.actions).filter((action) => action.resourceId === resourceId);
  const { own, foreign } = splitByOwner(actions, namePrefix);
  const config = must(facts.provisioned).find(({ qualifier }) => qualifier === facts.target.alias);
  return {
    bounds: target ? { minCapacity: target.minCapacity, maxCapacity: target.maxCapacity } : null,
    own,
    foreign: foreign.map(({ name }) => name),
    policies: must(facts.policies).map(({ name }) => name),
    held: config?.requested ?? null,
  };
}

/** Throws InputError where the wishes leave open what the target is to become, or would remove what is not Prewarm's. */
export function planEject(
  facts: AccountFacts,
  wishes: EjectWishes,
  nowMs: number,
  neighbours: readonly Neighbour[] = [],
): EjectPlan {
  const { target } = facts;
  const { namePrefix } = wishes;
  const resourceId = `function:${target.functionName}:${target.alias}`;
  const there = situationOf(facts, resourceId, namePrefix);
  refuseUnclear(wishes, there);
  return {
    target,
    setBounds: newBounds(wishes, there),
    deleteActions: there.own,
    deregister: wishes.deregister && there.bounds !== null,
    deleteProvisioned: wishes.provisioned === 'delete' && there.held !== null,
    neighbours: neighbours.map((neighbour) => planNeighbour(neighbour, namePrefix)),
    notes: [
      ...outcome(wishes, there),
      ...(there.foreign.length > 0 ? [`actions of others stay: ${there.foreign.join(', ')}`] : []),
      ...(there.policies.length > 0 ? [`scaling policies stay: ${there.policies.join(', ')}`] : []),
      ...stillRunning(facts, nowMs),
      ...orphanNotes(facts, { resourceId, namePrefix, nowMs }),
      ...(neighbours.length > 0
        ? []
        : ['neighbours (setting related), if there are any, keep their schedules unless --related names them']),
      ...stackNotes(facts),
    ],
  };
}

function planNeighbour({ resource, baseline, present, actions }: Neighbour, namePrefix: string): NeighbourPlan {
  const { own } = splitByOwner(actions, namePrefix);
  const scheduled = own.length > 0;
  return { resource, setBounds: scheduled ? differing(baseline, present) : null, deleteActions: own };
}

function must<T>(fact: Fact<T>): T {
  if (fact.known) return fact.value;
  throw new RefusedError(`nothing was removed: ${fact.why}`);
}

function newBounds({ bounds: wanted }: EjectWishes, { bounds: present }: Situation): CapacityBounds | null {
  return wanted && differing(wanted, present);
}

/** The bounds to set: null where they are in force already, or nothing is registered. */
function differing(wanted: CapacityBounds, present: CapacityBounds | null): CapacityBounds | null {
  if (!present) return null;
  const same = wanted.minCapacity === present.minCapacity && wanted.maxCapacity === present.maxCapacity;
  return same ? null : wanted;
}

function refuseUnclear({ deregister, provisioned }: EjectWishes, there: Situation): void {
  const registered = there.bounds !== null;
  const others = [...there.foreign, ...there.policies];
  if (deregister && registered && others.length > 0) {
    throw new InputError(
      `--deregister: deregistering would delete what is not Prewarm's, too: ${others.join(', ')}; give --min-capacity and --max-capacity instead, or remove those first`,
    );
  }
  if (registered && !deregister && provisioned === 'delete') {
    throw new InputError(
      '--provisioned delete: a registered target would set it again; give --deregister as well, or --min-capacity 0 --max-capacity 0',
    );
  }
  if ((deregister || !registered) && there.held !== null && provisioned === null) {
    throw new InputError(
      `${there.held} environments are provisioned, and nothing will manage them: give --provisioned keep or --provisioned delete`,
    );
  }
}

function outcome(wishes: EjectWishes, { bounds: target, held }: Situation): string[] {
  if (target && !wishes.deregister) {
    const { minCapacity, maxCapacity } = wishes.bounds ?? target;
    return [
      `the target stays registered with ${minCapacity} to ${maxCapacity} environments, and nothing moves those bounds any more`,
    ];
  }
  const registration = target ? 'the target is deregistered' : 'nothing is registered';
  if (held === null) return [`${registration}; nothing is provisioned`];
  return [
    wishes.provisioned === 'delete'
      ? `${registration}; the alias runs on demand`
      : `${registration}; ${held} environments stay provisioned, and billed, until somebody deletes them`,
  ];
}

/** A controller that still acts would write its schedule again within five minutes. */
function stillRunning({ usage }: AccountFacts, nowMs: number): string[] {
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
function orphanNotes(
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

function stackNotes({ tags }: AccountFacts): string[] {
  const stack = tags.known ? tags.value['aws:cloudformation:stack-name'] : undefined;
  const find = `aws cloudformation describe-stacks --query "Stacks[?Outputs[?OutputKey=='ControllerFunctionName']].StackName" --output text`;
  return [
    `the controller with its role, schedule, alarms and dashboard belongs to a stack that eject does not touch: find it with ${find}, delete it with aws cloudformation delete-stack --stack-name STACK`,
    ...(stack === undefined
      ? []
      : [`the function itself belongs to stack ${stack}: deleting that one deletes the function, too`]),
  ];
}

export function hasWork({ setBounds, deleteActions, deregister, deleteProvisioned, neighbours }: EjectPlan): boolean {
  const scheduled = [{ setBounds, deleteActions }, ...neighbours];
  return deregister || deleteProvisioned || scheduled.some((one) => one.setBounds || one.deleteActions.length > 0);
}

export interface EjectWriters {
  scaling: ScalingWriter;
  remover: Remover;
  /** A writer for one neighbour. */
  neighbour: RelatedPorts['writerFor'];
}

/**
 * The stated bounds first, then the actions in the order in which they would fire, so that wherever this stops the bounds
 * are in force and the last action, which returns to the baseline, is still there.
 */
export async function carryOut(plan: EjectPlan, { scaling, remover, neighbour }: EjectWriters): Promise<number> {
  const { target, deregister, deleteProvisioned } = plan;
  let writes = await withdraw(target, plan, scaling);
  if (deregister) await remover.deregister(target);
  if (deleteProvisioned) await remover.deleteProvisioned(target);
  if (neighbour) {
    for (const one of plan.neighbours) writes += await withdraw(target, one, neighbour(one.resource));
  }
  return writes + Number(deregister) + Number(deleteProvisioned);
}

async function withdraw(
  target: Target,
  { setBounds, deleteActions }: Pick<EjectPlan, 'setBounds' | 'deleteActions'>,
  writer: ScalingWriter,
): Promise<number> {
  if (setBounds) await writer.setBounds(target, setBounds);
  for (const { name } of deleteActions) await writer.deleteAction(target, name);
  return deleteActions.length + Number(setBounds !== null);
}

const ACTIONS_SHOWN = 12;

export function ejectText(plan: EjectPlan): string {
  const { target, setBounds, deleteActions, deregister, deleteProvisioned, notes } = plan;
  const shown = deleteActions.slice(0, ACTIONS_SHOWN);
  return [
    `eject ${target.functionName}:${target.alias}`,
    ...(setBounds ? [`set     bounds to ${setBounds.minCapacity} to ${setBounds.maxCapacity}`] : []),
    ...shown.map(({ name, schedule }) => `delete  ${name} ${schedule}`),
    ...(deleteActions.length > shown.length
      ? [`delete  ... and ${deleteActions.length - shown.length} more actions`]
      : []),
    ...(deregister ? ['delete  the registration with Application Auto Scaling'] : []),
    ...(deleteProvisioned ? ['delete  the provisioned concurrency of the alias'] : []),
    ...plan.neighbours.map(
      ({ resource, setBounds: bounds, deleteActions: actions }) =>
        `delete  ${actions.length} actions on ${resource.scalableDimension} of ${resource.resourceId}${bounds ? `, and set its bounds to ${bounds.minCapacity} to ${bounds.maxCapacity}` : ''}`,
    ),
    ...(hasWork(plan) ? [] : ['nothing to do: nothing of Prewarm is left on this target']),
    ...notes.map((note) => `note    ${note}`),
  ].join('\n');
}
