import { afterEach, describe, expect, it } from 'vitest';
import { createScalingReader, createScalingWriter } from '../../src/aws/scaling.ts';
import { InputError, RefusedError, TransientError } from '../../src/errors.ts';
import { clientsOf, type FakeAnswer, type FakeEndpoint, type FakeRequest, startFake } from './fake-endpoint.ts';

let fake: FakeEndpoint | undefined;
afterEach(() => fake?.close());

type Answers = Record<string, FakeAnswer | ((request: FakeRequest) => FakeAnswer)>;

const target = { functionName: 'worker', alias: 'live' };
const SCOPE = {
  ServiceNamespace: 'lambda',
  ScalableDimension: 'lambda:function:ProvisionedConcurrency',
  ResourceId: 'function:worker:live',
};
const REGISTERED: FakeAnswer = { body: { ScalableTargets: [{ ...SCOPE, MinCapacity: 1, MaxCapacity: 50 }] } };

/** An account in which the alias exists and nothing else is set up, but for what `answers` says. */
async function awsWith(answers: Answers = {}, access: 'read' | 'write' = 'read') {
  const all: Answers = {
    GetAlias: { body: { Name: 'live', FunctionVersion: '1' } },
    GetProvisionedConcurrencyConfig: { error: 'ProvisionedConcurrencyConfigNotFoundException', status: 404 },
    DescribeScalableTargets: { body: { ScalableTargets: [] } },
    DescribeScheduledActions: { body: { ScheduledActions: [] } },
    ...answers,
  };
  fake = await startFake((request) => {
    const answer = all[request.operation] ?? { body: {} };
    return typeof answer === 'function' ? answer(request) : answer;
  });
  return clientsOf(fake.endpoint, { access });
}

async function readWith(answers: Answers) {
  return createScalingReader(await awsWith(answers)).read(target);
}

describe('the scaling reader', () => {
  it('takes an alias that nothing is set up for as normal', async () => {
    expect(await readWith({})).toEqual({
      scalableTarget: null,
      actions: [],
      aliasHasWeights: false,
      provisioned: null,
    });
  });

  it('reads bounds, suspension, weights and provisioned concurrency', async () => {
    const state = await readWith({
      GetAlias: { body: { RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } } },
      GetProvisionedConcurrencyConfig: {
        body: {
          RequestedProvisionedConcurrentExecutions: 5,
          AvailableProvisionedConcurrentExecutions: 0,
          Status: 'FAILED',
          StatusReason: 'FUNCTION_ERROR_INIT_FAILURE',
        },
      },
      DescribeScalableTargets: {
        body: {
          ScalableTargets: [
            { ...SCOPE, ResourceId: 'function:other:live', MinCapacity: 7, MaxCapacity: 8 },
            { ...SCOPE, MinCapacity: 1, MaxCapacity: 50, SuspendedState: { ScheduledScalingSuspended: true } },
          ],
        },
      },
    });
    expect(state).toEqual({
      scalableTarget: { minCapacity: 1, maxCapacity: 50, scheduledScalingSuspended: true },
      actions: [],
      aliasHasWeights: true,
      provisioned: { requested: 5, available: 0, status: 'FAILED', statusReason: 'FUNCTION_ERROR_INIT_FAILURE' },
    });
  });

  it('takes an alias with an empty routing as one without weights', async () => {
    const state = await readWith({ GetAlias: { body: { RoutingConfig: { AdditionalVersionWeights: {} } } } });
    expect(state.aliasHasWeights).toBe(false);
  });

  it('reads all pages of scheduled actions, ours and foreign ones, in our own form', async () => {
    const pages: Record<string, unknown> = {
      first: {
        ScheduledActions: [
          {
            ...SCOPE,
            ScheduledActionName: 'prewarm-001',
            Schedule: 'at(2026-11-22T14:05:00)',
            Timezone: 'UTC',
            ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 4 },
          },
        ],
        NextToken: 'second',
      },
      second: {
        ScheduledActions: [
          {
            ...SCOPE,
            ScheduledActionName: 'night',
            Schedule: 'cron(0 22 * * ? *)',
            Timezone: 'Europe/Berlin',
            StartTime: 1_760_000_000,
            EndTime: 1_770_000_000.5,
            ScalableTargetAction: { MaxCapacity: 2 },
          },
        ],
      },
    };
    const { actions } = await readWith({
      DescribeScheduledActions: ({ input }) => ({ body: pages[(input.NextToken as string | undefined) ?? 'first'] }),
    });
    expect(actions).toEqual([
      { name: 'prewarm-001', schedule: 'at(2026-11-22T14:05:00)', minCapacity: 0, maxCapacity: 4 },
      {
        name: 'night',
        schedule: 'cron(0 22 * * ? *)',
        maxCapacity: 2,
        timezone: 'Europe/Berlin',
        startTimeMs: 1_760_000_000_000,
        endTimeMs: 1_770_000_000_500,
      },
    ]);
  });

  it.each<[string, (request: FakeRequest) => string]>([
    ['names the same page again and again', () => 'again'],
    ['always names another page', ({ input }) => `${(input.NextToken as string | undefined) ?? ''}x`],
  ])('ends when the list of actions %s', async (_, nextToken) => {
    const reading = readWith({
      DescribeScheduledActions: (request) => ({ body: { ScheduledActions: [], NextToken: nextToken(request) } }),
    });
    await expect(reading).rejects.toThrow(TransientError);
    await expect(reading).rejects.toThrow(/no end/);
  });

  it('reports a missing alias as the user’s input, and asks nothing more', async () => {
    const reading = readWith({ GetAlias: { error: 'ResourceNotFoundException', status: 404 } });
    await expect(reading).rejects.toThrow(InputError);
    expect(fake!.operations()).toEqual(['GetAlias']);
  });

  it.each([
    ['GetAlias', 'lambda:GetAlias'],
    ['GetProvisionedConcurrencyConfig', 'lambda:GetProvisionedConcurrencyConfig'],
    ['DescribeScalableTargets', 'application-autoscaling:DescribeScalableTargets'],
    ['DescribeScheduledActions', 'application-autoscaling:DescribeScheduledActions'],
  ])('names the right that is missing for %s', async (operation, action) => {
    const reading = readWith({ [operation]: { error: 'AccessDeniedException', status: 403 } });
    await expect(reading).rejects.toThrow(RefusedError);
    await expect(reading).rejects.toThrow(`may not do ${action} on`);
  });

  it('refuses $LATEST before any call', async () => {
    const aws = await awsWith();
    await expect(createScalingReader(aws).read({ ...target, alias: '$LATEST' })).rejects.toThrow(InputError);
    expect(fake!.requests).toEqual([]);
  });
});

describe('the scaling writer', () => {
  const action = { name: 'prewarm-001', schedule: 'at(2026-11-22T14:05:00)', minCapacity: 0, maxCapacity: 4 };

  it('puts an action with exactly what it says', async () => {
    const writer = createScalingWriter(await awsWith({}, 'write'));
    await writer.putAction(target, action);
    await writer.putAction(target, {
      name: 'b',
      schedule: 'rate(1 day)',
      minCapacity: 1,
      startTimeMs: 1_760_000_000_000,
    });
    expect(fake!.requests.map(({ input }) => input)).toEqual([
      {
        ...SCOPE,
        ScheduledActionName: 'prewarm-001',
        Schedule: 'at(2026-11-22T14:05:00)',
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 4 },
      },
      {
        ...SCOPE,
        ScheduledActionName: 'b',
        Schedule: 'rate(1 day)',
        StartTime: 1_760_000_000,
        ScalableTargetAction: { MinCapacity: 1 },
      },
    ]);
  });

  it('sets the bounds of a registered target', async () => {
    const writer = createScalingWriter(await awsWith({ DescribeScalableTargets: REGISTERED }, 'write'));
    await writer.setBounds(target, { minCapacity: 3, maxCapacity: 9 });
    expect(fake!.requests.at(-1)).toEqual({
      operation: 'RegisterScalableTarget',
      input: { ...SCOPE, MinCapacity: 3, MaxCapacity: 9 },
    });
  });

  it('never registers a target that is not registered', async () => {
    const writer = createScalingWriter(await awsWith({}, 'write'));
    const setting = writer.setBounds(target, { minCapacity: 3, maxCapacity: 9 });
    await expect(setting).rejects.toThrow(RefusedError);
    await expect(setting).rejects.toThrow(/Nothing is registered/);
    expect(fake!.operations()).toEqual(['DescribeScalableTargets']);
  });

  it('takes a delete of what is not there as success', async () => {
    const writer = createScalingWriter(
      await awsWith({ DeleteScheduledAction: { error: 'ObjectNotFoundException' } }, 'write'),
    );
    await writer.deleteAction(target, 'gone');
    expect(fake!.operations()).toEqual(['DeleteScheduledAction']);
  });

  it('says that the target is not registered when a put finds none', async () => {
    const writer = createScalingWriter(
      await awsWith({ PutScheduledAction: { error: 'ObjectNotFoundException' } }, 'write'),
    );
    await expect(writer.putAction(target, action)).rejects.toThrow(/Nothing is registered .*deploy the stack/);
  });

  it('writes one after the other, though it is asked for all at once, and past a failure', async () => {
    let open = 0;
    let most = 0;
    const aws = await awsWith({}, 'write');
    aws.autoScaling.client.middlewareStack.add(
      (next) => async (args) => {
        most = Math.max(most, ++open);
        return next(args).finally(() => open--);
      },
      { step: 'initialize' },
    );
    const writer = createScalingWriter(aws);
    const outcomes = await Promise.allSettled([
      writer.putAction(target, { ...action, name: 'a' }),
      writer.setBounds(target, { minCapacity: 1, maxCapacity: 2 }),
      writer.deleteAction(target, 'b'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(fake!.operations()).toEqual(['PutScheduledAction', 'DescribeScalableTargets', 'DeleteScheduledAction']);
    expect(most).toBe(1);
  });

  it('repeats a put that met another update', async () => {
    let puts = 0;
    const writer = createScalingWriter(
      await awsWith(
        { PutScheduledAction: () => (++puts < 3 ? { error: 'ConcurrentUpdateException' } : { body: {} }) },
        'write',
      ),
    );
    await writer.putAction(target, action);
    expect(puts).toBe(3);
  });
});
