/** How much of a queue may run at once: the event source's maximum concurrency, behind the demand it is to let through. */
import { resolve } from '../calendar/index.ts';
import type { EventSourceSettings } from '../config-related.ts';
import type { TargetConfig } from '../config.ts';
import { surplusTolerated } from '../controller/levels.ts';
import type { EventSourcePorts, EventSourceState } from '../controller/ports.ts';
import type { TickReport } from '../controller/tick.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { dataIsStale, reasonToSkip } from './follow.ts';
import { concurrencyAhead, unitsFor } from './plan.ts';

/** What became of the event source; `from` is null where AWS holds no maximum. */
export interface EventSourceReport {
  uuid: string;
  outcome: 'changed' | 'would change' | 'kept' | 'skipped' | 'failed';
  reason: string;
  from: number | null;
  to: number | null;
  failure: Error | null;
}

/**
 * Units per concurrent execution x the largest of what is forecast (p99) and planned for the next hour and what was measured in
 * the last one, within the bounds: the maximum is to hold back a surprise, not what is expected.
 */
export function wantedConcurrency(settings: EventSourceSettings, report: TickReport, config: TargetConfig): number {
  const { forecast, plan, history, nowMs } = report;
  const nextHour = (values: Float64Array | Int32Array, stepSeconds: number) =>
    values.subarray(0, Math.ceil(3600 / stepSeconds));
  const occurrences = resolve(config, { fromMs: nowMs - HOUR_MS, toMs: nowMs + 3 * DAY_MS });
  const lastHour = Math.ceil(3600 / history.stepSeconds);
  const all = [
    ...(forecast ? nextHour(concurrencyAhead(forecast, occurrences), forecast.stepSeconds) : []),
    ...(plan ? nextHour(plan.capacity, plan.stepSeconds) : []),
    ...history.peakConcurrency.slice(-lastHour).filter((peak) => !Number.isNaN(peak)),
  ];
  const { min, max, unitsPerConcurrentExecution } = settings;
  return unitsFor(Math.max(0, ...all), { unitsPerConcurrentExecution, minCapacity: min, maxCapacity: max });
}

/** The maximum to set, or null: up at once, down only by more than a tenth, and not on old metrics. */
export function nextMaximum(
  present: number | null,
  wanted: number,
  bounds: { max: number; stale: boolean },
): number | null {
  if (present === null || wanted > present) return wanted;
  if (present > bounds.max) return wanted;
  return !bounds.stale && wanted < present - surplusTolerated(present) ? wanted : null;
}

/** Reads, decides and, where that is allowed, writes. A fault becomes part of the report. */
export async function followEventSource(
  settings: EventSourceSettings,
  report: TickReport,
  config: TargetConfig,
  ports: EventSourcePorts | null,
): Promise<EventSourceReport> {
  const { uuid } = settings;
  const base: EventSourceReport = { uuid, outcome: 'skipped', reason: '', from: null, to: null, failure: null };
  const wanted = wantedConcurrency(settings, report, config);
  const skip = reasonToSkip(report);
  if (skip !== null) return { ...base, reason: skip };
  if (ports === null) return { ...base, to: wanted, reason: `${wanted} would do; nothing is known of what is set up` };
  try {
    const state = await ports.read(uuid);
    const hindrance = hindranceOf(uuid, state, config);
    if (hindrance !== null || state === null) return { ...base, reason: hindrance ?? '' };
    const from = state.maximumConcurrency;
    const to = nextMaximum(from, wanted, { max: settings.max, stale: dataIsStale(report) });
    if (to === null) return { ...base, outcome: 'kept', from, to: from, reason: `${wanted} would do` };
    const reason = `${to} for what is expected in the next hour`;
    if (ports.setMaximumConcurrency === null) return { ...base, outcome: 'would change', from, to, reason };
    await ports.setMaximumConcurrency(uuid, to);
    return { ...base, outcome: 'changed', from, to, reason };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { ...base, outcome: 'failed', reason: failure.message, failure };
  }
}

/** What keeps the maximum from being changed, in the words of the operator's remedy. */
export function hindranceOf(
  uuid: string,
  state: EventSourceState | null,
  { target }: Pick<TargetConfig, 'target'>,
): string | null {
  if (state === null) return `there is no event source mapping ${uuid} in this Region`;
  const { functionName, alias } = target;
  if (!new RegExp(`:function:${functionName}(:${alias})?$`).test(state.functionArn)) {
    return `event source mapping ${uuid} invokes ${state.functionArn}, not ${functionName}:${alias}: give the UUID of its own`;
  }
  if (!/^arn:[^:]+:sqs:/.test(state.sourceArn)) return `${state.sourceArn} is no SQS queue: only these have a maximum`;
  if (state.hasOwnPollers) return 'the event source is in provisioned mode, which excludes a maximum concurrency';
  if (!/^(Enabled|Disabled)$/.test(state.state)) return `the event source is ${state.state}: the next run tries again`;
  return null;
}
