/** A tick as one structured log line that is also its CloudWatch metrics. */
import type { TickReport } from '../controller/tick.ts';
import { isoUtc } from '../time.ts';
import { emfFields, type EmfMetric } from './emf.ts';

/** Metric values of a tick; NaN for what it does not know. */
export function tickMetrics(report: TickReport): Record<string, EmfMetric> {
  const none = (value: number | undefined): EmfMetric => ({ value: value ?? NaN, unit: 'None' });
  const failed = report.applied?.failure ? 1 : 0;
  return {
    ForecastMeanConcurrency: none(report.forecast?.mean[0]),
    ForecastPeakConcurrency: none(report.forecast?.peak.find((band) => band.level === 0.99)?.values[0]),
    PlannedCapacity: none(report.plan?.capacity[0]),
    ActualConcurrency: none(report.history.meanConcurrency.findLast((mean) => !Number.isNaN(mean))),
    ForecastError: none(report.lastHour ? report.lastHour.actual - report.lastHour.forecast : undefined),
    ForecastDegraded: { value: isDegraded(report) ? 1 : 0, unit: 'Count' },
    ForecastCoverage: none(report.trust?.coverage),
    DataAge: { value: report.dataAgeSeconds, unit: 'Seconds' },
    Ticks: { value: 1, unit: 'Count' },
    Failures: { value: failed, unit: 'Count' },
    Writes: { value: report.applied?.writes ?? 0, unit: 'Count' },
  };
}

/** Plans do not rest on the forecast as they should: it is not trusted, or there is no news of demand. */
function isDegraded({ trust, outcome }: TickReport): boolean {
  return trust?.trusted === false || outcome === 'held' || outcome === 'constant' || outcome === 'released';
}

/** The decision line: what was seen, decided and changed, each change with its reason. */
export function tickLogFields(report: TickReport): Record<string, unknown> {
  const { changes } = report;
  const named = (list: readonly { action: { name: string }; reason: string }[]) =>
    list.map(({ action, reason }) => `${action.name}: ${reason}`);
  return {
    target: `${report.target.functionName}:${report.target.alias}`,
    now: isoUtc(report.nowMs),
    mode: report.mode,
    outcome: report.outcome,
    reason: report.reason,
    notes: report.notes,
    model: report.forecast?.model ?? null,
    policy: report.plan?.policy ?? null,
    forecastTrust: report.trust,
    changes: {
      registerNow: changes.registerNow,
      create: named(changes.create),
      update: named(changes.update),
      delete: named(changes.delete),
      keep: changes.keep.length,
      foreign: changes.foreign.map((action) => action.name),
    },
    applied: report.applied ? { writes: report.applied.writes, of: report.applied.of } : null,
    ...emfFields(report.target, tickMetrics(report), report.nowMs),
  };
}
