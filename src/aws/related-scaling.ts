/** Application Auto Scaling for whatever is not an alias: any namespace, resource and dimension. */
import type { ScalableDimension } from '@aws-sdk/client-application-auto-scaling';
import type { RelatedPorts, ScalableResource, ScalingWriter } from '../controller/ports.ts';
import type { AwsClients } from './clients.ts';
import {
  deleteAction,
  putAction,
  readActions,
  readScalableTarget,
  type ScaledResource,
  setBounds,
} from './scheduled-scaling.ts';

/**
 * Reads with `reading`, and writes with `writing` where that is given. A resource that is not registered is normal when read
 * and a RefusedError when written: to create what is to be managed is its owner's decision. IAM:
 * application-autoscaling:DescribeScalableTargets and DescribeScheduledActions; to write also PutScheduledAction,
 * DeleteScheduledAction and RegisterScalableTarget, and what Application Auto Scaling checks on its caller for the namespace.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
export function createRelatedPorts(reading: AwsClients, writing: AwsClients | null): RelatedPorts {
  return {
    async read(resource) {
      const [scalableTarget, actions] = await Promise.all([
        readScalableTarget(reading, scaled(resource)),
        readActions(reading, scaled(resource)),
      ]);
      return { scalableTarget, actions };
    },
    writerFor: writing && ((resource) => writerFor(writing, resource)),
  };
}

/** One call at a time is the caller's part: applyChanges waits for each write. */
function writerFor(aws: AwsClients, resource: ScalableResource): ScalingWriter {
  const { resourceId, scalableDimension } = resource;
  const own = scaled(resource);
  const unregistered = () =>
    `Nothing is registered with Application Auto Scaling for ${scalableDimension} of ${resourceId}.`;
  return {
    setBounds: (_, bounds) => setBounds(aws, own, bounds, unregistered),
    putAction: (_, action) => putAction(aws, own, action),
    deleteAction: (_, name) => deleteAction(aws, own, name),
  };
}

/** AWS adds dimensions faster than the SDK's list of them grows. */
function scaled({ namespace, resourceId, scalableDimension }: ScalableResource): ScaledResource {
  return {
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: scalableDimension as ScalableDimension,
  };
}
