/** Reads and checks a GetMetricData request. */
import { AwsError, validationError } from './aws-error.ts';
import { STATISTICS, type Dimensions, type Statistic } from './metric-store.ts';

const QUERIES_PER_REQUEST = 500;
const POINTS_PER_REQUEST = 100_800;

export interface ParsedQuery {
  id: string;
  label: string;
  namespace: string;
  metric: string;
  dimensions: Dimensions;
  periodSeconds: number;
  statistic: Statistic;
  unit: string | null;
}

export interface MetricRequest {
  queries: ParsedQuery[];
  startMs: number;
  endMs: number;
  descending: boolean;
  maxDatapoints: number | null;
  /** The query and the timestamp at which the page begins. */
  resume: { query: number; timestamp: number | null };
}

type Input = Readonly<Record<string, unknown>>;

export function parseMetricRequest(input: Input): MetricRequest {
  const startMs = timeMs(input, 'StartTime');
  const endMs = timeMs(input, 'EndTime');
  if (startMs >= endMs) throw validationError('The parameter StartTime must be less than the parameter EndTime.');
  const all = records(input.MetricDataQueries, 'MetricDataQueries');
  if (all.length === 0) throw validationError('The collection MetricDataQueries must not be empty.');
  if (all.length > QUERIES_PER_REQUEST) {
    throw validationError(`The collection MetricDataQueries must not have a size greater than ${QUERIES_PER_REQUEST}.`);
  }
  const ids = new Set<string>();
  const parsed = all.map((query, index) => parseQuery(query, `MetricDataQueries.member.${index + 1}`));
  for (const { id } of parsed) {
    if (ids.has(id)) throw validationError(`The values for parameter id in MetricDataQueries are not unique: ${id}`);
    ids.add(id);
  }
  return {
    queries: parsed.filter((_, index) => all[index]!.ReturnData !== false),
    startMs,
    endMs,
    descending: scanBy(input.ScanBy),
    maxDatapoints: maxDatapoints(input.MaxDatapoints),
    resume: typeof input.NextToken === 'string' ? decodeToken(input.NextToken) : { query: 0, timestamp: null },
  };
}

export function encodeToken(query: number, timestamp: number): string {
  return btoa(`${query}:${timestamp}`);
}

function decodeToken(token: string): { query: number; timestamp: number } {
  let decoded = '';
  try {
    decoded = atob(token);
  } catch {
    // Not base64: refused below, as any other token that this service did not write.
  }
  const match = /^(\d+):(\d+)$/.exec(decoded);
  if (!match) throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  return { query: Number(match[1]), timestamp: Number(match[2]) };
}

function scanBy(value: unknown): boolean {
  if (value === undefined || value === null || value === 'TimestampDescending') return true;
  if (value === 'TimestampAscending') return false;
  throw validationError('The value for parameter ScanBy is not one of [TimestampDescending, TimestampAscending].');
}

function maxDatapoints(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= POINTS_PER_REQUEST) return value;
  throw validationError(`The value for parameter MaxDatapoints must be between 1 and ${POINTS_PER_REQUEST}.`);
}

function parseQuery(query: Input, path: string): ParsedQuery {
  const { Id: id, MetricStat: metricStat, Label: label } = query;
  if (typeof id !== 'string' || !/^[a-z][a-zA-Z0-9_]{0,254}$/.test(id)) {
    throw validationError(
      `The value ${String(id)} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  if (query.Expression !== undefined) {
    throw validationError(`${path}.Expression: metric math is not part of this local CloudWatch.`);
  }
  const stat = record(metricStat, `${path}.MetricStat`);
  const metric = record(stat.Metric, `${path}.MetricStat.Metric`);
  const metricName = string(metric.MetricName, `${path}.MetricStat.Metric.MetricName`);
  return {
    id,
    label: typeof label === 'string' ? label : metricName,
    namespace: string(metric.Namespace, `${path}.MetricStat.Metric.Namespace`),
    metric: metricName,
    dimensions: dimensions(metric.Dimensions, `${path}.MetricStat.Metric.Dimensions`),
    periodSeconds: period(stat.Period, `${path}.MetricStat.Period`),
    statistic: statistic(stat.Stat, `${path}.MetricStat.Stat`),
    unit: typeof stat.Unit === 'string' ? stat.Unit : null,
  };
}

/** Lambda's metrics have regular resolution. */
function period(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 60 && value % 60 === 0) return value;
  throw validationError(`The parameter ${path} must be a multiple of 60.`);
}

function statistic(value: unknown, path: string): Statistic {
  if (typeof value === 'string' && STATISTICS.includes(value)) return value as Statistic;
  throw validationError(
    `The value ${String(value)} for parameter ${path} is not one of ${STATISTICS.join(', ')}, which this local CloudWatch stores.`,
  );
}

function dimensions(value: unknown, path: string): Dimensions {
  if (value === undefined || value === null) return {};
  const entries = records(value, path).map((dimension): [string, string] => [
    string(dimension.Name, `${path}.Name`),
    string(dimension.Value, `${path}.Value`),
  ]);
  return Object.fromEntries(entries);
}

/** Epoch seconds on the wire. */
function timeMs(input: Input, member: string): number {
  const value = input[member];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw validationError(`The parameter ${member} is required.`);
  return Math.round(value * 1000);
}

function string(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw validationError(`The parameter ${path} is required.`);
}

function record(value: unknown, path: string): Input {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  throw validationError(`The parameter ${path} is required.`);
}

function records(value: unknown, path: string): Input[] {
  if (!Array.isArray(value)) throw validationError(`The parameter ${path} is required.`);
  return value.map((item, index) => record(item, `${path}.member.${index + 1}`));
}
