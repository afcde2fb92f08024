/** The Lambda operations that Prewarm uses. https://docs.aws.amazon.com/lambda/latest/api/welcome.html */
import { AwsError } from './aws-error.ts';
import { findMapping, mappingsOf, updateMapping, wireMapping } from './event-sources.ts';
import type { LambdaFunctions, Surroundings, TwinFunction } from './lambda-functions.ts';
import type { ProvisionedConfig } from './provisioned.ts';

export const ACCOUNT_ID = '123456789012';

/** Lambda writes times of configurations as `2026-11-22T14:05:00.000+0000`. */
function lambdaTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('Z', '+0000');
}

/** `name`, `name:qualifier`, `123456789012:function:name` or an ARN. */
const FUNCTION_NAME =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

export interface LambdaApiOptions {
  functions: LambdaFunctions;
  region: string;
  nowMs: () => number;
  startMs: number;
}

export class LambdaApi {
  private readonly functions: LambdaFunctions;
  private readonly region: string;
  private readonly nowMs: () => number;
  private readonly startMs: number;

  constructor(options: LambdaApiOptions) {
    this.functions = options.functions;
    this.region = options.region;
    this.nowMs = options.nowMs;
    this.startMs = options.startMs;
  }

  getAlias(functionName: string, name: string) {
    const { fn, base } = this.resolve(functionName);
    const arn = `${this.arn(base)}:${name}`;
    if (!fn || fn.aliasDeleted || name !== fn.spec.alias) throw notFound(`Cannot find alias arn: ${arn}`);
    return this.wireAlias(fn);
  }

  /** In one page, as the other lists of this endpoint. */
  listAliases(functionName: string) {
    const fn = this.known(functionName);
    const others = (fn.surroundings.otherAliases ?? []).map(({ name, version }) => ({
      AliasArn: `${this.arn(fn.spec.functionName)}:${name}`,
      Name: name,
      FunctionVersion: version,
      Description: '',
      RevisionId: revisionId(fn),
    }));
    return { Aliases: [...(fn.aliasDeleted ? [] : [this.wireAlias(fn)]), ...others] };
  }

  listProvisionedConcurrencyConfigs(functionName: string) {
    const fn = this.known(functionName);
    const own = fn.provisioned.describe();
    const arn = this.arn(fn.spec.functionName);
    const elsewhere = (fn.surroundings.provisionedElsewhere ?? []).map(({ qualifier, count }) => ({
      FunctionArn: `${arn}:${qualifier}`,
      ...wireConfig({
        requested: count,
        available: count,
        allocated: count,
        status: 'READY',
        statusReason: null,
        lastModifiedMs: this.startMs,
      }),
    }));
    return {
      ProvisionedConcurrencyConfigs: [
        ...(own ? [{ FunctionArn: `${arn}:${fn.spec.alias}`, ...wireConfig(own) }] : []),
        ...elsewhere,
      ],
    };
  }

  /** Of the unqualified function, or of the qualifier that is named: they are different lists. */
  listEventSourceMappings(functionName: string) {
    const { fn, base, qualifier } = this.resolve(functionName);
    if (!fn) throw notFound(`Function not found: ${this.arn(base)}`);
    const mappings = mappingsOf(this.functions).filter(
      ({ owner, source }) => owner === fn && source.qualifier === qualifier,
    );
    return { EventSourceMappings: mappings.map((mapping) => wireMapping(mapping, this.arn(base))) };
  }

  getEventSourceMapping(uuid: string) {
    const mapping = findMapping(this.functions, uuid);
    return wireMapping(mapping, this.arn(mapping.owner.spec.functionName));
  }

  updateEventSourceMapping(uuid: string, input: Readonly<Record<string, unknown>>) {
    updateMapping(findMapping(this.functions, uuid), input);
    return this.getEventSourceMapping(uuid);
  }

  listTags(functionArn: string) {
    return { Tags: this.known(functionArn).surroundings.tags ?? {} };
  }

  getFunctionConfiguration(functionName: string, queryQualifier?: string) {
    const { fn, base, qualifier = queryQualifier } = this.resolve(functionName);
    const arn = qualifier === undefined ? this.arn(base) : `${this.arn(base)}:${qualifier}`;
    const latest = qualifier === undefined || qualifier === '$LATEST';
    if (!fn || (!latest && !this.functions.findQualified(base, qualifier))) {
      throw notFound(`Function not found: ${arn}`);
    }
    return {
      FunctionName: base,
      FunctionArn: arn,
      PackageType: 'Image',
      Role: `arn:aws:iam::${ACCOUNT_ID}:role/${base}`,
      CodeSize: 0,
      Description: '',
      Timeout: fn.spec.timeoutSeconds,
      MemorySize: fn.spec.memoryMb,
      Architectures: [fn.spec.architecture],
      LastModified: lambdaTime(this.startMs),
      Version: latest ? '$LATEST' : fn.version,
      ...wireKind(fn.surroundings, arn),
      LastUpdateStatus: 'Successful',
      SnapStart: {
        ApplyOn: fn.surroundings.snapStart ? 'PublishedVersions' : 'None',
        OptimizationStatus: fn.surroundings.snapStart && !latest ? 'On' : 'Off',
      },
      RevisionId: revisionId(fn),
    };
  }

  getProvisionedConcurrencyConfig(functionName: string, qualifier: string | undefined) {
    const config = this.qualified(functionName, qualifier).provisioned.describe();
    if (!config) {
      throw new AwsError(
        'ProvisionedConcurrencyConfigNotFoundException',
        'No Provisioned Concurrency Config found for this function',
        404,
      );
    }
    return wireConfig(config);
  }

  putProvisionedConcurrencyConfig(functionName: string, qualifier: string | undefined, count: unknown) {
    const fn = this.qualified(functionName, qualifier);
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) {
      throw invalid(
        `Value '${String(count)}' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1`,
      );
    }
    this.functions.setProvisioned(fn, count, this.nowMs());
    return this.getProvisionedConcurrencyConfig(functionName, qualifier);
  }

  /** Deleting what is not there succeeds (undocumented; no such error is declared). */
  deleteProvisionedConcurrencyConfig(functionName: string, qualifier: string | undefined): void {
    this.functions.removeProvisioned(this.qualified(functionName, qualifier), this.nowMs());
  }

  getFunctionConcurrency(functionName: string) {
    const reserved = this.known(functionName).spec.reservedConcurrency;
    return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
  }

  getAccountSettings() {
    return {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: this.functions.accountConcurrency,
        UnreservedConcurrentExecutions: this.functions.unreservedConcurrency,
      },
      AccountUsage: { TotalCodeSize: 0, FunctionCount: [...this.functions.all].length },
    };
  }

  private known(functionName: string): TwinFunction {
    const { fn, base } = this.resolve(functionName);
    if (!fn) throw notFound(`Function not found: ${this.arn(base)}`);
    return fn;
  }

  private wireAlias(fn: TwinFunction) {
    return {
      AliasArn: `${this.arn(fn.spec.functionName)}:${fn.spec.alias}`,
      Name: fn.spec.alias,
      FunctionVersion: fn.version,
      Description: '',
      RevisionId: revisionId(fn),
      ...(fn.weight && { RoutingConfig: { AdditionalVersionWeights: { [fn.weight.version]: fn.weight.weight } } }),
    };
  }

  private resolve(functionName: string): { fn: TwinFunction | undefined; base: string; qualifier?: string } {
    const match = FUNCTION_NAME.exec(functionName);
    if (!match) throw invalid(`1 validation error detected: Value '${functionName}' at 'functionName' is not valid`);
    const base = match[1]!;
    return { fn: this.functions.find(base), base, ...(match[2] !== undefined && { qualifier: match[2] }) };
  }

  private qualified(functionName: string, queryQualifier: string | undefined): TwinFunction {
    const { fn, base, qualifier = queryQualifier } = this.resolve(functionName);
    if (qualifier === undefined) throw invalid('The Qualifier parameter is required.');
    if (qualifier === '$LATEST') {
      throw invalid('Provisioned Concurrency Configs cannot be applied to unpublished function versions.');
    }
    if (!fn) throw notFound(`Function not found: ${this.arn(base)}:${qualifier}`);
    if (!this.functions.findQualified(base, qualifier)) {
      throw notFound(`Cannot find alias arn: ${this.arn(base)}:${qualifier}`);
    }
    return fn;
  }

  private arn(functionName: string): string {
    return `arn:aws:lambda:${this.region}:${ACCOUNT_ID}:function:${functionName}`;
  }
}

/** State, and what excludes provisioned concurrency. */
function wireKind({ state, kind }: Surroundings, arn: string) {
  const pool = { LambdaManagedInstancesCapacityProviderConfig: { CapacityProviderArn: `${arn}-pool` } };
  return {
    State: state?.name ?? 'Active',
    ...(state && { StateReason: state.reason }),
    ...(kind === 'tenant-isolated' && { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } }),
    ...(kind === 'managed-instances' && { CapacityProviderConfig: pool }),
  };
}

function wireConfig(config: ProvisionedConfig) {
  return {
    RequestedProvisionedConcurrentExecutions: config.requested,
    AvailableProvisionedConcurrentExecutions: config.available,
    AllocatedProvisionedConcurrentExecutions: config.allocated,
    Status: config.status,
    ...(config.statusReason !== null && { StatusReason: config.statusReason }),
    LastModified: lambdaTime(config.lastModifiedMs),
  };
}

function revisionId(fn: TwinFunction): string {
  return `00000000-0000-4000-8000-${fn.revision.toString(16).padStart(12, '0')}`;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}
