import { describe, expect, it } from 'vitest';
import { readAccountConcurrency } from '../../src/aws/function-settings.ts';
import { createMetricsSource } from '../../src/aws/metrics-source.ts';
import { createScalingReader, createScalingWriter } from '../../src/aws/scaling.ts';
import { InputError, RefusedError, TransientError } from '../../src/errors.ts';
import { DAY_MS, formatAt, HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import type { Fault, FaultKind } from '../../src/twin/faults.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../src/twin/local-aws.ts';
import { createWorld, type World, type WorldOptions } from '../../src/twin/world.ts';
import { clientsOf } from '../aws/fake-endpoint.ts';
import { describePortContracts, type MeasuredMinute, type Stage, STAGE_FUNCTION } from './port-contracts.ts';

const TARGET = { functionName: 'worker', alias: 'live' };
const NOW = Date.parse('2026-11-22T14:00:00Z');

interface LocalStage extends Stage {
  world: World;
  local: LocalAws;
}

async function openStage(
  behaviour: WorldOptions['behaviour'] = {},
  options: LocalAwsOptions = {},
): Promise<LocalStage> {
  const functions = [{ ...TARGET, ...STAGE_FUNCTION }];
  const world = createWorld({ seed: 7, startMs: NOW, functions, behaviour, region: 'eu-central-1' });
  const local = await startLocalAws(world, options);
  return {
    world,
    local,
    aws: clientsOf(local.endpoint, { access: 'write' }),
    target: TARGET,
    nowMs: NOW,
    register: (bounds) => world.registerTarget(TARGET.functionName, bounds),
    weighAlias: () => world.setAliasWeight(TARGET.functionName, { version: '2', weight: 0.1 }),
    measure: (minutes, scope) => measure(world, minutes, scope),
    close: () => local.close(),
  };
}

function measure(world: World, minutes: MeasuredMinute[], scope: 'alias' | 'function'): void {
  const startMs = minutes[0]!.startMs;
  const length = (minutes.at(-1)!.startMs - startMs) / MINUTE_MS + 1;
  const invocations = new Float64Array(length);
  const maxConcurrency = new Float64Array(length).fill(NaN);
  for (const minute of minutes) {
    const i = (minute.startMs - startMs) / MINUTE_MS;
    invocations[i] = minute.invocations;
    maxConcurrency[i] = minute.maxConcurrency;
  }
  const past = { startMs, stepSeconds: 60, invocations, maxConcurrency, averageDurationMs: 250 };
  world.fillHistory(TARGET.functionName, past, scope);
}

describe('the adapters keep the contracts on the local AWS', () => describePortContracts(openStage));

describe('over the local AWS', () => {
  it('eight weeks come in two resolutions and many pages, complete', async () => {
    const stage = await openStage({ datapointsPerPage: 10_000 });
    const fromMs = NOW - 56 * DAY_MS;
    const invocations = Float64Array.from({ length: (56 * DAY_MS) / (5 * MINUTE_MS) }, (_, i) => 60 + (i % 97));
    stage.world.fillHistory('worker', { startMs: fromMs, stepSeconds: 300, invocations, averageDurationMs: 200 });
    const reading = await createMetricsSource(stage.aws, { now: () => NOW }).read(TARGET, { fromMs, toMs: NOW });
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(reading.grids.map(({ stepSeconds, invocations: { length } }) => [stepSeconds, length])).toEqual([
      [300, 42 * 288],
      [60, 14 * 1440],
    ]);
    // The newest two minutes are not delivered yet.
    const coarse = sum(reading.grids[0]!.invocations);
    const fine = sum(reading.grids[1]!.invocations.map((value) => (Number.isNaN(value) ? 0 : value)));
    expect(coarse).toBe(sum(invocations.subarray(0, 42 * 288)));
    expect(sum(invocations) - coarse - fine).toBeLessThan(5 * 160);
    expect(reading.grids[1]!.startMs).toBe(reading.grids[0]!.startMs + 42 * DAY_MS);
    expect(stage.local.calls.filter(({ operation }) => operation === 'GetMetricData').length).toBeGreaterThan(20);
    await stage.close();
  });

  it('an outage of the metrics is unheard, silence within a busy account is heard', async () => {
    const stage = await openStage();
    const startMs = NOW - 6 * HOUR_MS;
    const invocations = new Float64Array(360).fill(20);
    stage.world.fillHistory('worker', { startMs, stepSeconds: 60, invocations, averageDurationMs: 100 });
    stage.world.loseMetrics({ fromMs: startMs + HOUR_MS, toMs: startMs + 2 * HOUR_MS });
    const source = createMetricsSource(stage.aws, { now: () => NOW });
    const { heard } = (await source.read(TARGET, { fromMs: startMs, toMs: NOW })).grids[0]!;
    expect([...heard.subarray(0, 180)]).toEqual(Array.from({ length: 180 }, (_, i) => (i < 60 || i >= 120 ? 1 : 0)));
    await stage.close();
  });

  it('provisioned concurrency is read while it is allocated and when it is ready', async () => {
    const stage = await openStage({ allocationDelaySeconds: 90 });
    await stage.register({ minCapacity: 1, maxCapacity: 50 });
    const reader = createScalingReader(stage.aws);
    await createScalingWriter(stage.aws).setBounds(TARGET, { minCapacity: 4, maxCapacity: 50 });
    expect((await reader.read(TARGET)).provisioned).toMatchObject({
      requested: 4,
      available: 0,
      status: 'IN_PROGRESS',
    });
    stage.world.advanceTo(NOW + 5 * MINUTE_MS);
    expect((await reader.read(TARGET)).provisioned).toEqual({ requested: 4, available: 4, status: 'READY' });
    await stage.close();
  });

  it('an action that was put fires, and moves the bounds that are read', async () => {
    const stage = await openStage();
    await stage.register({ minCapacity: 1, maxCapacity: 50 });
    const schedule = formatAt(NOW + 10 * MINUTE_MS);
    await createScalingWriter(stage.aws).putAction(TARGET, { name: 'up', schedule, minCapacity: 8, maxCapacity: 8 });
    stage.world.advanceTo(NOW + 15 * MINUTE_MS);
    const { scalableTarget, provisioned } = await createScalingReader(stage.aws).read(TARGET);
    expect(scalableTarget).toMatchObject({ minCapacity: 8, maxCapacity: 8 });
    expect(provisioned).toMatchObject({ available: 8 });
    await stage.close();
  });

  it('a put on a target that is not registered is refused', async () => {
    const stage = await openStage();
    const action = { name: 'up', schedule: formatAt(NOW + HOUR_MS), minCapacity: 8, maxCapacity: 8 };
    const putting = createScalingWriter(stage.aws).putAction(TARGET, action);
    await expect(putting).rejects.toThrow(RefusedError);
    await expect(putting).rejects.toThrow(/Nothing is registered/);
    await stage.close();
  });

  it('a Region in which there is no such function is named', async () => {
    const stage = await openStage({}, { checkRegion: true });
    const aws = clientsOf(stage.local.endpoint, { region: 'us-west-2' });
    const reading = createScalingReader(aws).read(TARGET);
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow('no alias "live" of function "worker" in us-west-2');
    await stage.close();
  });

  it('the account has room for 900 of its 1,000', async () => {
    const stage = await openStage();
    expect(await readAccountConcurrency(stage.aws)).toEqual({ limit: 1000, unreserved: 1000, provisionable: 900 });
    await stage.close();
  });
});

describe('failures of the local AWS', () => {
  const action = { name: 'up', schedule: formatAt(NOW + HOUR_MS), minCapacity: 8, maxCapacity: 8 };
  const lastHour = { fromMs: NOW - HOUR_MS, toMs: NOW };
  const failing = async (...faults: Fault[]) => {
    const stage = await openStage({}, { faults });
    await stage.register({ minCapacity: 1, maxCapacity: 50 });
    return stage;
  };

  it.each<FaultKind>([
    'throttling',
    'concurrent-update',
    'internal-service',
    'service-unavailable',
    'reset-before',
    'reset-after',
  ])('%s that pass do not stop a read or a write', async (kind) => {
    const stage = await failing({ operation: '*', kind, times: 3 });
    await createScalingWriter(stage.aws).putAction(TARGET, action);
    stage.local.inject({ operation: '*', kind, times: 3 });
    expect(await createScalingReader(stage.aws).read(TARGET)).toMatchObject({ actions: [action] });
    stage.local.inject({ operation: '*', kind, times: 3 });
    const reading = await createMetricsSource(stage.aws, { now: () => NOW }).read(TARGET, lastHour);
    expect(reading.grids).toHaveLength(1);
    await stage.close();
  });

  it.each<[FaultKind, typeof RefusedError | typeof TransientError, RegExp]>([
    ['throttling', TransientError, /throttles application-autoscaling:PutScheduledAction/],
    ['concurrent-update', TransientError, /ConcurrentUpdateException/],
    ['access-denied', RefusedError, /may not do application-autoscaling:PutScheduledAction on alias "live"/],
    ['expired-token', RefusedError, /expired: sign in again/],
  ])('%s that stay end a write with a clear error', async (kind, Kind, message) => {
    const stage = await failing({ operation: 'PutScheduledAction', kind });
    const putting = createScalingWriter(stage.aws).putAction(TARGET, action);
    await expect(putting).rejects.toThrow(Kind);
    await expect(putting).rejects.toThrow(message);
    expect((await createScalingReader(stage.aws).read(TARGET)).actions).toEqual([]);
    await stage.close();
  });

  it.each<[FaultKind, typeof RefusedError | typeof TransientError]>([
    ['metrics-internal-error', TransientError],
    ['metrics-forbidden', RefusedError],
  ])('%s end a reading, instead of looking like silence', async (kind, Kind) => {
    const stage = await failing({ operation: 'GetMetricData', kind });
    const reading = createMetricsSource(stage.aws, { now: () => NOW }).read(TARGET, lastHour);
    await expect(reading).rejects.toThrow(Kind);
    await stage.close();
  });

  it('an endpoint that hangs is named', async () => {
    const stage = await failing({ operation: '*', kind: 'hang' });
    const aws = clientsOf(stage.local.endpoint, { timeouts: { totalMs: 200 } });
    await expect(createScalingReader(aws).read(TARGET)).rejects.toThrow(`${stage.local.endpoint} did not answer`);
    await stage.close();
  });
});
