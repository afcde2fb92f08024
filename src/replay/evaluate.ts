/** One period of past demand in which policies are compared: prepared once, asked as often as wanted. */
import type { MeasuredSettings } from '../controller/measured-settings.ts';
import type { DemandHistory, MetricReading } from '../model.ts';
import { ceilTo, DAY_MS, floorTo, HOUR_MS, SLOT_MS } from '../time.ts';
import { DEFAULT_BEHAVIOUR } from '../twin/behaviour.ts';
import { gridEndMs } from '../metric-grid.ts';
import { causalDemand } from './causal.ts';
import { type DemandRecord, recordDemand } from './demand-record.ts';
import type { Outcome, Policy, RunOptions } from './lane.ts';
import { runInMinutes } from './minute-model.ts';
import { runInTwin } from './twin-run.ts';
import { requestsBetween, type Workload, workloadOf } from './workload.ts';

/** The controller, and every policy, has been at it this long when counting begins. */
const WARM_UP_MS = HOUR_MS;

/** How far the record of demand reaches back: what predictive scaling and a repeated week look at. */
const RECORD_MS = 14 * DAY_MS;

/** Requests of the period up to which each policy runs request by request. */
export const TWIN_REQUESTS = 1_000_000;

/** The default evaluation begins no earlier than this after the file's start. */
const LEAST_HISTORY_MS = 2 * DAY_MS;

/** Any number; the same gives the same. */
export const SEED = 1;

export interface Period {
  /** Whole slots. */
  fromMs: number;
  toMs: number;
}

export interface Evaluation extends Period {
  history: DemandHistory;
  record: DemandRecord;
  /** Requests in the period. */
  invocations: number;
  /** Whether policies run request by request, or minute by minute since there are too many requests. */
  method: 'requests' | 'minutes';
  warmUpFromMs: number;
  actionLatenessMs: number;
  allocationDelayMs: number;
  /** The fast estimate of what a policy costs and misses. */
  estimate: (policy: Policy) => Outcome;
  /** What the policies cost and miss, by `method`. */
  run: (policies: readonly Policy[], onProgress?: (share: number) => Promise<void> | void) => Promise<Outcome[]>;
}

/** The second half of the data, from two days after its start at the earliest; null where nothing is left. */
export function periodOf(reading: MetricReading, evaluateFromMs?: number): Period | null {
  const startMs = reading.grids[0]?.startMs ?? 0;
  const endMs = Math.min(reading.reliableUntilMs, Math.max(0, ...reading.grids.map(gridEndMs)));
  const half = Math.max(startMs + (endMs - startMs) / 2, startMs + LEAST_HISTORY_MS);
  const fromMs = ceilTo(evaluateFromMs ?? half, SLOT_MS);
  const toMs = floorTo(endMs, SLOT_MS);
  return toMs - fromMs >= HOUR_MS ? { fromMs, toMs } : null;
}

/** The first moment at which anything is decided. */
export function warmUpStart(source: MetricReading, { fromMs }: Period): number {
  return Math.max(floorTo(source.grids[0]?.startMs ?? fromMs, SLOT_MS), fromMs - WARM_UP_MS);
}

export type EvaluationSettings = Pick<MeasuredSettings, 'coldStartMs' | 'idleTimeoutSeconds' | 'averageDurationMs'>;

export function prepareEvaluation(source: MetricReading, period: Period, settings: EvaluationSettings): Evaluation {
  const { fromMs, toMs } = period;
  const startMs = source.grids[0]?.startMs ?? fromMs;
  const warmUpFromMs = warmUpStart(source, period);
  const { reading, history } = causalDemand(source, {
    decidedFromMs: warmUpFromMs,
    ...(settings.averageDurationMs === undefined ? {} : { averageDurationMs: settings.averageDurationMs }),
  });
  const workload = workloadOf(reading);
  const invocations = requestsBetween(workload, fromMs, toMs);
  const record = recordDemand(workload, Math.max(startMs, fromMs - RECORD_MS), toMs, SEED);
  const options: RunOptions = {
    seed: SEED,
    warmUpFromMs,
    fromMs,
    toMs,
    coldStartMs: settings.coldStartMs,
    idleTimeoutSeconds: settings.idleTimeoutSeconds,
    actionLatenessMs: DEFAULT_BEHAVIOUR.actionLatenessSeconds * 1000,
    allocationDelayMs: DEFAULT_BEHAVIOUR.allocationDelaySeconds * 1000,
  };
  const method = invocations <= TWIN_REQUESTS ? 'requests' : 'minutes';
  const estimate = (policy: Policy) => runInMinutes(record, policy, options);
  return {
    ...period,
    history,
    record,
    invocations,
    method,
    warmUpFromMs,
    actionLatenessMs: options.actionLatenessMs,
    allocationDelayMs: options.allocationDelayMs,
    estimate,
    run: (policies, onProgress) => runBy(method, { workload, policies, options, estimate }, onProgress),
  };
}

async function runBy(
  method: Evaluation['method'],
  what: { workload: Workload; policies: readonly Policy[]; options: RunOptions; estimate: (policy: Policy) => Outcome },
  onProgress?: (share: number) => Promise<void> | void,
): Promise<Outcome[]> {
  if (method === 'minutes') return what.policies.map(what.estimate);
  return runInTwin(what.workload, what.policies, what.options, onProgress);
}
