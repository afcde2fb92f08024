/**
 * What Application Auto Scaling accepts, checked as its API reference states it.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
 */
import { AwsError, validationError } from './aws-error.ts';
import { isTimezone } from './schedule-expression.ts';

export const NAMESPACE = 'lambda';
export const DIMENSION = 'lambda:function:ProvisionedConcurrency';

/** An untrusted request body. */
export type Input = Readonly<Record<string, unknown>>;

const PAGE_SIZE = 50;
const FILTER_SIZE = 50;

/** Of the 15 namespaces that exist, this endpoint serves one. */
const NAMESPACES = [
  ...['ecs', 'elasticmapreduce', 'ec2', 'appstream', 'dynamodb', 'rds', 'sagemaker', 'custom-resource', 'comprehend'],
  ...['lambda', 'cassandra', 'kafka', 'elasticache', 'neptune', 'workspaces'],
];

/** `ScheduledActionName` of the API model: no control characters, no `:` `/` `|`, no space at either end. */
// eslint-disable-next-line no-control-regex
const ACTION_NAME = /^(?![ ])(?!.*[ ]$)[^\u0000-\u001f\u007f-\u009f:/|]{1,256}$/u;

/** `function:name:alias` or `function:name:version`; never `$LATEST`. */
const RESOURCE_ID = /^function:([a-zA-Z0-9-_]{1,64}):([a-zA-Z0-9-_]{1,128})$/;

export function text(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length < 1 || value.length > 1600) {
    throw constraint(member, value, 'Member must have length between 1 and 1600');
  }
  return value;
}

export function requiredText(input: Input, member: string): string {
  const value = text(input, member);
  if (value === undefined) throw constraint(member, null, 'Member must not be null');
  return value;
}

export function integer(input: Input, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw constraint(member, value, 'Member must be an integer');
  return value;
}

export function structure(input: Input, member: string): Input | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw constraint(member, value, 'Member must be a structure');
  return value as Input;
}

export function boolean(input: Input, member: string): boolean | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw constraint(member, value, 'Member must be a boolean');
  return value;
}

/** The window of a schedule; null where it is open. */
export function startAndEnd(input: Input): { startMs: number | null; endMs: number | null } {
  const startMs = timestampMs(input, 'StartTime');
  const endMs = timestampMs(input, 'EndTime');
  if (startMs !== null && endMs !== null && endMs <= startMs) {
    throw validationError('EndTime must be later than StartTime');
  }
  return { startMs, endMs };
}

/** Epoch seconds on the wire. */
function timestampMs(input: Input, member: string): number | null {
  const value = input[member];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw constraint(member, value, 'Member must be a timestamp');
  return Math.round(value * 1000);
}

/** A list of at most 50 strings, or null where there is no filter. */
export function filter(input: Input, member: string): Set<string> | null {
  const value = input[member];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw constraint(member, value, 'Member must be a list of strings');
  }
  if (value.length > FILTER_SIZE) {
    throw constraint(member, value.length, `Member must have length less than or equal to ${FILTER_SIZE}`);
  }
  return value.length === 0 ? null : new Set(value);
}

export function checkNamespace(input: Input): void {
  const namespace = requiredText(input, 'ServiceNamespace');
  if (!NAMESPACES.includes(namespace)) {
    throw constraint('ServiceNamespace', namespace, `Member must satisfy enum value set: [${NAMESPACES.join(', ')}]`);
  }
}

/** The function name and qualifier of the resource that a request is about. */
export function resourceOf(input: Input): { resourceId: string; functionName: string; qualifier: string } {
  checkNamespace(input);
  const resourceId = requiredText(input, 'ResourceId');
  const dimension = requiredText(input, 'ScalableDimension');
  if (input.ServiceNamespace !== NAMESPACE || dimension !== DIMENSION) {
    throw validationError('Unsupported service namespace, resource type or scalable dimension');
  }
  const match = RESOURCE_ID.exec(resourceId);
  if (!match) {
    throw validationError(
      `Unsupported resource id ${resourceId}: must be function:<name>:<alias or version>, and not $LATEST`,
    );
  }
  return { resourceId, functionName: match[1]!, qualifier: match[2]! };
}

/** The filters that all Describe operations share: everything, or one resource. */
export function describeFilter(input: Input): string | undefined {
  checkNamespace(input);
  const resourceId = text(input, 'ResourceId');
  checkDimensionFilter(input, resourceId !== undefined);
  return resourceId;
}

/** "If you specify a scalable dimension, you must also specify a resource ID." */
export function checkDimensionFilter(input: Input, hasResource: boolean): void {
  if (text(input, 'ScalableDimension') !== undefined && !hasResource) {
    throw validationError('If you specify a scalable dimension, you must also specify a resource ID');
  }
}

export function actionName(input: Input): string {
  const name = requiredText(input, 'ScheduledActionName');
  if (!ACTION_NAME.test(name)) {
    throw constraint(
      'ScheduledActionName',
      name,
      'Member must satisfy regular expression pattern: (?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+, and have length less than or equal to 256',
    );
  }
  return name;
}

export function timezone(input: Input): string | undefined {
  const name = text(input, 'Timezone');
  if (name !== undefined && !isTimezone(name)) throw validationError(`Invalid timezone: ${name}`);
  return name;
}

/** Capacities are whole and, for Lambda, zero or more; the minimum is not above the maximum. */
export function capacities(input: Input): { min: number | undefined; max: number | undefined } {
  const min = integer(input, 'MinCapacity');
  const max = integer(input, 'MaxCapacity');
  for (const [member, value] of [
    ['MinCapacity', min],
    ['MaxCapacity', max],
  ] as const) {
    if (value !== undefined && value < 0) {
      throw constraint(member, value, 'Member must have value greater than or equal to 0');
    }
  }
  checkBounds(min, max);
  return { min, max };
}

export function checkBounds(min: number | undefined, max: number | undefined): void {
  if (min !== undefined && max !== undefined && min > max) {
    throw validationError(`Minimum capacity ${min} must not be greater than maximum capacity ${max}`);
  }
}

/**
 * One page of at most MaxResults (1 to 50, default 50) items; a token names the sequence number after which the next begins,
 * so items that come or go between pages shift nothing.
 */
export function page<T extends { sequence: number }>(
  input: Input,
  items: readonly T[],
  order: 'ascending' | 'descending' = 'ascending',
): { items: T[]; nextToken: { NextToken?: string } } {
  const size = integer(input, 'MaxResults') ?? PAGE_SIZE;
  if (size < 1 || size > PAGE_SIZE)
    throw constraint('MaxResults', size, `Member must have value between 1 and ${PAGE_SIZE}`);
  const after = sequenceOf(text(input, 'NextToken'));
  const sign = order === 'ascending' ? 1 : -1;
  const sorted = items
    .filter((item) => after === null || sign * (item.sequence - after) > 0)
    .sort((a, b) => sign * (a.sequence - b.sequence));
  const taken = sorted.slice(0, size);
  const last = taken.at(-1);
  const more = last !== undefined && sorted.length > size;
  return { items: taken, nextToken: more ? { NextToken: btoa(`after:${last.sequence}`) } : {} };
}

function sequenceOf(token: string | undefined): number | null {
  if (token === undefined) return null;
  let decoded = '';
  try {
    decoded = atob(token);
  } catch {
    // Not base64: refused below, as any other token that this service did not write.
  }
  const match = /^after:(\d+)$/.exec(decoded);
  if (!match) throw new AwsError('InvalidNextTokenException', 'The specified next token is not valid');
  return Number(match[1]);
}

function constraint(member: string, value: unknown, rule: string): AwsError {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return validationError(
    `1 validation error detected: Value '${shown}' at '${name}' failed to satisfy constraint: ${rule}`,
  );
}
