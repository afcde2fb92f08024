import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { onTestFinished } from 'vitest';
import { startLocalAws, type LocalAwsOptions } from '../../src/twin/local-aws.ts';
import { createWorld, type World, type WorldOptions } from '../../src/twin/world.ts';

/** A Monday. */
export const START_MS = Date.parse('2026-11-02T00:00:00Z');
export const MINUTE = 60_000;

/** The alias that most tests are about, as Application Auto Scaling names it. */
export const RESOURCE = {
  ServiceNamespace: 'lambda',
  ScalableDimension: 'lambda:function:ProvisionedConcurrency',
  ResourceId: 'function:orders:live',
} as const;

export const ORDERS = {
  functionName: 'orders',
  alias: 'live',
  memoryMb: 2048,
  timeoutSeconds: 60,
  architecture: 'arm64',
} as const;

export function ordersWorld(options: Partial<WorldOptions> = {}): World {
  return createWorld({ seed: 7, startMs: START_MS, functions: [ORDERS], ...options });
}

/** What stands for it in the account at this moment. */
export function state(world: World, functionName = 'orders') {
  const target = world.autoScaling.describeScalableTargets({ ServiceNamespace: 'lambda' }).ScalableTargets[0];
  return {
    bounds: target ? [target.MinCapacity, target.MaxCapacity] : null,
    provisioned: provisionedOf(world, functionName),
  };
}

export function provisionedOf(world: World, functionName = 'orders'): string {
  try {
    const config = world.lambda.getProvisionedConcurrencyConfig(functionName, 'live');
    const { AvailableProvisionedConcurrentExecutions: available, Status: status } = config;
    return `${available} of ${config.RequestedProvisionedConcurrentExecutions} ${status}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** `at(...)` so many minutes after the start. */
export const at = (minutes: number) => `at(${new Date(START_MS + minutes * MINUTE).toISOString().slice(0, 19)})`;

/** Puts a scheduled action on the orders alias; `more` replaces or adds members of the request. */
export function put(
  world: World,
  name: string,
  schedule: string,
  action: { min?: number; max?: number; more?: object },
) {
  return world.autoScaling.putScheduledAction({
    ...RESOURCE,
    ScheduledActionName: name,
    Schedule: schedule,
    ScalableTargetAction: { MinCapacity: action.min, MaxCapacity: action.max },
    ...action.more,
  });
}

export const namesOf = (world: World) =>
  world.autoScaling.describeScheduledActions(RESOURCE).ScheduledActions.map((action) => action.ScheduledActionName);

/** Newest first. */
export const activitiesOf = (world: World) => world.autoScaling.describeScalingActivities(RESOURCE).ScalingActivities;

/** A world three minutes after registering, with `min` environments ready. */
export function readyWorld(min: number, max: number, options: Partial<WorldOptions> = {}): World {
  const world = ordersWorld(options);
  world.registerTarget('orders', { minCapacity: min, maxCapacity: max });
  world.advanceTo(START_MS + 3 * MINUTE);
  return world;
}

/** The code of the AwsError that `run` throws. */
export function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}

/** Real clients on the world's endpoint; closed when the test ends. */
export async function clientsOn(world: World, options: LocalAwsOptions & { region?: string } = {}) {
  const aws = await startLocalAws(world, options);
  const settings = {
    endpoint: aws.endpoint,
    region: options.region ?? 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const clients = {
    autoScaling: new ApplicationAutoScalingClient(settings),
    cloudWatch: new CloudWatchClient(settings),
    lambda: new LambdaClient(settings),
  };
  onTestFinished(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await aws.close();
  });
  return { aws, ...clients };
}

/** The name and HTTP status with which a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${name} ${$metadata?.httpStatusCode ?? ''}`.trim();
  }
  return 'no failure';
}

const LEVELS = {
  alias: { FunctionName: 'orders', Resource: 'orders:live' },
  function: { FunctionName: 'orders' },
  account: {},
};

export interface MetricView {
  statistic?: 'Sum' | 'Average' | 'Maximum' | 'SampleCount';
  level?: keyof typeof LEVELS;
  periodSeconds?: number;
  /** From one minute to another, counted from the start; the first hour by default. */
  minutes?: [from: number, to: number];
}

/** Values by minute from the start, in order. */
export function metric(world: World, name: string, view: MetricView = {}): Map<number, number> {
  const { statistic = 'Sum', level = 'alias', periodSeconds = 60, minutes = [0, 60] } = view;
  const Dimensions = Object.entries(LEVELS[level]).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: 'AWS/Lambda', MetricName: name, Dimensions };
  const answer = JSON.parse(
    world.getMetricData({
      StartTime: START_MS / 1000 + minutes[0] * 60,
      EndTime: START_MS / 1000 + minutes[1] * 60,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: periodSeconds, Stat: statistic } }],
    }),
  ) as { MetricDataResults: { Timestamps: number[]; Values: number[] }[] };
  const { Timestamps, Values } = answer.MetricDataResults[0]!;
  return new Map(Timestamps.map((seconds, i) => [seconds / 60 - START_MS / MINUTE, Values[i]!]));
}
