/** What an account says about a target: the port between the checks and AWS. All of it is read, none of it is written. */
import { RefusedError } from '../errors.ts';
import type { CapacityBounds, ScheduledAction, Target } from '../model.ts';

/** Something that was asked of AWS: its answer, or which permission the answer takes. */
export type Fact<T> = { known: true; value: T } | { known: false; action: string; why: string };

/** The answer; throws RefusedError where it could not be read and nothing may be done without it. */
export function must<T>(fact: Fact<T>): T {
  if (fact.known) return fact.value;
  throw new RefusedError(`nothing was removed: ${fact.why}`);
}

export interface FunctionFacts {
  arn: string;
  /** The version behind the alias. */
  version: string;
  memoryMb: number;
  timeoutSeconds: number;
  architecture: 'x86_64' | 'arm64';
  snapStart: boolean;
  /** Managed Instances or tenant isolation, which know no provisioned concurrency; null for an ordinary function. */
  unsupported: string | null;
  /** Active, or what keeps it from serving: Pending, Inactive, Failed. */
  state: string;
  stateReason: string;
}

export interface AliasFacts {
  name: string;
  version: string;
  /** Share of the traffic by additional version; empty while all of it goes to `version`. */
  weights: Readonly<Record<string, number>>;
}

export interface ProvisionedFacts {
  /** Alias or version. */
  qualifier: string;
  requested: number;
  available: number;
  status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  statusReason: string;
  lastModifiedMs: number;
}

export interface TargetFacts extends CapacityBounds {
  resourceId: string;
  roleArn: string;
  suspended: { scheduled: boolean; scaleIn: boolean; scaleOut: boolean };
}

export interface PlacedAction extends ScheduledAction {
  resourceId: string;
}

export interface PolicyFacts {
  name: string;
  type: string;
  targetValue: number | null;
  /** True where its metric has a value while nothing is invoked: math with FILL. */
  filled: boolean;
  mayScaleIn: boolean;
}

export interface ActivityFacts {
  atMs: number;
  endMs: number | null;
  description: string;
  cause: string;
  status: string;
  message: string;
}

export interface EventSourceFacts {
  uuid: string;
  sourceArn: string;
  /** Null for the bare function. */
  qualifier: string | null;
  state: string;
}

/** Sums and maxima over the days before `now`, in steps of an hour; NaN where there is no datapoint. */
export interface UsageFacts {
  startMs: number;
  stepSeconds: number;
  /** Requests to the alias, to the whole function, and to its other aliases. */
  aliasInvocations: Float64Array;
  functionInvocations: Float64Array;
  otherAliases: { name: string; invocations: Float64Array }[];
  accountConcurrency: Float64Array;
  throttles: Float64Array;
  /** The controller's own account of its runs for this target, at each tick. */
  controller: { ticks: Float64Array; failures: Float64Array; writes: Float64Array };
}

export interface AccountFacts {
  target: Target;
  region: string;
  /** AWS's clock less this machine's, in milliseconds; null where no answer carried a time. */
  clockAheadMs: number | null;
  /** False where Lambda knows no function of that name. */
  exists: boolean;
  /** The settings behind the alias; null where there is no such function or alias. */
  fn: Fact<FunctionFacts | null>;
  alias: Fact<AliasFacts | null>;
  /** All aliases of the function; empty without a function. */
  aliases: Fact<AliasFacts[]>;
  /** Of the function; `aws:cloudformation:stack-name` among them where a stack owns it. */
  tags: Fact<Readonly<Record<string, string>>>;
  provisioned: Fact<ProvisionedFacts[]>;
  /** Concurrency reserved for the function; null where it draws on the account's. */
  reserved: Fact<number | null>;
  account: Fact<{ limit: number; unreserved: number }>;
  eventSources: Fact<EventSourceFacts[]>;
  /** All scalable targets of Lambda in the Region. */
  targets: Fact<TargetFacts[]>;
  /** All scheduled actions of Lambda in the Region. */
  actions: Fact<PlacedAction[]>;
  policies: Fact<PolicyFacts[]>;
  /** Of the target, the newest first; AWS remembers six weeks. */
  activities: Fact<ActivityFacts[]>;
  usage: Fact<UsageFacts>;
}

export interface AccountReader {
  read(target: Target): Promise<AccountFacts>;
}

/** Writes that belong to taking Prewarm away, beside those of ScalingWriter. Removing what is not there is success. */
export interface Remover {
  /** Takes the target's scheduled actions and policies with it; its provisioned concurrency stays. */
  deregister(target: Target): Promise<void>;
  deleteProvisioned(target: Target): Promise<void>;
}
