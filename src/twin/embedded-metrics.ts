/**
 * Metrics in log lines, as CloudWatch extracts them. A line that is none is an ordinary log line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { MINUTE_MS } from '../time.ts';
import type { MetricStore } from './metric-store.ts';

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string }[];
}

type Line = Record<string, unknown> & { _aws: { Timestamp: number; CloudWatchMetrics: Directive[] } };

export function storeEmbeddedMetrics(line: string, store: MetricStore): void {
  const fields = embedded(line);
  if (!fields) return;
  const minute = Math.floor(fields._aws.Timestamp / MINUTE_MS);
  for (const { Namespace, Dimensions, Metrics } of fields._aws.CloudWatchMetrics) {
    for (const names of Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(fields[name])]));
      for (const { Name } of Metrics) {
        const value = fields[Name];
        if (typeof value === 'number') store.custom(Namespace, Name, dimensions).add(minute, 1, value, value);
      }
    }
  }
}

function embedded(line: string): Line | null {
  if (!line.includes('"_aws"')) return null;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return null;
  }
}
