import {
  DescribeScalableTargetsCommand,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetAccountSettingsCommand,
  InvokeCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countCalls, createClients } from '../../src/aws/clients.ts';
import { clientsOf, type FakeEndpoint, startFake } from './fake-endpoint.ts';

let fake: FakeEndpoint;
beforeEach(async () => {
  fake = await startFake(() => ({ body: {} }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fake.close();
});

const TARGET = {
  ServiceNamespace: 'lambda',
  ScalableDimension: 'lambda:function:ProvisionedConcurrency',
  ResourceId: 'function:worker:live',
} as const;

describe('clients made for reading', () => {
  it('stop every operation that could change something before it is sent', async () => {
    const { autoScaling, cloudWatch, lambda } = clientsOf(fake.endpoint);
    const alias = { FunctionName: 'worker', Qualifier: 'live' };
    const writes = [
      () => autoScaling.client.send(new RegisterScalableTargetCommand(TARGET)),
      () => autoScaling.client.send(new DeregisterScalableTargetCommand(TARGET)),
      () => autoScaling.client.send(new PutScheduledActionCommand({ ...TARGET, ScheduledActionName: 'a' })),
      () => autoScaling.client.send(new DeleteScheduledActionCommand({ ...TARGET, ScheduledActionName: 'a' })),
      () => autoScaling.client.send(new TagResourceCommand({ ResourceARN: 'a', Tags: {} })),
      () => cloudWatch.client.send(new PutMetricDataCommand({ Namespace: 'n', MetricData: [] })),
      () => lambda.client.send(new InvokeCommand(alias)),
      () => lambda.client.send(new UpdateAliasCommand({ FunctionName: 'worker', Name: 'live' })),
      () =>
        lambda.client.send(
          new PutProvisionedConcurrencyConfigCommand({ ...alias, ProvisionedConcurrentExecutions: 1 }),
        ),
    ];
    for (const write of writes) await expect(write()).rejects.toThrow(/may only read/);
    expect(fake.requests).toEqual([]);
  });

  it('let reading operations pass, and count them', async () => {
    const aws = clientsOf(fake.endpoint);
    await aws.autoScaling.client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }));
    await aws.lambda.client.send(new GetAccountSettingsCommand({}));
    await aws.cloudWatch.client.send(
      new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date(60_000) }),
    );
    expect(fake.operations()).toEqual(['DescribeScalableTargets', 'GetAccountSettings', 'GetMetricData']);
    expect(countCalls(aws)).toBe(3);
  });
});

it('clients made for writing send writes', async () => {
  const { autoScaling } = clientsOf(fake.endpoint, { access: 'write' });
  await autoScaling.client.send(new RegisterScalableTargetCommand(TARGET));
  expect(fake.operations()).toEqual(['RegisterScalableTarget']);
});

it('take the endpoint from AWS_ENDPOINT_URL when none is given', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL', fake.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  const aws = createClients();
  await aws.lambda.client.send(new GetAccountSettingsCommand({}));
  expect(aws.lambda.traffic.endpoint).toBe(fake.endpoint);
  expect(await aws.lambda.client.config.region()).toBe('eu-west-1');
});
