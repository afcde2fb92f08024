/** Jobs and events on their way to the worker's alias: that each arrives, is retried, and ends somewhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Policy, readTemplate, resource, type Statement, type Template, type Values } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { describeWithTools, ROOT } from './tools.ts';

const ALIAS = { Ref: 'WorkerFunctionAliaslive' };
const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });

describeWithTools('the pipeline', ['python'], () => {
  let transformed: Template;
  let values: Values;
  beforeAll(async () => ({ transformed, values } = await readTemplate()), 60_000);
  const made = (given: Values = {}) => deployed(transformed, { ...values, ...given });
  const properties = (name: string, given: Values = {}) => resource(made(given), name).Properties;

  describe('queue', () => {
    it('is read by the alias, which reports single jobs of a batch as failed', () => {
      expect(
        properties('WorkerFunctionJobs', { JobBatchSize: 7, JobMaximumConcurrency: 5, JobBatchWindowSeconds: 2 }),
      ).toEqual({
        EventSourceArn: arnOf('JobQueue'),
        FunctionName: ALIAS,
        BatchSize: 7,
        MaximumBatchingWindowInSeconds: 2,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      });
    });

    it('hides a message for six times the timeout of the worker, and the window', () => {
      const timeouts = transformed.Parameters.WorkerTimeoutSeconds!.AllowedValues!.map(Number);
      const windows = transformed.Parameters.JobBatchWindowSeconds!.AllowedValues!.map(Number);
      for (const WorkerTimeoutSeconds of timeouts) {
        for (const JobBatchWindowSeconds of windows) {
          const template = made({ WorkerTimeoutSeconds, JobBatchWindowSeconds });
          expect(resource(template, 'WorkerFunction').Properties.Timeout).toBe(WorkerTimeoutSeconds);
          expect(resource(template, 'JobQueue').Properties.VisibilityTimeout).toBe(
            6 * WorkerTimeoutSeconds + JobBatchWindowSeconds,
          );
        }
      }
      expect(Math.max(...timeouts) * 6 + Math.max(...windows)).toBeLessThan(43_200);
    });

    it('gives a message up after five tries, to a queue that knows where it came from and lets it go back', () => {
      expect(properties('JobQueue').RedrivePolicy).toEqual({
        deadLetterTargetArn: arnOf('JobDeadLetterQueue'),
        maxReceiveCount: 5,
      });
      const worker = readFileSync(join(ROOT, 'worker', 'analytics', 'way_queue.py'), 'utf8');
      expect(worker, 'the worker tells of a failed job at its last try').toMatch(/^LAST_ATTEMPT = 5$/m);
      const { QueueName } = properties('JobQueue') as { QueueName: { 'Fn::Sub': string } };
      expect(properties('JobDeadLetterQueue').RedriveAllowPolicy).toEqual({
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          { 'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${QueueName['Fn::Sub']}` },
        ],
      });
      expect(properties('JobDeadLetterQueue').MessageRetentionPeriod).toBeGreaterThan(
        properties('JobQueue').MessageRetentionPeriod as number,
      );
    });

    it('takes batches of more than ten only with a window, as Lambda asks', () => {
      expect(() => made({ JobBatchSize: 11 })).toThrow('JobBatchWindowSeconds');
      expect(() => made({ JobBatchSize: 11, JobBatchWindowSeconds: 1 })).not.toThrow();
    });
  });

  describe('events', () => {
    it.each([
      [
        'requests on the bus',
        'Requested',
        { EventBusName: { Ref: 'EventBus' } },
        { 'detail-type': ['AnalysisRequested'] },
      ],
      [
        'uploads',
        'Uploaded',
        {},
        {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: [{ Ref: 'DataBucket' }] }, object: { key: [{ prefix: 'uploads/' }] } },
        },
      ],
    ])('bring %s to the alias, and may', (...[, name, bus, EventPattern]) => {
      const rule = properties(`WorkerFunction${name}`);
      expect(rule).toMatchObject({ ...bus, EventPattern, Targets: [{ Arn: ALIAS }] });
      expect('EventBusName' in rule).toBe('EventBusName' in bus);
      expect(properties(`WorkerFunction${name}Permission`)).toMatchObject({
        Action: 'lambda:InvokeFunction',
        FunctionName: ALIAS,
        Principal: 'events.amazonaws.com',
        SourceArn: arnOf(`WorkerFunction${name}`),
      });
    });

    it('of the bucket reach EventBridge, and results do not start work again', () => {
      expect(properties('DataBucket').NotificationConfiguration).toEqual({
        EventBridgeConfiguration: { EventBridgeEnabled: true },
      });
    });

    it('are retried as the parameters say', () => {
      expect(
        properties('WorkerEventInvokeConfig', { EventRetryAttempts: 0, EventMaximumAgeSeconds: 60 }),
      ).toMatchObject({
        FunctionName: { Ref: 'WorkerFunction' },
        Qualifier: 'live',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
    });

    const OWN = {
      sqs: (kind: string) => arnOf(`${kind}Queue`),
      sns: (kind: string) => ({ Ref: `${kind}Topic` }),
      eventbridge: () => arnOf('EventBus'),
    };
    const ACTION = {
      sqs: 'sqs:SendMessage',
      sns: 'sns:Publish',
      eventbridge: 'events:PutEvents',
      lambda: 'lambda:InvokeFunction',
    };
    const GIVEN = 'arn:aws:lambda:eu-west-1:111122223333:function:after';
    const grantsFor = (template: Template, policyName: string) => {
      const { Policies } = resource(template, 'WorkerRole').Properties as {
        Policies: { PolicyName: string; PolicyDocument: { Statement: Statement[] } }[];
      };
      return Policies.filter((policy) => policy.PolicyName === policyName).flatMap(
        (policy) => policy.PolicyDocument.Statement,
      );
    };

    describe.each([
      ['OnSuccess', 'Success', 'on-success'],
      ['OnFailure', 'Failure', 'on-failure'],
    ])('%s', (parameter, kind, policyName) => {
      const destination = (template: Template) =>
        (resource(template, 'WorkerEventInvokeConfig').Properties.DestinationConfig as Record<string, unknown>)[
          parameter
        ];

      it.each(['sqs', 'sns', 'eventbridge'] as const)('may be %s of the stack', (type) => {
        const template = made({ [parameter]: type });
        expect(destination(template)).toEqual({ Destination: OWN[type](kind) });
        expect(grantsFor(template, policyName)).toMatchObject([{ Action: ACTION[type], Resource: OWN[type](kind) }]);
        const others = [`${kind}Queue`, `${kind}Topic`].filter((name) => name in template.Resources);
        expect(others).toEqual(type === 'eventbridge' ? [] : [`${kind}${type === 'sqs' ? 'Queue' : 'Topic'}`]);
      });

      it.each(['sqs', 'sns', 'eventbridge', 'lambda'] as const)('may be %s that is there already', (type) => {
        const template = made({ [parameter]: type, [`${parameter}Arn`]: GIVEN });
        expect(destination(template)).toEqual({ Destination: GIVEN });
        expect(grantsFor(template, policyName)).toMatchObject([{ Action: ACTION[type], Resource: GIVEN }]);
        expect(template.Resources).not.toHaveProperty(`${kind}Queue`);
        expect(template.Resources).not.toHaveProperty(`${kind}Topic`);
      });

      it('may be none, and then grants nothing', () => {
        const template = made({ [parameter]: 'none' });
        expect(destination(template)).toBeUndefined();
        expect(grantsFor(template, policyName)).toEqual([]);
      });

      it('must name the function where it is lambda', () => {
        expect(() => made({ [parameter]: 'lambda' })).toThrow(`${parameter}Arn`);
      });
    });
  });

  describe('at rest and on the wire', () => {
    const ofType = (type: string) => Object.entries(transformed.Resources).filter(([, { Type }]) => Type === type);

    const QUEUES = { OnSuccess: 'sqs', OnFailure: 'sqs' };
    const TOPICS = { OnSuccess: 'sns', OnFailure: 'sns' };
    const KmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789abc';

    it('encrypts queues, buckets and topics that carry data', () => {
      for (const [name] of ofType('AWS::SQS::Queue')) {
        expect(properties(name, QUEUES).SqsManagedSseEnabled, name).toBe(true);
        expect(properties(name, QUEUES)).not.toHaveProperty('KmsMasterKeyId');
      }
      for (const name of ['SuccessTopic', 'FailureTopic']) {
        expect(properties(name, TOPICS).KmsMasterKeyId).toBe('alias/aws/sns');
      }
      expect(JSON.stringify(properties('DataBucket').BucketEncryption)).toContain('AES256');
      expect(Object.values(properties('DataBucket').PublicAccessBlockConfiguration as object)).toEqual([
        true,
        true,
        true,
        true,
      ]);
    });

    it('encrypts all of it, and the logs, under a key of your own where there is one', () => {
      for (const [name] of ofType('AWS::SQS::Queue')) {
        const queue = properties(name, { ...QUEUES, KmsKeyArn });
        expect(queue.KmsMasterKeyId, name).toBe(KmsKeyArn);
        // SQS takes one or the other.
        expect(queue).not.toHaveProperty('SqsManagedSseEnabled');
      }
      for (const name of ['SuccessTopic', 'FailureTopic']) {
        expect(properties(name, { ...TOPICS, KmsKeyArn }).KmsMasterKeyId).toBe(KmsKeyArn);
      }
      for (const [name] of ofType('AWS::Logs::LogGroup'))
        expect(properties(name, { KmsKeyArn }).KmsKeyId).toBe(KmsKeyArn);
      expect(properties('DataBucket', { KmsKeyArn }).BucketEncryption).toEqual({
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KmsKeyArn },
            BucketKeyEnabled: true,
          },
        ],
      });
    });

    it('lets API Gateway and the worker use that key, nobody else, and nobody without one', () => {
      const usersOf = (given: Values) =>
        Object.entries(made(given).Resources).flatMap(([name, { Type, Properties }]) =>
          Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('kms:') ? [[name, Properties] as const] : [],
        );
      expect(usersOf({})).toEqual([]);
      const users = usersOf({ KmsKeyArn });
      expect(users.map(([name]) => name).sort()).toEqual(['ApiRole', 'WorkerRole']);
      for (const [, { Policies }] of users) {
        const statements = (Policies as Policy[]).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        expect(statements.find(({ Sid }) => Sid === 'UseKey')).toMatchObject({
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: KmsKeyArn,
        });
      }
    });

    it.each([
      ['AWS::SQS::Queue', 'Queues', 'sqs:*'],
      ['AWS::SNS::Topic', 'Topics', 'sns:Publish'],
      ['AWS::S3::Bucket', 'Bucket', 's3:*'],
    ])('denies what comes without TLS to each %s', (type, property, action) => {
      for (const [name, { Condition }] of ofType(type)) {
        const policy = resource(transformed, `${name}Policy`);
        expect(policy.Condition).toBe(Condition);
        expect([policy.Properties[property]].flat()).toEqual([{ Ref: name }]);
        const [deny] = (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement;
        expect(deny).toMatchObject({
          Effect: 'Deny',
          Principal: '*',
          Action: action,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        });
        expect(JSON.stringify(deny!.Resource)).toContain(name);
      }
    });

    it('keeps the data of the bucket when the stack goes, and each object for a stated time', () => {
      expect(resource(transformed, 'DataBucket').DeletionPolicy).toBe('Retain');
      expect(JSON.stringify(properties('DataBucket', { ResultRetentionDays: 90 }).LifecycleConfiguration)).toContain(
        '"ExpirationInDays":90',
      );
    });
  });

  it('tells the worker where everything is, in the words of its contract', () => {
    const variables = (given: Values) =>
      (properties('WorkerFunction', given).Environment as { Variables: object }).Variables;
    const always = { RESULTS_BUCKET: { Ref: 'DataBucket' }, IDEMPOTENCY_TABLE: { Ref: 'IdempotencyTable' } };
    expect(variables({})).toEqual({ ...always, RESULTS_BUS: { Ref: 'EventBus' } });
    expect(variables({ JobEvents: 'off' })).toEqual({ ...always, RESULTS_BUS: '' });
    expect(properties('IdempotencyTable')).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  describe('gradual deployment', () => {
    const read = async (DeploymentType: string) => {
      const { transformed: template, values: all } = await readTemplate('template', { DeploymentType });
      return deployed(template, all);
    };

    it('does not exist by default: no CodeDeploy, no role for it, the alias moves at once', () => {
      const types = Object.values(made().Resources).map(({ Type }) => Type);
      expect(types.filter((type) => type.startsWith('AWS::CodeDeploy'))).toEqual([]);
      expect(made().Resources).not.toHaveProperty('DeploymentRole');
      expect(resource(made(), 'WorkerFunctionAliaslive').UpdatePolicy).toBeUndefined();
    });

    it('moves the alias by CodeDeploy and rolls back on errors of the worker or of the new version alone', async () => {
      const template = await read('Canary10Percent5Minutes');
      expect(resource(template, 'WorkerFunctionAliaslive').UpdatePolicy).toEqual({
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
          DeploymentGroupName: { Ref: 'WorkerFunctionDeploymentGroup' },
        },
      });
      const group = resource(template, 'WorkerFunctionDeploymentGroup').Properties;
      expect(JSON.stringify(group.DeploymentConfigName)).toContain('Canary10Percent5Minutes');
      expect(group).toMatchObject({
        ServiceRoleArn: arnOf('DeploymentRole'),
        AlarmConfiguration: {
          Enabled: true,
          Alarms: [{ Name: { Ref: 'WorkerErrorsAlarm' } }, { Name: { Ref: 'NewVersionErrorsAlarm' } }],
        },
      });
      const dimensions = JSON.stringify(resource(template, 'NewVersionErrorsAlarm').Properties.Metrics);
      const [version] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::Lambda::Version')!;
      expect(dimensions).toContain(`{"Name":"ExecutedVersion","Value":{"Fn::GetAtt":["${version}","Version"]}}`);
    });

    it('knows each type that can be chosen', () => {
      const gradual = Object.entries(transformed.Mappings!.Deployments!).map(([type, { Gradual }]) => [type, Gradual]);
      expect(gradual.map(([type]) => type)).toEqual(transformed.Parameters.DeploymentType!.AllowedValues);
      expect(gradual.filter(([, is]) => is === 'false')).toEqual([['AllAtOnce', 'false']]);
    });
  });
});
