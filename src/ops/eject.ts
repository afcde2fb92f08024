/** Taking Prewarm away from a target: what will be done, in an order that is safe wherever it is interrupted, and what stays. */
import type { EventSourcePorts, RelatedPorts, ScalableResource, ScalingWriter } from '../controller/ports.ts';
import { splitByOwner } from '../controller/ring.ts';
import { InputError } from '../errors.ts';
import type { CapacityBounds, ScheduledAction, Target } from '../model.ts';
import { type AccountFacts, must, type Remover } from './facts.ts';
import { orphanNotes, stackNotes, stillRunning } from './left-behind.ts';

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

/** The event source (setting `eventSource`) and what its maximum concurrency returns to. */
export interface FollowedSource {
  uuid: string;
  /** The most that its setting allows. */
  baseline: number;
  present: number | null;
}

/** What follows the target; empty where no setting names any. */
export interface Followers {
  neighbours: readonly Neighbour[];
  eventSource: FollowedSource | null;
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
  /** Null where its maximum stays. */
  eventSource: FollowedSource | null;
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
  { neighbours, eventSource }: Followers = { neighbours: [], eventSource: null },
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
    eventSource: eventSource && eventSource.present !== eventSource.baseline ? eventSource : null,
    notes: [
      ...outcome(wishes, there),
      ...(there.foreign.length > 0 ? [`actions of others stay: ${there.foreign.join(', ')}`] : []),
      ...(there.policies.length > 0 ? [`scaling policies stay: ${there.policies.join(', ')}`] : []),
      ...stillRunning(facts, nowMs),
      ...orphanNotes(facts, { resourceId, namePrefix, nowMs }),
      ...(neighbours.length > 0
        ? []
        : ['neighbours (setting related), if there are any, keep their schedules unless --related names them']),
      ...(eventSource
        ? []
        : [
            'an event source that followed the plan (setting eventSource) keeps its maximum unless --event-source names it',
          ]),
      ...stackNotes(facts),
    ],
  };
}

function planNeighbour({ resource, baseline, present, actions }: Neighbour, namePrefix: string): NeighbourPlan {
  const { own } = splitByOwner(actions, namePrefix);
  const scheduled = own.length > 0;
  return { resource, setBounds: scheduled ? differing(baseline, present) : null, deleteActions: own };
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

export function hasWork(plan: EjectPlan): boolean {
  const scheduled = [plan, ...plan.neighbours].some((one) => one.setBounds || one.deleteActions.length > 0);
  return plan.deregister || plan.deleteProvisioned || scheduled || plan.eventSource !== null;
}

export interface EjectWriters {
  scaling: ScalingWriter;
  remover: Remover;
  /** A writer for one neighbour. */
  neighbour: RelatedPorts['writerFor'];
  setMaximumConcurrency: EventSourcePorts['setMaximumConcurrency'];
}

/**
 * The stated bounds first, then the actions in the order in which they would fire, so that wherever this stops the bounds
 * are in force and the last action, which returns to the baseline, is still there.
 */
export async function carryOut(plan: EjectPlan, writers: EjectWriters): Promise<number> {
  const { target, deregister, deleteProvisioned, eventSource } = plan;
  const { scaling, remover, neighbour, setMaximumConcurrency } = writers;
  let writes = await withdraw(target, plan, scaling);
  if (deregister) await remover.deregister(target);
  if (deleteProvisioned) await remover.deleteProvisioned(target);
  if (neighbour) {
    for (const one of plan.neighbours) writes += await withdraw(target, one, neighbour(one.resource));
  }
  if (eventSource && setMaximumConcurrency) await setMaximumConcurrency(eventSource.uuid, eventSource.baseline);
  return writes + [deregister, deleteProvisioned, eventSource !== null].filter(Boolean).length;
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
  const { target, setBounds, deleteActions, deregister, deleteProvisioned, eventSource, notes } = plan;
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
    ...(eventSource
      ? [`set     maximum concurrency of event source ${eventSource.uuid} to ${eventSource.baseline}`]
      : []),
    ...(hasWork(plan) ? [] : ['nothing to do: nothing of Prewarm is left on this target']),
    ...notes.map((note) => `note    ${note}`),
  ].join('\n');
}
