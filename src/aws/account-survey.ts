/** The functions of an account and what their metrics of two weeks say, for choosing among them. Reads only. */
import { type FunctionConfiguration, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { AccountSurvey, AliasUse, FunctionFound, HourlyUse } from '../first-steps/account.ts';
import type { Target } from '../model.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../time.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { listAliases, listProvisioned, qualifierOf } from './function-lists.ts';
import { readConfiguration, sizingOf, unsupportedBy } from './function-settings.ts';
import { fetchMetricData, type MetricQuery, type MetricSpan } from './metric-data.ts';
import { createMetricsSource } from './metrics-source.ts';

const SURVEYED_DAYS = 14;
const HOURS = SURVEYED_DAYS * 24;
/** Three queries a function; a request takes 500. */
const FUNCTIONS_PER_REQUEST = 150;
/** Of a function with more aliases, the first are looked at. */
const MOST_ALIASES = 20;
/** AWS's own maximum. */
const PAGE = 50;

/**
 * IAM: lambda:ListFunctions, ListAliases, ListProvisionedConcurrencyConfigs, GetFunctionConfiguration; cloudwatch:GetMetricData.
 * Errors as `explain` says. Lambda's limit of 15 such calls a second is kept by asking one after the other.
 */
export function createAccountSurvey(aws: AwsClients, now: () => number): AccountSurvey {
  return {
    region: () => aws.lambda.client.config.region(),
    list: (most) => listFunctions(aws, most),
    find: (name, qualifier) => findFunction(aws, name, qualifier),
    use: (names) => readUse(aws, names, now()),
    aliases: (name) => readAliases(aws, name, now()),
    provisioned: (name) => readProvisioned(aws, name),
    coldStartMs: (name) => readInitDuration(aws, name, now()),
    read: async (target, timeoutSeconds, historyDays) => {
      const toMs = now();
      const source = createMetricsSource(aws, { now, functionTimeoutSeconds: timeoutSeconds });
      return source.read(target, { fromMs: toMs - historyDays * DAY_MS, toMs });
    },
  };
}

async function listFunctions(aws: AwsClients, most: number): Promise<{ functions: FunctionFound[]; more: boolean }> {
  const functions: FunctionFound[] = [];
  let Marker: string | undefined;
  for (let pages = 0; pages <= most; pages++) {
    const request = { MaxItems: PAGE, Marker };
    const page = await call(aws.lambda, { action: 'lambda:ListFunctions' }, (client, options) =>
      client.send(new ListFunctionsCommand(request), options),
    );
    functions.push(...(page.Functions ?? []).map(functionFound));
    Marker = page.NextMarker || undefined;
    if (Marker === undefined || functions.length >= most) break;
  }
  return { functions: functions.slice(0, most), more: Marker !== undefined || functions.length > most };
}

function functionFound(configuration: FunctionConfiguration): FunctionFound {
  return {
    name: configuration.FunctionName ?? '',
    ...sizingOf(configuration),
    unsupported: unsupportedBy(configuration),
  };
}

async function findFunction(aws: AwsClients, name: string, qualifier?: string): Promise<FunctionFound> {
  const target = { functionName: name, alias: qualifier ?? '$LATEST' };
  return { ...functionFound(await readConfiguration(aws, target, qualifier)), name };
}

/** Whole hours, which CloudWatch has for longer than two weeks. */
function twoWeeks(nowMs: number): MetricSpan {
  const toMs = floorTo(nowMs, HOUR_MS);
  return { fromMs: toMs - HOURS * HOUR_MS, toMs, stepSeconds: 3600 };
}

const LARGEST = 1e12;

function query(id: string, metricName: string, statistic: MetricQuery['statistic'], of: MetricQuery['dimensions']) {
  return { id, metricName, statistic, dimensions: of, largest: LARGEST } satisfies MetricQuery;
}

async function readUse(aws: AwsClients, names: readonly string[], nowMs: number): Promise<Map<string, HourlyUse>> {
  const span = twoWeeks(nowMs);
  const use = new Map<string, HourlyUse>();
  for (let first = 0; first < names.length; first += FUNCTIONS_PER_REQUEST) {
    const some = names.slice(first, first + FUNCTIONS_PER_REQUEST);
    const queries = some.flatMap((FunctionName, i) => [
      query(`i${i}`, 'Invocations', 'Sum', { FunctionName }),
      query(`c${i}`, 'ConcurrentExecutions', 'Maximum', { FunctionName }),
      query(`d${i}`, 'Duration', 'Average', { FunctionName }),
    ]);
    const series = await fetchHours(aws, null, queries, span);
    some.forEach((name, i) => {
      const [invocations, maxConcurrency, averageDurationMs] = ['i', 'c', 'd'].map((id) => series(`${id}${i}`));
      if (invocations && maxConcurrency && averageDurationMs) {
        use.set(name, { invocations, maxConcurrency, averageDurationMs });
      }
    });
  }
  return use;
}

async function readAliases(aws: AwsClients, name: string, nowMs: number): Promise<AliasUse[]> {
  const target = { functionName: name, alias: '$LATEST' };
  const aliases = (await listAliases(aws, target)).slice(0, MOST_ALIASES);
  if (aliases.length === 0) return [];
  const queries = aliases.map(({ Name = '' }, i) =>
    query(`a${i}`, 'Invocations', 'Sum', { FunctionName: name, Resource: `${name}:${Name}` }),
  );
  const series = await fetchHours(aws, target, queries, twoWeeks(nowMs));
  return aliases.map(({ Name = '', FunctionVersion = '' }, i) => ({
    name: Name,
    version: FunctionVersion,
    invocations: series(`a${i}`).reduce((sum, count) => sum + (count || 0), 0),
  }));
}

async function readProvisioned(aws: AwsClients, name: string): Promise<{ qualifier: string; requested: number }[]> {
  const configs = await listProvisioned(aws, { functionName: name, alias: '$LATEST' });
  return configs.map(({ FunctionArn, RequestedProvisionedConcurrentExecutions = 0 }) => ({
    qualifier: qualifierOf(FunctionArn) ?? '',
    requested: RequestedProvisionedConcurrentExecutions,
  }));
}

/**
 * The average of the hours that report one. Lambda itself has no such metric; Lambda Insights has where it is switched on.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html
 */
async function readInitDuration(aws: AwsClients, name: string, nowMs: number): Promise<number | null> {
  const init = { ...query('init', 'init_duration', 'Average', { function_name: name }), namespace: 'LambdaInsights' };
  const target = { functionName: name, alias: '$LATEST' };
  const series = await fetchHours(aws, target, [init], twoWeeks(nowMs));
  const known = series('init').filter((value) => value > 0);
  return known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) / known.length);
}

async function fetchHours(
  aws: AwsClients,
  target: Target | null,
  queries: readonly MetricQuery[],
  span: MetricSpan,
): Promise<(id: string) => Float64Array> {
  const { series } = await fetchMetricData(aws, target, queries, span);
  return (id) => {
    const hours = new Float64Array(HOURS).fill(NaN);
    const { timesMs = [], values = [] } = series.get(id) ?? {};
    timesMs.forEach((timeMs, i) => (hours[Math.floor((timeMs - span.fromMs) / HOUR_MS)] = values[i] ?? NaN));
    return hours;
  };
}
