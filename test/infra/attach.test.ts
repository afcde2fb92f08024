/** The controller alone, for functions that exist: the same controller, and everything per target for each of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { configFromEnv } from '../../src/config-env.ts';
import { readTemplate, resource, type Statement, type Template, type Values } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { describeWithTools } from './tools.ts';

const TARGETS = ['check-out:live', 'search:prod_1'];
/** Named without what a logical id may not hold. */
const LABELS = ['checkoutlive', 'searchprod1'];

/** The loops' expansion writes a text without the function around it. */
const withoutSub = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\{"Fn::Sub":("(?:[^"\\]|\\.)*")\}/g, '$1'));

describeWithTools('infra/attach.yaml', ['python'], () => {
  let whole: Template;
  let source: Template;
  let observing: Template;
  let acting: Template;
  const read = async (given: Values) => {
    const { transformed, values } = await readTemplate('attach', given);
    return deployed(transformed, values);
  };
  beforeAll(async () => {
    const [template, attach] = [await readTemplate('template'), await readTemplate('attach')];
    whole = deployed(template.transformed, template.values);
    source = attach.source;
    observing = deployed(attach.transformed, attach.values);
    acting = await read({ Mode: 'act', MinCapacity: 2, MaxCapacity: 40 });
  }, 60_000);
  const environment = (template: Template) => {
    const { Environment } = resource(template, 'ControllerFunction').Properties;
    const { Variables } = Environment as { Variables: Record<string, string | number> };
    return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
  };

  it('makes nothing but the controller and what watches it', () => {
    const shared = Object.keys(observing.Resources).filter((name) => !LABELS.some((label) => name.endsWith(label)));
    expect(shared.sort()).toEqual([
      'AlarmTopic',
      'AlarmTopicPolicy',
      'ControllerFailingAlarm',
      'ControllerFunction',
      'ControllerFunctionEventInvokeConfig',
      'ControllerFunctionEveryFiveMinutes',
      'ControllerFunctionEveryFiveMinutesRole',
      'ControllerLogGroup',
      'ControllerRole',
      'ControllerSilentAlarm',
      'ForecastDegradedAlarm',
      'ProvisionedFailedAlarm',
      'ProvisionedShortfallAlarm',
    ]);
  });

  it.each([
    'AlarmTopic',
    'AlarmTopicPolicy',
    'ControllerFailingAlarm',
    'ControllerFunctionEventInvokeConfig',
    'ControllerFunctionEveryFiveMinutes',
    'ControllerFunctionEveryFiveMinutesRole',
    'ControllerLogGroup',
    'ControllerSilentAlarm',
    'ForecastDegradedAlarm',
    'ProvisionedFailedAlarm',
    'ProvisionedShortfallAlarm',
  ])('has the very %s of the whole application', (name) => {
    expect(withoutSub(resource(observing, name))).toEqual(withoutSub(resource(whole, name)));
  });

  it('has the very controller of the whole application, but for what it scales', () => {
    const { Description, Environment, ...same } = resource(observing, 'ControllerFunction').Properties;
    const { Description: other, Environment: others, ...expected } = resource(whole, 'ControllerFunction').Properties;
    expect(same).toEqual(expected);
    expect([Description, other].map((text) => String(text).length > 20)).toEqual([true, true]);
    const variables = (given: unknown) => (given as { Variables: Record<string, unknown> }).Variables;
    const OF_THE_TARGET = { PREWARM_TARGETS: '', PREWARM_QUEUE: '', PREWARM_API: '' };
    expect({ ...variables(Environment), ...OF_THE_TARGET }).toEqual({ ...variables(others), ...OF_THE_TARGET });
    expect(resource(observing, 'ControllerFunction').Metadata).toEqual(resource(whole, 'ControllerFunction').Metadata);
  });

  it('asks for the same parameters with the same bounds where it asks for the same', async () => {
    const { source: template } = await readTemplate('template');
    const both = Object.keys(source.Parameters).filter((name) => name in template.Parameters);
    expect(both.length).toBeGreaterThan(20);
    for (const name of both) expect(source.Parameters[name], name).toEqual(template.Parameters[name]);
    const grouped = source.Metadata['AWS::CloudFormation::Interface'].ParameterGroups.flatMap(
      (group) => group.Parameters,
    );
    expect(grouped.sort()).toEqual(Object.keys(source.Parameters).sort());
  });

  it('gives the controller the targets as a list, or as JSON with settings of their own', async () => {
    const configsOf = (template: Template) =>
      configFromEnv({ ...environment(template), PREWARM_MAX_CAPACITY: '40' }).map(({ target, coldStartPriceUsd }) => ({
        ...target,
        coldStartPriceUsd,
      }));
    expect(configsOf(observing)).toEqual([
      { functionName: 'check-out', alias: 'live', coldStartPriceUsd: 0.03 },
      { functionName: 'search', alias: 'prod_1', coldStartPriceUsd: 0.03 },
    ]);
    const TargetsJson = JSON.stringify([{ functionName: 'search', alias: 'prod_1', coldStartPriceUsd: 0.2 }]);
    expect(new RegExp(source.Parameters.TargetsJson!.AllowedPattern!).test(TargetsJson)).toBe(true);
    expect(configsOf(await read({ TargetsJson }))).toEqual([
      { functionName: 'search', alias: 'prod_1', coldStartPriceUsd: 0.2 },
    ]);
  });

  it.each([
    ['worker:live', true],
    ['my_Function-1:prod-2', true],
    ['worker', false],
    ['worker:$LATEST', false],
    ['worker:7', false],
    ['arn:aws:lambda:eu-west-1:111122223333:function:worker:live', false],
    [' worker:live', false],
  ])('takes %s as a target: %s', (text, fits) => {
    expect(new RegExp(`^(?:${source.Parameters.Targets!.AllowedPattern!})$`).test(text)).toBe(fits);
  });

  describe.each(TARGETS.map((target, index) => ({ target, label: LABELS[index]! })))(
    'for $target',
    ({ target, label }) => {
      const [name, alias] = target.split(':') as [string, string];
      const arn = 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:';

      it('registers the alias, at nothing while observing, and in act mode within the bounds', async () => {
        const registered = (template: Template) => resource(template, `ScalableTarget${label}`).Properties;
        expect(registered(observing)).toMatchObject({
          ServiceNamespace: 'lambda',
          ScalableDimension: 'lambda:function:ProvisionedConcurrency',
          ResourceId: `function:${target}`,
          MinCapacity: 0,
        });
        expect(registered(acting)).toMatchObject({ ResourceId: `function:${target}`, MinCapacity: 2, MaxCapacity: 40 });
        const left = await read({ RegisterTargets: 'no' });
        expect(left.Resources).not.toHaveProperty(`ScalableTarget${label}`);
      });

      it('may read that function and, in act mode, is let by Application Auto Scaling', () => {
        const statementsOf = (template: Template, policy: string) => {
          const { RoleName, PolicyDocument } = resource(template, policy).Properties;
          expect(RoleName).toEqual({ Ref: 'ControllerRole' });
          return (PolicyDocument as { Statement: Statement[] }).Statement;
        };
        const inWhole = (policy: string, sid: string) => {
          const { Policies } = resource(whole, 'ControllerRole').Properties as {
            Policies: { PolicyName: string; PolicyDocument: { Statement: Statement[] } }[];
          };
          const found = Policies.find(({ PolicyName }) => PolicyName === policy)?.PolicyDocument.Statement;
          return found?.find(({ Sid }) => Sid === sid)?.Action;
        };
        expect(statementsOf(observing, `Read${label}`)).toEqual([
          {
            Sid: 'ReadTarget',
            Effect: 'Allow',
            Action: inWhole('observe', 'ReadTarget'),
            Resource: [`${arn}${name}`, `${arn}${target}`],
          },
        ]);
        expect(observing.Resources).not.toHaveProperty(`Act${label}`);
        expect(statementsOf(acting, `Act${label}`)).toMatchObject([
          {
            Action: ['lambda:PutProvisionedConcurrencyConfig', 'lambda:DeleteProvisionedConcurrencyConfig'],
            Resource: `${arn}${target}`,
          },
        ]);
      });

      it.each(['Spillover', 'Throttles'])('watches %s of that alias', (alarm) => {
        const text = JSON.stringify(resource(observing, `${alarm}Alarm${label}`).Properties);
        expect(text).toContain(`{"Name":"FunctionName","Value":"${name}"}`);
        expect(text).toContain(`{"Name":"Resource","Value":"${target}"}`);
      });

      it('draws a dashboard of its own, if wanted', async () => {
        expect(resource(observing, `Dashboard${label}`).Properties.DashboardName).toContain(`${name}-${alias}`);
        const without = await read({ Dashboards: 'no' });
        expect(without.Resources).not.toHaveProperty(`Dashboard${label}`);
      });
    },
  );
});
