/** CloudWatch's memory: per metric and set of dimensions one datapoint a minute, in typed arrays by day. */

export const MINUTES_PER_DAY = 1440;

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const LAMBDA_METRICS = [
  'Invocations',
  'Errors',
  'Throttles',
  'Duration',
  'ConcurrentExecutions',
  'ProvisionedConcurrencyInvocations',
  'ProvisionedConcurrencySpilloverInvocations',
  'ProvisionedConcurrentExecutions',
  'ProvisionedConcurrencyUtilization',
] as const;

export type LambdaMetric = (typeof LAMBDA_METRICS)[number];

/** `FunctionName`, `FunctionName` and `Resource`, or none for the whole account. */
export type Dimensions = Readonly<Record<string, string>>;

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'SampleCount';
export const STATISTICS: readonly string[] = ['Sum', 'Average', 'Maximum', 'SampleCount'] satisfies Statistic[];

/** Aggregated datapoints in time order, with their JSON text once it was asked for. */
export class Points {
  /** Unix seconds. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  private text: { timestamps: string; values: string } | null = null;

  constructor(timestamps: Float64Array, values: Float64Array) {
    this.timestamps = timestamps;
    this.values = values;
  }

  /** Comma-separated, from index `from` up to but excluding `to`. */
  join(from: number, to: number): { timestamps: string; values: string } {
    if (from > 0 || to < this.timestamps.length) {
      return { timestamps: this.timestamps.subarray(from, to).join(), values: this.values.subarray(from, to).join() };
    }
    this.text ??= { timestamps: this.timestamps.join(), values: this.values.join() };
    return this.text;
  }

  reversed(): Points {
    return new Points(this.timestamps.slice().reverse(), this.values.slice().reverse());
  }
}

/** A day of one series. A count of zero marks a minute without datapoint. */
class DayBlock {
  readonly counts = new Float64Array(MINUTES_PER_DAY);
  readonly sums = new Float64Array(MINUTES_PER_DAY);
  readonly maxima = new Float64Array(MINUTES_PER_DAY);
  readonly cache = new Map<string, Points>();
}

export interface PointsQuery {
  periodMinutes: number;
  statistic: Statistic;
  descending: boolean;
}

export class MetricSeries {
  private readonly days = new Map<number, DayBlock>();

  /** Merges a sample set into a minute, counted from 1970, as PutMetricData merges values of one minute. */
  add(minute: number, count: number, sum: number, maximum: number): void {
    const day = Math.floor(minute / MINUTES_PER_DAY);
    let block = this.days.get(day);
    if (!block) this.days.set(day, (block = new DayBlock()));
    const i = minute - day * MINUTES_PER_DAY;
    block.maxima[i] = block.counts[i] === 0 ? maximum : Math.max(block.maxima[i]!, maximum);
    block.counts[i]! += count;
    block.sums[i]! += sum;
    if (block.cache.size > 0) block.cache.clear();
  }

  /** Removes all datapoints of the minutes from `fromMinute` up to but excluding `toMinute`. */
  clear(fromMinute: number, toMinute: number): void {
    for (const [day, block] of this.days) {
      const from = Math.max(0, fromMinute - day * MINUTES_PER_DAY);
      const to = Math.min(MINUTES_PER_DAY, toMinute - day * MINUTES_PER_DAY);
      if (from >= to) continue;
      for (const values of [block.counts, block.sums, block.maxima]) values.fill(0, from, to);
      block.cache.clear();
    }
  }

  /**
   * Length in minutes of the stretches in which points are made: a day where the period divides it, so that most of a
   * long range comes from the days' caches; else the shortest multiple of the period that is no shorter than a day.
   */
  static stretchMinutes(periodMinutes: number): number {
    return Math.ceil(MINUTES_PER_DAY / periodMinutes) * periodMinutes;
  }

  /** All points of stretch number `stretch`, on multiples of the period. */
  points(stretch: number, query: PointsQuery): Points {
    const length = MetricSeries.stretchMinutes(query.periodMinutes);
    if (length !== MINUTES_PER_DAY) return this.aggregate(stretch * length, length, query);
    const block = this.days.get(stretch);
    if (!block) return NO_POINTS;
    const key = `${query.periodMinutes} ${query.statistic} ${query.descending}`;
    let points = block.cache.get(key);
    if (!points) block.cache.set(key, (points = this.aggregate(stretch * length, length, query)));
    return points;
  }

  private aggregate(
    startMinute: number,
    length: number,
    { periodMinutes, statistic, descending }: PointsQuery,
  ): Points {
    const size = length / periodMinutes;
    const timestamps = new Float64Array(size);
    const values = new Float64Array(size);
    let found = 0;
    for (let bin = 0; bin < size; bin++) {
      const minute = startMinute + bin * periodMinutes;
      const value = this.statistic(minute, minute + periodMinutes, statistic);
      if (Number.isNaN(value)) continue;
      timestamps[found] = minute * 60;
      values[found++] = value;
    }
    const points = new Points(timestamps.slice(0, found), values.slice(0, found));
    return descending ? points.reversed() : points;
  }

  /** NaN where no minute has a datapoint. */
  private statistic(fromMinute: number, toMinute: number, statistic: Statistic): number {
    let count = 0;
    let sum = 0;
    let maximum = -Infinity;
    for (let minute = fromMinute; minute < toMinute; minute++) {
      const day = Math.floor(minute / MINUTES_PER_DAY);
      const block = this.days.get(day);
      const i = minute - day * MINUTES_PER_DAY;
      if (!block || block.counts[i] === 0) continue;
      count += block.counts[i]!;
      sum += block.sums[i]!;
      maximum = Math.max(maximum, block.maxima[i]!);
    }
    if (count === 0) return NaN;
    if (statistic === 'Average') return sum / count;
    if (statistic === 'SampleCount') return count;
    return statistic === 'Sum' ? sum : maximum;
  }
}

const NO_POINTS = new Points(new Float64Array(0), new Float64Array(0));

export class MetricStore {
  private readonly series = new Map<string, MetricSeries>();

  find(metric: string, dimensions: Dimensions): MetricSeries | undefined {
    return this.series.get(seriesKey(metric, dimensions));
  }

  /** The series of all Lambda metrics for a set of dimensions, made where they do not exist yet. */
  ofAll(dimensions: Dimensions): Record<LambdaMetric, MetricSeries> {
    const series = LAMBDA_METRICS.map((metric) => {
      const key = seriesKey(metric, dimensions);
      const known = this.series.get(key) ?? new MetricSeries();
      this.series.set(key, known);
      return [metric, known];
    });
    return Object.fromEntries(series) as Record<LambdaMetric, MetricSeries>;
  }

  /** A series of another namespace than Lambda's, made where it does not exist yet. */
  custom(namespace: string, metric: string, dimensions: Dimensions): MetricSeries {
    const key = seriesKey(customName(namespace, metric), dimensions);
    const known = this.series.get(key) ?? new MetricSeries();
    this.series.set(key, known);
    return known;
  }

  findCustom(namespace: string, metric: string, dimensions: Dimensions): MetricSeries | undefined {
    return this.find(customName(namespace, metric), dimensions);
  }

  get all(): Iterable<MetricSeries> {
    return this.series.values();
  }
}

function customName(namespace: string, metric: string): string {
  return `${namespace} ${metric}`;
}

/** A metric is identified by its name and its whole set of dimensions, in any order. */
function seriesKey(metric: string, dimensions: Dimensions): string {
  return JSON.stringify([metric, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))]);
}
