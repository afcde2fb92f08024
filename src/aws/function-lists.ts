/** Lambda's lists of what belongs to one function. */
import {
  type AliasConfiguration,
  type EventSourceMappingConfiguration,
  ListAliasesCommand,
  ListEventSourceMappingsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  type ProvisionedConcurrencyConfigListItem,
} from '@aws-sdk/client-lambda';
import type { Target } from '../model.ts';
import { call } from './call.ts';
import type { AwsClients } from './clients.ts';
import { readPages } from './pages.ts';

/** Far above what a function has: 50 a page. */
const MOST_PAGES = 40;

/** IAM: lambda:ListAliases. */
export async function listAliases(aws: AwsClients, target: Target): Promise<AliasConfiguration[]> {
  const pages = await readMarkedPages('The list of aliases', (Marker) =>
    call(aws.lambda, { action: 'lambda:ListAliases', target }, (client, options) =>
      client.send(new ListAliasesCommand({ FunctionName: target.functionName, Marker }), options),
    ),
  );
  return pages.flatMap(({ Aliases = [] }) => Aliases);
}

/** Of every alias and version. IAM: lambda:ListProvisionedConcurrencyConfigs. */
export async function listProvisioned(
  aws: AwsClients,
  target: Target,
): Promise<ProvisionedConcurrencyConfigListItem[]> {
  const action = 'lambda:ListProvisionedConcurrencyConfigs';
  const pages = await readMarkedPages('The list of provisioned concurrency', (Marker) =>
    call(aws.lambda, { action, target }, (client, options) =>
      client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: target.functionName, Marker }), options),
    ),
  );
  return pages.flatMap(({ ProvisionedConcurrencyConfigs = [] }) => ProvisionedConcurrencyConfigs);
}

/** Of the bare function or, with a qualifier in its name, of that alias alone. IAM: lambda:ListEventSourceMappings. */
export async function listEventSources(
  aws: AwsClients,
  target: Target,
  FunctionName: string,
): Promise<EventSourceMappingConfiguration[]> {
  const pages = await readMarkedPages('The list of event sources', (Marker) =>
    call(aws.lambda, { action: 'lambda:ListEventSourceMappings', target }, (client, options) =>
      client.send(new ListEventSourceMappingsCommand({ FunctionName, Marker }), options),
    ),
  );
  return pages.flatMap(({ EventSourceMappings = [] }) => EventSourceMappings);
}

/** The qualifier at the end of `arn:aws:lambda:eu-west-1:123456789012:function:name:qualifier`, or null. */
export function qualifierOf(arn = ''): string | null {
  return /:function:[^:]+:([^:]+)$/.exec(arn)?.[1] ?? null;
}

/** Lambda's name for the token of a page is Marker on the way in and NextMarker on the way out. */
function readMarkedPages<Page extends { NextMarker?: string | undefined }>(
  what: string,
  fetchPage: (Marker: string | undefined) => Promise<Page>,
): Promise<(Page & { NextToken: string | undefined })[]> {
  return readPages(what, MOST_PAGES, async (Marker) => {
    const page = await fetchPage(Marker);
    return { ...page, NextToken: page.NextMarker };
  });
}
