/** What can be seen in the simulated account at one moment. */
import { parseAt } from '../time.ts';
import type { World } from '../twin/world.ts';
import type { ActionFrame, ScheduleFrame, Side } from './frames.ts';
import { costOf } from './result.ts';
import type { Scenario } from './simulate.ts';

const SCOPE = { ServiceNamespace: 'lambda', ScalableDimension: 'lambda:function:ProvisionedConcurrency' } as const;

export function sideOf(world: World, scenario: Scenario): Side {
  const { functionName } = scenario;
  return { ...world.environments(functionName), ...costOf(world.usage(functionName), scenario) };
}

/** The minute that has just ended: its busiest moment, and provisioned environments asked for and not ready at its end. */
export function lastMinute(world: World, { functionName }: Scenario): { demand: number; warming: number } {
  const { maxConcurrency, requestedProvisioned, usableProvisioned } = world.minutes(functionName);
  const last = (values: Float64Array) => values.at(-1) ?? 0;
  return {
    demand: last(maxConcurrency),
    warming: Math.max(0, last(requestedProvisioned) - last(usableProvisioned)),
  };
}

/** The levels that scheduled actions hold ready, in order of time; what is past is left out, whether it ran or not. */
export function scheduleAhead(world: World, scenario: Scenario): ScheduleFrame['steps'] {
  const request = { ...SCOPE, ResourceId: resourceOf(scenario) };
  const steps: ScheduleFrame['steps'] = [];
  for (let token: { NextToken?: string } = {}, more = true; more; more = token.NextToken !== undefined) {
    const { ScheduledActions, ...rest } = world.autoScaling.describeScheduledActions({ ...request, ...token });
    for (const { Schedule, ScalableTargetAction } of ScheduledActions) {
      const atMs = parseAt(Schedule);
      const level = ScalableTargetAction.MinCapacity;
      if (atMs !== null && atMs > world.nowMs && level !== undefined) steps.push({ atMs, level });
    }
    token = rest;
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

const LEVEL_SET = /^Setting desired concurrency to (\d+)\.$/;
const TRIGGERED = /^scheduled action name (.+) was triggered$/;

/**
 * The newest changes of the level, oldest first. Application Auto Scaling notes a firing and the change that follows from it
 * as two activities, one after the other; a change without a firing before it was set at once.
 */
export function recentActions(world: World, scenario: Scenario): ActionFrame[] {
  const { ScalingActivities } = world.autoScaling.describeScalingActivities({
    ...SCOPE,
    ResourceId: resourceOf(scenario),
  });
  return ScalingActivities.flatMap((activity, i): ActionFrame[] => {
    const level = LEVEL_SET.exec(activity.Description)?.[1];
    if (level === undefined) return [];
    const before = ScalingActivities[i + 1];
    const name = before?.StartTime === activity.StartTime ? TRIGGERED.exec(before.Cause)?.[1] : undefined;
    return [
      {
        kind: 'action',
        id: activity.ActivityId,
        atMs: activity.StartTime * 1000,
        name: name ?? null,
        level: Number(level),
        status: activity.StatusCode,
        endMs: activity.EndTime === undefined ? null : activity.EndTime * 1000,
      },
    ];
  }).reverse();
}

function resourceOf({ functionName, alias }: Scenario): string {
  return `function:${functionName}:${alias}`;
}
