/** Application Auto Scaling and Lambda, as the controller's ScalingReader and ScalingWriter. */
import { GetAliasCommand, GetProvisionedConcurrencyConfigCommand } from '@aws-sdk/client-lambda';
import type { ScalingReader, ScalingWriter } from '../controller/ports.ts';
import type { ScalingState, Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { nullWhen, unregistered } from './errors.ts';
import {
  deleteAction,
  putAction,
  readActions,
  readScalableTarget,
  type ScaledResource,
  setBounds,
} from './scheduled-scaling.ts';
import { assertTarget, resourceId } from './target.ts';

const SCOPE = { ServiceNamespace: 'lambda', ScalableDimension: 'lambda:function:ProvisionedConcurrency' } as const;

/** Refuses as `assertTarget` does. */
function scaled(target: Target): ScaledResource {
  return { ...SCOPE, ResourceId: resourceId(target), target };
}

/**
 * Reads what is set up for an alias. An unregistered target and an alias without provisioned concurrency are normal;
 * a missing function or alias is an InputError. IAM: application-autoscaling:DescribeScalableTargets and
 * DescribeScheduledActions, lambda:GetAlias and GetProvisionedConcurrencyConfig.
 */
export function createScalingReader(aws: AwsClients): ScalingReader {
  return {
    async read(target) {
      // First the call that tells whether there is such an alias at all: the other three answer "nothing" without one.
      const aliasHasWeights = await readAliasHasWeights(aws, target);
      const [scalableTarget, actions, provisioned] = await Promise.all([
        readScalableTarget(aws, scaled(target)),
        readActions(aws, scaled(target)),
        readProvisioned(aws, target),
      ]);
      return { scalableTarget, actions, aliasHasWeights, provisioned };
    },
  };
}

/**
 * Writes bounds and scheduled actions, one call at a time whatever the caller does: parallel writes to a target answer
 * ConcurrentUpdateException. Needs clients made with `access: 'write'`. IAM: application-autoscaling:PutScheduledAction,
 * DeleteScheduledAction, DescribeScalableTargets and RegisterScalableTarget (with the rights that Application Auto
 * Scaling checks on its caller, see errors.ts).
 */
export function createScalingWriter(aws: AwsClients): ScalingWriter {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (write: () => Promise<void>): Promise<void> => {
    const turn = last.then(write);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    setBounds: (target, bounds) =>
      inTurn(() =>
        setBounds(aws, scaled(target), bounds, async () =>
          unregistered({ target, region: await aws.autoScaling.client.config.region() }),
        ),
      ),
    putAction: (target, action) => inTurn(() => putAction(aws, scaled(target), action)),
    deleteAction: (target, name) => inTurn(() => deleteAction(aws, scaled(target), name)),
  };
}

async function readAliasHasWeights(aws: AwsClients, target: Target): Promise<boolean> {
  assertTarget(target);
  const { RoutingConfig } = await call(aws.lambda, { action: 'lambda:GetAlias', target }, (client, options) =>
    client.send(new GetAliasCommand({ FunctionName: target.functionName, Name: target.alias }), options),
  );
  return Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
}

async function readProvisioned(aws: AwsClients, target: Target): Promise<ScalingState['provisioned']> {
  const request = { FunctionName: target.functionName, Qualifier: target.alias };
  const action = 'lambda:GetProvisionedConcurrencyConfig';
  const found = await call(aws.lambda, { action, target }, (client, options) =>
    client
      .send(new GetProvisionedConcurrencyConfigCommand(request), options)
      .catch(nullWhen('ProvisionedConcurrencyConfigNotFoundException')),
  );
  if (found === null) return null;
  return {
    requested: found.RequestedProvisionedConcurrentExecutions ?? 0,
    available: found.AvailableProvisionedConcurrentExecutions ?? 0,
    status: found.Status ?? 'IN_PROGRESS',
    ...(found.StatusReason === undefined ? {} : { statusReason: found.StatusReason }),
  };
}
