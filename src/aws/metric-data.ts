/** GetMetricData, read to its end: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
import {
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { RefusedError, TransientError } from '../errors.ts';
import type { Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { readPages } from './pages.ts';

/** One series. */
export interface MetricQuery {
  /** AWS/Lambda where it is absent. */
  namespace?: string;
  /** Names the series in the answer; begins with a lower-case letter. */
  id: string;
  metricName: string;
  statistic: 'Sum' | 'Average' | 'Maximum';
  /** No dimensions: the whole account in the Region. */
  dimensions: Record<string, string>;
  /** A larger value is no measurement. */
  largest: number;
}

/** A span whose ends lie on the period. */
export interface MetricSpan {
  fromMs: number;
  toMs: number;
  stepSeconds: number;
}

interface PointLists {
  timesMs: number[];
  values: number[];
}

export interface MetricData {
  /** By id, in the order in which they came: not sorted, not free of duplicates. An empty series for every query. */
  series: Map<string, PointLists>;
  /** What CloudWatch remarked, and what was left out of its answer. */
  notes: string[];
}

/** Far above what 14 days at one minute need, which is 2. */
const MOST_PAGES = 500;

/**
 * All points of the queries in the span; a target is named in what goes wrong. A query that is not answered in full is asked again, and is a TransientError
 * when it stays so: half a series would look like a quiet function.
 */
export async function fetchMetricData(
  aws: AwsClients,
  target: Target | null,
  queries: readonly MetricQuery[],
  span: MetricSpan,
): Promise<MetricData> {
  const pages = await readPages("CloudWatch's answer", MOST_PAGES, (token) =>
    fetchPage(aws, target, requestFor(queries, span, token)),
  );
  return gather(pages, queries, span);
}

function requestFor(queries: readonly MetricQuery[], span: MetricSpan, token: string | undefined) {
  return {
    MetricDataQueries: queries.map((query) => asMetricDataQuery(query, span.stepSeconds)),
    StartTime: new Date(span.fromMs),
    EndTime: new Date(span.toMs),
    ScanBy: 'TimestampAscending' as const,
    ...(token === undefined ? {} : { NextToken: token }),
  };
}

/** Without Unit: a wrong one yields no data. */
function asMetricDataQuery(query: MetricQuery, periodSeconds: number): MetricDataQuery {
  const Dimensions = Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: query.id,
    MetricStat: {
      Metric: { Namespace: query.namespace ?? 'AWS/Lambda', MetricName: query.metricName, Dimensions },
      Period: periodSeconds,
      Stat: query.statistic,
    },
  };
}

async function fetchPage(aws: AwsClients, target: Target | null, request: ReturnType<typeof requestFor>) {
  const action = 'cloudwatch:GetMetricData';
  return call(aws.cloudWatch, { action, ...(target && { target }) }, async (client, options) => {
    const page = await client.send(new GetMetricDataCommand(request), options);
    for (const result of page.MetricDataResults ?? []) assertAnswered(result, page.NextToken);
    return page;
  });
}

function assertAnswered({ Id = '', StatusCode, Messages }: MetricDataResult, nextToken: string | undefined): void {
  const said = (Messages ?? []).map(({ Code = '', Value = '' }) => ` ${Code}: ${Value}`).join('');
  if (StatusCode === 'Forbidden') {
    throw new RefusedError(
      `Access denied: the caller may not read ${Id} from CloudWatch. Allow cloudwatch:GetMetricData in the caller's IAM policy.${said}`,
    );
  }
  if (StatusCode === 'InternalError') {
    throw new TransientError(`CloudWatch could not read ${Id}: the next run tries again.${said}`);
  }
  if (StatusCode === 'PartialData' && !nextToken) {
    throw new TransientError(
      `CloudWatch read ${Id} only in part and named no next page: the next run tries again.${said}`,
    );
  }
}

/** Pages to series, without what is no measurement inside the span. */
function gather(pages: GetMetricDataCommandOutput[], queries: readonly MetricQuery[], span: MetricSpan): MetricData {
  const results = pages.flatMap((page) => page.MetricDataResults ?? []);
  const series = new Map<string, PointLists>();
  let leftOut = 0;
  for (const { id, largest } of queries) {
    const points: PointLists = { timesMs: [], values: [] };
    for (const result of results.filter(({ Id }) => Id === id)) leftOut += append(points, result, span, largest);
    series.set(id, points);
  }
  const notes = pages
    .flatMap((page) => page.Messages ?? [])
    .map(({ Code = '', Value = '' }) => `CloudWatch remarked ${Code}: ${Value}`);
  if (leftOut > 0) {
    notes.push(`${leftOut} datapoints of CloudWatch were left out: no time in the range, or no possible value.`);
  }
  return { series, notes };
}

/** Returns how many datapoints were left out. */
function append(points: PointLists, result: MetricDataResult, span: MetricSpan, largest: number): number {
  const { Timestamps = [], Values = [] } = result;
  const length = Math.max(Timestamps.length, Values.length);
  const before = points.timesMs.length;
  for (let i = 0; i < length; i++) {
    const timeMs = Timestamps[i]?.getTime() ?? NaN;
    const value = Values[i] ?? NaN;
    if (timeMs >= span.fromMs && timeMs < span.toMs && value >= 0 && value <= largest) {
      points.timesMs.push(timeMs);
      points.values.push(value);
    }
  }
  return length - (points.timesMs.length - before);
}
