/** A tick's report for tests of what follows it. */
import { parseTargetConfig } from '../src/config.ts';
import { measuredSettings } from '../src/controller/measured-settings.ts';
import type { TickReport } from '../src/controller/tick.ts';

export interface ReportSeries {
  nowMs: number;
  /** Where the forecast begins; the history ends there. */
  startMs: number;
  /** Concurrency that was measured, slot by slot, and that is forecast, as mean and 0.99 quantile alike. */
  past: Float64Array;
  ahead: Float64Array;
}

const TARGET = { functionName: 'worker', alias: 'live' };
const CONFIG = parseTargetConfig(TARGET, { mode: 'act', coldStartPriceUsd: 1, maxCapacity: 100 }, (path) => ({
  name: path.join('.'),
  value: undefined,
}));
const SETTINGS = measuredSettings(CONFIG, { grids: [] }).settings;

/** Planned in act mode with nothing to change, unless `own` says otherwise. */
export function tickReport({ nowMs, startMs, past, ahead }: ReportSeries, own: Partial<TickReport> = {}): TickReport {
  return {
    target: TARGET,
    nowMs,
    mode: 'act',
    settings: SETTINGS,
    outcome: 'planned',
    reason: '',
    notes: [],
    state: null,
    history: {
      startMs: startMs - past.length * 300_000,
      stepSeconds: 300,
      invocations: past,
      averageDurationMs: past,
      meanConcurrency: past,
      peakConcurrency: past,
      peakBasis: 'observed',
      peakWindowSeconds: 60,
    },
    dataAgeSeconds: 300,
    forecast: { model: 'test', startMs, stepSeconds: 300, mean: ahead, peak: [{ level: 0.99, values: ahead }] },
    lastHour: null,
    plan: null,
    choice: null,
    trust: null,
    actions: [],
    changes: { registerNow: null, create: [], update: [], delete: [], keep: [], foreign: [] },
    applied: null,
    ...own,
  };
}
