/** A scalable target and its scheduled actions: bounds, clamping, firing. */
import { AwsError } from './aws-error.ts';
import type { TwinBehaviour } from './behaviour.ts';
import type { LambdaFunctions, TwinFunction } from './lambda-functions.ts';
import type { ScalingActivities } from './scaling-activities.ts';
import { nextDueMs, type Schedule } from './schedule-expression.ts';

export interface TwinScheduledAction {
  readonly sequence: number;
  readonly name: string;
  readonly createdMs: number;
  scheduleText: string;
  schedule: Schedule;
  timezone: string | undefined;
  startMs: number | null;
  endMs: number | null;
  min: number | undefined;
  max: number | undefined;
  /** Infinity once nothing is left to run. */
  dueMs: number;
}

/** Kept and described, never carried out: nothing here scales by a metric. */
export interface TwinScalingPolicy {
  sequence: number;
  name: string;
  createdMs: number;
  configuration: Readonly<Record<string, unknown>>;
}

export interface SuspendedState {
  dynamicScalingIn: boolean;
  dynamicScalingOut: boolean;
  scheduledScaling: boolean;
}

export interface TargetServices {
  lambda: LambdaFunctions;
  activities: ScalingActivities;
  behaviour: TwinBehaviour;
}

export interface TargetIdentity {
  sequence: number;
  resourceId: string;
  functionName: string;
  qualifier: string;
  createdMs: number;
}

export class ScalableTarget {
  readonly identity: TargetIdentity;
  readonly actions = new Map<string, TwinScheduledAction>();
  readonly policies = new Map<string, TwinScalingPolicy>();
  readonly suspended: SuspendedState = { dynamicScalingIn: false, dynamicScalingOut: false, scheduledScaling: false };
  min: number;
  max: number;
  private readonly services: TargetServices;

  constructor(identity: TargetIdentity, bounds: { min: number; max: number }, services: TargetServices) {
    this.identity = identity;
    this.min = bounds.min;
    this.max = bounds.max;
    this.services = services;
  }

  /** When the next action runs: its time and the service's lateness. */
  get nextRunMs(): number {
    let due = Infinity;
    for (const action of this.actions.values()) due = Math.min(due, action.dueMs);
    return due + this.latenessMs;
  }

  /** Runs the actions that are due, in order of their times. */
  runDue(nowMs: number): void {
    const due = [...this.actions.values()].filter((action) => action.dueMs + this.latenessMs <= nowMs);
    const tie = this.services.behaviour.tiedActions === 'in-order' ? 1 : -1;
    due.sort((a, b) => a.dueMs - b.dueMs || tie * (a.sequence - b.sequence));
    for (const action of due) this.runOnce(action, action.dueMs + this.latenessMs);
  }

  /**
   * A suspended target skips what comes due; after it resumes only actions whose time has not passed run.
   * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html
   */
  runOnce(action: TwinScheduledAction, atMs: number): void {
    if (!this.suspended.scheduledScaling) this.run(action, atMs);
    if (action.schedule.kind === 'at' && this.services.behaviour.ranAtActions === 'removed') {
      this.actions.delete(action.name);
    } else {
      action.dueMs = nextDueMs(action.schedule, action, action.dueMs);
    }
  }

  /**
   * Writes the action's values into the target's own bounds, then clamps: two activities per firing.
   * https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-policy-overview.html
   * https://docs.aws.amazon.com/autoscaling/application/userguide/describe-scheduled-scaling.html
   */
  private run(action: TwinScheduledAction, atMs: number): void {
    const { activities } = this.services;
    const min = action.min ?? this.min;
    const max = action.max ?? this.max;
    const activity = activities.start(
      this.identity.resourceId,
      settingText(action),
      `scheduled action name ${action.name} was triggered`,
      atMs,
    );
    if (min > max) {
      const message = `Failed to set min capacity to ${min} and max capacity to ${max}. Reason: the minimum exceeds the maximum`;
      activities.end(activity, 'Failed', message, atMs);
      return;
    }
    this.min = min;
    this.max = max;
    activities.end(activity, 'Successful', settingText(action).replace('Setting', 'Successfully set'), atMs);
    this.clamp(atMs);
  }

  /**
   * Brings current capacity inside the bounds: below the minimum out to it, above the maximum in to it, else unchanged.
   * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTargetAction.html
   */
  clamp(atMs: number): void {
    const fn = this.services.lambda.findQualified(this.identity.functionName, this.identity.qualifier);
    const current = fn?.provisioned.requested ?? 0;
    if (current < this.min) this.scaleTo(fn, this.min, `minimum capacity was set to ${this.min}`, atMs);
    else if (current > this.max) this.scaleTo(fn, this.max, `maximum capacity was set to ${this.max}`, atMs);
  }

  /**
   * A refusal is recorded and never retried. The texts of success are those seen for Lambda in the field,
   * https://www.luminis.eu/blog/aws-lambda-provisioned-concurrency-autoscaling-with-aws-cdk/; those of failure are undocumented.
   */
  private scaleTo(fn: TwinFunction | undefined, count: number, cause: string, atMs: number): void {
    const { activities, lambda } = this.services;
    const activity = activities.start(
      this.identity.resourceId,
      `Setting desired concurrency to ${count}.`,
      cause,
      atMs,
    );
    const succeed = (endMs: number) => {
      const message = `Successfully set desired concurrency to ${count}. Change successfully fulfilled by lambda.`;
      activities.end(activity, 'Successful', message, endMs);
    };
    const fail = (reason: string, endMs: number) => {
      activities.end(activity, 'Failed', `Failed to set desired concurrency to ${count}. Reason: ${reason}`, endMs);
    };
    try {
      if (!fn) throw new AwsError('ResourceNotFoundException', `Function not found: ${this.identity.resourceId}`, 404);
      if (count === 0) {
        // Lambda's own minimum is 1, so no capacity is no configuration.
        // https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
        lambda.removeProvisioned(fn, atMs);
        succeed(atMs);
        return;
      }
      lambda.setProvisioned(fn, count, atMs, (outcome, endMs) => {
        if (outcome.kind === 'ready') succeed(endMs);
        else if (outcome.kind === 'failed') fail(outcome.reason, endMs);
        else activities.end(activity, 'Overridden', 'A newer scaling activity replaced this one.', endMs);
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      fail(`${error.message} (Service: AWSLambda; Status Code: ${error.statusCode}; Error Code: ${error.code})`, atMs);
    }
  }

  private get latenessMs(): number {
    return this.services.behaviour.actionLatenessSeconds * 1000;
  }
}

function settingText({ min, max }: TwinScheduledAction): string {
  const parts = [];
  if (min !== undefined) parts.push(`min capacity to ${min}`);
  if (max !== undefined) parts.push(`max capacity to ${max}`);
  return `Setting ${parts.join(' and ')}`;
}
