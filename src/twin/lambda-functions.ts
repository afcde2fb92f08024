/** The functions, aliases and limits of an account, without the wire. */
import { AwsError } from './aws-error.ts';
import type { TwinBehaviour } from './behaviour.ts';
import { ProvisionedConcurrency, type ChangeListener } from './provisioned.ts';

/** A function with one alias, on a published version. */
export interface FunctionSpec {
  functionName: string;
  alias: string;
  memoryMb: number;
  timeoutSeconds: number;
  architecture: 'x86_64' | 'arm64';
  /** Absent = the function draws on the account's unreserved concurrency. */
  reservedConcurrency?: number;
}

/** What else stands around a function, for readers of its set-up. Static: none of it takes part in the traffic. */
export interface Surroundings {
  snapStart?: boolean;
  tags?: Readonly<Record<string, string>>;
  otherAliases?: readonly { name: string; version: string }[];
  /** Provisioned concurrency on other aliases and versions. */
  provisionedElsewhere?: readonly { qualifier: string; count: number }[];
  /** Queues and streams that invoke the function. */
  eventSources?: readonly EventSource[];
  /** Active where absent. */
  state?: { name: 'Pending' | 'Inactive' | 'Failed'; reason: string };
  /** What excludes provisioned concurrency by itself. */
  kind?: 'tenant-isolated' | 'managed-instances';
  /** The role under which its alias is registered; the service-linked one where absent. */
  scalingRoleArn?: string;
}

export interface EventSource {
  arn: string;
  /** Absent for $LATEST. */
  qualifier?: string;
  /** Enabled where absent. */
  state?: 'Enabled' | 'Disabled' | 'Updating';
  maximumConcurrency?: number;
  /** Provisioned mode. */
  hasOwnPollers?: boolean;
}

export interface AliasWeight {
  version: string;
  /** Share of the traffic, between 0 and 1. */
  weight: number;
}

export interface TwinFunction {
  readonly spec: FunctionSpec;
  readonly provisioned: ProvisionedConcurrency;
  version: string;
  weight: AliasWeight | null;
  /** Counts changes of the alias. */
  revision: number;
  aliasDeleted: boolean;
  surroundings: Surroundings;
}

/** Provisioned concurrency must leave this much unreserved. https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html */
const UNRESERVED_MINIMUM = 100;

const WEIGHTS_REFUSED = 'Alias with weights can not be used with Provisioned Concurrency';

export type UsableChanged = (fn: TwinFunction, usable: number, billed: number, atMs: number) => void;

export class LambdaFunctions {
  readonly accountConcurrency: number;
  private readonly functions = new Map<string, TwinFunction>();
  private readonly behaviour: TwinBehaviour;

  constructor(
    specs: readonly FunctionSpec[],
    accountConcurrency: number,
    behaviour: TwinBehaviour,
    usableChanged: UsableChanged,
  ) {
    this.accountConcurrency = accountConcurrency;
    this.behaviour = behaviour;
    for (const spec of specs) {
      if (this.functions.has(spec.functionName)) throw new RangeError(`two functions are named ${spec.functionName}`);
      const fn: TwinFunction = {
        spec,
        provisioned: new ProvisionedConcurrency(behaviour, (...change) => usableChanged(fn, ...change)),
        version: '1',
        weight: null,
        revision: 1,
        aliasDeleted: false,
        surroundings: {},
      };
      this.functions.set(spec.functionName, fn);
    }
  }

  get all(): Iterable<TwinFunction> {
    return this.functions.values();
  }

  /** The account's concurrency less what functions reserve. */
  get unreservedConcurrency(): number {
    let reserved = 0;
    for (const fn of this.all) reserved += fn.spec.reservedConcurrency ?? 0;
    return this.accountConcurrency - reserved;
  }

  get nextEventMs(): number {
    let next = Infinity;
    for (const fn of this.all) next = Math.min(next, fn.provisioned.nextEventMs);
    return next;
  }

  settle(nowMs: number): void {
    for (const fn of this.all) fn.provisioned.settle(nowMs);
  }

  find(functionName: string): TwinFunction | undefined {
    return this.functions.get(functionName);
  }

  /** The function if it has this alias or this published version. */
  findQualified(functionName: string, qualifier: string): TwinFunction | undefined {
    const fn = this.find(functionName);
    if (!fn) return undefined;
    return (qualifier === fn.spec.alias && !fn.aliasDeleted) || qualifier === fn.version ? fn : undefined;
  }

  /** Sets provisioned concurrency under all of Lambda's rules; for the API and for Application Auto Scaling alike. */
  setProvisioned(fn: TwinFunction, count: number, atMs: number, listener?: ChangeListener): void {
    if (fn.weight) throw invalid(WEIGHTS_REFUSED);
    this.checkLimits(fn, count);
    fn.provisioned.set(count, atMs, listener);
  }

  removeProvisioned(fn: TwinFunction, atMs: number): void {
    if (fn.weight) throw invalid(WEIGHTS_REFUSED);
    fn.provisioned.remove(atMs);
  }

  setWeight(fn: TwinFunction, weight: AliasWeight | null): void {
    fn.weight = weight;
    fn.revision++;
  }

  /**
   * A deployment. With provisioned concurrency the move is rolled behind temporary weights while environments of the new
   * version are allocated, so changes of provisioned concurrency fail meanwhile.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
   */
  moveAlias(fn: TwinFunction, version: string, atMs: number): void {
    const from = fn.version;
    fn.version = version;
    fn.revision++;
    if (fn.provisioned.requested === null) return;
    if (this.behaviour.aliasMove === 'loses') {
      fn.provisioned.remove(atMs);
      return;
    }
    fn.provisioned.reallocate(atMs, (outcome) => {
      // After a failed initialisation the weights stay until somebody removes them.
      if (outcome.kind === 'ready') fn.weight = null;
    });
    fn.weight = { version: from, weight: 0.5 };
  }

  private checkLimits(fn: TwinFunction, count: number): void {
    const reserved = fn.spec.reservedConcurrency;
    if (reserved !== undefined) {
      if (count > reserved) {
        throw invalid(
          'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
        );
      }
      return;
    }
    let others = 0;
    for (const other of this.all) {
      if (other !== fn && other.spec.reservedConcurrency === undefined) others += other.provisioned.requested ?? 0;
    }
    if (count + others > this.unreservedConcurrency - UNRESERVED_MINIMUM) {
      throw invalid(
        `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MINIMUM}].`,
      );
    }
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
