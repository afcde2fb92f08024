import { describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/ops/status-report.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { openClinic, putAction } from './clinic.ts';

const STATUS = 'status --function orders --alias live --history-days 5';

describe('prewarm status on the local AWS', () => {
  it('tells what is scheduled, what fired, what failed, and the forecast against what came, and writes nothing', async () => {
    const clinic = await openClinic({ demand: (step) => 30 + 20 * Math.sin((2 * Math.PI * step) / 288) });
    const { world } = clinic;
    putAction(world, 'prewarm-3-1210', 10, [3, 3]);
    putAction(world, 'prewarm-3-1220', 20, [6, 6]);
    putAction(world, 'prewarm-3-1500', 180, [0, 0]);
    putAction(world, 'nightly', 300, [1, 1]);
    world.advanceTo(world.nowMs + 15 * MINUTE_MS);
    world.setAliasWeight('orders', { version: '2', weight: 0.25 });
    world.advanceTo(world.nowMs + 45 * MINUTE_MS);
    const { code, out } = await clinic.prewarm(`${STATUS} --json --time-zone Europe/Berlin`);
    const status = statusSchema.parse(JSON.parse(out));
    expect(code).toBe(0);
    expect(status.scheduled.map(({ name }) => name)).toEqual(['prewarm-3-1500']);
    expect(status.passed.map(({ name }) => name)).toEqual(['prewarm-3-1210', 'prewarm-3-1220']);
    expect(status.foreign.map(({ name }) => name)).toEqual(['nightly']);
    expect(status.failed).toHaveLength(1);
    expect(status.failed[0]).toMatchObject({ status: 'Failed', message: expect.stringContaining('weights') as string });
    expect(status.activities.length).toBeGreaterThan(3);
    expect(status.aliasWeights).toEqual({ 2: 0.25 });
    expect(status.scalableTarget).toMatchObject({ minCapacity: 6, maxCapacity: 6 });
    expect(status.provisioned).toMatchObject({ requested: 3, available: 3, status: 'READY' });
    expect(status.hours).toHaveLength(24);
    expect(status.today).toMatchObject({ since: '2026-11-01T23:00:00Z', hours: 14 });
    expect(status.lastDay.relativeError).toBeLessThan(0.5);
    expect(status.lastDay.peaksCovered).toBeGreaterThan(0.5);
    const names = clinic.server.calls.map(({ operation }) => operation);
    expect(names.filter((name) => !/^(Get|Describe|List)/.test(name))).toEqual([]);
    await clinic.server.close();
  });

  it('compares each hour with what came in it', async () => {
    const clinic = await openClinic({ demand: (step) => (step % 12) * 10 });
    const { out } = await clinic.prewarm(`${STATUS} --json`);
    const { hours } = statusSchema.parse(JSON.parse(out));
    // 660 requests of 4 s in an hour: 0.733 at once on average, give or take the durations drawn.
    const came = hours.map(({ actualMean }) => actualMean ?? NaN);
    expect(came.reduce((total, mean) => total + mean, 0) / 24).toBeCloseTo((660 * 4) / 3600, 1);
    expect(hours.map(({ at }) => Date.parse(at) % HOUR_MS)).toEqual(Array(24).fill(0));
    await clinic.server.close();
  });

  it('prints it for people, and says where nothing is set up or known', async () => {
    const clinic = await openClinic({ bounds: null, demand: () => NaN });
    const { code, out } = await clinic.prewarm(STATUS);
    expect(out).toMatch(/^capacity +none: on demand/m);
    expect(out).toMatch(/^bounds +not registered/m);
    expect(out).toMatch(/^note +CloudWatch has no datapoints/m);
    expect(out).toMatch(/^today +no hour is over and known yet/m);
    expect(code).toBe(0);
    await clinic.server.close();
  });

  it('refuses an alias that does not exist', async () => {
    const clinic = await openClinic();
    const { code, err } = await clinic.prewarm('status --function orders --alias nope');
    expect(err).toContain('There is no alias "nope" of function "orders"');
    expect(code).toBe(2);
    await clinic.server.close();
  });
});
