/** The scheduled controller: what it runs on, what it may call, and how it is started. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { logGroup, logStatement, scheduleStatement, serviceRole, type Statement, TAGS } from './policies';
import { eventSourceStatements, neighbourStatements, surroundings } from './related';
import type { Settings } from './settings';
import type { Worker } from './worker';

/** Made by `npm run build` in the checkout. */
const HANDLER = join(__dirname, '..', '..', 'dist', 'handler.mjs');

export function createController(worker: Worker, settings: Settings): aws.lambda.Function {
  if (!existsSync(HANDLER))
    throw new Error('the controller is not built: run `npm ci && npm run build` in the checkout');
  const logs = logGroup('controller', settings);
  const role = serviceRole('controller', 'lambda.amazonaws.com', [
    logStatement(logs),
    ...observing(worker),
    ...(settings.mode === 'act' ? acting(worker) : []),
    ...neighbourStatements(settings),
    ...eventSourceStatements(worker, settings),
  ]);
  const controller = new aws.lambda.Function('controller', {
    description: "Forecasts the worker's demand and, in act mode, writes its provisioned concurrency ahead.",
    code: new pulumi.asset.AssetArchive({ 'handler.mjs': new pulumi.asset.FileAsset(HANDLER) }),
    handler: 'handler.handler',
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    memorySize: 512,
    timeout: 210,
    // Two runs must not write the same schedule at once.
    reservedConcurrentExecutions: 1,
    role: role.arn,
    loggingConfig: { logFormat: 'Text', logGroup: logs.name },
    environment: { variables: environment(worker, settings) },
    tags: TAGS,
  });
  schedule(controller);
  return controller;
}

function environment(worker: Worker, all: Settings) {
  const { mode, minCapacity, maxCapacity, settings } = all;
  const given = { ...settings, mode, minCapacity, maxCapacity };
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [environmentName(name), text(value)])),
    ...surroundings(worker, all),
    PREWARM_TARGETS: pulumi.interpolate`${worker.alias.functionName}:${worker.alias.name}`,
  };
}

/** `leadTimeSeconds` -> `PREWARM_LEAD_TIME_SECONDS`. */
function environmentName(setting: string): string {
  return `PREWARM_${setting.replace(/([A-Z])/g, '_$1').toUpperCase()}`;
}

function observing({ fn, alias }: Worker): Statement[] {
  return [
    {
      // These know no narrower resource.
      Sid: 'Observe',
      Effect: 'Allow',
      Action: [
        'cloudwatch:GetMetricData',
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScheduledActions',
      ],
      Resource: '*',
    },
    {
      Sid: 'ReadTarget',
      Effect: 'Allow',
      Action: ['lambda:GetAlias', 'lambda:GetFunctionConfiguration', 'lambda:GetProvisionedConcurrencyConfig'],
      Resource: [fn.arn, alias.arn],
    },
  ];
}

function acting({ alias }: Worker): Statement[] {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return [
    scheduleStatement('WriteSchedule', {
      'service-namespace': 'lambda',
      'scalable-dimension': 'lambda:function:ProvisionedConcurrency',
    }),
    {
      // Never called: Application Auto Scaling tries them as the caller of RegisterScalableTarget.
      // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
      Sid: 'CapacityAsCaller',
      Effect: 'Allow',
      Action: ['lambda:PutProvisionedConcurrencyConfig', 'lambda:DeleteProvisionedConcurrencyConfig'],
      Resource: alias.arn,
    },
    {
      Sid: 'AlarmsAsCaller',
      Effect: 'Allow',
      Action: ['cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
      Resource: pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
    },
  ];
}

/** Every five minutes, three minutes into them: by then the metrics of the last five are complete. A run that is older than the next one has nothing to add: retry soon, or not at all. */
function schedule(controller: aws.lambda.Function): void {
  new aws.lambda.FunctionEventInvokeConfig('controller', {
    functionName: controller.name,
    maximumEventAgeInSeconds: 240,
    maximumRetryAttempts: 1,
  });
  const role = serviceRole('schedule', 'scheduler.amazonaws.com', [
    { Sid: 'Start', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: controller.arn },
  ]);
  new aws.scheduler.Schedule('controller', {
    description: 'One run of Prewarm',
    scheduleExpression: 'cron(3/5 * * * ? *)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: controller.arn,
      roleArn: role.arn,
      retryPolicy: { maximumEventAgeInSeconds: 240, maximumRetryAttempts: 2 },
    },
  });
}
