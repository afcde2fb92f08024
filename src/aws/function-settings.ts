/** What the planner must know about the function and the account. */
import {
  type FunctionConfiguration,
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { assertTarget } from './target.ts';

/** What decides about price and speed. */
export interface Sizing {
  memoryMb: number;
  timeoutSeconds: number;
  architecture: 'x86_64' | 'arm64';
  /** SnapStart and provisioned concurrency exclude each other on a version. */
  snapStart: boolean;
}

export interface FunctionSettings extends Sizing {
  /** The version that the alias points to. */
  version: string;
  packageType: 'Zip' | 'Image';
}

/**
 * The settings of the version behind the alias. What an answer leaves out has Lambda's own default. An InputError when
 * there is no such function or alias in the Region. IAM: lambda:GetFunctionConfiguration.
 */
export async function readFunctionSettings(aws: AwsClients, target: Target): Promise<FunctionSettings> {
  assertTarget(target);
  const answer = await readConfiguration(aws, target, target.alias);
  return {
    ...sizingOf(answer),
    version: answer.Version ?? '',
    packageType: answer.PackageType === 'Image' ? 'Image' : 'Zip',
  };
}

/**
 * Of an alias or a version; without a qualifier, of the function as it was last updated. The target is for messages.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export function readConfiguration(aws: AwsClients, target: Target, Qualifier?: string): Promise<FunctionConfiguration> {
  const request = { FunctionName: target.functionName, Qualifier };
  return call(aws.lambda, { action: 'lambda:GetFunctionConfiguration', target }, (client, options) =>
    client.send(new GetFunctionConfigurationCommand(request), options),
  );
}

export function sizingOf(configuration: FunctionConfiguration): Sizing {
  return {
    memoryMb: configuration.MemorySize ?? 128,
    timeoutSeconds: configuration.Timeout ?? 3,
    architecture: configuration.Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64',
    snapStart: configuration.SnapStart?.ApplyOn === 'PublishedVersions',
  };
}

/**
 * What a function is that knows no provisioned concurrency; null for an ordinary one.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html
 */
export function unsupportedBy({ TenancyConfig, CapacityProviderConfig }: FunctionConfiguration): string | null {
  if (TenancyConfig) return 'tenant isolation';
  return CapacityProviderConfig ? 'a capacity provider (Managed Instances)' : null;
}

export interface AccountConcurrency {
  /** Concurrent executions allowed in the Region. */
  limit: number;
  /** What functions have not reserved for themselves. */
  unreserved: number;
  /**
   * The most provisioned concurrency that functions without a reservation can hold together: unreserved - 100.
   * What other functions already hold is to be taken off by the caller, it is not in this answer.
   */
  provisionable: number;
}

/** Lambda keeps this much of the account's concurrency for functions without a reservation. */
const KEPT_UNRESERVED = 100;

/**
 * The account's room for provisioned concurrency in the Region. IAM: lambda:GetAccountSettings.
 * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
export async function readAccountConcurrency(aws: AwsClients): Promise<AccountConcurrency> {
  const { AccountLimit } = await call(aws.lambda, { action: 'lambda:GetAccountSettings' }, (client, options) =>
    client.send(new GetAccountSettingsCommand({}), options),
  );
  const limit = AccountLimit?.ConcurrentExecutions ?? 0;
  const unreserved = AccountLimit?.UnreservedConcurrentExecutions ?? limit;
  return { limit, unreserved, provisionable: Math.max(0, unreserved - KEPT_UNRESERVED) };
}
