/** Everything around a target that the checks look at. Reads only; what the caller may not read is a fact of its own. */
import {
  type AliasConfiguration,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  ListTagsCommand,
} from '@aws-sdk/client-lambda';
import { InputError, RefusedError } from '../errors.ts';
import type { Target } from '../model.ts';
import type {
  AccountReader,
  AliasFacts,
  EventSourceFacts,
  Fact,
  FunctionFacts,
  ProvisionedFacts,
} from '../ops/facts.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { listAliases, listEventSources, listProvisioned, qualifierOf } from './function-lists.ts';
import { readAccountConcurrency, readConfiguration, sizingOf, unsupportedBy } from './function-settings.ts';
import { readActions, readActivities, readPolicies, readTargets } from './scaling-facts.ts';
import { readUsage } from './usage-facts.ts';
import { watchClock } from './watch-clock.ts';

/**
 * The facts about a target, in about 15 calls. A missing function or alias and a permission that the caller lacks are
 * facts; anything else that goes wrong is thrown as `explain` says. `$LATEST` and version numbers can be asked about.
 * IAM: lambda:GetAlias, GetFunctionConfiguration, GetFunctionConcurrency, GetAccountSettings, ListAliases,
 * ListProvisionedConcurrencyConfigs, ListEventSourceMappings, ListTags; application-autoscaling:DescribeScalableTargets,
 * DescribeScheduledActions, DescribeScalingPolicies, DescribeScalingActivities; cloudwatch:GetMetricData.
 */
export function createAccountReader(aws: AwsClients, now: () => number): AccountReader {
  const clock = watchClock(aws.lambda.client, now);
  return {
    async read(target) {
      const fn = await readable('lambda:GetFunctionConfiguration', () => readFunction(aws, target));
      const bareArn = fn.known && fn.value === null ? await readBareArn(aws, target) : null;
      const missing = fn.known && fn.value === null && bareArn === null;
      const list = <T>(action: string, read: () => Promise<T[]>) =>
        missing ? Promise.resolve<Fact<T[]>>({ known: true, value: [] }) : readable(action, read);
      const aliases = await list('lambda:ListAliases', async () => (await listAliases(aws, target)).map(aliasFacts));
      const named = !/^(\$LATEST|\d+)$/.test(target.alias);
      const alias: Fact<AliasFacts | null> = named
        ? await readable('lambda:GetAlias', () => readAlias(aws, target))
        : { known: true, value: null };
      // Nothing can be registered for $LATEST, and Application Auto Scaling refuses to be asked.
      const scaled = <T>(operation: string, read: () => Promise<T[]>): Promise<Fact<T[]>> =>
        named ? readable(`application-autoscaling:${operation}`, read) : Promise.resolve({ known: true, value: [] });
      return {
        target,
        region: await aws.lambda.client.config.region(),
        exists: !missing,
        fn,
        alias,
        aliases,
        tags: fn.known ? await readable('lambda:ListTags', () => readTags(aws, target, fn.value?.arn ?? bareArn)) : fn,
        provisioned: await list('lambda:ListProvisionedConcurrencyConfigs', () => readProvisioned(aws, target)),
        reserved: missing
          ? { known: true, value: null }
          : await readable('lambda:GetFunctionConcurrency', () => readReserved(aws, target)),
        account: await readable('lambda:GetAccountSettings', () => readAccountConcurrency(aws)),
        eventSources: await list('lambda:ListEventSourceMappings', () => readEventSources(aws, target)),
        targets: await readable('application-autoscaling:DescribeScalableTargets', () => readTargets(aws, target)),
        actions: await readable('application-autoscaling:DescribeScheduledActions', () => readActions(aws, target)),
        policies: await scaled('DescribeScalingPolicies', () => readPolicies(aws, target)),
        activities: await scaled('DescribeScalingActivities', () => readActivities(aws, target)),
        usage: await readable('cloudwatch:GetMetricData', () =>
          readUsage(aws, target, { aliases: aliases.known ? aliases.value : [], nowMs: now() }),
        ),
        clockAheadMs: clock.aheadMs(),
      };
    },
  };
}

/** What the caller may not read, in the words of `explain`, becomes a fact; every other failure is thrown on. */
async function readable<T>(action: string, read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { known: true, value: await read() };
  } catch (error) {
    if (error instanceof RefusedError && error.message.startsWith('Access denied')) {
      return { known: false, action, why: error.message };
    }
    throw error;
  }
}

/** Null where Lambda knows no such function, alias or version: `explain` says so in these words. */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith('There is no ')) return null;
    throw error;
  }
}

async function readFunction(aws: AwsClients, target: Target): Promise<FunctionFacts | null> {
  const answer = await orNull(readConfiguration(aws, target, target.alias));
  if (answer === null) return null;
  return {
    arn: (answer.FunctionArn ?? '').replace(/(:function:[^:]+):[^:]+$/, '$1'),
    version: answer.Version ?? '',
    ...sizingOf(answer),
    unsupported: unsupportedBy(answer),
    state: answer.State ?? 'Active',
    stateReason: answer.StateReason ?? '',
  };
}

/** The ARN of the bare function; null where there is no function of that name. */
async function readBareArn(aws: AwsClients, target: Target): Promise<string | null> {
  const answer = await orNull(readConfiguration(aws, target));
  return answer && (answer.FunctionArn ?? '');
}

function aliasFacts(alias: AliasConfiguration): AliasFacts {
  return {
    name: alias.Name ?? '',
    version: alias.FunctionVersion ?? '',
    weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
  };
}

async function readAlias(aws: AwsClients, target: Target): Promise<AliasFacts | null> {
  const request = { FunctionName: target.functionName, Name: target.alias };
  const answer = await orNull(
    call(aws.lambda, { action: 'lambda:GetAlias', target }, (client, options) =>
      client.send(new GetAliasCommand(request), options),
    ),
  );
  return answer && aliasFacts(answer);
}

async function readTags(aws: AwsClients, target: Target, arn: string | null): Promise<Record<string, string>> {
  if (arn === null) return {};
  const { Tags } = await call(aws.lambda, { action: 'lambda:ListTags', target }, (client, options) =>
    client.send(new ListTagsCommand({ Resource: arn }), options),
  );
  return Tags ?? {};
}

async function readProvisioned(aws: AwsClients, target: Target): Promise<ProvisionedFacts[]> {
  return (await listProvisioned(aws, target)).map((config) => ({
    qualifier: qualifierOf(config.FunctionArn) ?? '',
    requested: config.RequestedProvisionedConcurrentExecutions ?? 0,
    available: config.AvailableProvisionedConcurrentExecutions ?? 0,
    status: config.Status ?? 'IN_PROGRESS',
    statusReason: config.StatusReason ?? '',
    lastModifiedMs: Date.parse(config.LastModified ?? ''),
  }));
}

async function readReserved(aws: AwsClients, target: Target): Promise<number | null> {
  const request = { FunctionName: target.functionName };
  const answer = await call(aws.lambda, { action: 'lambda:GetFunctionConcurrency', target }, (client, options) =>
    client.send(new GetFunctionConcurrencyCommand(request), options),
  );
  return answer.ReservedConcurrentExecutions ?? null;
}

/** Lambda lists the sources of the bare function and those of an alias separately. */
async function readEventSources(aws: AwsClients, target: Target): Promise<EventSourceFacts[]> {
  const names = [target.functionName, `${target.functionName}:${target.alias}`];
  const lists: EventSourceFacts[][] = [];
  for (const FunctionName of target.alias === '$LATEST' ? names.slice(0, 1) : names) {
    const sources = (await orNull(listEventSources(aws, target, FunctionName))) ?? [];
    lists.push(
      sources.map((source) => ({
        uuid: source.UUID ?? '',
        sourceArn: source.EventSourceArn ?? source.UUID ?? '',
        qualifier: qualifierOf(source.FunctionArn),
        state: source.State ?? '',
      })),
    );
  }
  return lists.flat();
}
