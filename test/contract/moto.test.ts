import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe } from 'vitest';
import type { AwsClients } from '../../src/aws/clients.ts';
import type { Target } from '../../src/model.ts';
import { clientsOf } from '../aws/fake-endpoint.ts';
import { isMotoInstalled, isMotoRequired, type MotoServer, startMoto } from './moto-server.ts';
import { describePortContracts, type MeasuredMinute, type Stage, STAGE_FUNCTION } from './port-contracts.ts';

const REGION = 'eu-central-1';
const ROLE = 'worker';

describe.skipIf(!isMotoInstalled && !isMotoRequired)(
  `the adapters keep the contracts on moto's AWS${isMotoInstalled ? '' : ' (moto is not installed: run node scripts/setup-tools.mjs)'}`,
  () => {
    let moto: MotoServer | undefined;
    let stages = 0;
    beforeAll(async () => {
      moto = await startMoto();
      await createRole(moto.endpoint);
    }, 90_000);
    afterAll(() => moto?.stop());

    describePortContracts(() => openStage(moto!.endpoint, `worker-${++stages}`));
  },
);

async function openStage(endpoint: string, functionName: string): Promise<Stage> {
  const aws = clientsOf(endpoint, { access: 'write', region: REGION });
  const target = { functionName, alias: 'live' };
  answerForProvisionedConcurrency(aws);
  await createFunction(aws.lambda.client, target);
  return {
    aws,
    target,
    nowMs: Date.parse('2026-11-22T14:00:00Z'),
    register: async ({ minCapacity, maxCapacity }) => {
      const command = new RegisterScalableTargetCommand({
        ServiceNamespace: 'lambda',
        ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        ResourceId: `function:${functionName}:live`,
        MinCapacity: minCapacity,
        MaxCapacity: maxCapacity,
      });
      await aws.autoScaling.client.send(command);
    },
    weighAlias: () => weighAlias(aws.lambda.client, target),
    measure: (minutes, scope) => putMetrics(endpoint, target, minutes, scope),
    close: () => undefined,
  };
}

/** moto has no provisioned concurrency: what it would say of an alias without any is said in its place. */
function answerForProvisionedConcurrency({ lambda }: AwsClients): void {
  lambda.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'GetProvisionedConcurrencyConfigCommand') return next(args);
        const name = 'ProvisionedConcurrencyConfigNotFoundException';
        return Promise.reject(Object.assign(new Error('none'), { name }));
      },
    { step: 'initialize' },
  );
}

/** moto wants the function's role to exist; IAM has no client here. */
async function createRole(endpoint: string): Promise<void> {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: ROLE,
    AssumeRolePolicyDocument: '{}',
  });
  const { ok, status } = await fetch(endpoint, { method: 'POST', headers: { authorization }, body });
  if (!ok) throw new Error(`moto did not create the role: HTTP status ${status}`);
}

async function createFunction(client: LambdaClient, { functionName, alias }: Target): Promise<void> {
  const command = new CreateFunctionCommand({
    FunctionName: functionName,
    Role: `arn:aws:iam::123456789012:role/${ROLE}`,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: Buffer.from('not read by moto') },
    MemorySize: STAGE_FUNCTION.memoryMb,
    Timeout: STAGE_FUNCTION.timeoutSeconds,
    Architectures: [STAGE_FUNCTION.architecture],
  });
  await client.send(command);
  await client.send(new PublishVersionCommand({ FunctionName: functionName }));
  await client.send(new CreateAliasCommand({ FunctionName: functionName, Name: alias, FunctionVersion: '1' }));
}

async function weighAlias(client: LambdaClient, { functionName, alias }: Target): Promise<void> {
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: functionName, Description: 'second' }));
  await client.send(new PublishVersionCommand({ FunctionName: functionName }));
  const RoutingConfig = { AdditionalVersionWeights: { 2: 0.1 } };
  await client.send(new UpdateAliasCommand({ FunctionName: functionName, Name: alias, RoutingConfig }));
}

async function putMetrics(
  endpoint: string,
  { functionName, alias }: Target,
  minutes: MeasuredMinute[],
  scope: 'alias' | 'function',
): Promise<void> {
  // moto cannot read what the SDK compresses.
  const client = new CloudWatchClient({ endpoint, region: REGION, disableRequestCompression: true });
  const ofFunction = [{ Name: 'FunctionName', Value: functionName }];
  const ofAlias = [...ofFunction, { Name: 'Resource', Value: `${functionName}:${alias}` }];
  for (const Dimensions of scope === 'alias' ? [ofFunction, ofAlias] : [ofFunction]) {
    const MetricData = minutes.flatMap((minute): MetricDatum[] => {
      const Timestamp = new Date(minute.startMs);
      return [
        { MetricName: 'Invocations', Value: minute.invocations, Timestamp, Dimensions },
        { MetricName: 'Duration', Value: 250, Timestamp, Dimensions },
        { MetricName: 'ConcurrentExecutions', Value: minute.maxConcurrency, Timestamp, Dimensions },
        { MetricName: 'ConcurrentExecutions', Value: 1, Timestamp, Dimensions },
      ];
    });
    await client.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData }));
  }
}
