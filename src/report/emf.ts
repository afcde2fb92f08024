/**
 * Metrics in CloudWatch's embedded format: a log line that CloudWatch turns into metrics, without an API call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { CapacityPlan, Forecast, ScalingState, Target } from '../model.ts';
import { HOUR_MS } from '../time.ts';

export const METRIC_NAMESPACE = 'Prewarm';

export interface EmfMetric {
  value: number;
  unit: 'Count' | 'Seconds' | 'None';
}

/** What the alarms watch, for all targets of a controller together: however many targets there are, the alarms are the same. */
const PER_CONTROLLER = ['Ticks', 'Failures', 'ForecastDegraded', 'ProvisionedShortfall', 'ProvisionedFailed'];
/** Of these nobody draws a chart per target, and each metric costs. The log line names the target. */
const ONLY_PER_CONTROLLER = ['ProvisionedShortfall', 'ProvisionedFailed'];

/**
 * The fields to merge into a log line: metrics per target and, where the controller's own function name is given, some of
 * them per controller. Values that are not finite are left out: CloudWatch refuses them.
 */
export function emfFields(
  target: Target | null,
  metrics: Record<string, EmfMetric>,
  timestampMs: number,
  controller?: string,
): Record<string, unknown> {
  const known = Object.entries(metrics).filter(([, metric]) => Number.isFinite(metric.value));
  const shared = known.filter(([name]) => PER_CONTROLLER.includes(name));
  const own = known.filter(([name]) => controller === undefined || !ONLY_PER_CONTROLLER.includes(name));
  const perTarget = target ? { FunctionName: target.functionName, Alias: target.alias } : {};
  const perController = controller === undefined ? {} : { Controller: controller };
  const directives = [
    ...(target || controller === undefined ? [directive(perTarget, own)] : []),
    ...(controller !== undefined && shared.length > 0 ? [directive(perController, shared)] : []),
  ];
  return {
    _aws: { Timestamp: timestampMs, CloudWatchMetrics: directives },
    ...perTarget,
    ...perController,
    ...Object.fromEntries(known.map(([name, { value }]) => [name, value])),
  };
}

function directive(dimensions: Record<string, string>, metrics: readonly [string, EmfMetric][]) {
  return {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: metrics.map(([Name, { unit }]) => ({ Name, Unit: unit })),
  };
}

/**
 * What is allocated, and how far that is below the level that is in force. The scalable target's own minimum is that level:
 * a scheduled action writes it there when it fires. An alias without provisioned concurrency has none allocated.
 */
export function capacityMetrics({ scalableTarget, provisioned }: ScalingState): Record<string, EmfMetric> {
  const available = provisioned?.available ?? 0;
  return {
    ProvisionedConcurrency: { value: available, unit: 'Count' },
    ProvisionedShortfall: { value: Math.max(0, (scalableTarget?.minCapacity ?? 0) - available), unit: 'Count' },
    ProvisionedFailed: { value: provisioned?.status === 'FAILED' ? 1 : 0, unit: 'Count' },
  };
}

/** CloudWatch takes timestamps up to two hours ahead; a minute of that is left to clocks that differ. */
export const AHEAD_MS = 2 * HOUR_MS - 60_000;

export interface AheadOptions {
  nowMs: number;
  /** Slots that begin at or before this moment have been published already. */
  publishedUntilMs: number;
}

/**
 * Forecast and plan of the slots that lie ahead, one line's fields per slot, dated at the slot's own time: a chart shows
 * them before they come. Each slot is published once, so that its datapoint is what was expected two hours before.
 */
export function aheadFields(
  { target, forecast, plan }: { target: Target; forecast: Forecast | null; plan: CapacityPlan | null },
  { nowMs, publishedUntilMs }: AheadOptions,
): { slotMs: number; fields: Record<string, unknown> }[] {
  if (!forecast) return [];
  const { startMs, stepSeconds, mean, peak } = forecast;
  const highPeak = peak.find((band) => band.level === 0.99)?.values;
  const metric = (value: number | undefined): EmfMetric => ({ value: value ?? NaN, unit: 'None' });
  return [...mean.keys()]
    .map((slot) => ({ slot, slotMs: startMs + slot * stepSeconds * 1000 }))
    .filter(({ slotMs }) => slotMs > Math.max(nowMs, publishedUntilMs) && slotMs <= nowMs + AHEAD_MS)
    .map(({ slot, slotMs }) => {
      const metrics = {
        ForecastMeanAhead: metric(mean[slot]),
        ForecastPeakAhead: metric(highPeak?.[slot]),
        PlannedCapacityAhead: metric(plan ? capacityAt(plan, slotMs) : undefined),
      };
      return { slotMs, fields: emfFields(target, metrics, slotMs) };
    });
}

function capacityAt(plan: CapacityPlan, timeMs: number): number | undefined {
  return plan.capacity[Math.floor((timeMs - plan.startMs) / (plan.stepSeconds * 1000))];
}
