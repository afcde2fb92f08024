/**
 * Turns what the SDK throws into one of Prewarm's three outcomes, with one message that says what happened and what to
 * do about it. Error names and their meaning: the services' API references; an anything-else error is a bug and
 * is returned as it is.
 */
import { InputError, RefusedError, TransientError } from '../errors.ts';
import type { Target } from '../model.ts';

/** Where the call was going. */
export interface CallContext {
  /** The IAM action of the call, for example `lambda:GetAlias`. */
  action: string;
  target?: Target;
  region?: string | undefined;
  /** Scheme, host and port that were called; undefined if the call did not get that far. */
  endpoint?: string | undefined;
  profile?: string | undefined;
}

/** What can be read off any thrown value. */
interface Fault {
  name: string;
  code: string;
  /** HTTP status, 0 when there was no answer. */
  status: number;
  /** AWS's or Node's text, on one line. */
  text: string;
  unreadable: boolean;
  /** The SDK says whose fault an answer was; empty for errors that are not answers. */
  side: string;
}

interface Rule {
  matches: (fault: Fault, context: CallContext) => boolean;
  Kind: new (message: string, options: ErrorOptions) => Error;
  message: (fault: Fault, context: CallContext) => string;
}

/** The rights that Application Auto Scaling checks on the caller before it registers a Lambda target. */
const CALLER_PERMISSIONS =
  'lambda:PutProvisionedConcurrencyConfig, lambda:GetProvisionedConcurrencyConfig, lambda:DeleteProvisionedConcurrencyConfig, ' +
  'cloudwatch:PutMetricAlarm, cloudwatch:DescribeAlarms and cloudwatch:DeleteAlarms';

const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|UND_ERR_.*)$/;
const UNTRUSTED = /CERT|TLS|EPROTO|UNABLE_TO_VERIFY/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimitExceeded/;
const SERVICE_FAULT =
  /^(InternalService|InternalFailure|InternalError|ServiceUnavailable|ServiceException|ConcurrentUpdate|ResourceConflict)/;
const CLOCK_SKEW = /RequestTimeTooSkewed|RequestInTheFuture|RequestExpired|Signature expired|Signature not yet current/;
const EXPIRED =
  /ExpiredToken|token (included in the request )?(is|has) expired|session (associated with this profile )?has expired/i;
const BAD_KEYS =
  /UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|InvalidAccessKeyId|MissingAuthenticationToken/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError|ProviderError)$/;
const DENIED = /AccessDenied|UnauthorizedOperation|^NotAuthorized|AuthorizationError/;

const RULES: Rule[] = [
  {
    matches: ({ text }) => text.startsWith('Region is missing'),
    Kind: InputError,
    message: (_, { profile }) =>
      profile === undefined
        ? 'No AWS Region is set: give --region or set AWS_REGION.'
        : `Profile "${profile}" sets no AWS Region, or there is no such profile (aws configure list-profiles shows them): give --region or set AWS_REGION.`,
  },
  {
    matches: ({ text }) => text.startsWith('Region not accepted'),
    Kind: InputError,
    message: ({ text }) => `That is not the name of an AWS Region: give one like "eu-central-1". The SDK says: ${text}`,
  },
  {
    matches: ({ code }) => code === 'ERR_INVALID_URL',
    Kind: InputError,
    message: () =>
      'The AWS endpoint is not a URL: set AWS_ENDPOINT_URL to one like "http://localhost:4566", or unset it.',
  },
  {
    matches: ({ name, code, text }) => EXPIRED.test(name) || EXPIRED.test(code) || EXPIRED.test(text),
    Kind: RefusedError,
    message: ({ text }, context) =>
      `The AWS credentials${ofProfile(context)} have expired: sign in again (aws sso login${withProfile(context)}) or renew the session token. AWS says: ${text}`,
  },
  {
    matches: ({ name, text }) => NO_CREDENTIALS.test(name) && /\bsso\b/i.test(text),
    Kind: RefusedError,
    message: ({ text }, context) =>
      `Not signed in to AWS${ofProfile(context)}: run aws sso login${withProfile(context)}. The SDK says: ${text}`,
  },
  {
    matches: ({ name }, { profile }) => NO_CREDENTIALS.test(name) && profile !== undefined,
    Kind: InputError,
    message: ({ text }, { profile }) =>
      `No AWS credentials in profile "${profile ?? ''}": there is no such profile, or it holds none (aws configure list-profiles shows them). The SDK says: ${text}`,
  },
  {
    matches: ({ name }) => NO_CREDENTIALS.test(name),
    Kind: RefusedError,
    message: ({ text }) =>
      `No AWS credentials were found: give --profile or set AWS_PROFILE to a profile that exists, sign in (aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The SDK says: ${text}`,
  },
  {
    matches: ({ name, text }) => CLOCK_SKEW.test(name) || CLOCK_SKEW.test(text),
    Kind: TransientError,
    message: ({ text }) => `AWS refused the signature's time: set this machine's clock. AWS says: ${text}`,
  },
  {
    matches: ({ name }) => BAD_KEYS.test(name),
    Kind: RefusedError,
    message: ({ text }, context) =>
      `AWS does not accept these credentials${ofProfile(context)}${inRegion(context)}: check the access key and session token, and that the Region is enabled for the account. AWS says: ${text}`,
  },
  {
    matches: ({ code }) => code === 'ENOTFOUND',
    Kind: RefusedError,
    message: (_, context) =>
      `${at(context)} does not exist for this machine: check the Region${context.region === undefined ? '' : ` "${context.region}"`}, AWS_ENDPOINT_URL and the network's DNS.`,
  },
  {
    matches: ({ code }) => UNTRUSTED.test(code),
    Kind: RefusedError,
    message: ({ code, text }, context) =>
      `No secure connection to ${at(context)}: check AWS_ENDPOINT_URL (http or https?), the proxy and NODE_EXTRA_CA_CERTS. ${code}: ${text}`,
  },
  {
    matches: ({ name, code }) => name === 'TimeoutError' && (code === '' || code === 'ETIMEDOUT'),
    Kind: TransientError,
    message: ({ text }, context) =>
      `${at(context)} did not answer ${context.action} in time: check the network, the proxy and AWS_ENDPOINT_URL, then try again. ${text}`,
  },
  {
    matches: ({ name, code }) => name === 'TimeoutError' || name === 'AbortError' || UNREACHABLE.test(code),
    Kind: TransientError,
    message: ({ code, text }, context) =>
      `${at(context)} could not be reached for ${context.action}: check that it is running, the network, the proxy and AWS_ENDPOINT_URL. ${code}: ${text}`,
  },
  {
    matches: ({ unreadable, status }) => unreadable && status < 500,
    Kind: RefusedError,
    message: ({ status, text }, context) =>
      `What answers at ${at(context)} does not speak ${context.action} as AWS does (HTTP status ${status}): check AWS_ENDPOINT_URL and the proxy. ${text}`,
  },
  {
    matches: ({ name, status }) => THROTTLED.test(name) || status === 429,
    Kind: TransientError,
    message: ({ text }, { action }) => `AWS throttles ${action}: the next run tries again. AWS says: ${text}`,
  },
  {
    matches: ({ name, status }) => SERVICE_FAULT.test(name) || status >= 500,
    Kind: TransientError,
    message: ({ name, text }, { action, endpoint = 'AWS' }) =>
      `${endpoint} could not complete ${action}: the next run tries again. It says: ${name}: ${text}`,
  },
  {
    matches: ({ name, status }) => DENIED.test(name) || (status === 403 && !name.startsWith('Validation')),
    Kind: RefusedError,
    message: ({ text }, context) =>
      `Access denied: the caller may not do ${deniedAction(text) ?? context.action}${onTarget(context)}. Allow it in the caller's IAM policy. AWS says: ${text}`,
  },
  {
    matches: ({ name }, { action }) => name === 'ResourceNotFoundException' && action.startsWith('lambda:'),
    Kind: InputError,
    message: (_, context) =>
      `There is no ${named(context)}${inRegion(context)}: check the function's name, the alias (aws lambda list-aliases --function-name NAME), the Region and the account of the credentials.`,
  },
  {
    matches: ({ name }) => name === 'ObjectNotFoundException',
    Kind: RefusedError,
    message: (_, context) => unregistered(context),
  },
  {
    matches: ({ name }) => name === 'LimitExceededException',
    Kind: RefusedError,
    message: ({ text }, context) =>
      `A quota of Application Auto Scaling is used up${onTarget(context)} (200 scheduled actions per target): delete scheduled actions that are not needed. AWS says: ${text}`,
  },
  {
    matches: ({ name }, { action }) =>
      name === 'ValidationException' && /:(RegisterScalableTarget|PutScheduledAction)$/.test(action),
    Kind: RefusedError,
    message: ({ text }, context) =>
      `AWS refused ${context.action}${onTarget(context)}. It says: ${text} It answers so as well when the caller lacks one of ${CALLER_PERMISSIONS}: check those rights.`,
  },
  {
    matches: ({ side, status }) => side !== '' || status >= 400,
    Kind: RefusedError,
    message: ({ name, status, text }, context) =>
      `${context.endpoint ?? 'AWS'} refused ${context.action}${onTarget(context)}${inRegion(context)}. It says: ${name}${status > 0 ? ` (HTTP status ${status})` : ''}: ${text}`,
  },
];

/**
 * The error to throw in place of `error`: TransientError when trying again may help, RefusedError or InputError when a
 * person must act. Errors of these kinds, and errors that neither AWS nor the network made, are returned unchanged.
 */
export function explain(error: unknown, context: CallContext): unknown {
  if (error instanceof TransientError || error instanceof RefusedError || error instanceof InputError) return error;
  const fault = faultOf(error);
  const rule = RULES.find(({ matches }) => matches(fault, context));
  return rule ? new rule.Kind(rule.message(fault, context), { cause: error }) : error;
}

/** What to do about an alias that nothing is registered for. */
export function unregistered(context: Pick<CallContext, 'target' | 'region'>): string {
  return `Nothing is registered with Application Auto Scaling for ${named(context)}${inRegion(context)}: deploy the stack that registers it (infra/template.yaml), or run aws application-autoscaling register-scalable-target.`;
}

function faultOf(error: unknown): Fault {
  const seen = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = (seen.$metadata ?? {}) as Record<string, unknown>;
  // Happy-eyeballs connections fail with an AggregateError whose own message is empty.
  const first = Array.isArray(seen.errors) ? (seen.errors[0] as unknown) : undefined;
  const message = textOf(seen.message) || (first instanceof Error ? first.message : '');
  return {
    name: textOf(seen.name),
    code: textOf(seen.code),
    status: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0,
    text: oneLine(message),
    unreadable: message.includes('Deserialization error') || textOf(seen.name) === 'Unknown',
    side: textOf(seen.$fault),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function oneLine(text: string): string {
  const line = text
    .replace(/\s*Deserialization error:.*$/s, '')
    .replace(/\s+/g, ' ')
    .trim();
  const short = line.length > 400 ? `${line.slice(0, 400)}…` : line;
  return short === '' || /[.!?…]$/.test(short) ? short : `${short}.`;
}

/** AWS names the missing action itself, and knows better: a role behind the caller may lack `sts:AssumeRole`. */
function deniedAction(text: string): string | undefined {
  return /not authorized to perform:? ([\w-]+:\w+)/.exec(text)?.[1];
}

function named({ target }: Pick<CallContext, 'target'>): string {
  return target ? `alias "${target.alias}" of function "${target.functionName}"` : 'such resource';
}

function onTarget(context: CallContext): string {
  return context.target ? ` on ${named(context)}` : '';
}

function inRegion({ region }: Pick<CallContext, 'region'>): string {
  return region === undefined ? '' : ` in ${region}`;
}

function at({ endpoint }: CallContext): string {
  return endpoint ?? 'The AWS endpoint';
}

function ofProfile({ profile }: CallContext): string {
  return profile === undefined ? '' : ` of profile "${profile}"`;
}

function withProfile({ profile }: CallContext): string {
  return profile === undefined ? '' : ` --profile ${profile}`;
}

/** Handles a rejection: null for an error of this name, which is a normal answer there; any other is thrown on. */
export function nullWhen(errorName: string): (error: unknown) => null {
  return (error) => {
    if (error instanceof Error && error.name === errorName) return null;
    throw error;
  };
}
