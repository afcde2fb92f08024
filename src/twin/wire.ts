/** The wire protocols of the three services: which operation a request means, and how answers and errors are written. */
import { AwsError, validationError } from './aws-error.ts';
import type { Service } from './faults.ts';
import { listFunctions } from './lambda-list.ts';
import type { ResultFault } from './metric-query.ts';
import type { World } from './world.ts';

export interface WireRequest {
  method: string;
  /** Path and query. */
  url: string;
  /** X-Amz-Target, empty where absent. */
  target: string;
  body: string;
}

export interface WireReply {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export interface Call {
  service: Service;
  operation: string;
  /** GetMetricData only: how many metrics are asked for. */
  metrics?: number;
  /** Carries the operation out and returns its answer. */
  run(world: World, resultFault?: ResultFault): WireReply;
}

type Input = Readonly<Record<string, unknown>>;
type AutoScalingOperation = (world: World, input: Input) => object;

const AUTO_SCALING: Record<string, AutoScalingOperation | undefined> = {
  RegisterScalableTarget: (world, input) => scaling(world, input).registerScalableTarget(input),
  DeregisterScalableTarget: (world, input) => world.autoScaling.deregisterScalableTarget(input),
  DescribeScalableTargets: (world, input) => scaling(world, input).describeScalableTargets(input),
  PutScheduledAction: (world, input) => scaling(world, input).putScheduledAction(input),
  DescribeScheduledActions: (world, input) => scaling(world, input).describeScheduledActions(input),
  DeleteScheduledAction: (world, input) => scaling(world, input).deleteScheduledAction(input),
  DescribeScalingPolicies: (world, input) => world.autoScaling.describeScalingPolicies(input),
  DescribeScalingActivities: (world, input) => world.autoScaling.describeScalingActivities(input),
};

function scaling(world: World, input: Input) {
  return world.otherScaling.serves(input) ? world.otherScaling : world.autoScaling;
}

interface LambdaRequest {
  functionName: string;
  /** The last part of the path. */
  name: string;
  qualifier: string | undefined;
  query: URLSearchParams;
  body: string;
}

interface LambdaRoute {
  operation: string;
  method: string;
  path: RegExp;
  /** Where the query tells two operations apart; the first match is taken. */
  when?: (query: URLSearchParams) => boolean;
  statusCode?: number;
  run(world: World, request: LambdaRequest): object | undefined;
}

const LAMBDA: readonly LambdaRoute[] = [
  {
    operation: 'ListFunctions',
    method: 'GET',
    path: /^\/2015-03-31\/functions\/?$/,
    run: (world, { query }) => listFunctions(world.lambda, world.functionNames, query),
  },
  {
    operation: 'GetAlias',
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)$/,
    run: (world, { functionName, name }) => world.lambda.getAlias(functionName, name),
  },
  {
    operation: 'ListAliases',
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)\/aliases\/?$/,
    run: (world, { functionName }) => world.lambda.listAliases(functionName),
  },
  {
    operation: 'ListEventSourceMappings',
    method: 'GET',
    path: /^\/2015-03-31\/event-source-mappings\/?$/,
    run: (world, { query }) => world.lambda.listEventSourceMappings(query.get('FunctionName') ?? ''),
  },
  {
    operation: 'GetEventSourceMapping',
    method: 'GET',
    path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/,
    run: (world, { functionName: uuid }) => world.lambda.getEventSourceMapping(uuid),
  },
  {
    operation: 'UpdateEventSourceMapping',
    method: 'PUT',
    path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/,
    statusCode: 202,
    run: (world, { functionName: uuid, body }) => world.lambda.updateEventSourceMapping(uuid, parseBody(body)),
  },
  {
    operation: 'ListTags',
    method: 'GET',
    path: /^\/2017-03-31\/tags\/([^/]+)$/,
    run: (world, { functionName }) => world.lambda.listTags(functionName),
  },
  {
    operation: 'GetFunctionConfiguration',
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/,
    run: (world, { functionName, qualifier }) => world.lambda.getFunctionConfiguration(functionName, qualifier),
  },
  {
    operation: 'GetFunctionConcurrency',
    method: 'GET',
    path: /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/,
    run: (world, { functionName }) => world.lambda.getFunctionConcurrency(functionName),
  },
  {
    operation: 'ListProvisionedConcurrencyConfigs',
    method: 'GET',
    path: /^\/2019-09-30\/functions\/([^/]+)\/provisioned-concurrency$/,
    when: (query) => query.get('List') === 'ALL',
    run: (world, { functionName }) => world.lambda.listProvisionedConcurrencyConfigs(functionName),
  },
  {
    operation: 'GetProvisionedConcurrencyConfig',
    method: 'GET',
    path: /^\/2019-09-30\/functions\/([^/]+)\/provisioned-concurrency$/,
    run: (world, { functionName, qualifier }) => world.lambda.getProvisionedConcurrencyConfig(functionName, qualifier),
  },
  {
    operation: 'PutProvisionedConcurrencyConfig',
    method: 'PUT',
    path: /^\/2019-09-30\/functions\/([^/]+)\/provisioned-concurrency$/,
    statusCode: 202,
    run: (world, { functionName, qualifier, body }) => {
      const count = parseBody(body).ProvisionedConcurrentExecutions;
      return world.lambda.putProvisionedConcurrencyConfig(functionName, qualifier, count);
    },
  },
  {
    operation: 'DeleteProvisionedConcurrencyConfig',
    method: 'DELETE',
    path: /^\/2019-09-30\/functions\/([^/]+)\/provisioned-concurrency$/,
    statusCode: 204,
    run: (world, { functionName, qualifier }) => {
      world.lambda.deleteProvisionedConcurrencyConfig(functionName, qualifier);
      return undefined;
    },
  },
  {
    operation: 'GetAccountSettings',
    method: 'GET',
    path: /^\/2016-08-19\/account-settings\/?$/,
    run: (world) => world.lambda.getAccountSettings(),
  },
];

/** What a request asks for. An operation that is not served runs into the service's own UnknownOperationException. */
export function readCall(request: WireRequest): Call {
  const [prefix = '', operation = ''] = request.target.split('.');
  if (prefix === 'GraniteServiceVersion20100801') return cloudWatchCall(operation, request.body);
  if (prefix === 'AnyScaleFrontendService') return autoScalingCall(operation, request.body);
  return lambdaCall(request);
}

/** AWS JSON 1.0. */
function cloudWatchCall(operation: string, body: string): Call {
  return {
    service: 'cloudwatch',
    operation,
    ...(operation === 'GetMetricData' ? { metrics: queriesIn(body) } : {}),
    run: (world, resultFault) => {
      if (operation !== 'GetMetricData') throw unknownOperation(operation);
      return reply(200, 'application/x-amz-json-1.0', world.getMetricData(parseBody(body), resultFault));
    },
  };
}

function queriesIn(body: string): number {
  try {
    const queries = parseBody(body).MetricDataQueries;
    return Array.isArray(queries) ? queries.length : 0;
  } catch {
    // The operation itself says what is wrong with it.
    return 0;
  }
}

/** AWS JSON 1.1. */
function autoScalingCall(operation: string, body: string): Call {
  return {
    service: 'application-autoscaling',
    operation,
    run: (world) => {
      const run = AUTO_SCALING[operation];
      if (!run) throw unknownOperation(operation);
      return reply(200, 'application/x-amz-json-1.1', JSON.stringify(run(world, parseBody(body))));
    },
  };
}

/** REST JSON. */
function lambdaCall({ method, url, body }: WireRequest): Call {
  const [pathname = '', queryText = ''] = url.split('?');
  const query = new URLSearchParams(queryText);
  const qualifier = query.get('Qualifier') ?? undefined;
  for (const route of LAMBDA) {
    const match = route.method === method ? route.path.exec(pathname) : null;
    if (!match || route.when?.(query) === false) continue;
    const [, functionName = '', name = ''] = match;
    return {
      service: 'lambda',
      operation: route.operation,
      run: (world) => {
        const request = { functionName: decode(functionName), name: decode(name), qualifier, query, body };
        const answer = route.run(world, request);
        return reply(route.statusCode ?? 200, 'application/json', answer ? JSON.stringify(answer) : '');
      },
    };
  }
  const operation = `${method} ${pathname}`;
  return {
    service: 'lambda',
    operation,
    run: () => {
      throw unknownOperation(operation, 404);
    },
  };
}

function decode(pathPart: string): string {
  try {
    return decodeURIComponent(pathPart);
  } catch {
    throw new AwsError('InvalidParameterValueException', `${pathPart} is not a valid part of a path`);
  }
}

/**
 * The body names the exception in `__type`, Lambda in a header. CloudWatch's clients began with the query protocol and read
 * its code from `x-amzn-query-error`. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait
 */
export function errorReply(service: Service, error: AwsError): WireReply {
  const { code, message, statusCode } = error;
  if (service === 'lambda') {
    const type = statusCode >= 500 ? 'Service' : 'User';
    // Lambda's shapes spell the member in both ways.
    const lowerCase = code === 'ProvisionedConcurrencyConfigNotFoundException' || code === 'TooManyRequestsException';
    const body = { Type: type, [lowerCase ? 'message' : 'Message']: message };
    const answer = reply(statusCode, 'application/json', JSON.stringify(body));
    answer.headers['x-amzn-errortype'] = code;
    return answer;
  }
  if (service === 'application-autoscaling') {
    return reply(statusCode, 'application/x-amz-json-1.1', JSON.stringify({ __type: code, Message: message }));
  }
  const type = `com.amazonaws.cloudwatch.v2010_08_01#${code}`;
  const answer = reply(statusCode, 'application/x-amz-json-1.0', JSON.stringify({ __type: type, message }));
  const queryCode = code === 'ValidationException' ? 'ValidationError' : code;
  answer.headers['x-amzn-query-error'] = `${queryCode};${statusCode >= 500 ? 'Receiver' : 'Sender'}`;
  return answer;
}

function reply(statusCode: number, contentType: string, body: string): WireReply {
  return { statusCode, headers: { 'content-type': contentType }, body };
}

function parseBody(body: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationError('The request body must be a JSON object.');
  }
  return value as Input;
}

function unknownOperation(operation: string, statusCode = 400): AwsError {
  return new AwsError('UnknownOperationException', `Unknown operation ${operation}`, statusCode);
}
