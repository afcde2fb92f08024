/**
 * The Application Auto Scaling operations that Prewarm uses, for Lambda's provisioned concurrency.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
 */
import { AwsError, validationError } from './aws-error.ts';
import * as read from './autoscaling-input.ts';
import * as wire from './autoscaling-output.ts';
import { ScalableTarget, type TargetServices, type TwinScheduledAction } from './scalable-target.ts';
import { nextDueMs, parseSchedule } from './schedule-expression.ts';

/** Not adjustable. https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-quotas.html */
const ACTIONS_PER_TARGET = 200;

export interface AutoScalingOptions extends TargetServices {
  region: string;
  nowMs: () => number;
}

export class AutoScalingApi {
  private readonly targets = new Map<string, ScalableTarget>();
  private readonly options: AutoScalingOptions;
  private sequence = 0;

  constructor(options: AutoScalingOptions) {
    this.options = options;
  }

  get nextEventMs(): number {
    let next = Infinity;
    for (const target of this.targets.values()) next = Math.min(next, target.nextRunMs);
    return next;
  }

  runDue(nowMs: number): void {
    for (const target of this.targets.values()) target.runDue(nowMs);
  }

  /**
   * New targets need both bounds; of known ones "any parameters that you don't specify are not changed", and the current
   * capacity is brought inside the bounds at once even if none is given. (API_RegisterScalableTarget)
   */
  registerScalableTarget(input: read.Input) {
    const { resourceId, functionName, qualifier } = read.resourceOf(input);
    const { min, max } = read.capacities(input);
    const suspended = read.structure(input, 'SuspendedState');
    if (!this.options.lambda.findQualified(functionName, qualifier)) {
      throw validationError(`Lambda function alias or version doesn't exist: ${resourceId}`);
    }
    const known = this.targets.get(resourceId);
    const target = known ?? this.createTarget({ resourceId, functionName, qualifier }, min, max);
    read.checkBounds(min ?? target.min, max ?? target.max);
    target.min = min ?? target.min;
    target.max = max ?? target.max;
    if (suspended) suspend(target, suspended);
    if (known || this.options.behaviour.registeringAllocates || this.hasConfig(target))
      target.clamp(this.options.nowMs());
    return { ScalableTargetARN: wire.targetArn(target, this.options.region) };
  }

  /**
   * Deletes the target's actions; its provisioned concurrency stays as it is, as users found
   * (https://github.com/aws/serverless-application-model/issues/1846).
   * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
   */
  deregisterScalableTarget(input: read.Input) {
    const { resourceId } = read.resourceOf(input);
    if (!this.targets.delete(resourceId)) throw targetNotFound(resourceId);
    return {};
  }

  describeScalableTargets(input: read.Input) {
    read.checkNamespace(input);
    const ids = read.filter(input, 'ResourceIds');
    read.checkDimensionFilter(input, ids !== null);
    const matching = [...this.targets.values()]
      .filter((target) => this.serves(input) && (!ids || ids.has(target.identity.resourceId)))
      .map((target) => ({ target, sequence: target.identity.sequence }));
    const { items, nextToken } = read.page(input, matching);
    return { ScalableTargets: items.map(({ target }) => wire.target(target, this.options)), ...nextToken };
  }

  /**
   * Creates or updates by name: "specify the parameters that you want to change. If you don't specify start and end times,
   * the old values are deleted." (API_PutScheduledAction)
   */
  putScheduledAction(input: read.Input) {
    const { resourceId } = read.resourceOf(input);
    const name = read.actionName(input);
    const nowMs = this.options.nowMs();
    const target = this.targets.get(resourceId);
    if (!target) throw targetNotFound(resourceId);
    const known = target.actions.get(name);
    const action = this.readAction(input, known, { name, nowMs });
    this.checkCrossing(target, action);
    if (!known && target.actions.size >= ACTIONS_PER_TARGET) {
      throw new AwsError('LimitExceededException', `Too many scheduled actions: the limit is ${ACTIONS_PER_TARGET}`);
    }
    const past = action.schedule.kind === 'at' && action.schedule.atMs <= nowMs;
    if (past && this.options.behaviour.pastAtActions === 'rejected') {
      throw validationError('Given start time is in the past');
    }
    target.actions.set(name, action);
    if (past && this.options.behaviour.pastAtActions === 'fires') target.runOnce(action, nowMs);
    return {};
  }

  describeScheduledActions(input: read.Input) {
    const resourceId = read.describeFilter(input);
    const names = read.filter(input, 'ScheduledActionNames');
    const matching = [];
    for (const target of this.targets.values()) {
      if (!this.serves(input) || (resourceId !== undefined && target.identity.resourceId !== resourceId)) continue;
      for (const action of target.actions.values()) {
        if (!names || names.has(action.name)) matching.push({ target, action, sequence: action.sequence });
      }
    }
    const { items, nextToken } = read.page(input, matching);
    const { region } = this.options;
    return { ScheduledActions: items.map(({ target, action }) => wire.action(target, action, region)), ...nextToken };
  }

  deleteScheduledAction(input: read.Input) {
    const { resourceId } = read.resourceOf(input);
    const name = read.requiredText(input, 'ScheduledActionName');
    if (!this.targets.get(resourceId)?.actions.delete(name)) {
      throw new AwsError(
        'ObjectNotFoundException',
        `No scheduled action found for resource ${resourceId} named ${name}`,
      );
    }
    return {};
  }

  /** A target tracking policy, by name; it is described and does nothing. */
  putScalingPolicy(input: read.Input): void {
    const { resourceId } = read.resourceOf(input);
    const target = this.targets.get(resourceId);
    if (!target) throw targetNotFound(resourceId);
    const name = read.requiredText(input, 'PolicyName');
    const sequence = target.policies.get(name)?.sequence ?? ++this.sequence;
    const configuration = read.structure(input, 'TargetTrackingScalingPolicyConfiguration') ?? {};
    target.policies.set(name, { sequence, name, createdMs: this.options.nowMs(), configuration });
  }

  describeScalingPolicies(input: read.Input) {
    const resourceId = read.describeFilter(input);
    const matching = [];
    for (const target of this.targets.values()) {
      if (!this.serves(input) || (resourceId !== undefined && target.identity.resourceId !== resourceId)) continue;
      for (const policy of target.policies.values()) matching.push({ target, policy, sequence: policy.sequence });
    }
    const { items, nextToken } = read.page(input, matching);
    return {
      ScalingPolicies: items.map(({ target, policy }) => wire.policy(target, policy, this.options.region)),
      ...nextToken,
    };
  }

  /** Newest first. Activities "not scaled" stem from scaling policies, which this account does not have. */
  describeScalingActivities(input: read.Input) {
    const resourceId = read.describeFilter(input);
    const listed = this.serves(input) ? this.options.activities.list(resourceId, this.options.nowMs()) : [];
    const { items, nextToken } = read.page(input, listed, 'descending');
    return { ScalingActivities: items.map(wire.activity), ...nextToken };
  }

  private createTarget(
    resource: { resourceId: string; functionName: string; qualifier: string },
    min: number | undefined,
    max: number | undefined,
  ): ScalableTarget {
    if (min === undefined || max === undefined) {
      throw validationError('MinCapacity and MaxCapacity are required to register a new scalable target');
    }
    const identity = { ...resource, sequence: ++this.sequence, createdMs: this.options.nowMs() };
    const target = new ScalableTarget(identity, { min, max }, this.options);
    this.targets.set(resource.resourceId, target);
    return target;
  }

  private readAction(
    input: read.Input,
    known: TwinScheduledAction | undefined,
    { name, nowMs }: { name: string; nowMs: number },
  ): TwinScheduledAction {
    const scheduleText = read.text(input, 'Schedule') ?? known?.scheduleText;
    if (scheduleText === undefined) throw validationError('Schedule is required to create a scheduled action');
    const timezone = read.timezone(input) ?? known?.timezone;
    const window = { createdMs: known?.createdMs ?? nowMs, ...read.startAndEnd(input) };
    const schedule = parseOrRefuse(scheduleText, timezone ?? 'UTC');
    const sequence = known?.sequence ?? ++this.sequence;
    const dueMs = nextDueMs(schedule, window, nowMs);
    return { name, sequence, scheduleText, schedule, timezone, dueMs, ...window, ...targetAction(input, known) };
  }

  private checkCrossing(target: ScalableTarget, action: TwinScheduledAction): void {
    if (this.options.behaviour.crossedBounds === 'rejected-when-put') {
      read.checkBounds(action.min ?? target.min, action.max ?? target.max);
    }
  }

  private hasConfig({ identity }: ScalableTarget): boolean {
    const fn = this.options.lambda.findQualified(identity.functionName, identity.qualifier);
    return fn?.provisioned.describe() != null;
  }

  /** Targets of the other namespaces do not exist here. */
  private serves(input: read.Input): boolean {
    return input.ServiceNamespace === read.NAMESPACE && (input.ScalableDimension ?? read.DIMENSION) === read.DIMENSION;
  }
}

function suspend(target: ScalableTarget, given: read.Input): void {
  const { suspended } = target;
  suspended.dynamicScalingIn = read.boolean(given, 'DynamicScalingInSuspended') ?? suspended.dynamicScalingIn;
  suspended.dynamicScalingOut = read.boolean(given, 'DynamicScalingOutSuspended') ?? suspended.dynamicScalingOut;
  suspended.scheduledScaling = read.boolean(given, 'ScheduledScalingSuspended') ?? suspended.scheduledScaling;
}

/** Given as a whole or not at all. */
function targetAction(input: read.Input, known: TwinScheduledAction | undefined) {
  const given = read.structure(input, 'ScalableTargetAction');
  const { min, max } = given ? read.capacities(given) : { min: known?.min, max: known?.max };
  if (min === undefined && max === undefined) {
    throw validationError('ScalableTargetAction must set MinCapacity, MaxCapacity or both');
  }
  return { min, max };
}

function parseOrRefuse(scheduleText: string, timezone: string) {
  try {
    return parseSchedule(scheduleText, timezone);
  } catch (error) {
    if (error instanceof RangeError) throw validationError(`Invalid schedule expression: ${error.message}`);
    throw error;
  }
}

function targetNotFound(resourceId: string): AwsError {
  return new AwsError(
    'ObjectNotFoundException',
    `No scalable target registered for namespace lambda, resource ID: ${resourceId}`,
  );
}
