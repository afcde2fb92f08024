/** The alarms of infra/template.yaml, to an SNS topic. docs/operations.md says what to do about each. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { policyDocument, TAGS } from './policies';
import type { Settings } from './settings';
import type { Worker } from './worker';

type Dimensions = Record<string, pulumi.Input<string>>;

interface Metric {
  namespace: string;
  metricName: string;
  dimensions: Dimensions;
  stat: 'Sum' | 'Maximum';
}

interface Rule {
  description: string;
  /** One metric, or several by the names under which the expression uses them. */
  metric: Metric | { expression: string; of: Record<string, Metric> };
  comparison?: 'GreaterThanThreshold' | 'LessThanThreshold';
  threshold: number;
  /** In slots of five minutes. */
  periods: number;
  missing?: 'breaching';
  datapoints?: number;
}

const PERIOD_SECONDS = 300;

export function createAlarms(
  worker: Worker,
  controller: aws.lambda.Function,
  settings: Settings,
): pulumi.Output<string> {
  const topicArn = alarmTopic(settings);
  const rules = { ...workerRules(worker), ...queueRules(worker), ...controllerRules(controller) };
  for (const [name, rule] of Object.entries(rules)) createAlarm(name, rule, topicArn);
  return topicArn;
}

function alarmTopic({ alarmTopicArn }: Settings): pulumi.Output<string> {
  if (alarmTopicArn !== '') return aws.sns.Topic.get('alarms', alarmTopicArn).arn;
  const topic = new aws.sns.Topic('alarms', { tags: TAGS });
  new aws.sns.TopicPolicy('alarms', {
    arn: topic.arn,
    policy: policyDocument([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: topic.arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        Sid: 'AlarmsOfThisAccount',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic.arn,
        Condition: { StringEquals: { 'aws:SourceAccount': aws.getCallerIdentityOutput().accountId } },
      },
    ]),
  });
  return topic.arn;
}

function workerRules({ fn, alias }: Worker): Record<string, Rule> {
  const dimensions = {
    FunctionName: fn.name,
    Resource: pulumi.interpolate`${fn.name}:${alias.name}`,
  };
  const lambda = (metricName: string): Metric => ({ namespace: 'AWS/Lambda', metricName, dimensions, stat: 'Sum' });
  const own = (metricName: string): Metric => ({
    namespace: 'Prewarm/Worker',
    metricName,
    dimensions: { FunctionName: fn.name },
    stat: 'Sum',
  });
  return {
    spillover: {
      description: 'Too many requests are served on demand although the worker has provisioned concurrency.',
      metric: {
        expression: '100 * FILL(spilled, 0) / invocations',
        of: { spilled: lambda('ProvisionedConcurrencySpilloverInvocations'), invocations: lambda('Invocations') },
      },
      threshold: 10,
      periods: 3,
    },
    throttles: {
      description: "Invocations were refused: the account's or the function's concurrency is used up.",
      metric: lambda('Throttles'),
      threshold: 0,
      periods: 1,
    },
    'worker-errors': {
      description: 'Invocations of the worker fail.',
      metric: {
        expression: '100 * errors / invocations',
        of: { errors: lambda('Errors'), invocations: lambda('Invocations') },
      },
      threshold: 5,
      periods: 3,
      datapoints: 2,
    },
    'failed-jobs': {
      description: 'The worker fails requests, among them single jobs of a batch, which are no errors to Lambda.',
      metric: {
        expression: '100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(succeeded, 0))',
        of: { failed: own('Failed'), succeeded: own('Succeeded') },
      },
      threshold: 5,
      periods: 3,
      datapoints: 2,
    },
  };
}

function queueRules({ queue, deadLetters }: Worker): Record<string, Rule> {
  const sqs = (metricName: string, { name }: aws.sqs.Queue): Metric => ({
    namespace: 'AWS/SQS',
    metricName,
    dimensions: { QueueName: name },
    stat: 'Maximum',
  });
  return {
    'dead-letters': {
      description: 'Jobs failed five times and wait in the dead-letter queue. Mend the cause, then redrive them.',
      metric: sqs('ApproximateNumberOfMessagesVisible', deadLetters),
      threshold: 0,
      periods: 1,
    },
    'job-age': {
      description: 'Jobs wait too long: jobMaximumConcurrency is too low, or the worker fails.',
      metric: sqs('ApproximateAgeOfOldestMessage', queue),
      threshold: 900,
      periods: 1,
    },
  };
}

function controllerRules({ name }: aws.lambda.Function): Record<string, Rule> {
  const own = (metricName: string, stat: Metric['stat'] = 'Maximum'): Metric => ({
    namespace: 'Prewarm',
    metricName,
    dimensions: { Controller: name },
    stat,
  });
  return {
    'controller-silent': {
      description: 'No run of the controller for 15 minutes. AWS goes on with the schedule for as long as it reaches.',
      metric: own('Ticks', 'Sum'),
      comparison: 'LessThanThreshold',
      threshold: 1,
      periods: 3,
      missing: 'breaching',
    },
    'controller-failing': {
      description: 'The controller runs and fails, three times in a row. Its log says why.',
      metric: own('Failures'),
      threshold: 0,
      periods: 3,
    },
    'forecast-degraded': {
      description: 'For 15 minutes plans have not rested on the forecast: it does badly, or no news of demand arrives.',
      metric: own('ForecastDegraded'),
      threshold: 0,
      periods: 3,
    },
    'provisioned-failed': {
      description: "Lambda could not allocate provisioned concurrency (FAILED). The controller's log has the reason.",
      metric: own('ProvisionedFailed'),
      threshold: 0,
      periods: 2,
    },
    'provisioned-shortfall': {
      description: 'For 15 minutes fewer environments have been ready than the schedule asks for.',
      metric: own('ProvisionedShortfall'),
      threshold: 0,
      periods: 3,
    },
  };
}

function createAlarm(name: string, rule: Rule, topicArn: pulumi.Input<string>): void {
  new aws.cloudwatch.MetricAlarm(name, {
    alarmDescription: rule.description,
    comparisonOperator: rule.comparison ?? 'GreaterThanThreshold',
    threshold: rule.threshold,
    evaluationPeriods: rule.periods,
    datapointsToAlarm: rule.datapoints ?? rule.periods,
    treatMissingData: rule.missing ?? 'notBreaching',
    alarmActions: [topicArn],
    okActions: [topicArn],
    tags: TAGS,
    ...observed(rule.metric),
  });
}

function observed(metric: Rule['metric']): Partial<aws.cloudwatch.MetricAlarmArgs> {
  if (!('expression' in metric)) {
    const { stat, ...one } = metric;
    return { ...one, statistic: stat, period: PERIOD_SECONDS };
  }
  const inputs = Object.entries(metric.of).map(([id, { stat, ...one }]) => ({
    id,
    metric: { ...one, stat, period: PERIOD_SECONDS },
    returnData: false,
  }));
  return {
    metricQueries: [...inputs, { id: 'value', expression: metric.expression, label: 'value', returnData: true }],
  };
}
