/** A queue's event source mapping: the most that it may run at once. */
import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type { EventSourcePorts } from '../controller/ports.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { nullWhen } from './errors.ts';

/**
 * Reads with `reading`, and writes with `writing` where that is given. IAM: lambda:GetEventSourceMapping and, to write,
 * lambda:UpdateEventSourceMapping. An update without the other settings leaves them as they are.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export function createEventSourcePorts(reading: AwsClients, writing: AwsClients | null): EventSourcePorts {
  return {
    async read(uuid) {
      const found = await call(reading.lambda, { action: 'lambda:GetEventSourceMapping' }, (client, options) =>
        client
          .send(new GetEventSourceMappingCommand({ UUID: uuid }), options)
          .catch(nullWhen('ResourceNotFoundException')),
      );
      return (
        found && {
          sourceArn: found.EventSourceArn ?? '',
          functionArn: found.FunctionArn ?? '',
          state: found.State ?? '',
          hasOwnPollers: found.ProvisionedPollerConfig !== undefined,
          maximumConcurrency: found.ScalingConfig?.MaximumConcurrency ?? null,
        }
      );
    },
    setMaximumConcurrency:
      writing &&
      (async (uuid, maximumConcurrency) => {
        const request = { UUID: uuid, ScalingConfig: { MaximumConcurrency: maximumConcurrency } };
        await call(writing.lambda, { action: 'lambda:UpdateEventSourceMapping' }, (client, options) =>
          client.send(new UpdateEventSourceMappingCommand(request), options),
        );
      }),
  };
}
