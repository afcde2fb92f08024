/**
 * Metrics in CloudWatch's embedded format: a log line that CloudWatch turns into metrics, without an API call.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Target } from '../model.ts';

export const METRIC_NAMESPACE = 'Prewarm';

export interface EmfMetric {
  value: number;
  unit: 'Count' | 'Seconds' | 'None';
}

/** The fields to merge into a log line. Values that are not finite are left out: CloudWatch refuses them. */
export function emfFields(
  target: Target | null,
  metrics: Record<string, EmfMetric>,
  nowMs: number,
): Record<string, unknown> {
  const known = Object.entries(metrics).filter(([, metric]) => Number.isFinite(metric.value));
  const dimensions = target ? { FunctionName: target.functionName, Alias: target.alias } : {};
  return {
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: known.map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(known.map(([name, { value }]) => [name, value])),
  };
}
