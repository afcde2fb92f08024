/** What Application Auto Scaling holds, as its answers describe it; moments in seconds. */
import { DIMENSION, NAMESPACE } from './autoscaling-input.ts';
import { ACCOUNT_ID } from './lambda-api.ts';
import type { LambdaFunctions } from './lambda-functions.ts';
import type { ScalableTarget, TwinScalingPolicy, TwinScheduledAction } from './scalable-target.ts';
import type { ScalingActivity } from './scaling-activities.ts';

const LINKED_ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency`;

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html */
export function target(from: ScalableTarget, { lambda, region }: { lambda: LambdaFunctions; region: string }) {
  const { dynamicScalingIn, dynamicScalingOut, scheduledScaling } = from.suspended;
  return {
    ...common(from.identity.resourceId),
    MinCapacity: from.min,
    MaxCapacity: from.max,
    RoleARN: lambda.find(from.identity.functionName)?.surroundings.scalingRoleArn ?? LINKED_ROLE,
    CreationTime: from.identity.createdMs / 1000,
    SuspendedState: {
      DynamicScalingInSuspended: dynamicScalingIn,
      DynamicScalingOutSuspended: dynamicScalingOut,
      ScheduledScalingSuspended: scheduledScaling,
    },
    ScalableTargetARN: targetArn(from, region),
  };
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScheduledAction.html */
export function action({ identity: { resourceId } }: ScalableTarget, from: TwinScheduledAction, region: string) {
  return {
    ScheduledActionName: from.name,
    ScheduledActionARN: `arn:aws:autoscaling:${region}:${ACCOUNT_ID}:scheduledAction:${from.sequence}:resource/lambda/${resourceId}:scheduledActionName/${from.name}`,
    ...common(resourceId),
    Schedule: from.scheduleText,
    ...(from.timezone !== undefined && { Timezone: from.timezone }),
    ...(from.startMs !== null && { StartTime: from.startMs / 1000 }),
    ...(from.endMs !== null && { EndTime: from.endMs / 1000 }),
    ScalableTargetAction: {
      ...(from.min !== undefined && { MinCapacity: from.min }),
      ...(from.max !== undefined && { MaxCapacity: from.max }),
    },
    CreationTime: from.createdMs / 1000,
  };
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingPolicy.html */
export function policy(of: ScalableTarget, from: TwinScalingPolicy, region: string) {
  return {
    PolicyARN: `${targetArn(of, region)}:policyName/${from.name}`,
    PolicyName: from.name,
    ...common(of.identity.resourceId),
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: from.configuration,
    CreationTime: from.createdMs / 1000,
  };
}

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html */
export function activity(from: ScalingActivity) {
  return {
    ActivityId: `00000000-0000-4000-a000-${from.sequence.toString(16).padStart(12, '0')}`,
    ...common(from.resourceId),
    Description: from.description,
    Cause: from.cause,
    StartTime: from.startMs / 1000,
    ...(from.endMs !== null && { EndTime: from.endMs / 1000 }),
    StatusCode: from.status,
    ...(from.statusMessage !== '' && { StatusMessage: from.statusMessage }),
  };
}

export function targetArn({ identity }: ScalableTarget, region: string): string {
  const id = identity.sequence.toString(36).padStart(30, '0');
  return `arn:aws:application-autoscaling:${region}:${ACCOUNT_ID}:scalable-target/${id}`;
}

function common(resourceId: string) {
  return { ServiceNamespace: NAMESPACE, ResourceId: resourceId, ScalableDimension: DIMENSION };
}
