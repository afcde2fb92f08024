/** The controller may call what the bundled handler can call, and nothing else. */
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { HANDLER_BUILD_OPTIONS } from '../../scripts/build.mjs';
import { actionsOf, type Policy, readTemplate, resource, type Statement, type Template } from './cloudformation.ts';
import { describeWithTools, ROOT } from './tools.ts';

const COMMAND_FILE = /@aws-sdk\/client-(cloudwatch|application-auto-scaling|lambda)\/.*\/commands\/(\w+)Command\.js$/;
const IAM_PREFIX: Record<string, string> = {
  cloudwatch: 'cloudwatch',
  'application-auto-scaling': 'application-autoscaling',
  lambda: 'lambda',
};

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
    .sort();
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

const reads = (action: string) => /:(?:Get|Describe|List)/.test(action);

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
    expect(observe.length + act.length).toBe(policies.length);
  });

  it('grants in observe mode exactly the operations of the code that read', () => {
    expect(operations.length).toBeGreaterThan(5);
    expect(actionsOf(observe)).toEqual([...operations.filter(reads), ...LOGGING].sort());
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
