/** What the planner must know about the function and the account. */
import { GetAccountSettingsCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { assertTarget } from './target.ts';

export interface FunctionSettings {
  /** The version that the alias points to. */
  version: string;
  memoryMb: number;
  timeoutSeconds: number;
  architecture: 'x86_64' | 'arm64';
  packageType: 'Zip' | 'Image';
  /** SnapStart and provisioned concurrency exclude each other on a version. */
  snapStart: boolean;
}

/**
 * The settings of the version behind the alias. What an answer leaves out has Lambda's own default. An InputError when
 * there is no such function or alias in the Region. IAM: lambda:GetFunctionConfiguration.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 */
export async function readFunctionSettings(aws: AwsClients, target: Target): Promise<FunctionSettings> {
  assertTarget(target);
  const answer = await call(aws.lambda, { action: 'lambda:GetFunctionConfiguration', target }, (client, options) =>
    client.send(
      new GetFunctionConfigurationCommand({ FunctionName: target.functionName, Qualifier: target.alias }),
      options,
    ),
  );
  return {
    version: answer.Version ?? '',
    memoryMb: answer.MemorySize ?? 128,
    timeoutSeconds: answer.Timeout ?? 3,
    architecture: answer.Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64',
    packageType: answer.PackageType === 'Image' ? 'Image' : 'Zip',
    snapStart: answer.SnapStart?.ApplyOn === 'PublishedVersions',
  };
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
