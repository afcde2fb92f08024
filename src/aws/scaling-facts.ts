/** What Application Auto Scaling holds: targets and actions of the whole Region, policies and activities of one target. */
import {
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  type ScalableTarget,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import type { Target } from '../model.ts';
import type { ActivityFacts, PlacedAction, PolicyFacts, TargetFacts } from '../ops/facts.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { readPages } from './pages.ts';
import { toScheduledAction } from './scheduled-scaling.ts';

const NAMESPACE = { ServiceNamespace: 'lambda' } as const;
const DIMENSION = 'lambda:function:ProvisionedConcurrency';

/** 20,000 items: 500 targets, the default quota, with 40 actions each. */
const MOST_PAGES = 400;
const PAGE_SIZE = 50;

export async function readTargets(aws: AwsClients, target: Target): Promise<TargetFacts[]> {
  const pages = await readPages('The list of scalable targets', MOST_PAGES, (NextToken) =>
    call(aws.autoScaling, { action: 'application-autoscaling:DescribeScalableTargets', target }, (client, options) =>
      client.send(new DescribeScalableTargetsCommand({ ...NAMESPACE, MaxResults: PAGE_SIZE, NextToken }), options),
    ),
  );
  return pages.flatMap(({ ScalableTargets = [] }) => ScalableTargets.map(targetFacts));
}

function targetFacts(from: ScalableTarget): TargetFacts {
  return {
    resourceId: from.ResourceId ?? '',
    minCapacity: from.MinCapacity ?? 0,
    maxCapacity: from.MaxCapacity ?? 0,
    roleArn: from.RoleARN ?? '',
    suspended: {
      scheduled: from.SuspendedState?.ScheduledScalingSuspended === true,
      scaleIn: from.SuspendedState?.DynamicScalingInSuspended === true,
      scaleOut: from.SuspendedState?.DynamicScalingOutSuspended === true,
    },
  };
}

export async function readActions(aws: AwsClients, target: Target): Promise<PlacedAction[]> {
  const pages = await readPages('The list of scheduled actions', MOST_PAGES, (NextToken) =>
    call(aws.autoScaling, { action: 'application-autoscaling:DescribeScheduledActions', target }, (client, options) =>
      client.send(new DescribeScheduledActionsCommand({ ...NAMESPACE, MaxResults: PAGE_SIZE, NextToken }), options),
    ),
  );
  return pages.flatMap(({ ScheduledActions = [] }) =>
    ScheduledActions.map((action) => ({ ...toScheduledAction(action), resourceId: action.ResourceId ?? '' })),
  );
}

export async function readPolicies(aws: AwsClients, target: Target): Promise<PolicyFacts[]> {
  const pages = await readPages('The list of scaling policies', MOST_PAGES, (NextToken) =>
    call(aws.autoScaling, { action: 'application-autoscaling:DescribeScalingPolicies', target }, (client, options) =>
      client.send(new DescribeScalingPoliciesCommand({ ...ofTarget(target), NextToken }), options),
    ),
  );
  return pages.flatMap(({ ScalingPolicies = [] }) => ScalingPolicies.map(policyFacts));
}

function policyFacts(from: ScalingPolicy): PolicyFacts {
  const tracking = from.TargetTrackingScalingPolicyConfiguration;
  const math = tracking?.CustomizedMetricSpecification?.Metrics ?? [];
  return {
    name: from.PolicyName ?? '',
    type: from.PolicyType ?? '',
    targetValue: tracking?.TargetValue ?? null,
    filled: math.some(({ Expression = '' }) => /\bFILL\s*\(/i.test(Expression)),
    mayScaleIn: tracking?.DisableScaleIn !== true,
  };
}

/** The newest first, back to six weeks. */
export async function readActivities(aws: AwsClients, target: Target): Promise<ActivityFacts[]> {
  const pages = await readPages('The list of scaling activities', MOST_PAGES, (NextToken) =>
    call(aws.autoScaling, { action: 'application-autoscaling:DescribeScalingActivities', target }, (client, options) =>
      client.send(
        new DescribeScalingActivitiesCommand({ ...ofTarget(target), MaxResults: PAGE_SIZE, NextToken }),
        options,
      ),
    ),
  );
  return pages.flatMap(({ ScalingActivities = [] }) =>
    ScalingActivities.map((activity) => ({
      atMs: activity.StartTime?.getTime() ?? NaN,
      endMs: activity.EndTime?.getTime() ?? null,
      description: activity.Description ?? '',
      cause: activity.Cause ?? '',
      status: activity.StatusCode ?? '',
      message: activity.StatusMessage ?? '',
    })),
  );
}

/** The alias may be `$LATEST`, which is refused elsewhere and simply has nothing here. */
function ofTarget({ functionName, alias }: Target) {
  const ResourceId = `function:${functionName}:${alias}`;
  return { ...NAMESPACE, ScalableDimension: DIMENSION, ResourceId } as const;
}
