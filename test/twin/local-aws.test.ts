import {
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  InvalidNextTokenException,
  ObjectNotFoundException,
  paginateDescribeScheduledActions,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvalidParameterValueException,
  LambdaClient,
  ListVersionsByFunctionCommand,
  ProvisionedConcurrencyConfigNotFoundException,
  PutProvisionedConcurrencyConfigCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../src/twin/faults.ts';
import { startLocalAws } from '../../src/twin/local-aws.ts';
import { createWorld } from '../../src/twin/world.ts';
import {
  at,
  clientsOn,
  failureOf,
  MINUTE,
  ORDERS,
  ordersWorld,
  put,
  readyWorld,
  RESOURCE,
  START_MS,
} from './support.ts';

const ALIAS = { FunctionName: 'orders', Qualifier: 'live' };

const METRIC_QUERY = {
  StartTime: new Date(START_MS - 60 * MINUTE),
  EndTime: new Date(START_MS),
  MetricDataQueries: [
    {
      Id: 'i',
      MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations' }, Period: 60, Stat: 'Sum' },
    },
  ],
};

describe('Application Auto Scaling over HTTP', () => {
  it('registers, describes, fires and remembers', async () => {
    const world = ordersWorld();
    const { autoScaling } = await clientsOn(world);
    const bounds = { MinCapacity: 2, MaxCapacity: 9 };
    const { ScalableTargetARN } = await autoScaling.send(new RegisterScalableTargetCommand({ ...RESOURCE, ...bounds }));
    const { ScalableTargets } = await autoScaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: [RESOURCE.ResourceId] }),
    );
    expect(ScalableTargets).toEqual([
      {
        ...RESOURCE,
        ...bounds,
        ScalableTargetARN,
        RoleARN: expect.stringContaining('AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency') as string,
        CreationTime: new Date(START_MS),
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
      },
    ]);
    await autoScaling.send(
      new PutScheduledActionCommand({
        ...RESOURCE,
        ScheduledActionName: 'noon',
        Schedule: at(10),
        StartTime: new Date(START_MS + MINUTE),
        EndTime: new Date(START_MS + 100 * MINUTE),
        ScalableTargetAction: { MinCapacity: 4, MaxCapacity: 4 },
      }),
    );
    const { ScheduledActions } = await autoScaling.send(new DescribeScheduledActionsCommand(RESOURCE));
    expect(ScheduledActions).toMatchObject([
      {
        Schedule: at(10),
        StartTime: new Date(START_MS + MINUTE),
        EndTime: new Date(START_MS + 100 * MINUTE),
        ScalableTargetAction: { MinCapacity: 4, MaxCapacity: 4 },
      },
    ]);
    world.advanceTo(START_MS + 15 * MINUTE);
    const { ScalingActivities } = await autoScaling.send(new DescribeScalingActivitiesCommand(RESOURCE));
    expect(ScalingActivities?.map(({ Description, StatusCode }) => `${Description}: ${StatusCode}`)).toEqual([
      'Setting desired concurrency to 4.: Successful',
      'Setting min capacity to 4 and max capacity to 4: Successful',
      'Setting desired concurrency to 2.: Successful',
    ]);
    expect(ScalingActivities?.[1]?.StartTime).toEqual(new Date(START_MS + 10 * MINUTE + 5000));
  });

  it('pages for the paginators of the SDK', async () => {
    const world = readyWorld(1, 9);
    for (let i = 0; i < 70; i++) put(world, `a${i}`, at(30 + i), { min: 1 });
    const { autoScaling } = await clientsOn(world);
    const sizes = [];
    // The paginator writes its token into the input that it is given.
    for await (const page of paginateDescribeScheduledActions({ client: autoScaling }, { ...RESOURCE })) {
      sizes.push(page.ScheduledActions?.length);
    }
    expect(sizes).toEqual([50, 20]);
  });

  it('fails with the classes of the SDK', async () => {
    const { autoScaling } = await clientsOn(readyWorld(1, 9));
    const remove = autoScaling.send(new DeleteScheduledActionCommand({ ...RESOURCE, ScheduledActionName: 'gone' }));
    await expect(remove).rejects.toBeInstanceOf(ObjectNotFoundException);
    const nonsense = { ...RESOURCE, ScheduledActionName: 'a/b', Schedule: at(10) };
    await expect(autoScaling.send(new PutScheduledActionCommand(nonsense))).rejects.toBeInstanceOf(ValidationException);
    const describing = autoScaling.send(new DescribeScheduledActionsCommand({ ...RESOURCE, NextToken: 'x' }));
    await expect(describing).rejects.toBeInstanceOf(InvalidNextTokenException);
  });
});

describe('Lambda over HTTP', () => {
  it('describes the alias, the function and the account', async () => {
    const { lambda } = await clientsOn(ordersWorld({ accountConcurrency: 500 }));
    expect(await lambda.send(new GetAliasCommand({ FunctionName: 'orders', Name: 'live' }))).toMatchObject({
      AliasArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders:live',
      Name: 'live',
      FunctionVersion: '1',
    });
    expect(await lambda.send(new GetFunctionConfigurationCommand(ALIAS))).toMatchObject({
      FunctionName: 'orders',
      FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders:live',
      Timeout: 60,
      MemorySize: 2048,
      Architectures: ['arm64'],
      Version: '1',
    });
    expect((await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit).toMatchObject({
      ConcurrentExecutions: 500,
      UnreservedConcurrentExecutions: 500,
    });
    const { ReservedConcurrentExecutions } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName: 'orders' }),
    );
    expect(ReservedConcurrentExecutions).toBeUndefined();
  });

  it.each([
    ['name', 'orders'],
    ['partial ARN', '123456789012:function:orders'],
    ['ARN', 'arn:aws:lambda:us-east-1:123456789012:function:orders'],
  ])('finds a function by its %s', async (_, FunctionName) => {
    const { lambda } = await clientsOn(ordersWorld());
    const { Name } = await lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' }));
    expect(Name).toBe('live');
  });

  it('puts, allocates and deletes provisioned concurrency', async () => {
    const world = ordersWorld();
    const { lambda } = await clientsOn(world);
    const get = () => lambda.send(new GetProvisionedConcurrencyConfigCommand(ALIAS));
    await expect(get()).rejects.toBeInstanceOf(ProvisionedConcurrencyConfigNotFoundException);
    const change = new PutProvisionedConcurrencyConfigCommand({ ...ALIAS, ProvisionedConcurrentExecutions: 6 });
    expect(await lambda.send(change)).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      RequestedProvisionedConcurrentExecutions: 6,
      AvailableProvisionedConcurrentExecutions: 0,
      Status: 'IN_PROGRESS',
    });
    world.advanceTo(START_MS + 2 * MINUTE);
    expect(await get()).toMatchObject({
      AvailableProvisionedConcurrentExecutions: 6,
      AllocatedProvisionedConcurrentExecutions: 6,
      Status: 'READY',
      LastModified: '2026-11-02T00:00:00.000+0000',
    });
    const { $metadata } = await lambda.send(new DeleteProvisionedConcurrencyConfigCommand(ALIAS));
    expect($metadata.httpStatusCode).toBe(204);
    await expect(get()).rejects.toBeInstanceOf(ProvisionedConcurrencyConfigNotFoundException);
  });

  it('refuses changes while the alias has weights, which it describes', async () => {
    const world = readyWorld(3, 9);
    const { lambda } = await clientsOn(world);
    world.setAliasWeight('orders', { version: '2', weight: 0.25 });
    const { RoutingConfig } = await lambda.send(new GetAliasCommand({ FunctionName: 'orders', Name: 'live' }));
    expect(RoutingConfig).toEqual({ AdditionalVersionWeights: { 2: 0.25 } });
    const refusal = 'Alias with weights can not be used with Provisioned Concurrency';
    const change = new PutProvisionedConcurrencyConfigCommand({ ...ALIAS, ProvisionedConcurrentExecutions: 6 });
    await expect(lambda.send(change)).rejects.toThrow(refusal);
    await expect(lambda.send(new DeleteProvisionedConcurrencyConfigCommand(ALIAS))).rejects.toThrow(refusal);
  });

  it('fails with the classes of the SDK', async () => {
    const { lambda } = await clientsOn(ordersWorld());
    const missingAlias = lambda.send(new GetAliasCommand({ FunctionName: 'orders', Name: 'gone' }));
    await expect(missingAlias).rejects.toBeInstanceOf(ResourceNotFoundException);
    const missingFunction = lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'gone' }));
    await expect(missingFunction).rejects.toBeInstanceOf(ResourceNotFoundException);
    const latest = lambda.send(new GetProvisionedConcurrencyConfigCommand({ ...ALIAS, Qualifier: '$LATEST' }));
    await expect(latest).rejects.toBeInstanceOf(InvalidParameterValueException);
    const none = lambda.send(
      new PutProvisionedConcurrencyConfigCommand({ ...ALIAS, ProvisionedConcurrentExecutions: 0 }),
    );
    await expect(none).rejects.toBeInstanceOf(InvalidParameterValueException);
  });

  it('leaves 100 of the account, and of a reservation nothing, unprovisioned', async () => {
    const reserving = { ...ORDERS, functionName: 'reserving', reservedConcurrency: 30 };
    const world = createWorld({ seed: 1, startMs: START_MS, accountConcurrency: 200, functions: [ORDERS, reserving] });
    const { lambda } = await clientsOn(world);
    const change = (FunctionName: string, ProvisionedConcurrentExecutions: number) =>
      failureOf(
        lambda.send(
          new PutProvisionedConcurrencyConfigCommand({ ...ALIAS, FunctionName, ProvisionedConcurrentExecutions }),
        ),
      );
    expect(await change('reserving', 31)).toBe('InvalidParameterValueException 400');
    expect(await change('reserving', 30)).toBe('no failure');
    expect(await change('orders', 71)).toBe('InvalidParameterValueException 400');
    expect(await change('orders', 70)).toBe('no failure');
  });
});

describe('the endpoint', () => {
  it('records every call, refused ones included', async () => {
    const { aws, autoScaling, lambda, cloudWatch } = await clientsOn(ordersWorld());
    await cloudWatch.send(new GetMetricDataCommand(METRIC_QUERY));
    await failureOf(lambda.send(new GetAliasCommand({ FunctionName: 'orders', Name: 'gone' })));
    await autoScaling.send(new DescribeScheduledActionsCommand(RESOURCE));
    expect(aws.calls).toEqual([
      { service: 'cloudwatch', operation: 'GetMetricData', metrics: 1 },
      { service: 'lambda', operation: 'GetAlias' },
      { service: 'application-autoscaling', operation: 'DescribeScheduledActions' },
    ]);
  });

  it('answers operations that it does not have as the services do', async () => {
    const { autoScaling, lambda, cloudWatch } = await clientsOn(ordersWorld());
    const policy = new PutScalingPolicyCommand({ ...RESOURCE, PolicyName: 'p' });
    expect(await failureOf(autoScaling.send(policy))).toBe('UnknownOperationException 400');
    expect(await failureOf(cloudWatch.send(new ListMetricsCommand({})))).toBe('UnknownOperationException 400');
    const versions = new ListVersionsByFunctionCommand({ FunctionName: 'orders' });
    expect(await failureOf(lambda.send(versions))).toBe('UnknownOperationException 404');
  });

  it.each([
    ['that is no JSON', '{"ServiceNamespace"', 'SerializationException'],
    ['that is a list', '[]', 'ValidationException'],
  ])('refuses a body %s', async (_, body, type) => {
    const { aws } = await clientsOn(ordersWorld());
    const headers = { 'x-amz-target': 'AnyScaleFrontendService.DescribeScheduledActions', authorization: 'AWS4' };
    const answer = await fetch(aws.endpoint, { method: 'POST', headers, body });
    expect([answer.status, ((await answer.json()) as { __type: string }).__type]).toEqual([400, type]);
  });

  it.each([
    ['not signed', '/2016-08-19/account-settings', {}, 403],
    ['made of broken escapes', '/2015-03-31/functions/%ff/aliases/live', { authorization: 'AWS4' }, 400],
  ])('refuses a request that is %s', async (_, path, headers, status) => {
    const { aws } = await clientsOn(ordersWorld());
    expect((await fetch(aws.endpoint + path, { headers })).status).toBe(status);
  });

  it('shows an empty account to another Region, when asked to', async () => {
    const world = readyWorld(2, 9, { region: 'eu-west-1' });
    const { lambda, autoScaling } = await clientsOn(world, { checkRegion: true, region: 'us-west-2' });
    const alias = lambda.send(new GetAliasCommand({ FunctionName: 'orders', Name: 'live' }));
    await expect(alias).rejects.toThrow('arn:aws:lambda:us-west-2');
    const { ScalableTargets } = await autoScaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }),
    );
    expect(ScalableTargets).toEqual([]);
    const { lambda: atHome } = await clientsOn(world, { checkRegion: true, region: 'eu-west-1' });
    expect(await failureOf(atHome.send(new GetProvisionedConcurrencyConfigCommand(ALIAS)))).toBe('no failure');
  });
});

describe('an injected fault', () => {
  const kinds: [FaultKind, string, string, string][] = [
    ['throttling', 'ThrottlingException 400', 'TooManyRequestsException 429', 'Throttling 400'],
    [
      'concurrent-update',
      'ConcurrentUpdateException 400',
      'ResourceConflictException 409',
      'ConcurrentModificationException 429',
    ],
    ['internal-service', 'InternalServiceException 500', 'ServiceException 500', 'InternalServiceFault 500'],
    ['service-unavailable', 'ServiceUnavailable 503', 'ServiceUnavailable 503', 'ServiceUnavailable 503'],
    ['access-denied', 'AccessDeniedException 400', 'AccessDeniedException 403', 'AccessDenied 403'],
    ['caller-lacks-permission', 'ValidationException 400', 'AccessDeniedException 403', 'AccessDenied 403'],
    ['expired-token', 'ExpiredTokenException 400', 'ExpiredTokenException 403', 'ExpiredToken 403'],
  ];

  it.each(kinds)('of kind %s fails all three services', async (kind, scaling, functions, metrics) => {
    const { aws, autoScaling, lambda, cloudWatch } = await clientsOn(ordersWorld());
    aws.inject({ operation: '*', kind });
    expect(await failureOf(autoScaling.send(new DescribeScheduledActionsCommand(RESOURCE)))).toBe(scaling);
    expect(await failureOf(lambda.send(new GetAccountSettingsCommand({})))).toBe(functions);
    expect(await failureOf(cloudWatch.send(new GetMetricDataCommand(METRIC_QUERY)))).toBe(metrics);
  });

  it('names the action that is denied', async () => {
    const { lambda } = await clientsOn(ordersWorld(), {
      faults: [{ operation: 'GetAccountSettings', kind: 'access-denied' }],
    });
    const refused = lambda.send(new GetAccountSettingsCommand({}));
    await expect(refused).rejects.toThrow('is not authorized to perform: lambda:GetAccountSettings');
  });

  it('strikes one operation, after some calls, so many times', async () => {
    const { aws, autoScaling, lambda } = await clientsOn(ordersWorld());
    aws.inject({ operation: 'GetAccountSettings', kind: 'internal-service', after: 1, times: 2 });
    const results = [];
    for (let i = 0; i < 4; i++) results.push(await failureOf(lambda.send(new GetAccountSettingsCommand({}))));
    expect(results).toEqual(['no failure', 'ServiceException 500', 'ServiceException 500', 'no failure']);
    expect(await failureOf(autoScaling.send(new DescribeScheduledActionsCommand(RESOURCE)))).toBe('no failure');
  });

  it('ends when faults are cleared', async () => {
    const { aws, lambda } = await clientsOn(ordersWorld());
    aws.inject({ operation: '*', kind: 'expired-token' });
    aws.clearFaults();
    expect(await failureOf(lambda.send(new GetAccountSettingsCommand({})))).toBe('no failure');
  });

  it.each([
    ['reset-before', []],
    ['reset-after', ['a']],
  ] as const)('of kind %s breaks the connection', async (kind, left) => {
    const world = readyWorld(1, 9);
    const { aws, autoScaling } = await clientsOn(world);
    aws.inject({ operation: 'PutScheduledAction', kind });
    const action = { MinCapacity: 2 };
    const putting = autoScaling.send(
      new PutScheduledActionCommand({
        ...RESOURCE,
        ScheduledActionName: 'a',
        Schedule: at(10),
        ScalableTargetAction: action,
      }),
    );
    await expect(putting).rejects.toMatchObject({ code: 'ECONNRESET' });
    aws.clearFaults();
    const { ScheduledActions } = await autoScaling.send(new DescribeScheduledActionsCommand(RESOURCE));
    expect(ScheduledActions?.map((each) => each.ScheduledActionName)).toEqual(left);
  });

  it('of kind hang answers nothing, though others are answered meanwhile, until the endpoint is closed', async () => {
    const world = ordersWorld();
    const aws = await startLocalAws(world, { faults: [{ operation: '*', kind: 'hang', times: 1 }] });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const lambda = new LambdaClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    let outcome = 'none yet';
    const hanging = lambda.send(new GetAccountSettingsCommand({})).then(
      () => (outcome = 'answered'),
      (error: unknown) => (outcome = String((error as { code?: string }).code)),
    );
    while (aws.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let later = 0; later < 3; later++) {
      world.advanceTo(world.nowMs + 60 * MINUTE);
      await lambda.send(new GetAccountSettingsCommand({}));
    }
    expect(outcome).toBe('none yet');
    await aws.close();
    expect(await hanging).toBe('ECONNRESET');
  });

  it.each([
    ['metrics-internal-error', 'InternalError'],
    ['metrics-forbidden', 'Forbidden'],
  ] as const)('of kind %s answers results without data', async (kind, StatusCode) => {
    const { aws, cloudWatch } = await clientsOn(ordersWorld());
    aws.inject({ operation: 'GetMetricData', kind, times: 1 });
    const { MetricDataResults } = await cloudWatch.send(new GetMetricDataCommand(METRIC_QUERY));
    expect(MetricDataResults).toMatchObject([{ Id: 'i', StatusCode, Values: [] }]);
    expect((await cloudWatch.send(new GetMetricDataCommand(METRIC_QUERY))).MetricDataResults).toMatchObject([
      { StatusCode: 'Complete' },
    ]);
  });
});
