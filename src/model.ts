/**
 * The nouns of Prewarm. Every module speaks in these types; none of them knows AWS, files or clocks.
 *
 * Conventions: times are Unix milliseconds (UTC), series are Float64Arrays on a regular grid,
 * NaN in a series means "unknown" and never "zero", and a quantity carries its unit in its name.
 */

/** The alias whose provisioned concurrency is planned. */
export interface Target {
  functionName: string;
  alias: string;
}

/**
 * Metrics as they were measured, on one regular grid. All arrays have the same length; index i covers
 * [startMs + i * stepSeconds * 1000, + stepSeconds). NaN = no datapoint.
 */
export interface MetricGrid {
  startMs: number;
  stepSeconds: number;
  /** Sum over the step. */
  invocations: Float64Array;
  /** Average over the step, initialisation excluded (CloudWatch's `Duration`). */
  averageDurationMs: Float64Array;
  /** Maximum of concurrent executions in the step. */
  maxConcurrency: Float64Array;
  /** Sum over the step: requests that were refused and are in no other metric. */
  throttles: Float64Array;
  /** Sum over the step: requests served on demand although the alias has provisioned concurrency. */
  spilloverInvocations: Float64Array;
  /** Maximum of provisioned environments in use in the step. */
  provisionedConcurrency: Float64Array;
  /**
   * 1 where another signal (the function's own or the account's metrics) has a datapoint in the step, or on both sides of it
   * a few minutes apart, so that a missing `invocations` means zero there; 0 where nothing was heard and the step is unknown.
   */
  heard: Uint8Array;
}

/** One answer of a metrics source: grids in time order, none overlapping, the finest last. */
export interface MetricReading {
  grids: MetricGrid[];
  /** Steps that end after this moment may still under-report and are not to be learned from. */
  reliableUntilMs: number;
  /** What a reader of the result should know, e.g. that the function's metrics stand in for the alias's. */
  notes: string[];
  /** True where the function's own metrics stand in for those of an alias that has none. */
  standIn?: boolean;
  /** What the function is billed as, where the source knows the function. */
  billing?: { memoryMb: number; architecture: 'x86_64' | 'arm64' };
}

/**
 * What callers asked for, on the model's grid (5 minutes, or the source's own step where that is longer).
 * Demand never depends on what was provisioned: throttled requests are counted in.
 */
export interface DemandHistory {
  startMs: number;
  /** A multiple of 300 that divides a day. */
  stepSeconds: number;
  /** Requests per step, throttled ones included. */
  invocations: Float64Array;
  /** Invocation-weighted average; NaN where nothing was invoked. */
  averageDurationMs: Float64Array;
  /** Average number of concurrent executions over the step: invocations x duration / step (Little's law). */
  meanConcurrency: Float64Array;
  /**
   * The step's busiest moment. With `peakBasis` "observed" it is the measured maximum of concurrent executions;
   * with "rate" it is the highest mean concurrency over any `peakWindowSeconds` of the step, and the
   * arrivals inside that window come on top of it.
   */
  peakConcurrency: Float64Array;
  peakBasis: 'observed' | 'rate';
  peakWindowSeconds: number;
  /** The same demand by the minute, where it was measured that finely. */
  byMinute?: DemandByMinute;
}

/** One entry per minute; NaN = not known by the minute. It may begin before the history and go on after it. */
export interface DemandByMinute {
  startMs: number;
  /** Requests per minute, throttled ones included. */
  requests: Float64Array;
  /** The minute's maximum of concurrent executions; null where peaks are not "observed". */
  maxConcurrency: Float64Array | null;
}

/** The peak quantiles that every forecast carries, ascending. */
export const PEAK_QUANTILE_LEVELS = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

/** A distribution of the demand in each slot ahead. All arrays have one entry per slot. */
export interface Forecast {
  /** Which model spoke, for people: e.g. "Holt-Winters, day and week". */
  model: string;
  startMs: number;
  stepSeconds: number;
  /** Expected average concurrency in the slot. */
  mean: Float64Array;
  /** Quantiles of the peak concurrency in the slot, ascending in `level` and in value, never negative. */
  peak: { level: number; values: Float64Array }[];
}

/** Too little history is a normal result with a reason, not an error. */
export type ForecastResult =
  { kind: 'forecast'; forecast: Forecast } | { kind: 'insufficient-history'; haveSeconds: number; needSeconds: number };

/** How many environments to hold in each slot, and why. */
export interface CapacityPlan {
  policy: string;
  reason: string;
  startMs: number;
  stepSeconds: number;
  capacity: Int32Array;
  /** The level to return to after the last slot. */
  baseline: number;
}

/** A scheduled action of Application Auto Scaling, in the form in which it is described. */
export interface ScheduledAction {
  name: string;
  /** `at(yyyy-mm-ddThh:mm:ss)` for our own; foreign ones may be cron(...) or rate(...). */
  schedule: string;
  minCapacity?: number;
  maxCapacity?: number;
  timezone?: string;
  startTimeMs?: number;
  endTimeMs?: number;
}

/** A scalable target's own bounds. */
export interface CapacityBounds {
  minCapacity: number;
  maxCapacity: number;
}

/** What is set up on AWS for a target at one moment. */
export interface ScalingState {
  /** Null when nothing is registered for the alias. */
  scalableTarget: (CapacityBounds & { scheduledScalingSuspended: boolean }) | null;
  actions: ScheduledAction[];
  /** True while the alias sends a share of its traffic to a second version: its capacity cannot be changed then. */
  aliasHasWeights: boolean;
  /** Null when the alias has no provisioned concurrency. */
  provisioned: {
    requested: number;
    available: number;
    status: 'IN_PROGRESS' | 'READY' | 'FAILED';
    statusReason?: string;
  } | null;
}

/** One difference between the schedule that is there and the one that should be. */
export interface ActionChange {
  action: ScheduledAction;
  reason: string;
}

/** All that must be done, sorted; empty lists when the schedule already says what it should. */
export interface Changes {
  /** New bounds for the scalable target itself, for a level that is needed before an action could fire. */
  registerNow: (CapacityBounds & { reason: string }) | null;
  create: ActionChange[];
  update: (ActionChange & { from: ScheduledAction })[];
  delete: ActionChange[];
  keep: ScheduledAction[];
  /** Actions of others: reported, never touched. */
  foreign: ScheduledAction[];
}
