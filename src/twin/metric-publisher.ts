/**
 * From what happened to what CloudWatch knows: an invocation's metrics carry the minute in which it began and are sent after
 * it ended. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
 */
import { MINUTE_MS } from '../time.ts';
import type { TwinBehaviour } from './behaviour.ts';
import type { Dimensions, LambdaMetric, MetricSeries, MetricStore } from './metric-store.ts';

/** What is sent together: invocations that began in one minute and ended in one minute, and that minute's levels. */
export class Tally {
  invocations = 0;
  /** Those of them that ran into the function's timeout. */
  errors = 0;
  throttles = 0;
  durationSumMs = 0;
  durationMaxMs = 0;
  /** Invocations while provisioned concurrency was configured; only these have provisioned metrics. */
  whileConfigured = 0;
  provisionedInvocations = 0;
  spilloverInvocations = 0;
  /** Maxima of the minute; NaN = nothing to send. */
  concurrency = NaN;
  provisionedConcurrency = NaN;
  provisionedUtilization = NaN;
}

/** Where a function's metrics are sent to: its alias, the function, the account. */
export interface PublishLevel {
  dimensions: Dimensions;
  /** False where concurrency is not the function's own but measured over all. */
  ownConcurrency: boolean;
}

export class MetricPublisher {
  private readonly delayMs: number;
  private readonly levels: readonly { series: Record<LambdaMetric, MetricSeries>; ownConcurrency: boolean }[];
  /** By the minute of the end, then by the minute of the beginning. */
  private readonly pending = new Map<number, Map<number, Tally>>();

  constructor(store: MetricStore, behaviour: TwinBehaviour, levels: readonly PublishLevel[]) {
    this.delayMs = behaviour.metricDelaySeconds * 1000;
    this.levels = levels.map(({ dimensions, ownConcurrency }) => ({
      series: store.ofAll(dimensions),
      ownConcurrency,
    }));
  }

  tally(startMinute: number, endMinute: number): Tally {
    let byStart = this.pending.get(endMinute);
    if (!byStart) this.pending.set(endMinute, (byStart = new Map<number, Tally>()));
    let tally = byStart.get(startMinute);
    if (!tally) byStart.set(startMinute, (tally = new Tally()));
    return tally;
  }

  publishUntil(nowMs: number): void {
    for (const [endMinute, byStart] of this.pending) {
      if ((endMinute + 1) * MINUTE_MS + this.delayMs > nowMs) continue;
      for (const [startMinute, tally] of byStart) this.publish(startMinute, tally);
      this.pending.delete(endMinute);
    }
  }

  private publish(minute: number, tally: Tally): void {
    for (const { series, ownConcurrency } of this.levels) {
      publishInvocations(series, minute, tally);
      if (ownConcurrency) addLevel(series.ConcurrentExecutions, minute, tally.concurrency);
      addLevel(series.ProvisionedConcurrentExecutions, minute, tally.provisionedConcurrency);
      addLevel(series.ProvisionedConcurrencyUtilization, minute, tally.provisionedUtilization);
    }
  }
}

/** Every invocation sends a sample of 0 or 1 to each count, so a count is there with zeros wherever something was invoked. */
function publishInvocations(series: Record<LambdaMetric, MetricSeries>, minute: number, tally: Tally): void {
  const { invocations, throttles, whileConfigured } = tally;
  if (invocations > 0) {
    addCount(series.Invocations, minute, invocations, invocations);
    addCount(series.Errors, minute, invocations, tally.errors);
    series.Duration.add(minute, invocations, tally.durationSumMs, tally.durationMaxMs);
  }
  addCount(series.Throttles, minute, invocations + throttles, throttles);
  addCount(series.ProvisionedConcurrencyInvocations, minute, whileConfigured, tally.provisionedInvocations);
  addCount(series.ProvisionedConcurrencySpilloverInvocations, minute, whileConfigured, tally.spilloverInvocations);
}

function addCount(series: MetricSeries, minute: number, samples: number, sum: number): void {
  if (samples > 0) series.add(minute, samples, sum, sum > 0 ? 1 : 0);
}

function addLevel(series: MetricSeries, minute: number, value: number): void {
  if (!Number.isNaN(value)) series.add(minute, 1, value, value);
}

/** The account's own ConcurrentExecutions, without dimensions. */
export class AccountConcurrencyPublisher {
  private readonly series: MetricSeries;
  private readonly delayMs: number;
  private readonly pending: { minute: number; concurrency: number }[] = [];

  constructor(store: MetricStore, behaviour: TwinBehaviour) {
    this.series = store.ofAll({}).ConcurrentExecutions;
    this.delayMs = behaviour.metricDelaySeconds * 1000;
  }

  send(minute: number, concurrency: number): void {
    this.pending.push({ minute, concurrency });
  }

  publishUntil(nowMs: number): void {
    while (this.pending[0] && (this.pending[0].minute + 1) * MINUTE_MS + this.delayMs <= nowMs) {
      const { minute, concurrency } = this.pending.shift()!;
      this.series.add(minute, 1, concurrency, concurrency);
    }
  }
}
