/** Settings of what stands around a worker: neighbours to make ready, the queue that feeds it, its event source. */
import * as z from 'zod';
import type { Target } from './model.ts';

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html */
export const SERVICE_NAMESPACES = [
  ...(['appstream', 'cassandra', 'comprehend', 'custom-resource', 'dynamodb', 'ec2', 'ecs', 'elasticache'] as const),
  ...(['elasticmapreduce', 'kafka', 'lambda', 'neptune', 'rds', 'sagemaker', 'workspaces'] as const),
];

/** The dimension that a function's own plan is written to. */
const OWN_DIMENSION = 'lambda:function:ProvisionedConcurrency';

const whole = (min: number, max: number) => z.number().int().min(min).max(max);
const unitsPerConcurrentExecution = z.number().positive().max(1_000_000);

const relatedTarget = z
  .strictObject({
    namespace: z.enum(SERVICE_NAMESPACES, `must be one of ${SERVICE_NAMESPACES.join(', ')}`),
    resourceId: z
      .string()
      .regex(
        /^[\x21-\x7e]{1,1600}$/,
        'must be the resource as Application Auto Scaling names it, e.g. table/orders or service/cluster/name',
      ),
    scalableDimension: z.string().regex(/^[a-z0-9-]+:[A-Za-z-]+:[A-Za-z]+$/, {
      error: 'must be a scalable dimension of Application Auto Scaling, e.g. dynamodb:table:ReadCapacityUnits',
      abort: true,
    }),
    unitsPerConcurrentExecution,
    minCapacity: whole(0, 1_000_000),
    maxCapacity: whole(1, 1_000_000),
  })
  .superRefine(({ namespace, scalableDimension, minCapacity, maxCapacity }, context) => {
    const fault = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (minCapacity > maxCapacity) fault('minCapacity', `must not exceed maxCapacity = ${maxCapacity}`);
    if (!scalableDimension.startsWith(`${namespace}:`))
      fault('scalableDimension', `must begin with the namespace, ${namespace}:`);
    if (scalableDimension === OWN_DIMENSION)
      fault('scalableDimension', 'is what Prewarm plans for a target itself: name the function in the targets');
  });

/** A neighbour: what it is for Application Auto Scaling, and how much of it a concurrent execution needs. */
export type RelatedTarget = Readonly<z.output<typeof relatedTarget>>;

export const relatedSchema = z.array(relatedTarget).superRefine((list, context) => {
  const seen = new Map<string, number>();
  for (const [index, entry] of list.entries()) {
    const first = seen.get(resourceKey(entry));
    if (first === undefined) seen.set(resourceKey(entry), index);
    else
      context.addIssue({ code: 'custom', path: [index, 'resourceId'], message: `is named by entry ${first} already` });
  }
});

export const eventSourceSchema = z
  .strictObject({
    uuid: z
      .string()
      .regex(
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
        "must be the event source mapping's UUID (aws lambda list-event-source-mappings)",
      ),
    min: whole(2, 1000),
    max: whole(2, 1000),
    unitsPerConcurrentExecution: unitsPerConcurrentExecution.default(1),
  })
  .superRefine(({ min, max }, context) => {
    if (min > max) context.addIssue({ code: 'custom', path: ['min'], message: `must not exceed max = ${max}` });
  });

export type EventSourceSettings = Readonly<z.output<typeof eventSourceSchema>>;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export const queueSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,75}(\.fifo)?$/, "must be a queue's plain name, e.g. jobs (no URL, no ARN)"),
  batchSize: whole(1, 10_000).default(10),
});

/** An API in front of the queue: a REST API by its name, an HTTP API by its id. */
export const apiSchema = z
  .strictObject({
    name: z.string().min(1).max(1024).optional(),
    id: z
      .string()
      .regex(/^[a-z0-9]{1,64}$/, 'must be the id of an HTTP API, e.g. a1b2c3d4e5')
      .optional(),
    stage: z.string().min(1).max(128).optional(),
  })
  .superRefine(({ name, id }, context) => {
    if ((name === undefined) === (id === undefined))
      context.addIssue({ code: 'custom', path: ['name'], message: 'give either name (REST API) or id (HTTP API)' });
  });

export type QueueSettings = Readonly<z.output<typeof queueSchema>>;
export type ApiSettings = Readonly<z.output<typeof apiSchema>>;

/** What Application Auto Scaling and Lambda know it by; equal keys are one thing. */
export function resourceKey({
  resourceId,
  scalableDimension,
}: Pick<RelatedTarget, 'resourceId' | 'scalableDimension'>) {
  return `${scalableDimension} of ${resourceId}`;
}

interface Follower {
  target: Readonly<Target>;
  related: readonly RelatedTarget[];
  eventSource?: EventSourceSettings | undefined;
}

/** Two targets would undo each other's work on what both name: one line per resource. */
export function sharedNeighbours(targets: readonly Follower[]): string[] {
  const owners = new Map<string, string>();
  return targets.flatMap(({ target, related, eventSource }) => {
    const label = `${target.functionName}:${target.alias}`;
    const keys = related.map((entry) => ({ setting: 'related', key: resourceKey(entry) }));
    if (eventSource) keys.push({ setting: 'eventSource', key: eventSource.uuid.toLowerCase() });
    return keys.flatMap(({ setting, key }) => {
      const owner = owners.get(key);
      owners.set(key, owner ?? label);
      const fault = `${label}: ${setting} = "${key}": follows ${owner ?? ''} already; name it for one of them`;
      return owner === undefined ? [] : [fault];
    });
  });
}
