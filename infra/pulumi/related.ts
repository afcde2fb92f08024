/** What stands around the worker: its queue, the queue's event source, its neighbours, and the rights that come with them. */
import * as pulumi from '@pulumi/pulumi';
import { scheduleStatement, type Statement } from './policies';
import type { Settings } from './settings';
import type { Worker } from './worker';

/**
 * What Application Auto Scaling checks on its caller, by namespace.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
 */
const CHECKED_ON_CALLER: Record<string, string[] | undefined> = {
  dynamodb: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'],
  ecs: ['ecs:DescribeServices', 'ecs:UpdateService'],
  rds: [
    'rds:AddTagsToResource',
    'rds:CreateDBInstance',
    'rds:DeleteDBInstance',
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
  ],
  sagemaker: [
    'sagemaker:DescribeEndpoint',
    'sagemaker:DescribeEndpointConfig',
    'sagemaker:UpdateEndpointWeightsAndCapacities',
  ],
};

type Neighbours = Pick<Settings, 'settings' | 'relatedArns'>;

/** The namespaces of the neighbours, each once; the controller checks the rest of them. */
function namespacesOf({ settings: { related } }: Neighbours): string[] {
  const entries = Array.isArray(related) ? (related as { namespace?: unknown }[]) : [];
  return [...new Set(entries.map(({ namespace }) => String(namespace)))].sort();
}

/** One line per fault. */
export function neighbourFaults(given: Neighbours): string[] {
  const namespaces = namespacesOf(given);
  const known = Object.keys(CHECKED_ON_CALLER);
  const faults = namespaces
    .filter((namespace) => !known.includes(namespace))
    .map((namespace) => `settings.related: there are rights for ${known.join(', ')}, not for ${namespace}`);
  if (namespaces.length > 0 && given.relatedArns.length === 0) {
    faults.push('relatedArns: must list the ARNs of what settings.related names');
  }
  return faults;
}

/** The controller's variables for the stack's own queue. */
export function surroundings({ queue, jobs }: Worker, settings: Settings): Record<string, pulumi.Input<string>> {
  const { followQueue, eventSourceFollowsPlan, jobBatchSize, jobMaximumConcurrency } = settings;
  return {
    ...(followQueue && { PREWARM_QUEUE: pulumi.jsonStringify({ name: queue.name, batchSize: jobBatchSize }) }),
    ...(eventSourceFollowsPlan && {
      PREWARM_EVENT_SOURCE: pulumi.jsonStringify({ uuid: jobs.uuid, min: 2, max: jobMaximumConcurrency }),
    }),
  };
}

export function neighbourStatements(settings: Settings): Statement[] {
  const namespaces = namespacesOf(settings);
  if (settings.mode !== 'act' || namespaces.length === 0) return [];
  return [
    scheduleStatement('WriteNeighbours', { 'service-namespace': namespaces }),
    // Never called: Application Auto Scaling tries them as the caller of RegisterScalableTarget.
    ...namespaces.map((namespace): Statement => {
      const Sid = `AsCallerOf${namespace}`;
      return { Sid, Effect: 'Allow', Action: CHECKED_ON_CALLER[namespace] ?? [], Resource: settings.relatedArns };
    }),
  ];
}

export function eventSourceStatements({ jobs }: Worker, { mode, eventSourceFollowsPlan }: Settings): Statement[] {
  if (!eventSourceFollowsPlan) return [];
  const Action = ['lambda:GetEventSourceMapping', ...(mode === 'act' ? ['lambda:UpdateEventSourceMapping'] : [])];
  return [{ Sid: 'EventSource', Effect: 'Allow', Action, Resource: jobs.arn }];
}
