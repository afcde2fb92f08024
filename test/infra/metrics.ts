/** The metrics that our own code publishes, found by running it: alarms and dashboards may look at no others of ours. */
import type { TickReport } from '../../src/controller/tick.ts';
import { aheadFields, capacityMetrics, emfFields, type EmfMetric } from '../../src/report/emf.ts';
import { tickMetrics } from '../../src/report/tick-log.ts';

const TARGET = { functionName: 'worker', alias: 'live' };
const slots = Float64Array.from({ length: 24 }, () => 1);
const forecast = { model: 'test', startMs: 0, stepSeconds: 300, mean: slots, peak: [{ level: 0.99, values: slots }] };
const capacity = Int32Array.from(slots);
const plan = { policy: 'test', reason: 'test', startMs: 0, stepSeconds: 300, capacity, baseline: 0 };
const report = { target: TARGET, forecast, plan, history: { meanConcurrency: slots }, lastHour: null, applied: null };

/** `namespace/name{dimensions}` of everything that the controller can publish. */
export function controllerMetrics(): Set<string> {
  const state = { scalableTarget: null, actions: [], aliasHasWeights: false, provisioned: null };
  const names = Object.keys({ ...tickMetrics(report as unknown as TickReport), ...capacityMetrics(state) });
  // Whatever has no value in this report has one in another.
  const values = Object.fromEntries(names.map((name): [string, EmfMetric] => [name, { value: 1, unit: 'None' }]));
  const ahead = aheadFields(report, { nowMs: 0, publishedUntilMs: 0 });
  return new Set([emfFields(TARGET, values, 0, 'controller'), ...ahead.map(({ fields }) => fields)].flatMap(named));
}

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string }[];
}

function named(fields: Record<string, unknown>): string[] {
  const { CloudWatchMetrics } = fields._aws as { CloudWatchMetrics: Directive[] };
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.map(({ Name }) => metricKey(Namespace, Name, Dimensions[0]!)),
  );
}

export function metricKey(namespace: string, name: string, dimensions: readonly string[]): string {
  return `${namespace}/${name}{${[...dimensions].sort().join(',')}}`;
}
