/** The controller may call what it does call and its bundle can call, the worker what its code calls; and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { HANDLER_BUILD_OPTIONS } from '../../scripts/build.mjs';
import { SLOT_MS } from '../../src/time.ts';
import { openStage } from '../local-aws.ts';
import { actionsOf, type Policy, readTemplate, resource, type Statement, type Template } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { describeWithTools, ROOT } from './tools.ts';

const COMMAND_FILE = /@aws-sdk\/client-(cloudwatch|application-auto-scaling|lambda)\/.*\/commands\/(\w+)Command\.js$/;
const IAM_PREFIX: Record<string, string> = {
  cloudwatch: 'cloudwatch',
  'application-auto-scaling': 'application-autoscaling',
  lambda: 'lambda',
};

/** Called, and granted, only where an event source follows the plan: related.test.ts. */
const ON_REQUEST = ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping'];

const reads = (action: string) => /:(?:Get|Describe|List)/.test(action);

/** The SDK operations whose code is left in the bundle once esbuild has dropped what the handler never uses. */
async function operationsInBundle(): Promise<string[]> {
  const { metafile } = await build({
    ...HANDLER_BUILD_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: ['src/handler.ts'],
    outdir: 'not-written',
    write: false,
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => {
      const [, client, operation] = COMMAND_FILE.exec(path.replaceAll('\\', '/')) ?? [];
      return client && operation ? [`${IAM_PREFIX[client] ?? client}:${operation}`] : [];
    })
    .filter((action) => !ON_REQUEST.includes(action))
    .sort();
}

/**
 * The calls of a controller that is let live against the local AWS until it has done what there is to do: set a level at
 * once, write actions, reap them.
 */
async function operationsCalled(mode: 'observe' | 'act'): Promise<string[]> {
  const stage = await openStage();
  const env = {
    PREWARM_TARGETS: 'scorer:live',
    PREWARM_MODE: mode,
    PREWARM_MAX_CAPACITY: '50',
    PREWARM_COLD_START_PRICE_USD: '1',
  };
  const handler = stage.handlerWith(env);
  const called = () => [...new Set(stage.server.calls.map((call) => `${call.service}:${call.operation}`))].sort();
  const writes = () => called().filter((action) => !reads(action)).length;
  for (let tick = 0; tick < (mode === 'act' ? 6 * 12 : 3) && writes() < 3; tick++) {
    await handler({});
    stage.world.advanceTo(stage.world.nowMs + SLOT_MS);
  }
  await stage.server.close();
  return called();
}

/** Application Auto Scaling tries these as the caller of RegisterScalableTarget. */
const CHECKED_ON_CALLER = [
  'cloudwatch:DeleteAlarms',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:PutMetricAlarm',
  'lambda:DeleteProvisionedConcurrencyConfig',
  'lambda:PutProvisionedConcurrencyConfig',
];
const LOGGING = ['logs:CreateLogStream', 'logs:PutLogEvents'];

type MaybePolicy = Policy | { 'Fn::If': [string, Policy, unknown] };

describeWithTools("the controller's role", ['python'], () => {
  let template: Template;
  let observe: Policy[];
  let act: Policy[];
  let operations: string[];
  beforeAll(async () => {
    operations = await operationsInBundle();
    template = (await readTemplate()).transformed;
    const policies = resource(template, 'ControllerRole').Properties.Policies as MaybePolicy[];
    observe = policies.filter((policy) => !('Fn::If' in policy)) as Policy[];
    act = policies.flatMap((policy) =>
      'Fn::If' in policy && policy['Fn::If'][0] === 'Act' ? [policy['Fn::If'][1]] : [],
    );
    const onRequest = policies.flatMap((policy) => ('Fn::If' in policy ? [policy['Fn::If'][1].PolicyName] : []));
    expect(onRequest).toEqual(['act', 'neighbours', 'event-source']);
  }, 60_000);

  it('grants in observe mode exactly the operations of the code that read', () => {
    expect(operations.length).toBeGreaterThan(5);
    expect(actionsOf(observe)).toEqual([...operations.filter(reads), ...LOGGING].sort());
  });

  it('grants in observe mode exactly what a run calls', async () => {
    expect(actionsOf(observe)).toEqual([...(await operationsCalled('observe')), ...LOGGING].sort());
  });

  it('grants in act mode exactly what some hours of runs call, and what AWS checks on the caller', async () => {
    const granted = actionsOf([...observe, ...act]);
    expect(granted).toEqual([...(await operationsCalled('act')), ...LOGGING, ...CHECKED_ON_CALLER].sort());
  });

  it('grants in act mode the operations that write and what AWS checks on the caller', () => {
    expect(actionsOf(act)).toEqual([...operations.filter((action) => !reads(action)), ...CHECKED_ON_CALLER].sort());
    expect(template.Conditions.Act).toEqual({ 'Fn::Equals': [{ Ref: 'Mode' }, 'act'] });
  });

  it('can change nothing at all in observe mode', () => {
    expect(actionsOf(observe).filter((action) => !reads(action))).toEqual(LOGGING);
  });

  it('uses no managed policy and no wildcard in an action', () => {
    expect(resource(template, 'ControllerRole').Properties).not.toHaveProperty('ManagedPolicyArns');
    expect(actionsOf([...observe, ...act]).filter((action) => action.includes('*'))).toEqual([]);
  });

  describe('narrows', () => {
    const statements = (policies: Policy[]): Record<string, Statement> =>
      Object.fromEntries(policies.flatMap((policy) => policy.PolicyDocument.Statement).map((item) => [item.Sid, item]));

    it('every resource but those of calls that know none', () => {
      const open = Object.values(statements([...observe, ...act])).filter(({ Resource }) => Resource === '*');
      expect(open.flatMap(({ Action }) => Action).sort()).toEqual([
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScheduledActions',
        'cloudwatch:GetMetricData',
      ]);
    });

    it('reading to the worker and its alias, and logging to its own group', () => {
      expect(statements(observe).ReadTarget?.Resource).toEqual([
        { 'Fn::GetAtt': ['WorkerFunction', 'Arn'] },
        { 'Fn::Sub': '${WorkerFunction.Arn}:live' },
      ]);
      expect(statements(observe).Log?.Resource).toEqual({ 'Fn::GetAtt': ['ControllerLogGroup', 'Arn'] });
    });

    it('writing to scalable targets for provisioned concurrency', () => {
      const { WriteSchedule, CapacityAsCaller } = statements(act);
      expect(WriteSchedule?.Resource).toEqual({
        'Fn::Sub': 'arn:${AWS::Partition}:application-autoscaling:${AWS::Region}:${AWS::AccountId}:scalable-target/*',
      });
      expect(WriteSchedule?.Condition).toEqual({
        StringEquals: {
          'application-autoscaling:service-namespace': 'lambda',
          'application-autoscaling:scalable-dimension': 'lambda:function:ProvisionedConcurrency',
        },
      });
      expect(CapacityAsCaller?.Resource).toEqual({ 'Fn::Sub': '${WorkerFunction.Arn}:live' });
    });
  });
});

/** What the worker's code calls: `client("s3").put_object(` is s3:PutObject. */
function operationsOfWorker(): string[] {
  const folder = join(ROOT, 'worker', 'analytics');
  const code = readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const operation = (method: string) => method.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const called = [...code.matchAll(/\bclient\(["'](\w+)["']\)\s*\.(\w+)\(/g)];
  return [...new Set(called.map(([, service, method]) => `${service!}:${operation(method!)}`))].sort();
}

/** Lambda does these in the role's name: it logs, and reads the queue. */
const DONE_BY_LAMBDA = [...LOGGING, 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

describeWithTools("the worker's role", ['python'], () => {
  const policiesFor = async (given: Record<string, string>) => {
    const { transformed, values } = await readTemplate();
    const made = deployed(transformed, { ...values, OnSuccess: 'none', OnFailure: 'none', ...given });
    return resource(made, 'WorkerRole').Properties.Policies as Policy[];
  };

  it('was compared with code that is found', () => {
    expect(operationsOfWorker().length).toBeGreaterThan(4);
    const clients = readdirSync(join(ROOT, 'worker', 'analytics')).filter(
      (name) =>
        name.endsWith('.py') &&
        /create_client|boto3/.test(readFileSync(join(ROOT, 'worker', 'analytics', name), 'utf8')),
    );
    expect(clients).toEqual(['aws.py']);
  });

  it('grants exactly what the worker calls and what Lambda does in its name', async () => {
    expect(actionsOf(await policiesFor({}))).toEqual([...operationsOfWorker(), ...DONE_BY_LAMBDA].sort());
  });

  it('grants no event where it publishes none', async () => {
    const granted = actionsOf(await policiesFor({ JobEvents: 'off' }));
    expect(granted).toEqual(
      [...operationsOfWorker(), ...DONE_BY_LAMBDA].filter((a) => a !== 'events:PutEvents').sort(),
    );
  });

  it('narrows every action to one resource of the stack', async () => {
    const statements = (await policiesFor({})).flatMap((policy) => policy.PolicyDocument.Statement);
    expect(Object.fromEntries(statements.map(({ Sid, Resource }) => [Sid, Resource]))).toEqual({
      Log: { 'Fn::GetAtt': ['WorkerLogGroup', 'Arn'] },
      TakeJobs: { 'Fn::GetAtt': ['JobQueue', 'Arn'] },
      ReadRows: { 'Fn::Sub': '${DataBucket.Arn}/*' },
      WriteResults: { 'Fn::Sub': '${DataBucket.Arn}/results/*' },
      WorkOnce: { 'Fn::GetAtt': ['IdempotencyTable', 'Arn'] },
      TellOfJobs: { 'Fn::GetAtt': ['EventBus', 'Arn'] },
    });
  });

  it('lets Lambda Insights log only where the image has it', async () => {
    const insights = (policies: Policy[]) => policies.filter(({ PolicyName }) => PolicyName === 'insights');
    expect(insights(await policiesFor({}))).toEqual([]);
    const [policy] = insights(await policiesFor({ LambdaInsights: 'on' }));
    expect(JSON.stringify(policy)).toContain(':log-group:/aws/lambda-insights:*');
  });
});

describeWithTools('no role at all', ['python'], () => {
  it.each(['template', 'attach'] as const)(
    'has a wildcard in an action, and few have one as resource: infra/%s',
    async (name) => {
      const { transformed } = await readTemplate(name, { Mode: 'act', DeploymentType: 'Canary10Percent5Minutes' });
      const open: string[] = [];
      for (const [role, { Type, Properties }] of Object.entries(transformed.Resources)) {
        if (Type !== 'AWS::IAM::Role' && Type !== 'AWS::IAM::RolePolicy') continue;
        const statements = JSON.stringify(Properties).matchAll(
          /\{"Sid":"(\w+)".*?"Action":(.*?),"Resource":(.*?)[,}]/g,
        );
        for (const [, sid, action, resources] of statements) {
          expect(action, role).not.toContain('*');
          if (resources === '"*"') open.push(`${role}.${sid!}`);
        }
      }
      expect(open.sort()).toEqual(
        name === 'template' ? ['ControllerRole.Observe', 'DeploymentRole.WatchAlarms'] : ['ControllerRole.Observe'],
      );
    },
  );
});
