/**
 * The three SDK clients. Credentials, Region and endpoint come from where the AWS CLI takes them (environment, shared
 * configuration files, the Lambda role; `AWS_ENDPOINT_URL` and its per-service forms), unless they are given here.
 */
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { InputError } from '../errors.ts';

export interface ClientOptions {
  region?: string;
  /** A profile of the shared configuration files. */
  profile?: string;
  /** Overrides `AWS_ENDPOINT_URL`. */
  endpoint?: string;
  /** "read" (default): every operation that does not begin with Get, Describe or List throws before it is sent. */
  access?: 'read' | 'write';
  timeouts?: Partial<Timeouts>;
  retry?: Partial<RetryPolicy>;
}

interface Timeouts {
  /** To connect. */
  connectMs: number;
  /** For one attempt, and for silence on its socket. */
  requestMs: number;
  /** For one call with all its attempts, waits and the loading of credentials. */
  totalMs: number;
}

/** See call.ts, which is the only one to retry. */
interface RetryPolicy {
  /** Attempts of one call, the first included. */
  tries: number;
  sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** A client with what call.ts needs to know about it. */
export interface Connection<Client> {
  client: Client;
  timeouts: Timeouts;
  retry: RetryPolicy;
  profile: string | undefined;
  traffic: Traffic;
}

/** What went over the wire so far. */
interface Traffic {
  /** Requests sent, each attempt counted. */
  calls: number;
  /** Scheme, host and port of the latest request. */
  endpoint: string | undefined;
}

export interface AwsClients {
  cloudWatch: Connection<CloudWatchClient>;
  lambda: Connection<LambdaClient>;
  autoScaling: Connection<ApplicationAutoScalingClient>;
}

type AnyClient = CloudWatchClient | LambdaClient | ApplicationAutoScalingClient;

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 3_000, requestMs: 10_000, totalMs: 20_000 };
const DEFAULT_RETRY: RetryPolicy = {
  tries: 5,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

const ignore = () => undefined;

/** Without `info`: for that the SDK goes through every datapoint of an answer, to hide secrets from a log that nobody reads. */
const SILENT = { debug: ignore, warn: ignore, error: ignore } as unknown as NonNullable<
  CloudWatchClientConfig['logger']
>;

/** Makes the clients; nothing is sent and no credentials are looked for before the first call. */
export function createClients(options: ClientOptions = {}): AwsClients {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const settings = {
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    // The SDK does not retry ConcurrentUpdateException, and its waits cannot be bounded as a whole: call.ts retries.
    maxAttempts: 1,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      socketTimeout: timeouts.requestMs,
      // Without this, requestTimeout only logs a warning.
      throwOnRequestTimeout: true,
    },
  };
  const connect = <Client extends AnyClient>(client: Client): Connection<Client> => ({
    client: options.access === 'write' ? client : readOnly(client),
    timeouts,
    retry,
    profile: options.profile,
    traffic: watchTraffic(client),
  });
  return {
    cloudWatch: connect(new CloudWatchClient(settings)),
    lambda: connect(new LambdaClient(settings)),
    autoScaling: connect(new ApplicationAutoScalingClient(settings)),
  };
}

/** Makes the client reject, before anything is sent, every operation that could change something. Returns the client. */
function readOnly<Client extends AnyClient>(client: Client): Client {
  stackOf(client).add(
    (next, context) => (args) => {
      const command = context.commandName ?? 'an unnamed command';
      if (/^(Get|Describe|List)/.test(command)) return next(args);
      return Promise.reject(new Error(`${command} was stopped: this client may only read.`));
    },
    { step: 'initialize', name: 'prewarmReadOnly', priority: 'high' },
  );
  return client;
}

/** All requests sent so far over the three clients. */
export function countCalls(aws: AwsClients): number {
  return aws.cloudWatch.traffic.calls + aws.lambda.traffic.calls + aws.autoScaling.traffic.calls;
}

function watchTraffic(client: AnyClient): Traffic {
  const traffic: Traffic = { calls: 0, endpoint: undefined };
  stackOf(client).add(
    (next) => (args) => {
      const { protocol, hostname, port } = args.request as { protocol: string; hostname: string; port?: number };
      traffic.endpoint = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      if (protocol !== 'http:' && protocol !== 'https:') {
        throw new InputError(
          `The AWS endpoint "${traffic.endpoint}" does not begin with http:// or https://: set AWS_ENDPOINT_URL to a URL like "http://localhost:4566", or unset it.`,
        );
      }
      traffic.calls += 1;
      return next(args);
    },
    { step: 'finalizeRequest', name: 'prewarmTraffic', priority: 'low' },
  );
  return traffic;
}

/** The three stacks differ only in the types of what passes through them, which no middleware here looks at. */
function stackOf(client: AnyClient): CloudWatchClient['middlewareStack'] {
  return client.middlewareStack as unknown as CloudWatchClient['middlewareStack'];
}
