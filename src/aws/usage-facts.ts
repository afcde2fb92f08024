/** A week of sums and maxima from CloudWatch, for the checks: who calls the alias, the account's peak, the controller's runs. */
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { RefusedError } from '../errors.ts';
import type { Target } from '../model.ts';
import type { AliasFacts, UsageFacts } from '../ops/facts.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../time.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { readPages } from './pages.ts';

const DAYS = 7;
const STEP_SECONDS = 3600;
const STEPS = (DAYS * DAY_MS) / HOUR_MS;
/** Each metric of a request is charged; a function with more aliases than this is looked at in part. */
const MOST_ALIASES = 20;

interface Query {
  id: string;
  namespace: 'AWS/Lambda' | 'Prewarm';
  metric: string;
  statistic: 'Sum' | 'Maximum';
  dimensions: Record<string, string>;
}

export async function readUsage(
  aws: AwsClients,
  target: Target,
  { aliases, nowMs }: { aliases: readonly AliasFacts[]; nowMs: number },
): Promise<UsageFacts> {
  const others = aliases.filter(({ name }) => name !== target.alias).slice(0, MOST_ALIASES);
  const endMs = floorTo(nowMs, HOUR_MS) + HOUR_MS;
  const startMs = endMs - STEPS * HOUR_MS;
  const series = await fetchSeries(aws, target, queriesFor(target, others), { startMs, endMs });
  return {
    startMs,
    stepSeconds: STEP_SECONDS,
    aliasInvocations: series('alias'),
    functionInvocations: series('function'),
    otherAliases: others.map(({ name }, i) => ({ name, invocations: series(`other${i}`) })),
    accountConcurrency: series('account'),
    throttles: series('throttles'),
    controller: { ticks: series('ticks'), failures: series('failures'), writes: series('writes') },
  };
}

function queriesFor({ functionName, alias }: Target, others: readonly AliasFacts[]): Query[] {
  const ofAlias = (name: string) => ({ FunctionName: functionName, Resource: `${functionName}:${name}` });
  const lambda = (id: string, metric: string, dimensions: Query['dimensions']): Query => ({
    ...{ id, namespace: 'AWS/Lambda', metric, dimensions },
    statistic: metric === 'ConcurrentExecutions' ? 'Maximum' : 'Sum',
  });
  const ownDimensions = { FunctionName: functionName, Alias: alias };
  const own = (id: string, metric: string): Query => ({
    ...{ id, namespace: 'Prewarm', metric, statistic: 'Sum', dimensions: ownDimensions },
  });
  return [
    lambda('alias', 'Invocations', ofAlias(alias)),
    lambda('function', 'Invocations', { FunctionName: functionName }),
    ...others.map(({ name }, i) => lambda(`other${i}`, 'Invocations', ofAlias(name))),
    lambda('account', 'ConcurrentExecutions', {}),
    lambda('throttles', 'Throttles', { FunctionName: functionName }),
    own('ticks', 'Ticks'),
    own('failures', 'Failures'),
    own('writes', 'Writes'),
  ];
}

async function fetchSeries(
  aws: AwsClients,
  target: Target,
  queries: readonly Query[],
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<(id: string) => Float64Array> {
  const MetricDataQueries = queries.map(({ id, namespace, metric, statistic, dimensions }) => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: STEP_SECONDS,
      Stat: statistic,
    },
  }));
  const request = { MetricDataQueries, StartTime: new Date(startMs), EndTime: new Date(endMs) };
  const pages = await readPages("CloudWatch's answer", 100, (NextToken) =>
    call(aws.cloudWatch, { action: 'cloudwatch:GetMetricData', target }, (client, options) =>
      client.send(new GetMetricDataCommand({ ...request, NextToken }), options),
    ),
  );
  const series = new Map(queries.map(({ id }) => [id, new Float64Array(STEPS).fill(NaN)]));
  const results = pages.flatMap((page) => page.MetricDataResults ?? []);
  if (results.some(({ StatusCode }) => StatusCode === 'Forbidden')) {
    throw new RefusedError('Access denied: the caller may not do cloudwatch:GetMetricData for these metrics.');
  }
  for (const { Id = '', Timestamps = [], Values = [] } of results) {
    Timestamps.forEach((time, i) => {
      const step = (time.getTime() - startMs) / (STEP_SECONDS * 1000);
      const values = series.get(Id);
      if (values && Number.isInteger(step) && step >= 0 && step < STEPS) values[step] = Values[i] ?? NaN;
    });
  }
  return (id) => series.get(id) ?? new Float64Array(STEPS).fill(NaN);
}
