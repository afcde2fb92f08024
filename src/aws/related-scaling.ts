/** Application Auto Scaling for whatever is not an alias: any namespace, resource and dimension. */
import {
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  type ScalableDimension,
} from '@aws-sdk/client-application-auto-scaling';
import type { RelatedPorts, ScalableResource, ScalingWriter } from '../controller/ports.ts';
import { RefusedError } from '../errors.ts';
import type { ScalingState, ScheduledAction } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { readPages } from './pages.ts';
import { toScheduledAction } from './scaling.ts';

/** A target holds at most 200 actions, in pages of 50. */
const MOST_PAGES = 20;

/**
 * Reads with `reading`, and writes with `writing` where that is given. A resource that is not registered is normal when read
 * and a RefusedError when written: to create what is to be managed is its owner's decision. IAM:
 * application-autoscaling:DescribeScalableTargets and DescribeScheduledActions; to write also PutScheduledAction,
 * DeleteScheduledAction and RegisterScalableTarget, and what Application Auto Scaling checks on its caller for the namespace.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
export function createRelatedPorts(reading: AwsClients, writing: AwsClients | null): RelatedPorts {
  return {
    async read(resource) {
      const [scalableTarget, actions] = await Promise.all([
        readScalableTarget(reading, resource),
        readActions(reading, resource),
      ]);
      return { scalableTarget, actions };
    },
    writerFor: writing && ((resource) => writerFor(writing, resource)),
  };
}

/** One call at a time is the caller's part: applyChanges waits for each write. */
function writerFor(aws: AwsClients, resource: ScalableResource): ScalingWriter {
  const scope = scopeOf(resource);
  return {
    async setBounds(_, { minCapacity, maxCapacity }) {
      // RegisterScalableTarget would also create.
      if (!(await readScalableTarget(aws, resource)))
        throw new RefusedError(
          `Nothing is registered with Application Auto Scaling for ${scope.ScalableDimension} of ${scope.ResourceId}.`,
        );
      await callAutoScaling(aws, 'RegisterScalableTarget', (client, options) =>
        client.send(
          new RegisterScalableTargetCommand({ ...scope, MinCapacity: minCapacity, MaxCapacity: maxCapacity }),
          options,
        ),
      );
    },
    async putAction(_, action) {
      await callAutoScaling(aws, 'PutScheduledAction', (client, options) =>
        client.send(new PutScheduledActionCommand({ ...scope, ...putRequest(action) }), options),
      );
    },
    async deleteAction(_, name) {
      await callAutoScaling(aws, 'DeleteScheduledAction', (client, options) =>
        client
          .send(new DeleteScheduledActionCommand({ ...scope, ScheduledActionName: name }), options)
          .catch((error: unknown) => {
            if (error instanceof Error && error.name === 'ObjectNotFoundException') return null;
            throw error;
          }),
      );
    },
  };
}

type AutoScalingClient = AwsClients['autoScaling']['client'];

function callAutoScaling<Result>(
  aws: AwsClients,
  operation: string,
  send: (client: AutoScalingClient, options: { abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  return call(aws.autoScaling, { action: `application-autoscaling:${operation}` }, send);
}

/** AWS adds dimensions faster than the SDK's list of them grows. */
function scopeOf({ namespace, resourceId, scalableDimension }: ScalableResource) {
  return {
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: scalableDimension as ScalableDimension,
  };
}

/** Our own actions have neither time zone nor start and end: a put erases what is left out. */
function putRequest({ name, schedule, minCapacity, maxCapacity }: ScheduledAction) {
  return {
    ScheduledActionName: name,
    Schedule: schedule,
    ScalableTargetAction: { MinCapacity: minCapacity, MaxCapacity: maxCapacity },
  };
}

async function readScalableTarget(
  aws: AwsClients,
  resource: ScalableResource,
): Promise<ScalingState['scalableTarget']> {
  const { ResourceId, ServiceNamespace, ScalableDimension } = scopeOf(resource);
  const { ScalableTargets } = await callAutoScaling(aws, 'DescribeScalableTargets', (client, options) =>
    client.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace, ScalableDimension, ResourceIds: [ResourceId] }),
      options,
    ),
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

async function readActions(aws: AwsClients, resource: ScalableResource): Promise<ScheduledAction[]> {
  const request = { ...scopeOf(resource), MaxResults: 50 };
  const pages = await readPages('The list of scheduled actions', MOST_PAGES, (NextToken) =>
    callAutoScaling(aws, 'DescribeScheduledActions', (client, options) =>
      client.send(new DescribeScheduledActionsCommand({ ...request, NextToken }), options),
    ),
  );
  return pages.flatMap(({ ScheduledActions = [] }) => ScheduledActions.map(toScheduledAction));
}
