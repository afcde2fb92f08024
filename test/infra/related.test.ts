/** What stands around the worker: how the templates wire it, and which rights come with it and only with it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { configFromEnv } from '../../src/config-env.ts';
import { SLOT_MS } from '../../src/time.ts';
import { openStage } from '../local-aws.ts';
import {
  actionsOf,
  type Policy,
  readTemplate,
  resource,
  type Statement,
  type Template,
  type Values,
} from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { describeWithTools } from './tools.ts';

const UUID = '12345678-1234-1234-1234-123456789abc';
/** What CloudFormation would know of the resources. */
const MADE = { 'JobQueue.QueueName': 'shop-jobs', 'AWS::StackName': 'shop', WorkerFunctionJobs: UUID };

describeWithTools('what stands around the worker', ['python'], () => {
  let whole: (given: Values) => Template;
  beforeAll(async () => {
    const { transformed, values } = await readTemplate();
    whole = (given) => deployed(transformed, { ...values, ...MADE, ...given });
  }, 60_000);

  const variablesOf = (template: Template) => {
    const { Environment } = resource(template, 'ControllerFunction').Properties;
    const { Variables } = Environment as { Variables: Record<string, unknown> };
    return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
  };
  const configOf = (given: Values) =>
    configFromEnv({ ...variablesOf(whole(given)), PREWARM_TARGETS: 'worker:live' })[0]!;
  const policiesOf = (template: Template) => resource(template, 'ControllerRole').Properties.Policies as Policy[];
  const policy = (given: Values, name: string) =>
    policiesOf(whole(given)).find(({ PolicyName }) => PolicyName === name);
  const statementsOf = (found: Policy | undefined): Statement[] => found?.PolicyDocument.Statement ?? [];

  describe('queue and API', () => {
    it('are followed by default, with the batch size of the event source', () => {
      expect(configOf({ JobBatchSize: 25, JobBatchWindowSeconds: 1 })).toMatchObject({
        queue: { name: 'shop-jobs', batchSize: 25 },
        api: { name: 'shop', stage: 'v1' },
      });
    });

    it('name what CloudWatch knows them by', () => {
      expect(resource(whole({}), 'JobQueue').Properties.QueueName).toBe('shop-jobs');
      expect(resource(whole({}), 'Api').Properties.Name).toBe('shop');
      expect(
        Object.values(whole({}).Resources).find(({ Type }) => Type === 'AWS::ApiGateway::Stage')?.Properties,
      ).toMatchObject({ StageName: 'v1' });
    });

    it('are left alone with FollowQueue no', () => {
      const config = configOf({ FollowQueue: 'no' });
      expect([config.queue, config.api]).toEqual([undefined, undefined]);
    });
  });

  describe("the queue's event source", () => {
    it('is the one that feeds the alias, and follows up to JobMaximumConcurrency', () => {
      expect(configOf({ EventSourceFollowsPlan: 'yes', JobMaximumConcurrency: 80 }).eventSource).toMatchObject({
        uuid: UUID,
        min: 2,
        max: 80,
      });
      expect(resource(whole({}), 'WorkerFunctionJobs')).toMatchObject({
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ScalingConfig: { MaximumConcurrency: 10 } },
      });
    });

    it.each([
      ['observe', ['lambda:GetEventSourceMapping']],
      ['act', ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping']],
    ])('may be read, and only in act mode changed, and no other: %s', (Mode, actions) => {
      expect(statementsOf(policy({ Mode, EventSourceFollowsPlan: 'yes' }, 'event-source'))).toEqual([
        {
          Sid: 'EventSource',
          Effect: 'Allow',
          Action: actions,
          Resource: {
            'Fn::Sub':
              'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:event-source-mapping:${WorkerFunctionJobs}',
          },
        },
      ]);
    });

    it('is not followed, and not granted, by default', () => {
      expect(configOf({ Mode: 'act' }).eventSource).toBeUndefined();
      expect(policy({ Mode: 'act' }, 'event-source')).toBeUndefined();
    });
  });

  describe('neighbours', () => {
    const given = (which: readonly (typeof NEIGHBOURS)[number][], Mode = 'act') => ({
      Mode,
      Related: JSON.stringify(
        which.map(({ entry }) => entry),
        null,
        1,
      ),
      RelatedArns: which.map(({ arn }) => arn).join(','),
    });

    it.each(NEIGHBOURS.map((one) => [one.entry.namespace, one] as const))(
      'of %s bring the rights to write their schedule, what AWS checks on the caller, and nothing of other services',
      (namespace, one) => {
        const [write, ...checked] = statementsOf(policy(given([one]), 'neighbours'));
        expect(write?.Action).toEqual(
          ['Put', 'Delete']
            .map((verb) => `application-autoscaling:${verb}ScheduledAction`)
            .concat('application-autoscaling:RegisterScalableTarget'),
        );
        expect(write?.Condition).toEqual({
          StringEquals: { 'application-autoscaling:service-namespace': [namespace] },
        });
        expect(checked).toMatchObject([{ Action: one.checked, Resource: [one.arn] }]);
      },
    );

    it('of all services at once bring the rights for all', () => {
      const [write, ...checked] = statementsOf(policy(given(NEIGHBOURS), 'neighbours'));
      expect(write?.Condition).toEqual({
        StringEquals: { 'application-autoscaling:service-namespace': ['dynamodb', 'ecs', 'rds', 'sagemaker'] },
      });
      expect(checked.flatMap(({ Action }) => Action)).toEqual(NEIGHBOURS.flatMap((one) => one.checked));
      expect(configOf(given(NEIGHBOURS)).related).toHaveLength(4);
    });

    it.each<[string, Values]>([
      ['in observe mode', given(NEIGHBOURS, 'observe')],
      ['without any', { Mode: 'act' }],
      ['with an empty list', { Mode: 'act', Related: '[]' }],
    ])('bring no right %s', (_, values) => {
      expect(policy(values, 'neighbours')).toBeUndefined();
    });

    it('need the ARNs of what they name', () => {
      expect(() => whole({ ...given(NEIGHBOURS), RelatedArns: '' })).toThrow('RelatedArns');
    });
  });

  it('is granted what a controller with all of it calls and AWS checks, and no more', async () => {
    const { called, writes } = await runWithEverything();
    const granted = actionsOf(
      policiesOf(
        whole({
          Mode: 'act',
          EventSourceFollowsPlan: 'yes',
          Related: JSON.stringify([NEIGHBOURS[0].entry]),
          RelatedArns: NEIGHBOURS[0].arn,
        }),
      ),
    );
    expect(writes).toContain('lambda:UpdateEventSourceMapping');
    expect([...new Set(granted)]).toEqual(
      [
        ...called,
        ...NEIGHBOURS[0].checked,
        ...CHECKED_FOR_THE_ALIAS,
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ].sort(),
    );
  });
});

const CHECKED_FOR_THE_ALIAS = [
  'cloudwatch:DeleteAlarms',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:PutMetricAlarm',
  'lambda:DeleteProvisionedConcurrencyConfig',
  'lambda:PutProvisionedConcurrencyConfig',
];

/** Some hours of a controller with a queue, an API, an event source and a table on the local AWS: what it called. */
async function runWithEverything(): Promise<{ called: string[]; writes: string[] }> {
  const { world, server, handlerWith } = await openStage();
  const { namespace, resourceId, scalableDimension } = NEIGHBOURS[0].entry;
  const scope = { ServiceNamespace: namespace, ResourceId: resourceId, ScalableDimension: scalableDimension };
  world.otherScaling.addResource({ namespace, resourceId, scalableDimension, capacity: 1 });
  world.otherScaling.registerScalableTarget({ ...scope, MinCapacity: 1, MaxCapacity: 400 });
  world.surround('scorer', {
    eventSources: [{ arn: 'arn:aws:sqs:us-east-1:123456789012:jobs', qualifier: 'live', maximumConcurrency: 2 }],
  });
  const env = {
    PREWARM_TARGETS: 'scorer:live',
    PREWARM_MODE: 'act',
    PREWARM_MAX_CAPACITY: '50',
    PREWARM_COLD_START_PRICE_USD: '1',
    PREWARM_QUEUE: '{"name":"jobs"}',
    PREWARM_API: '{"name":"shop","stage":"v1"}',
    PREWARM_EVENT_SOURCE: JSON.stringify({ uuid: '00000000-0000-4000-b000-000000000000', min: 2, max: 500 }),
    PREWARM_RELATED: JSON.stringify([NEIGHBOURS[0].entry]),
  };
  const handler = handlerWith(env);
  const called = () => [...new Set(server.calls.map((call) => `${call.service}:${call.operation}`))].sort();
  const writes = () => called().filter((action) => !/:(Get|Describe|List)/.test(action));
  for (let tick = 0; tick < 6 * 12 && writes().length < 4; tick++) {
    await handler({});
    world.advanceTo(world.nowMs + SLOT_MS);
  }
  await server.close();
  return { called: called(), writes: writes() };
}

describeWithTools('what stands around functions that exist', ['python'], () => {
  const read = async (given: Values) => {
    const { transformed, values } = await readTemplate('attach', given);
    return deployed(transformed, values);
  };
  const own = (entry: object) => JSON.stringify([{ functionName: 'search', alias: 'prod_1', ...entry }]);

  it.each([
    ['for all', { Related: JSON.stringify([NEIGHBOURS[1].entry]) }],
    ['of one of them', { TargetsJson: own({ related: [NEIGHBOURS[1].entry] }) }],
  ])('brings the rights for neighbours named %s', async (_, named) => {
    const acting = await read({ Mode: 'act', RelatedArns: NEIGHBOURS[1].arn, ...named });
    const policies = resource(acting, 'ControllerRole').Properties.Policies as Policy[];
    const neighbours = policies.filter(({ PolicyName }) => PolicyName === 'neighbours');
    expect(neighbours).toHaveLength(1);
    expect(neighbours[0]!.PolicyDocument.Statement).toMatchObject([
      { Condition: { StringEquals: { 'application-autoscaling:service-namespace': ['ecs'] } } },
      { Action: NEIGHBOURS[1].checked, Resource: [NEIGHBOURS[1].arn] },
    ]);
    const observing = await read({ RelatedArns: NEIGHBOURS[1].arn, ...named });
    const names = (resource(observing, 'ControllerRole').Properties.Policies as Policy[]).map((p) => p.PolicyName);
    expect(names).toEqual(['observe']);
  });

  it.each([
    ['for all', { EventSource: JSON.stringify({ uuid: UUID, min: 2, max: 9 }) }],
    ['of one of them', { TargetsJson: own({ eventSource: { uuid: UUID, min: 2, max: 9 } }) }],
  ])('brings the rights for an event source named %s, on mappings of these functions alone', async (_, named) => {
    const acting = await read({ Mode: 'act', ...named });
    const { PolicyDocument } = resource(acting, 'EventSourcesearchprod1').Properties as unknown as Policy;
    const arn = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:search';
    expect(PolicyDocument.Statement).toMatchObject([
      {
        Action: ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'],
        Condition: { StringEquals: { 'lambda:FunctionArn': [arn, `${arn}:prod_1`] } },
      },
    ]);
    const [observing, without] = [await read(named), await read({ Mode: 'act' })];
    const observed = resource(observing, 'EventSourcesearchprod1').Properties as unknown as Policy;
    expect(observed.PolicyDocument.Statement).toMatchObject([{ Action: ['lambda:GetEventSourceMapping'] }]);
    expect(without.Resources).not.toHaveProperty('EventSourcesearchprod1');
  });
});
