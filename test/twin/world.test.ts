import { describe, expect, it } from 'vitest';
import type { TwinBehaviour } from '../../src/twin/behaviour.ts';
import { createWorld, type World, type WorldOptions } from '../../src/twin/world.ts';
import { metric, MINUTE, ORDERS, ordersWorld, provisionedOf, put, readyWorld, at, START_MS } from './support.ts';

const total = (values: Map<number, number>) => [...values.values()].reduce((sum, value) => sum + value, 0);

/** Requests per minute from the start on; all of one duration. */
function feed(world: World, perMinute: number[], averageDurationMs: number, functionName = 'orders'): void {
  const invocations = Float64Array.from(perMinute);
  world.feed(functionName, {
    startMs: START_MS,
    stepSeconds: 60,
    invocations,
    averageDurationMs,
    durationVariation: 0,
  });
}

const steady = (perMinute: number, minutes = 30) => new Array<number>(minutes).fill(perMinute);

describe('the metrics of a function', () => {
  it.each(['alias', 'function', 'account'] as const)('count all that happened, at the level of the %s', (level) => {
    const world = ordersWorld();
    feed(world, steady(120), 700);
    world.advanceTo(START_MS + 40 * MINUTE);
    const usage = world.usage('orders');
    expect(usage.invocations).toBe(120 * 30);
    expect(total(metric(world, 'Invocations', { level }))).toBe(usage.invocations);
    expect(total(metric(world, 'Duration', { level }))).toBeCloseTo(usage.onDemandRunMs, 3);
    expect([...metric(world, 'Duration', { level, statistic: 'Average' }).values()]).toEqual(
      Array.from({ length: 30 }, () => expect.closeTo(700) as number),
    );
    expect(total(metric(world, 'Errors', { level }))).toBe(0);
    expect(metric(world, 'Throttles', { level }).size).toBe(30);
    const concurrency = [...metric(world, 'ConcurrentExecutions', { level, statistic: 'Maximum' }).values()];
    expect(concurrency.slice(0, 30)).toEqual([...world.minutes('orders').maxConcurrency.subarray(0, 30)]);
  });

  it('conserve invocations: on provisioned environments and spilled over', () => {
    const world = readyWorld(2, 2);
    feed(world, steady(240), 1000);
    world.advanceTo(START_MS + 40 * MINUTE);
    const onProvisioned = metric(world, 'ProvisionedConcurrencyInvocations');
    const spilled = metric(world, 'ProvisionedConcurrencySpilloverInvocations');
    const invocations = metric(world, 'Invocations');
    expect(total(spilled)).toBeGreaterThan(0);
    for (const [minute, count] of invocations) expect(onProvisioned.get(minute)! + spilled.get(minute)!).toBe(count);
    expect(Math.max(...metric(world, 'ProvisionedConcurrentExecutions', { statistic: 'Maximum' }).values())).toBe(2);
    expect(Math.max(...metric(world, 'ProvisionedConcurrencyUtilization', { statistic: 'Maximum' }).values())).toBe(1);
  });

  it('of provisioned concurrency are absent without it, and where nothing runs', () => {
    const without = ordersWorld();
    feed(without, steady(60), 100);
    without.advanceTo(START_MS + 40 * MINUTE);
    expect(metric(without, 'ProvisionedConcurrentExecutions').size).toBe(0);
    expect(metric(without, 'ProvisionedConcurrencySpilloverInvocations').size).toBe(0);

    const idle = readyWorld(3, 3);
    feed(idle, [...steady(0, 10), ...steady(60, 5)], 100);
    idle.advanceTo(START_MS + 40 * MINUTE);
    expect([...metric(idle, 'ProvisionedConcurrentExecutions').keys()]).toEqual([10, 11, 12, 13, 14]);
  });

  it.each([
    [false, 0],
    [true, 38],
  ])('hold zeros of ConcurrentExecutions while idle: %s', (idleConcurrencyZeros, minutes) => {
    const world = ordersWorld({ behaviour: { idleConcurrencyZeros } });
    world.advanceTo(START_MS + 40 * MINUTE);
    for (const level of ['alias', 'function', 'account'] as const) {
      const zeros = metric(world, 'ConcurrentExecutions', { statistic: 'Maximum', level });
      expect([zeros.size, total(zeros)]).toEqual([minutes, 0]);
    }
    expect(metric(world, 'Invocations').size).toBe(0);
  });

  it('arrive with a delay after the minute', () => {
    const world = ordersWorld({ behaviour: { metricDelaySeconds: 180 } });
    feed(world, steady(60), 10);
    world.advanceTo(START_MS + 4 * MINUTE - 1);
    expect([...metric(world, 'Invocations').keys()]).toEqual([]);
    world.advanceTo(START_MS + 4 * MINUTE);
    expect([...metric(world, 'Invocations').keys()]).toEqual([0]);
  });

  it('carry the minute of the beginning and are sent after the end, so new minutes under-report', () => {
    const world = ordersWorld({
      functions: [{ ...ORDERS, timeoutSeconds: 900, coldStartMs: 0 }],
      behaviour: { metricDelaySeconds: 0 },
    });
    feed(world, [60], 5 * MINUTE);
    world.advanceTo(START_MS + 5 * MINUTE);
    expect(total(metric(world, 'Invocations'))).toBe(0);
    expect(metric(world, 'ConcurrentExecutions', { statistic: 'Maximum' }).get(3)).toBe(60);
    world.advanceTo(START_MS + 7 * MINUTE);
    expect([...metric(world, 'Invocations')]).toEqual([[0, 60]]);
  });

  it('count requests that run into the timeout as errors of that duration', () => {
    const world = ordersWorld({ functions: [{ ...ORDERS, timeoutSeconds: 3 }] });
    feed(world, [10], 10_000);
    world.advanceTo(START_MS + 10 * MINUTE);
    expect(total(metric(world, 'Errors'))).toBe(10);
    expect(metric(world, 'Duration', { statistic: 'Maximum' }).get(0)).toBe(3000);
    expect(world.usage('orders').timeouts).toBe(10);
  });

  it.each([
    ['requested', 0.5],
    ['available', 1],
  ] as const)('divide by what is %s for the utilization, as the switch says', (utilizationOf, expected) => {
    const behaviour: Partial<TwinBehaviour> = { utilizationOf, allocationDelaySeconds: 600 };
    const world = ordersWorld({ behaviour });
    world.registerTarget('orders', { minCapacity: 2, maxCapacity: 4 });
    world.advanceTo(START_MS + 11 * MINUTE);
    put(world, 'up', at(12), { min: 4 });
    feed(world, [...steady(0, 15), ...steady(600, 2)], 1000);
    world.advanceTo(START_MS + 20 * MINUTE);
    expect(metric(world, 'ProvisionedConcurrencyUtilization', { statistic: 'Maximum' }).get(15)).toBe(expected);
  });

  it('can be lost for a while', () => {
    const world = ordersWorld();
    feed(world, steady(60), 10);
    world.advanceTo(START_MS + 40 * MINUTE);
    world.loseMetrics({ fromMs: START_MS + 5 * MINUTE, toMs: START_MS + 25 * MINUTE });
    for (const level of ['alias', 'function', 'account'] as const) {
      const kept = [...metric(world, 'Invocations', { level }).keys()];
      expect(kept).toEqual([0, 1, 2, 3, 4, 25, 26, 27, 28, 29]);
    }
  });
});

describe('time', () => {
  const fed = (options: Partial<WorldOptions> = {}) => {
    const world = readyWorld(2, 6, options);
    put(world, 'up', at(10), { min: 5, max: 5 });
    put(world, 'down', at(20), { min: 1, max: 1 });
    feed(world, steady(300), 800);
    return world;
  };

  it('in one stride or in many leads to the same', () => {
    const stride = fed();
    stride.advanceTo(START_MS + 40 * MINUTE);
    const steps = fed();
    for (let t = 3 * MINUTE; t <= 40 * MINUTE; t += 7_001) steps.advanceTo(START_MS + t);
    steps.advanceTo(START_MS + 40 * MINUTE);
    expect(steps.usage('orders')).toEqual(stride.usage('orders'));
    expect(steps.minutes('orders')).toEqual(stride.minutes('orders'));
    expect(metric(steps, 'Invocations')).toEqual(metric(stride, 'Invocations'));
    expect(metric(steps, 'ConcurrentExecutions', { level: 'account' })).toEqual(
      metric(stride, 'ConcurrentExecutions', { level: 'account' }),
    );
  });

  it('does not go backwards', () => {
    const world = fed();
    expect(() => world.advanceTo(START_MS)).toThrow(RangeError);
    expect(() => world.advanceTo(NaN)).toThrow(RangeError);
  });

  it('shows provisioned capacity in the record of minutes as it becomes usable', () => {
    const world = fed();
    world.advanceTo(START_MS + 40 * MINUTE);
    const { usableProvisioned, requestedProvisioned } = world.minutes('orders');
    const at_ = (minute: number) => [usableProvisioned[minute], requestedProvisioned[minute]];
    expect([at_(0), at_(2), at_(10), at_(12), at_(20)]).toEqual([
      [0, 2],
      [2, 2],
      [2, 5],
      [5, 5],
      [1, 1],
    ]);
  });

  it('adds up what is billed', () => {
    const world = fed();
    world.advanceTo(START_MS + 40 * MINUTE);
    const { provisionedGbSeconds, onDemandGbSeconds, provisionedRunGbSeconds, ...usage } = world.usage('orders');
    // 2 GB: two for 10 min 5 s, five for 10 min, one for the rest.
    expect(provisionedGbSeconds).toBeCloseTo(2 * (2 * 605 + 5 * 600 + 1 * 1195), 6);
    expect(provisionedRunGbSeconds).toBeCloseTo((2 * usage.provisionedRunMs) / 1000, 6);
    expect(onDemandGbSeconds).toBeCloseTo((2 * (usage.onDemandRunMs + usage.initMs)) / 1000, 6);
    expect(usage.coldStarts * 3500).toBe(usage.initMs);
  });
});

describe('limits', () => {
  it('of the account refuse requests, which are counted nowhere else', () => {
    const world = ordersWorld({ accountConcurrency: 120 });
    feed(world, [300], 59_000);
    world.advanceTo(START_MS + 10 * MINUTE);
    const { invocations, throttles } = world.usage('orders');
    expect(invocations + throttles).toBe(300);
    expect(throttles).toBeGreaterThan(100);
    expect(total(metric(world, 'Throttles'))).toBe(throttles);
    expect(total(metric(world, 'Invocations'))).toBe(invocations);
    expect(
      Math.max(...metric(world, 'ConcurrentExecutions', { statistic: 'Maximum', level: 'account' }).values()),
    ).toBe(120);
  });

  it('count idle provisioned environments of another function as claimed', () => {
    const other = { ...ORDERS, functionName: 'other' };
    const world = createWorld({ seed: 3, startMs: START_MS, accountConcurrency: 200, functions: [ORDERS, other] });
    world.registerTarget('other', { minCapacity: 90, maxCapacity: 90 });
    world.advanceTo(START_MS + 3 * MINUTE);
    feed(world, [...steady(0, 5), 300], 59_000);
    world.advanceTo(START_MS + 20 * MINUTE);
    expect(Math.max(...world.minutes('orders').maxConcurrency)).toBe(110);
    expect(world.usage('orders').throttles).toBeGreaterThan(0);
  });

  it('of a reservation refuse requests although the account has room', () => {
    const world = ordersWorld({ functions: [{ ...ORDERS, reservedConcurrency: 20 }] });
    feed(world, [300], 59_000);
    world.advanceTo(START_MS + 10 * MINUTE);
    expect(Math.max(...world.minutes('orders').maxConcurrency)).toBe(20);
    expect(total(metric(world, 'Throttles'))).toBeGreaterThan(0);
  });

  it("see functions at once: the account's concurrency is that of the same moment", () => {
    const other = { ...ORDERS, functionName: 'other' };
    const world = createWorld({ seed: 3, startMs: START_MS, functions: [ORDERS, other] });
    feed(world, steady(200), 3000);
    feed(world, steady(200), 3000, 'other');
    world.advanceTo(START_MS + 40 * MINUTE);
    const account = metric(world, 'ConcurrentExecutions', { statistic: 'Maximum', level: 'account' });
    const one = world.minutes('orders').maxConcurrency;
    const two = world.minutes('other').maxConcurrency;
    let below = 0;
    for (let minute = 0; minute < 30; minute++) {
      const level = account.get(minute)!;
      expect(level).toBeGreaterThanOrEqual(Math.max(one[minute]!, two[minute]!));
      expect(level).toBeLessThanOrEqual(one[minute]! + two[minute]!);
      if (level < one[minute]! + two[minute]!) below++;
    }
    expect(below).toBeGreaterThan(10);
  });
});

describe('a deployment', () => {
  it('rolls provisioned concurrency behind temporary weights and refuses changes meanwhile', () => {
    const world = readyWorld(4, 9);
    world.moveAlias('orders', '2');
    expect(world.lambda.getAlias('orders', 'live')).toMatchObject({
      FunctionVersion: '2',
      RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } },
    });
    put(world, 'up', at(4), { min: 6 });
    world.advanceTo(START_MS + 10 * MINUTE);
    expect(provisionedOf(world)).toBe('4 of 4 READY');
    expect(world.lambda.getAlias('orders', 'live').RoutingConfig).toBeUndefined();
    put(world, 'again', at(12), { min: 7 });
    world.advanceTo(START_MS + 20 * MINUTE);
    expect(provisionedOf(world)).toBe('7 of 7 READY');
  });

  it('whose initialisation fails leaves its weights behind', () => {
    const world = readyWorld(4, 9);
    world.failAllocations('orders', 'FUNCTION_ERROR_INIT_FAILURE');
    world.moveAlias('orders', '2');
    world.advanceTo(START_MS + 10 * MINUTE);
    expect(provisionedOf(world)).toBe('0 of 4 FAILED');
    expect(world.lambda.getAlias('orders', 'live').RoutingConfig).toBeDefined();
  });

  it('loses provisioned concurrency, where the switch says so', () => {
    const world = readyWorld(4, 9, { behaviour: { aliasMove: 'loses' } });
    world.moveAlias('orders', '2');
    expect(provisionedOf(world)).toBe('ProvisionedConcurrencyConfigNotFoundException');
  });
});
