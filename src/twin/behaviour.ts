/** What AWS does not document, or what differs from account to account: one named switch each, so that tests run both ways. */

export interface TwinBehaviour {
  /**
   * Is an `at()` action still described, and still counted against the 200, after it ran? Undocumented.
   * EC2 Auto Scaling, another service, deletes its own.
   */
  readonly ranAtActions: 'kept' | 'removed';
  /** `at()` of a moment that has passed, when it is put. Undocumented. "fires": it runs at once. */
  readonly pastAtActions: 'rejected' | 'accepted' | 'fires';
  /**
   * Two actions on one target due at the same moment. Documented only for different times, "in the order that they are
   * specified". https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-policy-overview.html
   */
  readonly tiedActions: 'in-order' | 'reversed';
  /**
   * How long after its time an action runs: "a few seconds" in that guide, up to two minutes for EC2 Auto Scaling's.
   */
  readonly actionLatenessSeconds: number;
  /**
   * An action whose new minimum exceeds the target's present maximum (or the other way round) needs both values, says
   * https://docs.aws.amazon.com/autoscaling/application/userguide/create-scheduled-actions.html; when it is refused,
   * as it is put or as it runs, is undocumented.
   */
  readonly crossedBounds: 'fail-when-run' | 'rejected-when-put';
  /**
   * Does registering a target with a minimum of one or more allocate where there is no provisioned concurrency yet? The
   * Lambda guide says to configure an initial value first; users report that registering is enough.
   * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
   */
  readonly registeringAllocates: boolean;

  /** Preparation before allocation begins: "a minute or two", https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
  readonly allocationDelaySeconds: number;
  /** Up to 6,000 per minute and function, same page. */
  readonly allocatedPerMinute: number;
  /** Environments that were ready before an increase, while it is under way. Undocumented; new ones are all or nothing. */
  readonly readyDuringIncrease: 'usable' | 'unusable';
  /** Changing provisioned concurrency while an allocation is in progress. Undocumented; 409 is declared but not explained. */
  readonly changeInProgress: 'supersedes' | 'conflict';
  /**
   * Provisioned concurrency when its alias moves to another version: allocated anew behind temporary weights, or lost
   * until somebody sets it again. The documentation of 2023 said "allocated to the new version"; it says nothing now.
   */
  readonly aliasMove: 'reallocates' | 'loses';

  /** From the end of a minute, or of an invocation, to its datapoint. AWS publishes no figure. */
  readonly metricDelaySeconds: number;
  /** Zeros of ConcurrentExecutions while nothing runs. Undocumented; other metrics are absent then. */
  readonly idleConcurrencyZeros: boolean;
  /** Divisor of ProvisionedConcurrencyUtilization. Undocumented. */
  readonly utilizationOf: 'requested' | 'available';
  /**
   * Period too fine for the age of StartTime: "no data points in that time range is returned", read as none at all, or as
   * none of that age. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
   */
  readonly tooFinePeriod: 'no-data' | 'recent-data-only';
  /**
   * 100,800 per call by default, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html; how
   * a page divides its points among the queries is undocumented: here query by query, so a page may cut one in two.
   */
  readonly datapointsPerPage: number;
}

export const DEFAULT_BEHAVIOUR: TwinBehaviour = {
  ranAtActions: 'kept',
  pastAtActions: 'rejected',
  tiedActions: 'in-order',
  actionLatenessSeconds: 5,
  crossedBounds: 'fail-when-run',
  registeringAllocates: true,
  allocationDelaySeconds: 90,
  allocatedPerMinute: 6000,
  readyDuringIncrease: 'usable',
  changeInProgress: 'supersedes',
  aliasMove: 'reallocates',
  metricDelaySeconds: 120,
  idleConcurrencyZeros: false,
  utilizationOf: 'requested',
  tooFinePeriod: 'no-data',
  datapointsPerPage: 100_800,
};
