/** infra/pulumi with Pulumi's own mocks: no engine, no account. The template says what is right; this program must say the same. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildHandler } from '../../scripts/build.mjs';
import { configFromEnv } from '../../src/config-env.ts';
import { actionsOf, type Policy, readTemplate, resource, type Statement, type Template } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { IMAGE, type Made, madeBy, type Pulumi, UUID } from './pulumi-mocks.ts';
import { ROOT, run, TOOLS } from './tools.ts';

const PROGRAM = join(ROOT, 'infra', 'pulumi');
const required = Boolean(process.env.CI) || process.env.PREWARM_TOOLS === 'required';
const installed = existsSync(join(PROGRAM, 'node_modules', '.made-from')) && existsSync(TOOLS.python);

const KNOWN_WITHOUT = ['Log', 'Observe', 'ReadTarget', 'WriteSchedule', 'CapacityAsCaller', 'AlarmsAsCaller'];

/** Everything that the program makes with a configuration. */
async function make(config: Record<string, string | number> = {}): Promise<Made[]> {
  const pulumi = createRequire(join(PROGRAM, 'index.ts'))('@pulumi/pulumi') as Pulumi;
  const program = async (file: string) =>
    (await import(join(PROGRAM, file))) as Record<string, (given?: unknown) => unknown>;
  return madeBy(pulumi, { stack: 'test', config: { imageUri: IMAGE, ...config } }, async () => {
    const settings = (await program('settings.ts')).readSettings!();
    (await program('application.ts')).createApplication!(settings);
  });
}

describe.skipIf(!installed && !required)(`the Pulumi program${installed ? '' : ' (npm run setup-tools first)'}`, () => {
  let made: Made[];
  let acting: Made[];
  let template: Template;
  beforeAll(async () => {
    if (!installed) {
      const { code, stderr } = await run(process.execPath, [join(ROOT, 'scripts', 'setup-pulumi.mjs')]);
      if (code !== 0) throw new Error(stderr);
    }
    await buildHandler();
    made = await make();
    acting = await make({ mode: 'act', minCapacity: 2, maxCapacity: 40, settings: '{"coldStartPriceUsd":0.2}' });
    const read = await readTemplate();
    template = deployed(read.transformed, { ...read.values, Mode: 'act', OnSuccess: 'none', OnFailure: 'none' });
  }, 300_000);

  const one = (list: Made[], type: string, name: string): Record<string, unknown> => {
    const found = list.filter((item) => item.type === type && item.name === name);
    expect(found, `${type} ${name} among ${list.map((item) => `${item.type} ${item.name}`).join(', ')}`).toHaveLength(
      1,
    );
    return found[0]!.inputs;
  };

  it('is well typed', async () => {
    const { code, stdout } = await run(process.execPath, [
      join(PROGRAM, 'node_modules/typescript/bin/tsc'),
      '-p',
      PROGRAM,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  }, 120_000);

  it('makes the worker from its image, a version of it, and the alias on that version', () => {
    expect(one(made, 'aws:lambda/function:Function', 'worker')).toMatchObject({
      packageType: 'Image',
      imageUri: IMAGE,
      publish: true,
      architectures: ['x86_64'],
      memorySize: 2048,
      timeout: 60,
      environment: {
        variables: { RESULTS_BUCKET: 'data-1a2b', RESULTS_BUS: 'jobs-1a2b', IDEMPOTENCY_TABLE: 'idempotency-1a2b' },
      },
    });
    expect(one(made, 'aws:lambda/alias:Alias', 'live')).toMatchObject({
      name: 'live',
      functionName: 'worker-1a2b',
      functionVersion: '7',
    });
  });

  it.each([
    ['observe', () => made, 0, 10],
    ['act', () => acting, 2, 40],
  ])(
    'registers the alias in %s mode, and owns no provisioned concurrency besides',
    (_, list, minCapacity, maxCapacity) => {
      expect(one(list(), 'aws:appautoscaling/target:Target', 'worker')).toMatchObject({
        serviceNamespace: 'lambda',
        scalableDimension: 'lambda:function:ProvisionedConcurrency',
        resourceId: 'function:worker-1a2b:live',
        minCapacity,
        maxCapacity,
      });
      expect(list().filter(({ type }) => /ProvisionedConcurrencyConfig|ScheduledAction/i.test(type))).toEqual([]);
    },
  );

  it('feeds the alias from the queue, and gives a message up after five tries', () => {
    expect(one(made, 'aws:lambda/eventSourceMapping:EventSourceMapping', 'jobs')).toMatchObject({
      eventSourceArn: 'arn:aws:sqs/queue:Queue:jobs',
      functionName: 'arn:aws:lambda/alias:Alias:live',
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: 10 },
    });
    const queue = one(made, 'aws:sqs/queue:Queue', 'jobs');
    expect(queue).toMatchObject({ visibilityTimeoutSeconds: 360, sqsManagedSseEnabled: true });
    const redrive: unknown = JSON.parse(String(queue.redrivePolicy));
    expect(redrive).toEqual({ deadLetterTargetArn: 'arn:aws:sqs/queue:Queue:job-dead-letters', maxReceiveCount: 5 });
    const allow = one(made, 'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy', 'job-dead-letters');
    expect(JSON.parse(String(allow.redriveAllowPolicy))).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: ['arn:aws:sqs/queue:Queue:jobs'],
    });
  });

  it('denies what comes without TLS to each queue and bucket', () => {
    const policies = made.filter(({ type }) => /(QueuePolicy|BucketPolicy|TopicPolicy)$/.test(type));
    expect(policies.map(({ name }) => name).sort()).toEqual(['alarms', 'data', 'job-dead-letters-tls', 'jobs-tls']);
    for (const { name, inputs } of policies) {
      const { Statement } = JSON.parse(String(inputs.policy)) as { Statement: Statement[] };
      expect(Statement[0], name).toMatchObject({
        Effect: 'Deny',
        Principal: '*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  it('runs the built controller as the template does, with a configuration that it takes', () => {
    const controller = one(acting, 'aws:lambda/function:Function', 'controller');
    const expected = resource(template, 'ControllerFunction').Properties;
    expect(controller).toMatchObject({
      handler: expected.Handler,
      runtime: expected.Runtime,
      memorySize: expected.MemorySize,
      timeout: expected.Timeout,
      architectures: expected.Architectures,
      reservedConcurrentExecutions: expected.ReservedConcurrentExecutions,
    });
    const { variables } = controller.environment as { variables: Record<string, string> };
    expect(configFromEnv(variables)).toMatchObject([
      {
        target: { functionName: 'worker-1a2b', alias: 'live' },
        mode: 'act',
        minCapacity: 2,
        maxCapacity: 40,
        coldStartPriceUsd: 0.2,
      },
    ]);
    expect(one(acting, 'aws:scheduler/schedule:Schedule', 'controller')).toMatchObject({
      scheduleExpression: resource(template, 'ControllerFunctionEveryFiveMinutes').Properties.ScheduleExpression,
      target: {
        arn: 'arn:aws:lambda/function:Function:controller',
        roleArn: 'arn:aws:iam/role:Role:schedule',
        retryPolicy: { maximumEventAgeInSeconds: 240, maximumRetryAttempts: 2 },
      },
    });
  });

  it.each([
    ['by default', {}, { queue: { name: 'jobs-1a2b', batchSize: 10 }, eventSource: undefined }],
    ['left alone', { followQueue: 'no' }, { queue: undefined, eventSource: undefined }],
    [
      'followed and moved',
      { eventSourceFollowsPlan: 'yes', jobMaximumConcurrency: 60 },
      { eventSource: { uuid: UUID, min: 2, max: 60 } },
    ],
  ])('wires its own queue and event source: %s', async (_, config, expected) => {
    const { environment } = one(await make(config), 'aws:lambda/function:Function', 'controller');
    const { variables } = environment as { variables: Record<string, string> };
    const { queue, eventSource } = configFromEnv(variables)[0]!;
    expect({ queue, eventSource }).toMatchObject(expected);
  });

  it('encrypts queues, bucket and logs under a key of your own where there is one, which the worker may use', async () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
    const list = await make({ kmsKeyArn });
    for (const name of ['jobs', 'job-dead-letters']) {
      const queue = one(list, 'aws:sqs/queue:Queue', name);
      expect(queue.kmsMasterKeyId, name).toBe(kmsKeyArn);
      expect(queue).not.toHaveProperty('sqsManagedSseEnabled');
    }
    for (const name of ['controller', 'worker']) {
      expect(one(list, 'aws:cloudwatch/logGroup:LogGroup', name).kmsKeyId).toBe(kmsKeyArn);
    }
    const type = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration';
    expect(one(list, type, 'data')).toMatchObject({
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: kmsKeyArn } }],
    });
    const policy = String(one(list, 'aws:iam/rolePolicy:RolePolicy', 'worker-policy').policy);
    expect((JSON.parse(policy) as { Statement: Statement[] }).Statement.at(-1)).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: kmsKeyArn,
    });
    await expect(make({ kmsKeyArn: 'alias/own' })).rejects.toThrow(/kmsKeyArn = alias/);
  });

  describe('grants', () => {
    const statementsOf = (list: Made[], name: string) =>
      (
        JSON.parse(String(one(list, 'aws:iam/rolePolicy:RolePolicy', `${name}-policy`).policy)) as {
          Statement: Statement[];
        }
      ).Statement;
    const actionsIn = (statements: Statement[]) => statements.flatMap(({ Action }) => Action).sort();
    const policiesOf = (role: string) => resource(template, role).Properties.Policies as Policy[];

    it.each([
      ['worker', 'WorkerRole'],
      ['controller', 'ControllerRole'],
    ])('the %s in act mode what the template grants, on as little', (name, role) => {
      const statements = statementsOf(acting, name);
      expect(actionsIn(statements)).toEqual(actionsOf(policiesOf(role)));
      const open = (list: Statement[]) => list.filter(({ Resource }) => Resource === '*').map(({ Sid }) => Sid);
      expect(open(statements)).toEqual(
        open(policiesOf(role).flatMap(({ PolicyDocument }) => PolicyDocument.Statement)),
      );
      const conditions = statements.flatMap(({ Condition }) => Condition ?? []);
      expect(conditions).toEqual(
        policiesOf(role).flatMap(({ PolicyDocument }) =>
          PolicyDocument.Statement.flatMap(({ Condition }) => Condition ?? []),
        ),
      );
    });

    it.each(['observe', 'act'])(
      'for neighbours and the event source what the template grants in %s mode',
      async (mode) => {
        const { transformed, values } = await readTemplate();
        const RelatedArns = NEIGHBOURS.map(({ arn }) => arn);
        const related = NEIGHBOURS.map(({ entry }) => entry);
        const given = { Mode: mode, EventSourceFollowsPlan: 'yes', Related: JSON.stringify(related) };
        const whole = deployed(transformed, { ...values, ...given, RelatedArns: RelatedArns.join(',') });
        const expected = (resource(whole, 'ControllerRole').Properties.Policies as Policy[])
          .filter(({ PolicyName }) => ['neighbours', 'event-source'].includes(PolicyName))
          .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        const program = await make({
          mode,
          eventSourceFollowsPlan: 'yes',
          settings: JSON.stringify({ related }),
          relatedArns: JSON.stringify(RelatedArns),
        });
        const found = statementsOf(program, 'controller').filter(({ Sid }) => !KNOWN_WITHOUT.includes(Sid));
        const facts = (list: Statement[]) =>
          list.map(({ Action, Condition }) => ({ Action: [Action].flat(), Condition }));
        expect(facts(found)).toEqual(facts(expected));
        expect(found.at(-1)!.Resource).toBe('arn:aws:lambda/eventSourceMapping:EventSourceMapping:jobs');
        expect(expected).toHaveLength(mode === 'act' ? 6 : 1);
      },
    );

    it('the controller in observe mode nothing that writes', () => {
      const writes = actionsIn(statementsOf(made, 'controller')).filter((action) => !/:(Get|Describe)/.test(action));
      expect(writes).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    });
  });

  it('has the alarms of the template, alike in metric, threshold and patience', () => {
    const idOf = (name: string) =>
      name
        .replace(/Alarm$/, '')
        .replace(/(?<=[a-z])[A-Z]/g, '-$&')
        .toLowerCase();
    const expected = Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([name, { Properties }]) => [
        idOf(name),
        {
          metric: Properties.MetricName ?? queryOf(Properties.Metrics as Query[], 'MetricStat'),
          threshold: Number(Properties.Threshold),
          periods: `${String(Properties.DatapointsToAlarm)} of ${String(Properties.EvaluationPeriods)}`,
          comparison: Properties.ComparisonOperator,
          missing: Properties.TreatMissingData,
        },
      ])
      // The alarm that rolls a gradual deployment back; this program has none.
      .filter(([name]) => name !== 'new-version-errors');
    const found = made
      .filter(({ type }) => type === 'aws:cloudwatch/metricAlarm:MetricAlarm')
      .map(({ name, inputs }) => [
        name,
        {
          metric: inputs.metricName ?? queryOf(inputs.metricQueries as Query[], 'metric'),
          threshold: inputs.threshold,
          periods: `${String(inputs.datapointsToAlarm)} of ${String(inputs.evaluationPeriods)}`,
          comparison: inputs.comparisonOperator,
          missing: inputs.treatMissingData,
        },
      ]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    const dimensions = made.find(({ name }) => name === 'throttles')?.inputs.dimensions;
    expect(dimensions).toEqual({ FunctionName: 'worker-1a2b', Resource: 'worker-1a2b:live' });
    const topics = made.flatMap(({ inputs }) => (inputs.alarmActions ? [inputs.alarmActions] : []));
    expect(new Set(topics.map(String))).toEqual(new Set(['arn:aws:sns/topic:Topic:alarms']));
  });

  it('says which neighbours it has no rights for, and that it needs the ARNs of the others', async () => {
    const related = [{ namespace: 'kafka' }, NEIGHBOURS[0].entry];
    const wrong = make({ settings: JSON.stringify({ related }) });
    await expect(wrong).rejects.toThrow(/not for kafka\n.*relatedArns: must list/);
  });

  it('says every fault of its configuration at once, before it makes anything', async () => {
    const wrong = make({ imageUri: 'worker', mode: 'go', memoryMb: 1, minCapacity: 5, maxCapacity: 2 });
    await expect(wrong).rejects.toThrow(/imageUri = worker.*\n.*mode = go.*\n.*memoryMb = 1.*\n.*minCapacity = 5/);
  });
});

interface Query {
  expression?: string;
  Expression?: string;
  [stat: string]: unknown;
}

/** The expression, and the metrics that are in it. */
function queryOf(queries: Query[], stat: 'MetricStat' | 'metric'): unknown {
  const expression = queries.find((query) => query.Expression ?? query.expression);
  const metrics = queries.flatMap((query) => {
    const given = query[stat] as { Metric?: { MetricName: string }; metricName?: string } | undefined;
    return given?.Metric?.MetricName ?? given?.metricName ?? [];
  });
  return { expression: expression?.Expression ?? expression?.expression, metrics };
}
