/** What Application Auto Scaling holds for one resource, in any namespace: bounds and scheduled actions, read and written. */
import {
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
  type ScheduledAction as AwsScheduledAction,
  type ServiceNamespace,
} from '@aws-sdk/client-application-auto-scaling';
import { RefusedError } from '../errors.ts';
import type { CapacityBounds, ScalingState, ScheduledAction, Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { nullWhen } from './errors.ts';
import { readPages } from './pages.ts';

export interface ScaledResource {
  ServiceNamespace: ServiceNamespace;
  ResourceId: string;
  ScalableDimension: ScalableDimension;
  /** The alias that this is, for messages. */
  target?: Target;
}

/** A resource holds at most 200 actions, in pages of 50. */
const MOST_PAGES = 20;

/** Null where nothing is registered. */
export async function readScalableTarget(
  aws: AwsClients,
  resource: ScaledResource,
): Promise<ScalingState['scalableTarget']> {
  const { ServiceNamespace, ResourceId, ScalableDimension } = resource;
  const request = { ServiceNamespace, ScalableDimension, ResourceIds: [ResourceId] };
  const { ScalableTargets } = await callAutoScaling(aws, 'DescribeScalableTargets', resource, (client, options) =>
    client.send(new DescribeScalableTargetsCommand(request), options),
  );
  const found = ScalableTargets?.find(
    (candidate) => candidate.ResourceId === ResourceId && candidate.ScalableDimension === ScalableDimension,
  );
  if (!found) return null;
  return {
    minCapacity: found.MinCapacity ?? 0,
    maxCapacity: found.MaxCapacity ?? 0,
    scheduledScalingSuspended: found.SuspendedState?.ScheduledScalingSuspended === true,
  };
}

export async function readActions(aws: AwsClients, resource: ScaledResource): Promise<ScheduledAction[]> {
  const request = { ...scopeOf(resource), MaxResults: 50 };
  const pages = await readPages('The list of scheduled actions', MOST_PAGES, (NextToken) =>
    callAutoScaling(aws, 'DescribeScheduledActions', resource, (client, options) =>
      client.send(new DescribeScheduledActionsCommand({ ...request, NextToken }), options),
    ),
  );
  return pages.flatMap(({ ScheduledActions = [] }) => ScheduledActions.map(toScheduledAction));
}

/** Without a time zone where it is UTC, which is the default: the form in which Prewarm writes its own. */
export function toScheduledAction(from: AwsScheduledAction): ScheduledAction {
  const action: ScheduledAction = { name: from.ScheduledActionName ?? '', schedule: from.Schedule ?? '' };
  const { MinCapacity, MaxCapacity } = from.ScalableTargetAction ?? {};
  if (MinCapacity !== undefined) action.minCapacity = MinCapacity;
  if (MaxCapacity !== undefined) action.maxCapacity = MaxCapacity;
  if (from.Timezone && from.Timezone !== 'UTC') action.timezone = from.Timezone;
  if (from.StartTime) action.startTimeMs = from.StartTime.getTime();
  if (from.EndTime) action.endTimeMs = from.EndTime.getTime();
  return action;
}

/**
 * Throws a RefusedError in the words of `unregistered` where nothing is registered: RegisterScalableTarget would also
 * create, and what there is to manage is its owner's decision.
 */
export async function setBounds(
  aws: AwsClients,
  resource: ScaledResource,
  { minCapacity, maxCapacity }: CapacityBounds,
  unregistered: () => string | Promise<string>,
): Promise<void> {
  if (!(await readScalableTarget(aws, resource))) throw new RefusedError(await unregistered());
  const request = { ...scopeOf(resource), MinCapacity: minCapacity, MaxCapacity: maxCapacity };
  await callAutoScaling(aws, 'RegisterScalableTarget', resource, (client, options) =>
    client.send(new RegisterScalableTargetCommand(request), options),
  );
}

/** A put replaces the whole action: what is left out here is erased there. */
export async function putAction(aws: AwsClients, resource: ScaledResource, action: ScheduledAction): Promise<void> {
  const { name, schedule, minCapacity, maxCapacity, timezone, startTimeMs, endTimeMs } = action;
  const request = {
    ...scopeOf(resource),
    ScheduledActionName: name,
    Schedule: schedule,
    ScalableTargetAction: { MinCapacity: minCapacity, MaxCapacity: maxCapacity },
    Timezone: timezone,
    StartTime: startTimeMs === undefined ? undefined : new Date(startTimeMs),
    EndTime: endTimeMs === undefined ? undefined : new Date(endTimeMs),
  };
  await callAutoScaling(aws, 'PutScheduledAction', resource, (client, options) =>
    client.send(new PutScheduledActionCommand(request), options),
  );
}

/** Deleting what is not there is success. */
export async function deleteAction(aws: AwsClients, resource: ScaledResource, name: string): Promise<void> {
  const request = { ...scopeOf(resource), ScheduledActionName: name };
  await callAutoScaling(aws, 'DeleteScheduledAction', resource, (client, options) =>
    client.send(new DeleteScheduledActionCommand(request), options).catch(nullWhen('ObjectNotFoundException')),
  );
}

function scopeOf({ ServiceNamespace, ResourceId, ScalableDimension }: ScaledResource) {
  return { ServiceNamespace, ResourceId, ScalableDimension };
}

type AutoScalingClient = AwsClients['autoScaling']['client'];

function callAutoScaling<Result>(
  aws: AwsClients,
  operation: string,
  { target }: ScaledResource,
  send: (client: AutoScalingClient, options: { abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  return call(aws.autoScaling, { action: `application-autoscaling:${operation}`, ...(target && { target }) }, send);
}
