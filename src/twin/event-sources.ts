/** Event source mappings of the functions, as Lambda serves them; none of them invokes anything here. */
import { AwsError } from './aws-error.ts';
import type { EventSource, LambdaFunctions, TwinFunction } from './lambda-functions.ts';

interface Mapping {
  uuid: string;
  owner: TwinFunction;
  source: EventSource;
}

export function mappingsOf(functions: LambdaFunctions): Mapping[] {
  return [...functions.all].flatMap((owner, first) =>
    (owner.surroundings.eventSources ?? []).map((source, second) => ({
      uuid: `00000000-0000-4000-b000-${String(first * 1000 + second).padStart(12, '0')}`,
      owner,
      source,
    })),
  );
}

export function findMapping(functions: LambdaFunctions, uuid: string): Mapping {
  const found = mappingsOf(functions).find((mapping) => mapping.uuid === uuid.toLowerCase());
  if (!found) throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
  return found;
}

/** Of all that can be updated only the maximum concurrency; takes effect at once, where Lambda takes a minute. */
export function updateMapping({ owner, source }: Mapping, input: Readonly<Record<string, unknown>>): void {
  const { MaximumConcurrency: wanted } = (input.ScalingConfig ?? {}) as { MaximumConcurrency?: unknown };
  if (wanted === undefined) return;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 2 || wanted > 1000)
    throw invalid('MaximumConcurrency must be a whole number from 2 to 1000');
  if (!/^arn:[^:]+:sqs:/.test(source.arn) || source.hasOwnPollers)
    throw invalid('Maximum concurrency is for SQS event sources that are not in provisioned mode');
  const eventSources = (owner.surroundings.eventSources ?? []).map((item) =>
    item === source ? { ...source, maximumConcurrency: wanted } : item,
  );
  owner.surroundings = { ...owner.surroundings, eventSources };
}

export function wireMapping({ uuid, source }: Mapping, functionArn: string) {
  return {
    UUID: uuid,
    EventSourceArn: source.arn,
    FunctionArn: source.qualifier === undefined ? functionArn : `${functionArn}:${source.qualifier}`,
    State: source.state ?? 'Enabled',
    ...(source.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: source.maximumConcurrency },
    }),
    ...(source.hasOwnPollers && { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 200 } }),
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
