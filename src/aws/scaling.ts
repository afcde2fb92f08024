/** Application Auto Scaling and Lambda, as the controller's ScalingReader and ScalingWriter. */
import {
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type ScheduledAction as AwsScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import { GetAliasCommand, GetProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import type { ScalingReader, ScalingWriter } from '../controller/ports.ts';
import { RefusedError } from '../errors.ts';
import type { ScalingState, ScheduledAction, Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { unregistered } from './errors.ts';
import { readPages } from './pages.ts';
import { assertTarget, resourceId } from './target.ts';

const SCOPE = { ServiceNamespace: 'lambda', ScalableDimension: 'lambda:function:ProvisionedConcurrency' } as const;

/** A target holds at most 200 actions, in pages of 50. */
const MOST_PAGES = 20;

/**
 * Reads what is set up for an alias. An unregistered target and an alias without provisioned concurrency are normal;
 * a missing function or alias is an InputError. IAM: application-autoscaling:DescribeScalableTargets and
 * DescribeScheduledActions, lambda:GetAlias and GetProvisionedConcurrencyConfig.
 */
export function createScalingReader(aws: AwsClients): ScalingReader {
  return {
    async read(target) {
      // First the call that tells whether there is such an alias at all: the other three answer "nothing" without one.
      const aliasHasWeights = await readAliasHasWeights(aws, target);
      const [scalableTarget, actions, provisioned] = await Promise.all([
        readScalableTarget(aws, target),
        readActions(aws, target),
        readProvisioned(aws, target),
      ]);
      return { scalableTarget, actions, aliasHasWeights, provisioned };
    },
  };
}

/**
 * Writes bounds and scheduled actions, one call at a time whatever the caller does: parallel writes to a target answer
 * ConcurrentUpdateException. Needs clients made with `access: 'write'`. IAM: application-autoscaling:PutScheduledAction,
 * DeleteScheduledAction, DescribeScalableTargets and RegisterScalableTarget (with the rights that Application Auto
 * Scaling checks on its caller, see errors.ts).
 */
export function createScalingWriter(aws: AwsClients): ScalingWriter {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    const turn = last.then(write);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    setBounds: (target, bounds) =>
      inTurn(async () => {
        // RegisterScalableTarget would also create: what there is to manage is the stack's decision.
        const registered = await readScalableTarget(aws, target);
        if (!registered)
          throw new RefusedError(unregistered({ target, region: await aws.autoScaling.client.config.region() }));
        await callAutoScaling(aws, 'RegisterScalableTarget', target, (client, options) =>
          client.send(
            new RegisterScalableTargetCommand({
              ...SCOPE,
              ResourceId: resourceId(target),
              MinCapacity: bounds.minCapacity,
              MaxCapacity: bounds.maxCapacity,
            }),
            options,
          ),
        );
      }),
    putAction: (target, action) =>
      inTurn(async () => {
        await callAutoScaling(aws, 'PutScheduledAction', target, (client, options) =>
          client.send(new PutScheduledActionCommand(putRequest(target, action)), options),
        );
      }),
    deleteAction: (target, name) => inTurn(() => deleteAction(aws, target, name)),
  };
}

type AutoScalingClient = AwsClients['autoScaling']['client'];

function callAutoScaling<Result>(
  aws: AwsClients,
  operation: string,
  target: Target,
  send: (client: AutoScalingClient, options: { abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  return call(aws.autoScaling, { action: `application-autoscaling:${operation}`, target }, send);
}

async function deleteAction(aws: AwsClients, target: Target, name: string): Promise<void> {
  const request = { ...SCOPE, ResourceId: resourceId(target), ScheduledActionName: name };
  await callAutoScaling(aws, 'DeleteScheduledAction', target, (client, options) =>
    client.send(new DeleteScheduledActionCommand(request), options).catch(nullWhen('ObjectNotFoundException')),
  );
}

/** A put replaces the whole action: what is left out here is erased there. */
function putRequest(target: Target, action: ScheduledAction) {
  const { name, schedule, minCapacity, maxCapacity, timezone, startTimeMs, endTimeMs } = action;
  return {
    ...SCOPE,
    ResourceId: resourceId(target),
    ScheduledActionName: name,
    Schedule: schedule,
    ScalableTargetAction: { MinCapacity: minCapacity, MaxCapacity: maxCapacity },
    Timezone: timezone,
    StartTime: startTimeMs === undefined ? undefined : new Date(startTimeMs),
    EndTime: endTimeMs === undefined ? undefined : new Date(endTimeMs),
  };
}

async function readScalableTarget(aws: AwsClients, target: Target): Promise<ScalingState['scalableTarget']> {
  const ResourceId = resourceId(target);
  const { ScalableTargets } = await callAutoScaling(aws, 'DescribeScalableTargets', target, (client, options) =>
    client.send(new DescribeScalableTargetsCommand({ ...SCOPE, ResourceIds: [ResourceId] }), options),
  );
  const found = ScalableTargets?.find((candidate) => candidate.ResourceId === ResourceId);
  if (!found) return null;
  return {
    minCapacity: found.MinCapacity ?? 0,
    maxCapacity: found.MaxCapacity ?? 0,
    scheduledScalingSuspended: found.SuspendedState?.ScheduledScalingSuspended === true,
  };
}

async function readActions(aws: AwsClients, target: Target): Promise<ScheduledAction[]> {
  const request = { ...SCOPE, ResourceId: resourceId(target), MaxResults: 50 };
  const pages = await readPages('The list of scheduled actions', MOST_PAGES, (NextToken) =>
    callAutoScaling(aws, 'DescribeScheduledActions', target, (client, options) =>
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

async function readAliasHasWeights(aws: AwsClients, target: Target): Promise<boolean> {
  assertTarget(target);
  const { RoutingConfig } = await call(aws.lambda, { action: 'lambda:GetAlias', target }, (client, options) =>
    client.send(new GetAliasCommand({ FunctionName: target.functionName, Name: target.alias }), options),
  );
  return Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
}

async function readProvisioned(aws: AwsClients, target: Target): Promise<ScalingState['provisioned']> {
  const request = { FunctionName: target.functionName, Qualifier: target.alias };
  const action = 'lambda:GetProvisionedConcurrencyConfig';
  const found = await call(aws.lambda, { action, target }, (client, options) =>
    client
      .send(new GetProvisionedConcurrencyConfigCommand(request), options)
      .catch(nullWhen('ProvisionedConcurrencyConfigNotFoundException')),
  );
  if (found === null) return null;
  return {
    requested: found.RequestedProvisionedConcurrentExecutions ?? 0,
    available: found.AvailableProvisionedConcurrentExecutions ?? 0,
    status: found.Status ?? 'IN_PROGRESS',
    ...(found.StatusReason === undefined ? {} : { statusReason: found.StatusReason }),
  };
}

/** Handles a rejection: null for an error of this name, which is a normal answer there; any other is thrown on. */
function nullWhen(errorName: string): (error: unknown) => null {
  return (error) => {
    if (error instanceof Error && error.name === errorName) return null;
    throw error;
  };
}
