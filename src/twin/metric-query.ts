/** GetMetricData. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, SLOT_MS } from '../time.ts';
import type { TwinBehaviour } from './behaviour.ts';
import { MetricSeries, type MetricStore, type Points, type PointsQuery } from './metric-store.ts';
import { encodeToken, parseMetricRequest, type MetricRequest, type ParsedQuery } from './metric-query-input.ts';

/** How long datapoints of a period can be read. */
const RETENTION = [
  { periodSeconds: 3600, keptMs: 455 * DAY_MS },
  { periodSeconds: 300, keptMs: 63 * DAY_MS },
  { periodSeconds: 60, keptMs: 15 * DAY_MS },
] as const;

/** What a result says instead of data, for tests of a reader's patience. */
export type ResultFault = 'InternalError' | 'Forbidden';

export interface MetricQueryOptions {
  store: MetricStore;
  behaviour: TwinBehaviour;
  nowMs: number;
  resultFault?: ResultFault | undefined;
}

/**
 * The answer's JSON text: with up to 100,800 points it is put together from cached pieces.
 * Timestamps are whole Unix seconds. Metric math and percentiles are refused.
 */
export function getMetricData(input: Readonly<Record<string, unknown>>, options: MetricQueryOptions): string {
  const request = parseMetricRequest(input);
  if (options.resultFault) return faultyResults(request, options.resultFault);
  let budget = Math.min(request.maxDatapoints ?? Infinity, options.behaviour.datapointsPerPage);
  let nextToken: string | null = null;
  const results: string[] = [];
  for (const [index, query] of request.queries.entries()) {
    if (index < request.resume.query) continue;
    const skip = index === request.resume.query ? request.resume.timestamp : null;
    const pieces = collect(query, request, options, { skip, budget });
    budget -= pieces.taken;
    if (pieces.resumeAt !== null) nextToken ??= encodeToken(index, pieces.resumeAt);
    results.push(resultText(query, pieces, pieces.resumeAt === null ? 'Complete' : 'PartialData'));
  }
  const token = nextToken === null ? '' : `"NextToken":${JSON.stringify(nextToken)},`;
  return `{${token}"MetricDataResults":[${results.join()}],"Messages":[]}`;
}

interface Pieces {
  timestamps: string[];
  values: string[];
  taken: number;
  /** Timestamp of the first point that did not fit on the page. */
  resumeAt: number | null;
}

function collect(
  query: ParsedQuery,
  request: MetricRequest,
  options: MetricQueryOptions,
  page: { skip: number | null; budget: number },
): Pieces {
  const pieces: Pieces = { timestamps: [], values: [], taken: 0, resumeAt: null };
  for (const { points, from, to } of segments(query, request, options)) {
    let first = from;
    if (page.skip !== null) {
      const passed = (at: number) => (request.descending ? at > page.skip! : at < page.skip!);
      while (first < to && passed(points.timestamps[first]!)) first++;
    }
    const fits = Math.min(to - first, page.budget - pieces.taken);
    if (fits > 0) {
      const text = points.join(first, first + fits);
      pieces.timestamps.push(text.timestamps);
      pieces.values.push(text.values);
      pieces.taken += fits;
    }
    if (first + fits < to) {
      pieces.resumeAt = points.timestamps[first + fits]!;
      break;
    }
  }
  return pieces;
}

/** The stretches of a series that hold points of the range, in the order asked for. */
function* segments(
  query: ParsedQuery,
  request: MetricRequest,
  options: MetricQueryOptions,
): Generator<{ points: Points; from: number; to: number }> {
  const series = findSeries(query, options.store);
  const range = readableRange(query, request, options);
  if (!series || !range) return;
  const aggregation: PointsQuery = {
    periodMinutes: query.periodSeconds / 60,
    statistic: query.statistic,
    descending: request.descending,
  };
  const stretchMs = MetricSeries.stretchMinutes(aggregation.periodMinutes) * MINUTE_MS;
  const first = Math.floor(range.startMs / stretchMs);
  const last = Math.ceil(range.endMs / stretchMs) - 1;
  for (let i = 0; i <= last - first; i++) {
    const points = series.points(request.descending ? last - i : first + i, aggregation);
    const [from, to] = within(points.timestamps, range);
    if (from < to) yield { points, from, to };
  }
}

function findSeries(query: ParsedQuery, store: MetricStore): MetricSeries | undefined {
  if (query.namespace !== 'AWS/Lambda') return store.findCustom(query.namespace, query.metric, query.dimensions);
  // A unit other than the one it was stored with finds nothing.
  if (query.unit !== null && query.unit !== unitOf(query.metric)) return undefined;
  return store.find(query.metric, query.dimensions);
}

function unitOf(metric: string): string {
  if (metric === 'Duration') return 'Milliseconds';
  return metric === 'ProvisionedConcurrencyUtilization' ? 'None' : 'Count';
}

/**
 * StartTime is rounded down to the minute, 5 minutes or hour by its age; start inclusive, end exclusive. Null where the
 * period is too fine for the range.
 */
function readableRange(query: ParsedQuery, request: MetricRequest, { behaviour, nowMs }: MetricQueryOptions) {
  const ageMs = nowMs - request.startMs;
  const grain = ageMs > 63 * DAY_MS ? HOUR_MS : ageMs > 15 * DAY_MS ? SLOT_MS : MINUTE_MS;
  const startMs = floorTo(request.startMs, grain);
  const { periodSeconds, keptMs } = RETENTION.find((tier) => query.periodSeconds % tier.periodSeconds === 0)!;
  const oldestMs = nowMs - keptMs;
  const coarsest = periodSeconds === RETENTION[0].periodSeconds;
  if (request.startMs < oldestMs && !coarsest && behaviour.tooFinePeriod === 'no-data') return null;
  return { startMs: Math.max(startMs, oldestMs), endMs: request.endMs };
}

/** First and last + 1 index of the timestamps in [startMs, endMs). */
function within(timestamps: Float64Array, { startMs, endMs }: { startMs: number; endMs: number }): [number, number] {
  const outside = (at: number) => at * 1000 < startMs || at * 1000 >= endMs;
  let from = 0;
  let to = timestamps.length;
  // A stretch in the middle of the range is wholly inside: only its ends are looked at.
  while (from < to && outside(timestamps[from]!)) from++;
  while (to > from && outside(timestamps[to - 1]!)) to--;
  return [from, to];
}

function resultText(query: ParsedQuery, pieces: Pieces, statusCode: string): string {
  const head = `"Id":${JSON.stringify(query.id)},"Label":${JSON.stringify(query.label)}`;
  const data = `"Timestamps":[${pieces.timestamps.join()}],"Values":[${pieces.values.join()}]`;
  return `{${head},${data},"StatusCode":"${statusCode}","Messages":[]}`;
}

function faultyResults(request: MetricRequest, fault: ResultFault): string {
  const nothing: Pieces = { timestamps: [], values: [], taken: 0, resumeAt: null };
  return `{"MetricDataResults":[${request.queries.map((query) => resultText(query, nothing, fault)).join()}],"Messages":[]}`;
}
