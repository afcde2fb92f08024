/** Failures on demand, so that a client's handling of them can be tried. */
import { AwsError } from './aws-error.ts';
import type { ResultFault } from './metric-query.ts';

export type Service = 'cloudwatch' | 'application-autoscaling' | 'lambda';

export type FaultKind =
  | 'throttling'
  | 'concurrent-update'
  | 'internal-service'
  | 'service-unavailable'
  | 'access-denied'
  /**
   * Application Auto Scaling checks that its caller could change provisioned concurrency itself, and says ValidationException if
   * not: documented for RegisterScalableTarget, undocumented for PutScheduledAction.
   * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
   */
  | 'caller-lacks-permission'
  | 'expired-token'
  /** The request is carried out, but the connection breaks before the answer. */
  | 'reset-after'
  /** The connection breaks before the request is carried out. */
  | 'reset-before'
  /** No answer, ever. */
  | 'hang'
  /** GetMetricData answers, but its results carry this status and no data. */
  | 'metrics-internal-error'
  | 'metrics-forbidden';

export interface Fault {
  /** An operation's name, or `*` for all. */
  operation: string;
  kind: FaultKind;
  /** How many calls fail; all by default. */
  times?: number;
  /** How many matching calls succeed first; none by default. */
  after?: number;
}

const RESULT_FAULTS: Partial<Record<FaultKind, ResultFault>> = {
  'metrics-internal-error': 'InternalError',
  'metrics-forbidden': 'Forbidden',
};

export function resultFaultOf(kind: FaultKind | null): ResultFault | undefined {
  return kind === null ? undefined : RESULT_FAULTS[kind];
}

export class FaultPlan {
  private faults: Required<Fault>[] = [];

  add({ operation, kind, times = Infinity, after = 0 }: Fault): void {
    this.faults.push({ operation, kind, times, after });
  }

  clear(): void {
    this.faults = [];
  }

  /** The fault that meets this call, if any; counts the call. */
  next(operation: string): FaultKind | null {
    for (const fault of this.faults) {
      if (fault.operation !== operation && fault.operation !== '*') continue;
      if (fault.after > 0) {
        fault.after--;
        continue;
      }
      if (fault.times <= 0) continue;
      fault.times--;
      return fault.kind;
    }
    return null;
  }
}

type ErrorKind = Exclude<FaultKind, `reset-${string}` | 'hang' | `metrics-${string}`>;

/**
 * Code and status by service. CloudWatch's clients see the codes of its query protocol.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
 */
const ERRORS: Record<ErrorKind, Record<Service, [code: string, statusCode: number]>> = {
  throttling: {
    cloudwatch: ['Throttling', 400],
    'application-autoscaling': ['ThrottlingException', 400],
    lambda: ['TooManyRequestsException', 429],
  },
  'concurrent-update': {
    cloudwatch: ['ConcurrentModificationException', 429],
    'application-autoscaling': ['ConcurrentUpdateException', 400],
    lambda: ['ResourceConflictException', 409],
  },
  'internal-service': {
    cloudwatch: ['InternalServiceError', 500],
    'application-autoscaling': ['InternalServiceException', 500],
    lambda: ['ServiceException', 500],
  },
  'service-unavailable': {
    cloudwatch: ['ServiceUnavailable', 503],
    'application-autoscaling': ['ServiceUnavailable', 503],
    lambda: ['ServiceUnavailable', 503],
  },
  'access-denied': {
    cloudwatch: ['AccessDenied', 403],
    'application-autoscaling': ['AccessDeniedException', 400],
    lambda: ['AccessDeniedException', 403],
  },
  'caller-lacks-permission': {
    cloudwatch: ['AccessDenied', 403],
    'application-autoscaling': ['ValidationException', 400],
    lambda: ['AccessDeniedException', 403],
  },
  'expired-token': {
    cloudwatch: ['ExpiredToken', 403],
    'application-autoscaling': ['ExpiredTokenException', 400],
    lambda: ['ExpiredTokenException', 403],
  },
};

function messageOf(kind: ErrorKind, service: Service, operation: string): string {
  // The IAM prefixes of the three services are their names here.
  const action = `${service}:${operation}`;
  const notAuthorized = (denied: string) =>
    `User: arn:aws:iam::123456789012:user/prewarm is not authorized to perform: ${denied} on resource: * because no identity-based policy allows the ${denied} action`;
  const messages: Record<ErrorKind, string> = {
    throttling: 'Rate exceeded',
    'concurrent-update': 'An update to this resource is already pending.',
    'internal-service': 'An internal error occurred.',
    'service-unavailable': 'Service is unable to handle request.',
    'access-denied': notAuthorized(action),
    'caller-lacks-permission': notAuthorized('lambda:PutProvisionedConcurrencyConfig'),
    'expired-token': 'The security token included in the request is expired',
  };
  return messages[kind];
}

/** The error that a service answers for a fault; null for faults that are not answers. */
export function faultError(kind: FaultKind, service: Service, operation: string): AwsError | null {
  if (!(kind in ERRORS)) return null;
  const [code, statusCode] = ERRORS[kind as ErrorKind][service];
  return new AwsError(code, messageOf(kind as ErrorKind, service, operation), statusCode);
}
