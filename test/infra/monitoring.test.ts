/** Alarms and dashboards look at metrics that exist, of the right thing, and say so where it is read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTemplate, resource, type Resource, type Template, type Values } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { controllerMetrics, metricKey } from './metrics.ts';
import { describeWithTools, ROOT } from './tools.ts';

/** The names in the worker's own table of units. */
function workerMetrics(): string[] {
  const code = readFileSync(join(ROOT, 'worker', 'analytics', 'telemetry.py'), 'utf8');
  const namespace = /^NAMESPACE = "(.*)"$/m.exec(code)![1]!;
  const names = /^UNITS = (\{.*\})$/m.exec(code)![1]!;
  return Object.keys(JSON.parse(names) as object).map((name) => metricKey(namespace, name, ['FunctionName']));
}

/** What AWS and the worker publish and the templates look at; dimensions in their documented order. */
const OTHERS = [
  ...['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  ...['ProvisionedConcurrencyInvocations', 'ProvisionedConcurrencySpilloverInvocations'],
]
  .map((name) => metricKey('AWS/Lambda', name, ['FunctionName', 'Resource']))
  .concat(
    ['Invocations', 'Errors'].map((name) =>
      metricKey('AWS/Lambda', name, ['FunctionName', 'Resource', 'ExecutedVersion']),
    ),
  )
  .concat(
    ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'NumberOfMessagesSent'].map((name) =>
      metricKey('AWS/SQS', name, ['QueueName']),
    ),
  )
  .concat(
    ['Count', '4XXError', '5XXError', 'Latency'].map((name) => metricKey('AWS/ApiGateway', name, ['ApiName', 'Stage'])),
  )
  .concat(workerMetrics());

interface Stat {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
}
interface AlarmQuery {
  Id: string;
  Expression?: string;
  ReturnData: boolean;
  MetricStat?: { Metric: Stat };
}

const metricsOf = ({ Properties }: Resource): Stat[] =>
  Properties.Metrics
    ? (Properties.Metrics as AlarmQuery[]).flatMap((query) => query.MetricStat?.Metric ?? [])
    : [Properties as unknown as Stat];
const keyOf = ({ Namespace, MetricName, Dimensions }: Stat) =>
  metricKey(
    Namespace,
    MetricName,
    Dimensions.map(({ Name }) => Name),
  );

describeWithTools('monitoring', ['python'], () => {
  const known = new Set([...controllerMetrics(), ...OTHERS]);
  const templates: Record<string, { transformed: Template; values: Values }> = {};
  beforeAll(async () => {
    for (const name of ['template', 'attach'] as const) templates[name] = await readTemplate(name);
  }, 60_000);

  describe.each(['template', 'attach'] as const)('of infra/%s.yaml', (name) => {
    const made = () => deployed(templates[name]!.transformed, templates[name]!.values);
    const ofType = (type: string) => Object.entries(made().Resources).filter(([, { Type }]) => Type === type);

    it('alarms on metrics that somebody publishes, under those very dimensions', () => {
      const looked = ofType('AWS::CloudWatch::Alarm').flatMap(([alarm, made]) =>
        metricsOf(made).map((metric) => `${alarm}: ${keyOf(metric)}`),
      );
      expect(looked.length).toBeGreaterThan(10);
      expect(looked.filter((line) => !known.has(line.slice(line.indexOf(': ') + 2)))).toEqual([]);
    });

    it('has alarms that one expression decides, with every metric in it used', () => {
      for (const [alarm, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
        if (!Properties.Metrics) continue;
        const queries = Properties.Metrics as AlarmQuery[];
        const [deciding, ...others] = queries.filter(({ ReturnData }) => ReturnData);
        expect(others, alarm).toEqual([]);
        const used = deciding!.Expression!.match(/\b[a-z]\w*\b/g);
        expect(
          queries
            .filter(({ Id }) => Id !== deciding!.Id)
            .map(({ Id }) => Id)
            .sort(),
          alarm,
        ).toEqual([...new Set(used)].sort());
      }
    });

    it('tells the topic when an alarm begins and when it is over', () => {
      for (const [alarm, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
        expect(Properties, alarm).toMatchObject({
          AlarmActions: [{ Ref: 'AlarmTopic' }],
          OKActions: [{ Ref: 'AlarmTopic' }],
        });
        expect(String(Properties.AlarmDescription).length, alarm).toBeGreaterThan(20);
      }
      const statements = (resource(made(), 'AlarmTopicPolicy').Properties.PolicyDocument as { Statement: unknown[] })
        .Statement;
      expect(statements).toContainEqual(
        expect.objectContaining({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
        }),
      );
    });

    it('notices that the controller is silent because nothing is heard, and that alone', () => {
      for (const [alarm, { Properties }] of ofType('AWS::CloudWatch::Alarm')) {
        expect(Properties.TreatMissingData, alarm).toBe(
          alarm === 'ControllerSilentAlarm' ? 'breaching' : 'notBreaching',
        );
      }
      const { Period, EvaluationPeriods, MetricName } = resource(made(), 'ControllerSilentAlarm').Properties;
      expect({ MetricName, seconds: Number(Period) * Number(EvaluationPeriods) }).toEqual({
        MetricName: 'Ticks',
        seconds: 900,
      });
    });

    it('watches this very controller', () => {
      for (const alarm of [
        'ControllerSilent',
        'ControllerFailing',
        'ForecastDegraded',
        'ProvisionedFailed',
        'ProvisionedShortfall',
      ]) {
        expect(metricsOf(resource(made(), `${alarm}Alarm`))[0]!.Dimensions).toEqual([
          { Name: 'Controller', Value: { Ref: 'ControllerFunction' } },
        ]);
      }
    });

    it('sends a mail only where an address and its own topic are there', async () => {
      const read = async (given: Values) => {
        const { transformed, values } = await readTemplate(name, given);
        return deployed(transformed, values);
      };
      expect(made().Resources).not.toHaveProperty('AlarmSubscription');
      expect(resource(await read({ AlarmEmail: 'ops@example.com' }), 'AlarmSubscription').Properties).toMatchObject({
        TopicArn: { Ref: 'AlarmTopic' },
        Protocol: 'email',
        Endpoint: 'ops@example.com',
      });
      const AlarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:ops';
      const given = await read({ AlarmEmail: 'ops@example.com', AlarmTopicArn });
      expect(Object.keys(given.Resources).filter((key) => /^Alarm(Topic|Subscription)/.test(key))).toEqual([]);
      expect(resource(given, 'ControllerSilentAlarm').Properties.AlarmActions).toEqual([AlarmTopicArn]);
    });

    it('draws what somebody publishes', () => {
      const dashboards = ofType('AWS::CloudWatch::Dashboard');
      expect(dashboards.length).toBeGreaterThan(0);
      for (const [dashboard, { Properties }] of dashboards) {
        const drawn = widgetsOf(Properties.DashboardBody).flatMap(({ properties }) => drawnMetrics(properties.metrics));
        expect(drawn.length, dashboard).toBeGreaterThan(10);
        expect(
          drawn.filter((key) => !known.has(key)),
          dashboard,
        ).toEqual([]);
      }
    });

    it('shows forecast, plan and demand in one chart', () => {
      for (const [, { Properties }] of ofType('AWS::CloudWatch::Dashboard')) {
        const [first] = widgetsOf(Properties.DashboardBody);
        // A relative range ends now: CloudWatch documents no other, and the chart says how to look further.
        expect(first!.properties).not.toHaveProperty('end');
        expect(first!.properties.title).toContain('next two hours');
        expect(drawnMetrics(first!.properties.metrics).join()).toMatch(
          /ForecastPeakAhead.*PlannedCapacityAhead.*ConcurrentExecutions/,
        );
      }
    });
  });

  it('of the worker covers all that can go wrong with it', () => {
    const { transformed, values } = templates.template!;
    const alarms = Object.keys(
      deployed(transformed, { ...values, DeploymentType: 'Linear10PercentEvery1Minute' }).Resources,
    ).filter((name) => name.endsWith('Alarm'));
    expect(alarms.sort()).toEqual([
      'ControllerFailingAlarm',
      'ControllerSilentAlarm',
      'DeadLettersAlarm',
      'FailedJobsAlarm',
      'ForecastDegradedAlarm',
      'JobAgeAlarm',
      'NewVersionErrorsAlarm',
      'ProvisionedFailedAlarm',
      'ProvisionedShortfallAlarm',
      'SpilloverAlarm',
      'ThrottlesAlarm',
      'WorkerErrorsAlarm',
    ]);
  });

  it.each([
    ['x86_64', [0.0000041667, 0.0000097222, 0.0000166667]],
    ['arm64', [0.0000033334, 0.0000077778, 0.0000133334]],
  ])(
    'prices %s as AWS does: a unit that is always busy costs less than on demand, an idle one more',
    (...[architecture, prices]) => {
      const { transformed, values } = templates.template!;
      const { DashboardBody } = resource(
        deployed(transformed, { ...values, WorkerArchitecture: architecture }),
        'Dashboard',
      ).Properties;
      const [, names] = (DashboardBody as { 'Fn::Sub': [string, Record<string, string>] })['Fn::Sub'];
      expect([names.Held, names.OnProvisioned, names.OnDemand].map(Number)).toEqual(prices);
      const [held, busy, onDemand] = prices as [number, number, number];
      expect(held + busy).toBeLessThan(onDemand);
      expect(held / (onDemand - busy)).toBeCloseTo(0.6, 3);
    },
  );
});

interface Widget {
  properties: { metrics: unknown[][]; title: string };
}

/** The body with every substitution made by its own name. */
function widgetsOf(body: unknown): Widget[] {
  const sub = typeof body === 'string' ? body : (body as { 'Fn::Sub': [string, unknown] })['Fn::Sub'][0];
  const text = sub.replace(/\$\{(Held|OnDemand|OnProvisioned)\}/g, '1').replace(/\$\{([^}]+)\}/g, '$1');
  return (JSON.parse(text) as { widgets: Widget[] }).widgets;
}

/** A dot repeats what stood at that place in the line before. */
function drawnMetrics(lines: unknown[][]): string[] {
  let before: string[] = [];
  return lines.flatMap((line) => {
    const texts = line.filter((part): part is string => typeof part === 'string');
    if (texts.length === 0) return [];
    before = texts.map((text, place) => (text === '.' ? before[place]! : text));
    const [namespace, name, ...rest] = before;
    return [
      metricKey(
        namespace!,
        name!,
        rest.filter((_, place) => place % 2 === 0),
      ),
    ];
  });
}
