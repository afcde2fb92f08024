import {
  DescribeScalingPoliciesCommand,
  DeregisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  ListEventSourceMappingsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { clientsOn, failureOf, MINUTE, ordersWorld, readyWorld, RESOURCE, START_MS } from './support.ts';

const ORDERS_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:orders';

describe('what stands around a function, over HTTP', () => {
  it('lists aliases with their weights, those that were added and not the one that was deleted', async () => {
    const world = ordersWorld();
    const { lambda } = await clientsOn(world);
    world.setAliasWeight('orders', { version: '2', weight: 0.1 });
    world.surround('orders', { otherAliases: [{ name: 'blue', version: '3' }] });
    const names = async () => (await lambda.send(new ListAliasesCommand({ FunctionName: 'orders' }))).Aliases ?? [];
    expect(await names()).toMatchObject([
      { Name: 'live', RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } },
      { Name: 'blue', FunctionVersion: '3' },
    ]);
    world.deleteAlias('orders');
    expect((await names()).map(({ Name }) => Name)).toEqual(['blue']);
    expect(await failureOf(lambda.send(new ListAliasesCommand({ FunctionName: 'nobody' })))).toBe(
      'ResourceNotFoundException 404',
    );
  });

  it('lists provisioned concurrency of all qualifiers, and still answers for one', async () => {
    const world = readyWorld(4, 9);
    const { lambda } = await clientsOn(world);
    world.surround('orders', { provisionedElsewhere: [{ qualifier: '12', count: 7 }] });
    const list = new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'orders' });
    const { ProvisionedConcurrencyConfigs: configs } = await lambda.send(list);
    expect(configs).toMatchObject([
      { FunctionArn: `${ORDERS_ARN}:live`, RequestedProvisionedConcurrentExecutions: 4 },
      { FunctionArn: `${ORDERS_ARN}:12`, RequestedProvisionedConcurrentExecutions: 7 },
    ]);
    const one = new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'orders', Qualifier: 'live' });
    expect(await lambda.send(one)).toMatchObject({ RequestedProvisionedConcurrentExecutions: 4 });
  });

  it('lists event sources by qualifier, tags by ARN, and SnapStart', async () => {
    const world = ordersWorld();
    const { lambda } = await clientsOn(world);
    world.surround('orders', {
      tags: { team: 'shop' },
      snapStart: true,
      eventSources: [{ arn: 'arn:bare' }, { arn: 'arn:alias', qualifier: 'live' }],
    });
    const sources = async (FunctionName: string) => {
      const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
      return answer.EventSourceMappings?.map((mapping) => [mapping.EventSourceArn, mapping.FunctionArn]);
    };
    expect(await sources('orders')).toEqual([['arn:bare', ORDERS_ARN]]);
    expect(await sources('orders:live')).toEqual([['arn:alias', `${ORDERS_ARN}:live`]]);
    expect((await lambda.send(new ListTagsCommand({ Resource: ORDERS_ARN }))).Tags).toEqual({ team: 'shop' });
    const get = new GetFunctionConfigurationCommand({ FunctionName: 'orders', Qualifier: 'live' });
    expect((await lambda.send(get)).SnapStart).toMatchObject({ ApplyOn: 'PublishedVersions' });
  });

  it('serves one event source by its UUID, and changes its maximum concurrency where Lambda would', async () => {
    const world = ordersWorld();
    const { lambda } = await clientsOn(world);
    const queue = 'arn:aws:sqs:us-east-1:123456789012:jobs';
    world.surround('orders', {
      eventSources: [
        { arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/clicks' },
        { arn: queue, qualifier: 'live', maximumConcurrency: 5 },
        { arn: queue, qualifier: 'live', hasOwnPollers: true },
      ],
    });
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: 'orders:live' }),
    );
    const [ofQueue, inProvisionedMode] = EventSourceMappings.map(({ UUID }) => UUID!);
    const update = (UUID: string, MaximumConcurrency: number) =>
      lambda.send(new UpdateEventSourceMappingCommand({ UUID, ScalingConfig: { MaximumConcurrency } }));
    await update(ofQueue!, 40);
    expect(await lambda.send(new GetEventSourceMappingCommand({ UUID: ofQueue! }))).toMatchObject({
      EventSourceArn: queue,
      FunctionArn: `${ORDERS_ARN}:live`,
      State: 'Enabled',
      ScalingConfig: { MaximumConcurrency: 40 },
    });
    const refused = 'InvalidParameterValueException 400';
    expect(await failureOf(update(ofQueue!, 1))).toBe(refused);
    expect(await failureOf(update(inProvisionedMode!, 40))).toBe(refused);
    const nobody = new GetEventSourceMappingCommand({ UUID: '00000000-0000-4000-b000-000000009999' });
    expect(await failureOf(lambda.send(nobody))).toBe('ResourceNotFoundException 404');
  });

  it('describes scaling policies until their target is deregistered', async () => {
    const world = readyWorld(4, 9);
    const { autoScaling } = await clientsOn(world);
    const configuration = { TargetValue: 0.7 };
    world.autoScaling.putScalingPolicy({
      ...RESOURCE,
      PolicyName: 'track',
      TargetTrackingScalingPolicyConfiguration: configuration,
    });
    const policies = async () => (await autoScaling.send(new DescribeScalingPoliciesCommand(RESOURCE))).ScalingPolicies;
    expect(await policies()).toMatchObject([
      {
        PolicyName: 'track',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: configuration,
      },
    ]);
    await autoScaling.send(new DeregisterScalableTargetCommand(RESOURCE));
    expect(await policies()).toEqual([]);
  });

  it('turns embedded metrics of log lines into metrics of their namespace, and answers with its own time', async () => {
    const world = ordersWorld();
    const { aws, cloudWatch } = await clientsOn(world);
    const CloudWatchMetrics = [{ Namespace: 'Prewarm', Dimensions: [['FunctionName']], Metrics: [{ Name: 'Ticks' }] }];
    const line = { _aws: { Timestamp: START_MS, CloudWatchMetrics }, FunctionName: 'orders', Ticks: 2 };
    world.log(JSON.stringify(line));
    world.log(JSON.stringify(line));
    world.log('an ordinary line');
    world.log('{"_aws": half a line');
    const Metric = {
      Namespace: 'Prewarm',
      MetricName: 'Ticks',
      Dimensions: [{ Name: 'FunctionName', Value: 'orders' }],
    };
    const query = new GetMetricDataCommand({
      StartTime: new Date(START_MS),
      EndTime: new Date(START_MS + 5 * MINUTE),
      MetricDataQueries: [
        { Id: 'own', MetricStat: { Metric, Period: 60, Stat: 'Sum' } },
        { Id: 'lambda', MetricStat: { Metric: { ...Metric, Namespace: 'AWS/Lambda' }, Period: 60, Stat: 'Sum' } },
      ],
    });
    const { MetricDataResults } = await cloudWatch.send(query);
    expect(MetricDataResults).toMatchObject([{ Values: [4] }, { Values: [] }]);
    const answer = await fetch(aws.endpoint);
    expect(Date.parse(answer.headers.get('date') ?? '')).toBe(START_MS);
  });
});
