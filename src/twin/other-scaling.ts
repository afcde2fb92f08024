/**
 * Application Auto Scaling for resources of other namespaces than Lambda's: bounds, scheduled actions, a capacity that is a number.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
 */
import { AwsError, validationError } from './aws-error.ts';
import * as read from './autoscaling-input.ts';
import { nextDueMs, parseSchedule, type Schedule } from './schedule-expression.ts';

const ACTIONS_PER_TARGET = 200;

/** A table, service, cluster or variant: `capacity` is what it has now. */
export interface TwinResource {
  readonly namespace: string;
  readonly resourceId: string;
  readonly scalableDimension: string;
  capacity: number;
}

interface Action {
  sequence: number;
  name: string;
  scheduleText: string;
  schedule: Schedule;
  min: number | undefined;
  max: number | undefined;
  dueMs: number;
}

interface Target {
  sequence: number;
  resource: TwinResource;
  min: number;
  max: number;
  actions: Map<string, Action>;
}

export class OtherScalingApi {
  private readonly resources = new Map<string, TwinResource>();
  private readonly targets = new Map<string, Target>();
  private readonly options: { region: string; nowMs: () => number; latenessMs: number };
  private sequence = 0;

  constructor(options: { region: string; nowMs: () => number; latenessMs: number }) {
    this.options = options;
  }

  /** A resource that exists, registered or not; the returned object shows its capacity as it changes. */
  addResource(resource: TwinResource): TwinResource {
    this.resources.set(keyOf(resource.resourceId, resource.scalableDimension), resource);
    return resource;
  }

  /** Whether a request is about a namespace in which something was added; all others are for the API of Lambda. */
  serves({ ServiceNamespace }: read.Input): boolean {
    return [...this.resources.values()].some(({ namespace }) => namespace === ServiceNamespace);
  }

  get nextEventMs(): number {
    let due = Infinity;
    for (const { actions } of this.targets.values())
      for (const action of actions.values()) due = Math.min(due, action.dueMs);
    return due + this.options.latenessMs;
  }

  /** Runs what is due, each target's actions in order of their times; an action that ran at its only time is gone. */
  runDue(nowMs: number): void {
    for (const target of this.targets.values()) {
      const due = [...target.actions.values()].filter((action) => action.dueMs + this.options.latenessMs <= nowMs);
      for (const action of due.sort((a, b) => a.dueMs - b.dueMs || a.sequence - b.sequence)) {
        target.min = action.min ?? target.min;
        target.max = action.max ?? target.max;
        clamp(target);
        if (action.schedule.kind === 'at') target.actions.delete(action.name);
        else action.dueMs = nextDueMs(action.schedule, OPEN_WINDOW, action.dueMs);
      }
    }
  }

  registerScalableTarget(input: read.Input) {
    const { resource, key } = this.known(input);
    const { min, max } = read.capacities(input);
    let target = this.targets.get(key);
    if (!target) {
      if (min === undefined || max === undefined)
        throw validationError('MinCapacity and MaxCapacity are required to register a new scalable target');
      target = { sequence: ++this.sequence, resource, min, max, actions: new Map() };
      this.targets.set(key, target);
    }
    read.checkBounds(min ?? target.min, max ?? target.max);
    target.min = min ?? target.min;
    target.max = max ?? target.max;
    clamp(target);
    return {};
  }

  describeScalableTargets(input: read.Input) {
    read.checkNamespace(input);
    const ids = read.filter(input, 'ResourceIds');
    read.checkDimensionFilter(input, ids !== null);
    const matching = [...this.targets.values()].filter(
      ({ resource }) => matches(resource, input) && (!ids || ids.has(resource.resourceId)),
    );
    const { items, nextToken } = read.page(input, matching);
    const ScalableTargets = items.map(({ resource, min, max }) => ({
      ...common(resource),
      MinCapacity: min,
      MaxCapacity: max,
    }));
    return { ScalableTargets, ...nextToken };
  }

  putScheduledAction(input: read.Input) {
    const target = this.registered(input);
    const name = read.actionName(input);
    const scheduleText = read.requiredText(input, 'Schedule');
    const action = read.structure(input, 'ScalableTargetAction') ?? {};
    const known = target.actions.get(name);
    if (!known && target.actions.size >= ACTIONS_PER_TARGET)
      throw new AwsError('LimitExceededException', `Too many scheduled actions: the limit is ${ACTIONS_PER_TARGET}`);
    const schedule = parseSchedule(scheduleText, read.timezone(input) ?? 'UTC');
    target.actions.set(name, {
      sequence: known?.sequence ?? ++this.sequence,
      name,
      scheduleText,
      schedule,
      ...read.capacities(action),
      dueMs: nextDueMs(schedule, OPEN_WINDOW, this.options.nowMs()),
    });
    return {};
  }

  describeScheduledActions(input: read.Input) {
    const resourceId = read.describeFilter(input);
    const matching = [...this.targets.values()]
      .filter(({ resource }) => matches(resource, input) && (resourceId ?? resource.resourceId) === resource.resourceId)
      .flatMap(({ resource, actions }) => [...actions.values()].map((action) => ({ ...action, resource })));
    const { items, nextToken } = read.page(input, matching);
    const ScheduledActions = items.map(({ resource, name, scheduleText, min, max }) => ({
      ...common(resource),
      ScheduledActionName: name,
      Schedule: scheduleText,
      ScalableTargetAction: { MinCapacity: min, MaxCapacity: max },
    }));
    return { ScheduledActions, ...nextToken };
  }

  deleteScheduledAction(input: read.Input) {
    const name = read.requiredText(input, 'ScheduledActionName');
    const target = this.targets.get(this.known(input).key);
    if (!target?.actions.delete(name))
      throw new AwsError('ObjectNotFoundException', `No scheduled action found named ${name}`);
    return {};
  }

  private known(input: read.Input): { resource: TwinResource; key: string } {
    read.checkNamespace(input);
    const resourceId = read.requiredText(input, 'ResourceId');
    const key = keyOf(resourceId, read.requiredText(input, 'ScalableDimension'));
    const resource = this.resources.get(key);
    if (!resource || resource.namespace !== input.ServiceNamespace)
      throw validationError(`There is no ${key} in ${this.options.region}`);
    return { resource, key };
  }

  private registered(input: read.Input): Target {
    const { key } = this.known(input);
    const target = this.targets.get(key);
    if (!target) throw new AwsError('ObjectNotFoundException', `No scalable target registered for ${key}`);
    return target;
  }
}

const OPEN_WINDOW = { createdMs: 0, startMs: null, endMs: null };

function keyOf(resourceId: string, scalableDimension: string): string {
  return `${scalableDimension} of ${resourceId}`;
}

function matches(resource: TwinResource, input: read.Input): boolean {
  return (
    resource.namespace === input.ServiceNamespace &&
    (input.ScalableDimension ?? resource.scalableDimension) === resource.scalableDimension
  );
}

function common({ namespace, resourceId, scalableDimension }: TwinResource) {
  return { ServiceNamespace: namespace, ResourceId: resourceId, ScalableDimension: scalableDimension };
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTargetAction.html */
function clamp({ resource, min, max }: Target): void {
  resource.capacity = Math.min(max, Math.max(min, resource.capacity));
}
