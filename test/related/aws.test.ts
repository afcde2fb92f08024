import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventSourcePorts } from '../../src/aws/related-event-source.ts';
import { createArrivalsSource } from '../../src/aws/related-metrics.ts';
import { createRelatedPorts } from '../../src/aws/related-scaling.ts';
import { RefusedError } from '../../src/errors.ts';
import { clientsOf, type FakeAnswer, type FakeEndpoint, type FakeRequest, startFake } from '../aws/fake-endpoint.ts';

let fake: FakeEndpoint | undefined;
afterEach(() => fake?.close());

const target = { functionName: 'worker', alias: 'live' };
const RESOURCE = {
  namespace: 'rds' as const,
  resourceId: 'cluster:main',
  scalableDimension: 'rds:cluster:ReadReplicaCount',
};
const SCOPE = {
  ServiceNamespace: 'rds',
  ResourceId: 'cluster:main',
  ScalableDimension: 'rds:cluster:ReadReplicaCount',
};

async function serve(answer: (request: FakeRequest) => FakeAnswer) {
  fake = await startFake(answer);
  return fake;
}

async function portsOn(answers: Record<string, FakeAnswer> = {}) {
  const { endpoint } = await serve(({ operation }) => answers[operation] ?? { body: {} });
  return createRelatedPorts(clientsOf(endpoint), clientsOf(endpoint, { access: 'write' }));
}

const inputs = (operation: string) =>
  fake!.requests.filter((request) => request.operation === operation).map(({ input }) => input);

describe('the ports of neighbours', () => {
  it('read bounds and actions of the resource in its own dimension', async () => {
    const action = { ScheduledActionName: 'night', Schedule: 'rate(1 day)', ScalableTargetAction: { MinCapacity: 1 } };
    const ports = await portsOn({
      DescribeScalableTargets: {
        body: {
          ScalableTargets: [
            { ...SCOPE, ScalableDimension: 'rds:cluster:Other', MinCapacity: 9, MaxCapacity: 9 },
            { ...SCOPE, MinCapacity: 1, MaxCapacity: 5, SuspendedState: { ScheduledScalingSuspended: true } },
          ],
        },
      },
      DescribeScheduledActions: { body: { ScheduledActions: [{ ...SCOPE, ...action }] } },
    });
    expect(await ports.read(RESOURCE)).toEqual({
      scalableTarget: { minCapacity: 1, maxCapacity: 5, scheduledScalingSuspended: true },
      actions: [{ name: 'night', schedule: 'rate(1 day)', minCapacity: 1 }],
    });
    expect(inputs('DescribeScheduledActions')).toEqual([{ ...SCOPE, MaxResults: 50 }]);
  });

  it('take a resource that is not registered as normal when it is read, and refuse to create it', async () => {
    const ports = await portsOn();
    expect(await ports.read(RESOURCE)).toEqual({ scalableTarget: null, actions: [] });
    const writing = ports.writerFor!(RESOURCE).setBounds(target, { minCapacity: 1, maxCapacity: 2 });
    await expect(writing).rejects.toThrow(RefusedError);
    expect(inputs('RegisterScalableTarget')).toEqual([]);
  });

  it('write actions and bounds of the resource, and none of the alias', async () => {
    const ports = await portsOn({
      DescribeScalableTargets: { body: { ScalableTargets: [{ ...SCOPE, MinCapacity: 1, MaxCapacity: 5 }] } },
      DeleteScheduledAction: { error: 'ObjectNotFoundException' },
    });
    const writer = ports.writerFor!(RESOURCE);
    await writer.setBounds(target, { minCapacity: 2, maxCapacity: 5 });
    await writer.putAction(target, {
      name: 'prewarm-1-0900',
      schedule: 'at(2026-11-23T09:00:00)',
      minCapacity: 3,
      maxCapacity: 5,
    });
    await writer.deleteAction(target, 'prewarm-1-0800');
    expect(inputs('RegisterScalableTarget')).toEqual([{ ...SCOPE, MinCapacity: 2, MaxCapacity: 5 }]);
    expect(inputs('PutScheduledAction')).toEqual([
      {
        ...SCOPE,
        ScheduledActionName: 'prewarm-1-0900',
        Schedule: 'at(2026-11-23T09:00:00)',
        ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 5 },
      },
    ]);
    expect(inputs('DeleteScheduledAction')).toEqual([{ ...SCOPE, ScheduledActionName: 'prewarm-1-0800' }]);
  });

  it('have no writer without clients that may write', async () => {
    const { endpoint } = await serve(() => ({ body: {} }));
    expect(createRelatedPorts(clientsOf(endpoint), null).writerFor).toBeNull();
  });
});

describe('the source of arrivals', () => {
  const grid = { startMs: Date.UTC(2026, 10, 23), stepSeconds: 60, length: 3 };

  it('asks for the queue and the API by their own dimensions, and puts the answers on the grid', async () => {
    const at = (step: number) => grid.startMs / 1000 + step * 60;
    const { endpoint } = await serve(() => ({
      body: {
        MetricDataResults: [
          { Id: 'messagesSent', Timestamps: [at(2), at(0)], Values: [7, 5], StatusCode: 'Complete' },
          { Id: 'oldestAgeSeconds', Timestamps: [at(1)], Values: [90], StatusCode: 'Complete' },
          { Id: 'apiRequests', Timestamps: [at(0), at(1), at(2)], Values: [-4, 3, 9], StatusCode: 'Complete' },
          { Id: 'apiRefused', Timestamps: [at(1), at(2)], Values: [5, 2], StatusCode: 'Complete' },
        ],
      },
    }));
    const of = { target, queue: { name: 'jobs', batchSize: 10 }, api: { name: 'front', stage: 'live' } };
    const series = await createArrivalsSource(clientsOf(endpoint)).read(of, grid);
    expect(series).toEqual({
      messagesSent: Float64Array.of(5, NaN, 7),
      oldestAgeSeconds: Float64Array.of(NaN, 90, NaN),
      apiRequests: Float64Array.of(NaN, 0, 7),
    });
    const queries = inputs('GetMetricData')[0]!.MetricDataQueries as {
      MetricStat: { Metric: unknown; Stat: string };
    }[];
    expect(queries.map(({ MetricStat: { Metric, Stat } }) => [Metric, Stat])).toEqual([
      [
        {
          Namespace: 'AWS/SQS',
          MetricName: 'NumberOfMessagesSent',
          Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
        },
        'Sum',
      ],
      [
        {
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateAgeOfOldestMessage',
          Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
        },
        'Maximum',
      ],
      ...['Count', '4XXError'].map((MetricName) => [
        {
          Namespace: 'AWS/ApiGateway',
          MetricName,
          Dimensions: [
            { Name: 'ApiName', Value: 'front' },
            { Name: 'Stage', Value: 'live' },
          ],
        },
        'Sum',
      ]),
    ]);
  });

  it('knows an HTTP API by its id, and what it refused by the name that this has there', async () => {
    const { endpoint } = await serve(() => ({ body: { MetricDataResults: [] } }));
    const of = { target, queue: undefined, api: { id: 'a1b2c3' } };
    const { apiRequests } = await createArrivalsSource(clientsOf(endpoint)).read(of, grid);
    expect([...apiRequests]).toEqual([NaN, NaN, NaN]);
    const queries = inputs('GetMetricData')[0]!.MetricDataQueries as {
      MetricStat: { Metric: { MetricName: string; Dimensions: unknown } };
    }[];
    const Dimensions = [{ Name: 'ApiId', Value: 'a1b2c3' }];
    expect(queries.map(({ MetricStat }) => MetricStat.Metric)).toMatchObject([
      { MetricName: 'Count', Dimensions },
      { MetricName: '4xx', Dimensions },
    ]);
  });

  it('asks nothing for an empty grid', async () => {
    const { endpoint } = await serve(() => ({ body: {} }));
    const of = { target, queue: { name: 'jobs', batchSize: 10 }, api: undefined };
    const series = await createArrivalsSource(clientsOf(endpoint)).read(of, { ...grid, length: 0 });
    expect(series.messagesSent).toHaveLength(0);
    expect(fake!.requests).toEqual([]);
  });
});

describe('the ports of an event source', () => {
  const uuid = '12345678-1234-1234-1234-123456789abc';

  it('read what matters of the mapping, and take a missing one as an answer', async () => {
    const mapping = {
      UUID: uuid,
      EventSourceArn: 'arn:aws:sqs:x:1:jobs',
      FunctionArn: 'arn:aws:lambda:x:1:function:f:live',
      State: 'Enabled',
      ScalingConfig: { MaximumConcurrency: 7 },
    };
    const answers: FakeAnswer[] = [{ body: mapping }, { error: 'ResourceNotFoundException', status: 404 }];
    const { endpoint } = await serve(() => answers.shift() ?? { body: {} });
    const ports = createEventSourcePorts(clientsOf(endpoint), null);
    expect(await ports.read(uuid)).toEqual({
      sourceArn: 'arn:aws:sqs:x:1:jobs',
      functionArn: 'arn:aws:lambda:x:1:function:f:live',
      state: 'Enabled',
      hasOwnPollers: false,
      maximumConcurrency: 7,
    });
    expect(await ports.read(uuid)).toBeNull();
    expect(ports.setMaximumConcurrency).toBeNull();
  });

  it('set the maximum and nothing else', async () => {
    const { endpoint } = await serve(() => ({ body: {} }));
    const writing = clientsOf(endpoint, { access: 'write' });
    const send = vi.spyOn(writing.lambda.client, 'send');
    await createEventSourcePorts(clientsOf(endpoint), writing).setMaximumConcurrency!(uuid, 42);
    expect(send.mock.calls.map(([{ input }]) => input)).toEqual([
      { UUID: uuid, ScalingConfig: { MaximumConcurrency: 42 } },
    ]);
    expect(inputs(fake!.requests[0]!.operation)).toEqual([{ path: `/2015-03-31/event-source-mappings/${uuid}` }]);
  });
});
