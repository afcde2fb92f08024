/** What lint cannot know: that the parts of the template are wired to each other as the controller expects. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LOG_LEVELS, settingsSchema } from '../../src/config.ts';
import { configFromEnv, environmentName } from '../../src/config-env.ts';
import { readTemplate, resource, type Resource, type Template, type Values } from './cloudformation.ts';
import { deployed, references } from './deployed.ts';
import { TABLE } from './neighbours.ts';
import { describeWithTools } from './tools.ts';

/** The controller reads these from the function, its metrics and AWS_REGION; the settings are for metric files. */
const OF_THE_FUNCTION = ['averageDurationMs', 'memoryMb', 'architecture', 'region'];
/** Made from what the stack has, where that is wanted: see related.test.ts. */
const OF_THE_STACK = ['queue', 'api', 'eventSource'];
const NOT_A_PARAMETER = new Set([...OF_THE_FUNCTION, ...OF_THE_STACK]);
/** Text, so that empty can mean "not given": the price and the rate exclude each other. */
const MAY_BE_EMPTY = new Set(['coldStartPriceUsd', 'maxColdStartRate', 'monthlyBudgetUsd']);
/** Checked by the controller alone: what CloudFormation can say of them is less than a bound. */
const TEXTS: Record<string, { fits: string[]; doesNotFit: string[] }> = {
  timeZone: { fits: ['UTC', 'Europe/Berlin', 'America/Port-au-Prince'], doesNotFit: ['', '+01:00', 'Europe Berlin'] },
  calendar: { fits: ['', '[]', '[{"name":"sale","date":"2026-11-27","factor":3}]'], doesNotFit: ['{}', 'sale'] },
  holidays: { fits: ['', 'DE', 'DE-BY', '{"country":"US","factor":0.5}'], doesNotFit: ['Germany', '[]'] },
  coldStartMs: { fits: ['', '0', '5000', '900000'], doesNotFit: ['-1', '900001', '1.5', '5s'] },
  related: {
    fits: [
      '',
      '[]',
      `[${JSON.stringify({ ...TABLE, unitsPerConcurrentExecution: 4, minCapacity: 5, maxCapacity: 400 })}]`,
    ],
    doesNotFit: ['{}', 'table/results'],
  },
  prices: { fits: ['', '{"requestUsd":0.0000002}'], doesNotFit: ['0.2', '[]'] },
};

const SETTINGS = Object.keys(settingsSchema.shape).filter((setting) => !NOT_A_PARAMETER.has(setting));
const BOUNDED = SETTINGS.filter((setting) => !MAY_BE_EMPTY.has(setting) && !(setting in TEXTS));

const parameterName = (setting: string) => setting.charAt(0).toUpperCase() + setting.slice(1);

interface JsonSchema {
  type: string;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  pattern?: string;
  default?: string | number;
}
const configSchema = z.toJSONSchema(settingsSchema, { io: 'input' }).properties as unknown as Record<
  string,
  JsonSchema
>;

describeWithTools('the template', ['python'], () => {
  let source: Template;
  let transformed: Template;
  let values: Values;
  beforeAll(async () => ({ source, transformed, values } = await readTemplate()), 60_000);

  const environment = () => {
    const { Environment } = resource(transformed, 'ControllerFunction').Properties;
    return (Environment as { Variables: Record<string, unknown> }).Variables;
  };

  describe('parameters', () => {
    it.each(BOUNDED)('%s has the bounds that the configuration has', (setting) => {
      const parameter = source.Parameters[parameterName(setting)];
      const schema = configSchema[setting]!;
      expect({
        min: parameter?.MinValue,
        max: parameter?.MaxValue,
        values: parameter?.AllowedValues,
        pattern: parameter?.AllowedPattern,
      }).toEqual({ min: schema.minimum, max: schema.maximum, values: schema.enum, pattern: schema.pattern });
    });

    it.each(BOUNDED.filter((setting) => setting !== 'maxCapacity'))(
      '%s has the default of the configuration',
      (setting) => {
        expect(source.Parameters[parameterName(setting)]?.Default).toBe(configSchema[setting]!.default);
      },
    );

    it.each(SETTINGS.filter((setting) => MAY_BE_EMPTY.has(setting)))(
      '%s is empty or a number that the configuration takes',
      (setting) => {
        const parameter = source.Parameters[parameterName(setting)];
        const pattern = new RegExp(parameter?.AllowedPattern ?? '$^');
        expect(parameter).toMatchObject({ Type: 'String', Default: '' });
        expect(['', '0.5', '1'].filter((text) => !pattern.test(text))).toEqual([]);
        expect(['-1', 'none', '1e3', '.5', '1,5'].filter((text) => pattern.test(text))).toEqual([]);
        const [config] = configFromEnv({ PREWARM_TARGETS: 'worker:live', [environmentName(setting)]: '0.5' });
        expect(config).toMatchObject({ [setting]: 0.5 });
      },
    );

    it.each(Object.entries(TEXTS))('%s fits what the controller takes', (setting, { fits, doesNotFit }) => {
      const pattern = new RegExp(source.Parameters[parameterName(setting)]?.AllowedPattern ?? '$^');
      expect(fits.filter((text) => !pattern.test(text))).toEqual([]);
      expect(doesNotFit.filter((text) => pattern.test(text))).toEqual([]);
      for (const text of fits) {
        expect(() => configFromEnv({ PREWARM_TARGETS: 'worker:live', [environmentName(setting)]: text })).not.toThrow();
      }
    });

    it('pass the controller every setting under the name that it reads', () => {
      const expected = Object.fromEntries(
        SETTINGS.map((setting) => [environmentName(setting), { Ref: parameterName(setting) }]),
      );
      const ofTheStack = new Set(OF_THE_STACK.map(environmentName));
      const set = Object.entries(environment()).filter(([name]) => !ofTheStack.has(name));
      expect(Object.fromEntries(set)).toEqual({
        ...expected,
        PREWARM_TARGETS: { 'Fn::Sub': '${WorkerFunction}:live' },
        PREWARM_LOG_LEVEL: { Ref: 'LogLevel' },
      });
      expect(source.Parameters.LogLevel?.AllowedValues).toEqual([...LOG_LEVELS]);
    });

    it.each(['observe', 'act'])('make a valid configuration by default in %s mode', (mode) => {
      const env = Object.fromEntries(
        Object.entries(environment()).map(([name, value]) => {
          if ('Fn::If' in (value as object)) return [name, ''];
          const parameter = (value as { Ref?: string }).Ref;
          return [name, parameter === undefined ? 'worker-1A2B:live' : String(source.Parameters[parameter]?.Default)];
        }),
      );
      const [config, ...others] = configFromEnv({ ...env, PREWARM_MODE: mode });
      expect(others).toEqual([]);
      expect(config).toMatchObject({ mode, minCapacity: 0, maxCapacity: 10, target: { alias: 'live' } });
    });

    it('are described, bounded and shown in a group, each of them', () => {
      const names = Object.keys(source.Parameters).sort();
      const grouped = source.Metadata['AWS::CloudFormation::Interface'].ParameterGroups.flatMap(
        (group) => group.Parameters,
      );
      expect([...grouped].sort()).toEqual(names);
      const unbounded = Object.entries(source.Parameters).filter(
        ([, p]) => !p.AllowedValues && !p.AllowedPattern && (p.MinValue === undefined || p.MaxValue === undefined),
      );
      expect(unbounded).toEqual([]);
      expect(names.filter((name) => (source.Parameters[name]?.Description?.length ?? 0) < 20)).toEqual([]);
      expect(names.filter((name) => source.Parameters[name]?.Default === undefined)).toEqual([]);
    });

    it('accept a tag or a digest of Amazon ECR as the worker image, and nothing else', () => {
      const pattern = new RegExp(source.Parameters.WorkerImageUri?.AllowedPattern ?? '$^');
      const registry = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
      expect(pattern.test('')).toBe(true);
      expect(pattern.test(`${registry}/team/worker:1.2`)).toBe(true);
      expect(pattern.test(`${registry}/worker@sha256:${'0a'.repeat(32)}`)).toBe(true);
      expect(pattern.test(`${registry}/worker`)).toBe(false);
      expect(pattern.test('docker.io/library/python:3.13')).toBe(false);
    });
  });

  describe('scalable target', () => {
    const target = () => resource(transformed, 'WorkerScalableTarget');

    it('names the alias that SAM publishes, and waits for it', () => {
      expect(target().Properties.ResourceId).toEqual({ 'Fn::Sub': 'function:${WorkerFunction}:live' });
      expect(target().DependsOn).toBe('WorkerFunctionAliaslive');
      const alias = resource(transformed, 'WorkerFunctionAliaslive');
      expect(alias.Type).toBe('AWS::Lambda::Alias');
      expect(alias.Properties).toMatchObject({ Name: 'live', FunctionName: { Ref: 'WorkerFunction' } });
    });

    it.each([
      ['act', 3],
      ['observe', 0],
    ])('holds in %s mode, with a minimum of 3, %i environments', (Mode, held) => {
      const made = deployed(transformed, { ...values, Mode, MinCapacity: 3 });
      expect(resource(made, 'WorkerScalableTarget').Properties.MinCapacity).toBe(held);
    });

    it('is capped by the same parameter as the controller and uses the service-linked role', () => {
      expect(target().Properties).toMatchObject({
        ServiceNamespace: 'lambda',
        ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        MaxCapacity: environment().PREWARM_MAX_CAPACITY,
        RoleARN: {
          'Fn::Sub': expect.stringMatching(
            /^arn:\$\{AWS::Partition\}:iam::\$\{AWS::AccountId\}:role\/aws-service-role\/lambda\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency$/,
          ) as unknown,
        },
      });
    });

    it('is the only owner: nothing declares provisioned concurrency or scheduled actions', () => {
      const text = JSON.stringify(transformed);
      expect(text).not.toContain('"ProvisionedConcurrencyConfig":');
      expect(text).not.toContain('"ProvisionedConcurrentExecutions":');
      expect(target().Properties).not.toHaveProperty('ScheduledActions');
    });

    it.each([
      ['act', '0.7', 'floor', true],
      ['observe', '0.7', 'floor', false],
      ['act', '', 'floor', false],
      ['act', '', 'pin', false],
    ])(
      'in %s mode with utilisation "%s" and %s: target tracking = %s',
      (...[Mode, utilization, ScalingMode, there]) => {
        const made = deployed(transformed, { ...values, Mode, ScalingMode, TargetTrackingUtilization: utilization });
        expect('WorkerTargetTracking' in made.Resources).toBe(there);
        if (!there) return;
        expect(resource(made, 'WorkerTargetTracking').Properties).toMatchObject({
          PolicyType: 'TargetTrackingScaling',
          ScalingTargetId: { Ref: 'WorkerScalableTarget' },
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: '0.7',
            CustomizedMetricSpecification: {
              Namespace: 'AWS/Lambda',
              MetricName: 'ProvisionedConcurrencyUtilization',
              Statistic: 'Maximum',
              Dimensions: [
                { Name: 'FunctionName', Value: { Ref: 'WorkerFunction' } },
                { Name: 'Resource', Value: { 'Fn::Sub': '${WorkerFunction}:live' } },
              ],
            },
          },
        });
      },
    );

    it('is not tracked where the plan is pinned', () => {
      expect(() => deployed(transformed, { ...values, TargetTrackingUtilization: '0.7' })).toThrow('ScalingMode floor');
    });

    it('exists in observe mode too, so that leaving act mode does not strand the last capacity', () => {
      expect(target().Condition).toBeUndefined();
    });
  });

  describe('controller', () => {
    it('runs every five minutes, three minutes into them; late runs are dropped, and two never overlap', () => {
      const schedule = resource(transformed, 'ControllerFunctionEveryFiveMinutes');
      expect(schedule.Properties).toMatchObject({
        ScheduleExpression: 'cron(3/5 * * * ? *)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': ['ControllerFunction', 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 240, MaximumRetryAttempts: 2 },
        },
      });
      expect(resource(transformed, 'ControllerFunctionEventInvokeConfig').Properties).toMatchObject({
        FunctionName: { Ref: 'ControllerFunction' },
        MaximumEventAgeInSeconds: 240,
        MaximumRetryAttempts: 1,
      });
      const { Timeout, ReservedConcurrentExecutions } = resource(transformed, 'ControllerFunction').Properties;
      expect(Timeout).toBeLessThan(240);
      expect(ReservedConcurrentExecutions).toEqual({ 'Fn::If': ['ReservesConcurrency', 1, { Ref: 'AWS::NoValue' }] });
    });

    it('is the current Node.js with the bundled file as handler', () => {
      expect(resource(transformed, 'ControllerFunction').Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Handler: 'handler.handler',
        Architectures: [{ Ref: 'ControllerArchitecture' }],
        MemorySize: 512,
      });
    });
  });

  it.each(['Controller', 'Worker'])(
    'keeps the logs of the %s for a stated time, in a group that its role may write',
    (name) => {
      const group: Resource = resource(transformed, `${name}LogGroup`);
      expect(group.Properties.RetentionInDays).toEqual({ Ref: 'LogRetentionDays' });
      const { LoggingConfig, Role } = resource(transformed, `${name}Function`).Properties;
      expect(LoggingConfig).toEqual({ LogGroup: { Ref: `${name}LogGroup` } });
      expect(Role).toEqual({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] });
    },
  );

  it('publishes a new version of the worker when any of its properties changes', () => {
    expect(resource(source, 'WorkerFunction').Properties).toMatchObject({
      PackageType: 'Image',
      AutoPublishAlias: 'live',
      AutoPublishAliasAllProperties: true,
    });
  });

  it('tells what was deployed', () => {
    expect(Object.keys(transformed.Outputs).sort()).toEqual([
      'AlarmTopicArn',
      'AnalyzeUrl',
      'ControllerFunctionName',
      'ControllerLogGroupName',
      'DashboardUrl',
      'DataBucketName',
      'EventBusName',
      'JobDeadLetterQueueArn',
      'JobQueueUrl',
      'JobsUrl',
      'ScalableTargetResourceId',
      'Target',
      'WorkerAliasArn',
    ]);
  });

  it.each<[string, Values]>([
    ['by default', {}],
    ['in act mode', { Mode: 'act' }],
    ['without anything optional', { OnSuccess: 'none', OnFailure: 'none', JobEvents: 'off', ApiAccessLogs: 'off' }],
    ['with queues and topics of its own', { OnSuccess: 'sns', OnFailure: 'sns', AlarmEmail: 'ops@example.com' }],
    ['with an alarm topic that is there', { AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:ops' }],
  ])('refers to nothing that is not made %s', (_, given) => {
    const made = deployed(transformed, { ...values, ...given });
    const known = new Set([...Object.keys(made.Resources), ...Object.keys(made.Parameters)]);
    const dangling = [made.Resources, made.Outputs]
      .flatMap(references)
      .filter((name) => !known.has(name) && !name.startsWith('AWS::'));
    // DependsOn may name what a condition leaves out.
    expect([...new Set(dangling)].filter((name) => name !== 'ApiAccount')).toEqual([]);
  });

  it('tags all that can be tagged', () => {
    const taggable = new Set(
      ['SQS::Queue', 'SNS::Topic', 'S3::Bucket', 'DynamoDB::Table', 'Lambda::Function', 'IAM::Role', 'Logs::LogGroup']
        .concat(['Events::EventBus', 'CloudWatch::Alarm', 'ApiGateway::Stage', 'ApiGateway::RestApi'])
        .map((type) => `AWS::${type}`),
    );
    const untagged = Object.entries(transformed.Resources).filter(
      ([, { Type, Properties }]) =>
        taggable.has(Type) && !JSON.stringify(Properties.Tags ?? '').includes('"Application","Value":"prewarm"'),
    );
    expect(untagged.map(([name]) => name)).toEqual([]);
  });
});
