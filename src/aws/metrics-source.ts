/** The demand of an alias as CloudWatch measured it. */
import { buildMetricGrid, type MetricSeriesName } from '../metric-grid.ts';
import type { MetricGrid, MetricReading, Target } from '../model.ts';
import type { MetricsSource } from '../controller/ports.ts';
import { ceilTo, DAY_MS, floorTo, HOUR_MS, isoUtc, MINUTE_MS } from '../time.ts';
import type { AwsClients } from './clients.ts';
import { readFunctionSettings } from './function-settings.ts';
import { fetchMetricData, type MetricData, type MetricQuery, type MetricSpan } from './metric-data.ts';
import { assertTarget } from './target.ts';

export interface MetricsSourceOptions {
  /** The clock. */
  now?: () => number;
  /** The function's timeout, where it is known; otherwise it is read with GetFunctionConfiguration. */
  functionTimeoutSeconds?: number;
}

/** CloudWatch keeps 1-minute data for 15 days and 5-minute data for 63: a day less, so that nothing ages away meanwhile. */
const FINE_MS = 14 * DAY_MS;
const COARSE_MS = 62 * DAY_MS;
const FINE_SECONDS = 60;
const COARSE_SECONDS = 300;

/** Lambda emits a metric after the invocation's end, with the invocation's start as its time; delivery takes minutes. */
const DELIVERY_SECONDS = 180;

/**
 * Between two signs of life at most this far apart the metrics were being recorded. The controller's own runs, every five
 * minutes, are such signs in an account where nothing else runs; one of them may be late.
 */
const HEARTBEAT_SECONDS = 600;

const LARGEST_COUNT = 1e12;
const LARGEST_CONCURRENCY = 1e7;
/** Lambda's longest timeout is 900 s. */
const LARGEST_DURATION_MS = 1e6;

/** The series of a MetricGrid; the last two exist for an alias only. */
const SERIES: Record<MetricSeriesName, Pick<MetricQuery, 'metricName' | 'statistic' | 'largest'>> = {
  invocations: { metricName: 'Invocations', statistic: 'Sum', largest: LARGEST_COUNT },
  averageDurationMs: { metricName: 'Duration', statistic: 'Average', largest: LARGEST_DURATION_MS },
  maxConcurrency: { metricName: 'ConcurrentExecutions', statistic: 'Maximum', largest: LARGEST_CONCURRENCY },
  throttles: { metricName: 'Throttles', statistic: 'Sum', largest: LARGEST_COUNT },
  spilloverInvocations: {
    metricName: 'ProvisionedConcurrencySpilloverInvocations',
    statistic: 'Sum',
    largest: LARGEST_COUNT,
  },
  provisionedConcurrency: {
    metricName: 'ProvisionedConcurrentExecutions',
    statistic: 'Maximum',
    largest: LARGEST_CONCURRENCY,
  },
};

const ALIAS_SERIES = Object.keys(SERIES) as MetricSeriesName[];
/** What the function's own metrics give in place of the alias's; its invocations are read in any case. */
const FUNCTION_SERIES = ['averageDurationMs', 'maxConcurrency', 'throttles'] as const;

/**
 * A MetricsSource on CloudWatch: 1-minute data for the last 14 days, 5-minute data before that, back to 62 days.
 *
 * A request names 8 metrics: the alias's six (`FunctionName` + `Resource`) and two that tell zero from unknown, the
 * function's Invocations and the account's ConcurrentExecutions. CloudWatch bills each metric of each request ($0.01 per
 * 1,000): 8 for up to 8 days of history, 16 for 14 days, 24 for 8 weeks. While the alias has no data at all, 3 metrics
 * of the function are asked for on top, once per request.
 *
 * `heard` marks a step in which any of these metrics has a datapoint, or which lies between two such steps that are
 * no more than 10 minutes apart. `reliableUntilMs` lies max(function timeout, 3 minutes) back: Lambda counts an
 * invocation when it ends, at the time of its start.
 *
 * Errors: InputError for `$LATEST` and for a function or alias that does not exist; RefusedError and TransientError
 * as `explain` says. IAM: cloudwatch:GetMetricData, and lambda:GetFunctionConfiguration unless the timeout is given.
 */
export function createMetricsSource(aws: AwsClients, options: MetricsSourceOptions = {}): MetricsSource {
  const now = options.now ?? Date.now;
  return {
    async read(target, range) {
      assertTarget(target);
      const nowMs = now();
      const settings = options.functionTimeoutSeconds === undefined ? await readFunctionSettings(aws, target) : null;
      const timeoutSeconds = settings?.timeoutSeconds ?? options.functionTimeoutSeconds ?? 0;
      const spans = spansOf(range, nowMs);
      const data = await fetchSpans(aws, target, aliasQueries(target), spans);
      const fallback = data.every(isAliasSilent) && data.some(({ series }) => hasPoints(series, 'functionInvocations'));
      if (fallback) await addFunctionSeries(aws, target, spans, data);
      return {
        grids: spans.map((span, i) => gridOf(span, data[i] as MetricData)),
        reliableUntilMs: Math.min(range.toMs, nowMs - Math.max(timeoutSeconds, DELIVERY_SECONDS) * 1000),
        notes: notesOf({ target, range, spans, data, fallback }),
        standIn: fallback,
        ...(settings ? { billing: { memoryMb: settings.memoryMb, architecture: settings.architecture } } : {}),
      } satisfies MetricReading;
    },
  };
}

/** The range on CloudWatch's periods: hours where the resolution changes, whole steps at the ends, none empty. */
function spansOf({ fromMs, toMs }: { fromMs: number; toMs: number }, nowMs: number): MetricSpan[] {
  const oldestMs = ceilTo(nowMs - COARSE_MS, HOUR_MS);
  const splitMs = ceilTo(nowMs - FINE_MS, HOUR_MS);
  const spans = [
    {
      fromMs: floorTo(Math.max(fromMs, oldestMs), COARSE_SECONDS * 1000),
      toMs: floorTo(Math.min(toMs, splitMs), COARSE_SECONDS * 1000),
      stepSeconds: COARSE_SECONDS,
    },
    {
      fromMs: floorTo(Math.max(fromMs, splitMs), MINUTE_MS),
      toMs: floorTo(toMs, MINUTE_MS),
      stepSeconds: FINE_SECONDS,
    },
  ];
  return spans.filter((span) => span.fromMs < span.toMs);
}

function aliasQueries({ functionName, alias }: Target): MetricQuery[] {
  const dimensions = { FunctionName: functionName, Resource: `${functionName}:${alias}` };
  return [
    ...ALIAS_SERIES.map((name) => ({ id: name, dimensions, ...SERIES[name] })),
    { id: 'functionInvocations', dimensions: { FunctionName: functionName }, ...SERIES.invocations },
    { id: 'accountConcurrency', dimensions: {}, ...SERIES.maxConcurrency },
  ];
}

/** One after the other: the first refusal is the last call. */
async function fetchSpans(aws: AwsClients, target: Target, queries: MetricQuery[], spans: MetricSpan[]) {
  const data: MetricData[] = [];
  for (const span of spans) data.push(await fetchMetricData(aws, target, queries, span));
  return data;
}

/** Puts the function's series in the place of the alias's, which have no points. */
async function addFunctionSeries(aws: AwsClients, target: Target, spans: MetricSpan[], data: MetricData[]) {
  const dimensions = { FunctionName: target.functionName };
  const queries = FUNCTION_SERIES.map((name) => ({ id: name, dimensions, ...SERIES[name] }));
  const ofFunction = await fetchSpans(aws, target, queries, spans);
  data.forEach(({ series, notes }, i) => {
    ofFunction[i]?.series.forEach((points, id) => series.set(id, points));
    notes.push(...(ofFunction[i]?.notes ?? []));
    const invocations = series.get('functionInvocations');
    if (invocations) series.set('invocations', invocations);
  });
}

function isAliasSilent({ series }: MetricData): boolean {
  return ALIAS_SERIES.every((name) => !hasPoints(series, name));
}

function hasPoints(series: MetricData['series'], id: string): boolean {
  return (series.get(id)?.timesMs.length ?? 0) > 0;
}

function gridOf(span: MetricSpan, { series }: MetricData): MetricGrid {
  const frame = {
    startMs: span.fromMs,
    stepSeconds: span.stepSeconds,
    length: (span.toMs - span.fromMs) / (span.stepSeconds * 1000),
  };
  const named = Object.fromEntries(ALIAS_SERIES.map((name) => [name, series.get(name)]));
  const signals = [...series.values()].map(({ timesMs }) => timesMs);
  const grid = buildMetricGrid(frame, named, signals);
  bridgeHeartbeats(grid.heard, HEARTBEAT_SECONDS / span.stepSeconds);
  return grid;
}

/** Marks what lies between two marked steps that are at most `mostSteps` apart. */
function bridgeHeartbeats(heard: Uint8Array, mostSteps: number): void {
  let last = -Infinity;
  for (let i = 0; i < heard.length; i++) {
    if (heard[i] !== 1) continue;
    if (i - last <= mostSteps) heard.fill(1, last + 1, i);
    last = i;
  }
}

interface Read {
  target: Target;
  range: { fromMs: number; toMs: number };
  spans: MetricSpan[];
  data: MetricData[];
  fallback: boolean;
}

function notesOf({ target, range, spans, data, fallback }: Read): string[] {
  const notes = new Set(data.flatMap((part) => part.notes));
  const firstMs = spans[0]?.fromMs ?? range.toMs;
  if (firstMs - range.fromMs >= COARSE_SECONDS * 1000) {
    notes.add(`CloudWatch keeps 5-minute data for 63 days: the history begins at ${isoUtc(firstMs)}.`);
  }
  if (fallback) {
    notes.add(
      `Alias "${target.alias}" has no datapoints yet: the metrics of the whole function "${target.functionName}" stand in for it.`,
    );
  } else if (data.every(isAliasSilent)) {
    notes.add(
      `CloudWatch has no datapoints for function "${target.functionName}" in this range: check the Region, and that it is invoked.`,
    );
  }
  return [...notes];
}
