/** What every implementation of the controller's ports over an AWS must do. Run against each AWS there is to test with. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AwsClients } from '../../src/aws/clients.ts';
import { readFunctionSettings } from '../../src/aws/function-settings.ts';
import { createMetricsSource } from '../../src/aws/metrics-source.ts';
import { createScalingReader, createScalingWriter } from '../../src/aws/scaling.ts';
import { InputError, RefusedError } from '../../src/errors.ts';
import type { CapacityBounds, ScheduledAction, Target } from '../../src/model.ts';
import { formatAt, HOUR_MS, MINUTE_MS } from '../../src/time.ts';

/** A minute of measured demand; a minute without is silent. */
export interface MeasuredMinute {
  startMs: number;
  invocations: number;
  maxConcurrency: number;
}

/**
 * An AWS with one function, whose alias is on a published version and has nothing set up. What the functions return is
 * awaited and otherwise of no interest.
 */
export interface Stage {
  /** Clients that may write. */
  aws: AwsClients;
  target: Target;
  /** The AWS's present; a whole minute. */
  nowMs: number;
  /** Registers the scalable target, as the stack does. */
  register: (bounds: CapacityBounds) => unknown;
  /** Sends a share of the alias's traffic to another version. */
  weighAlias: () => unknown;
  /** Lets CloudWatch know this demand: of the alias and the function, or (alias made later) of the function alone. */
  measure: (minutes: MeasuredMinute[], scope: 'alias' | 'function') => unknown;
  close: () => unknown;
}

/** The function's settings on every stage. */
export const STAGE_FUNCTION = { memoryMb: 512, timeoutSeconds: 300, architecture: 'arm64' } as const;

export function describePortContracts(open: () => Promise<Stage>): void {
  let stage: Stage;
  beforeEach(async () => {
    stage = await open();
  });
  afterEach(() => stage.close());

  describe('ScalingReader', () => scalingReaderContract(() => stage));
  describe('ScalingWriter', () => scalingWriterContract(() => stage));
  describe('MetricsSource', () => metricsSourceContract(() => stage));

  it('the settings of the function are read through the alias', async () => {
    const settings = await readFunctionSettings(stage.aws, stage.target);
    expect(settings).toMatchObject({ ...STAGE_FUNCTION, version: '1', snapStart: false });
  });
}

const BOUNDS = { minCapacity: 1, maxCapacity: 50 };

/** A level pinned for one slot, `minutes` ahead. */
function pin(stage: Stage, name: string, minutes: number, capacity: number): ScheduledAction {
  const schedule = formatAt(stage.nowMs + minutes * MINUTE_MS);
  return { name, schedule, minCapacity: capacity, maxCapacity: capacity };
}

function byName(a: ScheduledAction, b: ScheduledAction): number {
  return a.name < b.name ? -1 : 1;
}

function scalingReaderContract(at: () => Stage): void {
  it('finds nothing where nothing is set up', async () => {
    const { aws, target } = at();
    expect(await createScalingReader(aws).read(target)).toEqual({
      scalableTarget: null,
      actions: [],
      aliasHasWeights: false,
      provisioned: null,
    });
  });

  it('reads the bounds of a registered target', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const { scalableTarget } = await createScalingReader(aws).read(target);
    expect(scalableTarget).toEqual({ ...BOUNDS, scheduledScalingSuspended: false });
  });

  it('sees that an alias has weights', async () => {
    const { aws, target, weighAlias } = at();
    await weighAlias();
    expect(await createScalingReader(aws).read(target)).toMatchObject({ aliasHasWeights: true });
  });

  it('reads 120 actions, more than two pages, exactly as they were put', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const writer = createScalingWriter(aws);
    const names = Array.from({ length: 120 }, (_, i) => `contract-${String(i).padStart(3, '0')}`);
    const put = names.map((name, i) => pin(at(), name, 10 + 5 * i, i % 50));
    for (const action of put) await writer.putAction(target, action);
    const { actions } = await createScalingReader(aws).read(target);
    expect(actions.sort(byName)).toEqual(put);
  });

  it.each([
    ['function', { functionName: 'no-such-function', alias: 'live' }],
    ['alias', { alias: 'no-such-alias' }],
  ])('reports a missing %s as input, with the Region', async (_, wrong) => {
    const { aws, target } = at();
    const reading = createScalingReader(aws).read({ ...target, ...wrong });
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(`in ${await aws.lambda.client.config.region()}`);
  });
}

function scalingWriterContract(at: () => Stage): void {
  const actionsOf = async ({ aws, target }: Stage) => (await createScalingReader(aws).read(target)).actions;

  it('replaces an action by a put of the same name', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const writer = createScalingWriter(aws);
    await writer.putAction(target, pin(at(), 'contract', 10, 3));
    const again = pin(at(), 'contract', 20, 0);
    await writer.putAction(target, again);
    expect(await actionsOf(at())).toEqual([again]);
  });

  it('puts an action that sets only a minimum', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const floor = { name: 'floor', schedule: formatAt(at().nowMs + HOUR_MS), minCapacity: 2 };
    await createScalingWriter(aws).putAction(target, floor);
    expect(await actionsOf(at())).toEqual([floor]);
  });

  it('deletes an action, and takes a second delete as success', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const writer = createScalingWriter(aws);
    await writer.putAction(target, pin(at(), 'stays', 10, 3));
    await writer.putAction(target, pin(at(), 'goes', 15, 3));
    await writer.deleteAction(target, 'goes');
    await writer.deleteAction(target, 'goes');
    expect(await actionsOf(at())).toEqual([pin(at(), 'stays', 10, 3)]);
  });

  it('lands every write though all are asked for at once', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const writer = createScalingWriter(aws);
    const put = ['a', 'b', 'c', 'd', 'e'].map((name, i) => pin(at(), name, 10 + 5 * i, i));
    await Promise.all(put.map((action) => writer.putAction(target, action)));
    expect((await actionsOf(at())).sort(byName)).toEqual(put);
  });

  it('sets new bounds, which leave the actions as they are', async () => {
    const { aws, target, register } = at();
    await register(BOUNDS);
    const writer = createScalingWriter(aws);
    await writer.putAction(target, pin(at(), 'stays', 10, 3));
    await writer.setBounds(target, { minCapacity: 4, maxCapacity: 20 });
    expect(await createScalingReader(aws).read(target)).toMatchObject({
      scalableTarget: { minCapacity: 4, maxCapacity: 20 },
      actions: [pin(at(), 'stays', 10, 3)],
    });
  });

  it('refuses to set bounds where nothing is registered, and registers nothing', async () => {
    const { aws, target } = at();
    await expect(createScalingWriter(aws).setBounds(target, BOUNDS)).rejects.toThrow(RefusedError);
    expect((await createScalingReader(aws).read(target)).scalableTarget).toBeNull();
  });
}

function metricsSourceContract(at: () => Stage): void {
  /** Minutes counted from two hours before now: busy, a short silence, busy, a long silence, busy. */
  const BUSY = [0, 1, 2, 10, 11, 60, 61];
  const startMs = () => at().nowMs - 2 * HOUR_MS;
  const busyMinutes = (): MeasuredMinute[] =>
    BUSY.map((n) => ({ startMs: startMs() + n * MINUTE_MS, invocations: 100 + n, maxConcurrency: 5 + (n % 7) }));
  const read = () => {
    const { aws, target, nowMs } = at();
    return createMetricsSource(aws, { now: () => nowMs }).read(target, { fromMs: startMs(), toMs: nowMs });
  };

  it('puts every measured minute in its place and leaves silent ones unknown', async () => {
    await at().measure(busyMinutes(), 'alias');
    const { grids, notes } = await read();
    const expected = new Map(busyMinutes().map((minute) => [(minute.startMs - startMs()) / MINUTE_MS, minute]));
    const indices = [...Array(120).keys()];
    expect(grids).toHaveLength(1);
    expect(grids[0]).toMatchObject({ startMs: startMs(), stepSeconds: 60 });
    expect([...grids[0]!.invocations]).toEqual(indices.map((i) => expected.get(i)?.invocations ?? NaN));
    expect(indices.map((i) => grids[0]!.maxConcurrency[i]! > 0)).toEqual(indices.map((i) => expected.has(i)));
    expect(grids[0]!.maxConcurrency[1]).toBe(6);
    expect(BUSY.every((n) => grids[0]!.averageDurationMs[n]! > 0)).toBe(true);
    expect(notes).toEqual([]);
  });

  it('tells a short silence, which was heard around, from a long one', async () => {
    await at().measure(busyMinutes(), 'alias');
    const { heard } = (await read()).grids[0]!;
    expect([...heard.subarray(0, 12)]).toEqual(Array<number>(12).fill(1));
    expect([...heard.subarray(20, 50)]).toEqual(Array<number>(30).fill(0));
  });

  it('falls back on the function while the alias has no data, and says so', async () => {
    await at().measure(busyMinutes(), 'function');
    const { grids, notes } = await read();
    expect(BUSY.map((n) => grids[0]!.invocations[n])).toEqual(busyMinutes().map(({ invocations }) => invocations));
    expect(BUSY.every((n) => grids[0]!.averageDurationMs[n]! > 0)).toBe(true);
    expect(notes).toEqual([expect.stringContaining('stand in')]);
  });

  it('says so when there is no data at all', async () => {
    const { grids, notes } = await read();
    expect(grids[0]!.invocations.every(Number.isNaN)).toBe(true);
    expect(notes).toEqual([expect.stringContaining('no datapoints')]);
  });

  it('trusts nothing younger than the function’s timeout', async () => {
    const { reliableUntilMs } = await read();
    expect(reliableUntilMs).toBe(at().nowMs - STAGE_FUNCTION.timeoutSeconds * 1000);
  });

  it('reports a missing alias as input', async () => {
    const { aws, target, nowMs } = at();
    const source = createMetricsSource(aws, { now: () => nowMs });
    const reading = source.read({ ...target, alias: 'no-such-alias' }, { fromMs: startMs(), toMs: nowMs });
    await expect(reading).rejects.toThrow(InputError);
  });
}
