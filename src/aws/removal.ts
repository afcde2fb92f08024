/** The two writes that only taking Prewarm away needs. */
import { DeregisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { DeleteProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import type { Target } from '../model.ts';
import type { Remover } from '../ops/facts.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { nullWhen } from './errors.ts';
import { resourceId } from './target.ts';

/**
 * Needs clients made with `access: 'write'`. Removing what is not there is success. IAM:
 * application-autoscaling:DeregisterScalableTarget, lambda:DeleteProvisionedConcurrencyConfig.
 */
export function createRemover(aws: AwsClients): Remover {
  return {
    async deregister(target) {
      const request = {
        ServiceNamespace: 'lambda',
        ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        ResourceId: resourceId(target),
      } as const;
      const action = 'application-autoscaling:DeregisterScalableTarget';
      await call(aws.autoScaling, { action, target }, (client, options) =>
        client.send(new DeregisterScalableTargetCommand(request), options).catch(nullWhen('ObjectNotFoundException')),
      );
    },
    async deleteProvisioned(target: Target) {
      const request = { FunctionName: target.functionName, Qualifier: target.alias };
      const action = 'lambda:DeleteProvisionedConcurrencyConfig';
      await call(aws.lambda, { action, target }, (client, options) =>
        client
          .send(new DeleteProvisionedConcurrencyConfigCommand(request), options)
          .catch(nullWhen('ResourceNotFoundException')),
      );
    },
  };
}
