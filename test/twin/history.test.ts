import { describe, expect, it } from 'vitest';
import type { World } from '../../src/twin/world.ts';
import { metric, MINUTE, ordersWorld, START_MS, type MetricView } from './support.ts';

describe('history', () => {
  const past = (minutes: number, more: object = {}) => ({
    startMs: START_MS - minutes * MINUTE,
    stepSeconds: 300,
    invocations: Float64Array.from({ length: minutes / 5 }, (_, i) => 40 + i),
    averageDurationMs: 2000,
    ...more,
  });

  /** Of the last day, by 5 minutes or as told. */
  const read = (world: World, name: string, view: MetricView = {}) => [
    ...metric(world, name, { periodSeconds: 300, minutes: [-1440, 0], ...view }).values(),
  ];

  it('keeps the requests of each step, spread over its minutes, and appears with the usual delay', () => {
    const world = ordersWorld();
    world.fillHistory('orders', past(600));
    world.advanceTo(START_MS + 2 * MINUTE);
    for (const level of ['alias', 'function', 'account'] as const) {
      expect(read(world, 'Invocations', { level })).toEqual([...past(600).invocations]);
    }
    expect(read(world, 'Invocations', { periodSeconds: 60 }).length).toBeGreaterThan(595);
    expect(
      read(world, 'Duration', { statistic: 'Average' }).every((averageMs) => Math.abs(averageMs - 2000) < 800),
    ).toBe(true);

    const fresh = ordersWorld();
    fresh.fillHistory('orders', past(600));
    expect(read(fresh, 'Invocations', { periodSeconds: 60 }).length).toBeLessThanOrEqual(598);
  });

  it('has concurrency as measured, or drawn around rate x duration', () => {
    const world = ordersWorld();
    world.fillHistory('orders', past(600, { maxConcurrency: new Float64Array(120).fill(17) }));
    expect(new Set(read(world, 'ConcurrentExecutions', { statistic: 'Maximum' }))).toEqual(new Set([17]));

    const drawn = ordersWorld({ behaviour: { metricDelaySeconds: 0 } });
    const invocations = new Float64Array(120).fill(3000);
    drawn.fillHistory('orders', past(600, { invocations, averageDurationMs: 6000 }));
    const maxima = read(drawn, 'ConcurrentExecutions', { statistic: 'Maximum', periodSeconds: 60 });
    // 60 run at once on average; the highest of some ten looks at a Poisson number of them is about 1.5 sigma above.
    const average = maxima.reduce((sum, value) => sum + value, 0) / maxima.length;
    expect(average).toBeGreaterThan(66);
    expect(average).toBeLessThan(80);
  });

  it('agrees with the simulation of the same requests', () => {
    const invocations = new Float64Array(288).fill(500);
    const trace = { stepSeconds: 300, invocations, averageDurationMs: 3000, durationVariation: 0.5 };
    const drawn = ordersWorld({ behaviour: { metricDelaySeconds: 0 } });
    drawn.fillHistory('orders', { ...trace, startMs: START_MS - 1440 * MINUTE });
    const simulated = ordersWorld({ startMs: START_MS - 1440 * MINUTE, behaviour: { metricDelaySeconds: 0 } });
    simulated.feed('orders', { ...trace, startMs: START_MS - 1440 * MINUTE });
    simulated.advanceTo(START_MS + 10 * MINUTE);
    const averageMaximum = (world: World) => {
      const maxima = read(world, 'ConcurrentExecutions', { statistic: 'Maximum', periodSeconds: 60 }).slice(60);
      return maxima.reduce((sum, value) => sum + value, 0) / maxima.length;
    };
    expect(averageMaximum(drawn) / averageMaximum(simulated)).toBeCloseTo(1, 1);
  });

  it('is the same for one seed and another for another', () => {
    const of = (seed: number) => {
      const world = ordersWorld({ seed });
      world.fillHistory('orders', past(600));
      return read(world, 'Invocations', { periodSeconds: 60 });
    };
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('of the function alone leaves the alias without data', () => {
    const world = ordersWorld();
    world.fillHistory('orders', past(600), 'function');
    expect(read(world, 'Invocations')).toEqual([]);
    expect(read(world, 'Invocations', { level: 'function' })).toHaveLength(120);
  });

  it('has no points for unknown steps and none from the future', () => {
    const world = ordersWorld();
    const invocations = new Float64Array(240).fill(10);
    invocations.fill(NaN, 0, 60);
    world.fillHistory('orders', { ...past(600), invocations });
    world.advanceTo(START_MS + 60 * MINUTE);
    expect(read(world, 'Invocations')).toEqual(new Array<number>(60).fill(10));
    expect(metric(world, 'Invocations').size).toBe(0);
  });

  it.each([
    ['a step that is no whole minute', { stepSeconds: 90 }],
    ['a start within a minute', { startMs: START_MS - 600 * MINUTE + 1 }],
  ])('refuses %s', (_, more) => {
    expect(() => ordersWorld().fillHistory('orders', past(600, more))).toThrow(RangeError);
  });
});
