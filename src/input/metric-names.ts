/** Which CloudWatch metric a result holds, from its Label or Id. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
import type { MetricSeriesName } from '../metric-grid.ts';

/**
 * `null` = a metric of AWS Lambda that is not read, but that proves that something was heard. The names are compared
 * without case and punctuation, so that `concurrent_executions` is found too.
 */
const METRICS = new Map<string, MetricSeriesName | null>([
  ['invocations', 'invocations'],
  ['duration', 'averageDurationMs'],
  ['averagedurationms', 'averageDurationMs'],
  ['concurrentexecutions', 'maxConcurrency'],
  ['maxconcurrency', 'maxConcurrency'],
  ['throttles', 'throttles'],
  ['provisionedconcurrencyspilloverinvocations', 'spilloverInvocations'],
  ['spilloverinvocations', 'spilloverInvocations'],
  ['provisionedconcurrentexecutions', 'provisionedConcurrency'],
  ['errors', null],
  ['deadlettererrors', null],
  ['provisionedconcurrencyinvocations', null],
  ['provisionedconcurrencyutilization', null],
  ['unreservedconcurrentexecutions', null],
  ['claimedaccountconcurrency', null],
  ['postruntimeextensionsduration', null],
  ['initduration', null],
]);

/** Statistics of Duration other than the average do not add up to concurrency. */
const OTHER_STATISTIC = /max|min|sum|p\d|tm\d|tc\d|wm\d|pr\d|iqm|samplecount/;

/**
 * The series of a result; `null` for a metric that is not read; `undefined` where neither Label nor Id names one. In a label
 * such as "duration-checker Invocations" the name that ends last counts, and of those the longest.
 */
export function metricOf(result: {
  Label?: string | undefined;
  Id?: string | undefined;
}): MetricSeriesName | null | undefined {
  for (const text of [result.Label, result.Id]) {
    const named = text === undefined ? undefined : metricIn(keyOf(text));
    if (named !== undefined) return named;
  }
  return undefined;
}

function keyOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function metricIn(key: string): MetricSeriesName | null | undefined {
  let found = { end: 0, length: 0, series: undefined as MetricSeriesName | null | undefined };
  for (const [name, series] of METRICS) {
    const at = key.lastIndexOf(name);
    const end = at + name.length;
    if (at >= 0 && (end > found.end || (end === found.end && name.length > found.length)))
      found = { end, length: name.length, series };
  }
  const isDuration = found.series === 'averageDurationMs';
  return isDuration && OTHER_STATISTIC.test(key.slice(found.end)) ? null : found.series;
}
