import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../src/ops/check.ts';
import { MINUTE_MS } from '../../src/time.ts';
import { logRuns, openClinic } from './clinic.ts';
import { FAULTS } from './faults.ts';

describe('prewarm doctor on the local AWS', () => {
  it.each(FAULTS)('finds %s', async (_, { id, status, saw, fix, options, plant, flags }) => {
    const clinic = await openClinic(options);
    plant?.(clinic);
    const { code, checks } = await clinic.doctor(flags);
    const check = checks.get(id)!;
    expect(check).toMatchObject({ status, saw: expect.stringMatching(saw) as string });
    expect(check.fix).toMatch(fix);
    if (status === 'fail') expect(code).toBe(1);
    await clinic.server.close();
  });

  it('passes an account in good order, calls nothing that writes, and exits with 0', async () => {
    const clinic = await openClinic({ bounds: [0, 50] });
    logRuns(clinic.world, { Ticks: 12, Failures: 0, Writes: 3 });
    const { code, checks } = await clinic.doctor();
    const statuses = [...checks.values()].filter(({ status }) => status !== 'pass').map(({ id }) => id);
    expect(statuses).toEqual([]);
    expect(code).toBe(0);
    expect(checks.size).toBe(30);
    // The clock's fault is planted below, on this machine's side.
    const planted = new Set([...FAULTS.map(([, { id }]) => id), 'clock']);
    expect([...checks.keys()].filter((id) => !planted.has(id))).toEqual([]);
    const names = clinic.server.calls.map(({ operation }) => operation);
    expect(names.filter((name) => !/^(Get|Describe|List)/.test(name))).toEqual([]);
    await clinic.server.close();
  });

  it.each([
    ['$LATEST', /cannot hold provisioned concurrency/],
    ['12', /12 is a version/],
  ])('tells that %s is no alias', async (alias, saw) => {
    const clinic = await openClinic();
    const { code, out } = await clinic.prewarm(`doctor --function orders --alias ${alias} --history-days 5 --json`);
    const { checks } = JSON.parse(out) as { checks: { id: string; status: string; saw: string }[] };
    expect(checks[0]).toMatchObject({ id: 'alias-exists', status: 'fail', saw: expect.stringMatching(saw) as string });
    expect(code).toBe(1);
    await clinic.server.close();
  });

  it('tells a function that does not exist from an alias that does not', async () => {
    const clinic = await openClinic();
    const { code, out } = await clinic.prewarm('doctor --function nobody --alias live');
    expect(out).toContain('there is no function nobody in us-east-1');
    expect(code).toBe(1);
    await clinic.server.close();
  });

  it.each([
    [6 * MINUTE_MS, 'fail', /3(59|60) s ahead of/],
    [-2 * MINUTE_MS, 'warn', /12[01] s behind/],
  ])("measures this machine's clock against AWS's (%i ms)", async (skewMs, status, saw) => {
    const clinic = await openClinic();
    const line = 'doctor --function orders --alias live --history-days 5 --json';
    const { out } = await clinic.prewarm(line, { skewMs });
    const { checks } = JSON.parse(out) as { checks: { id: string; status: string; saw: string }[] };
    const check = checks.find(({ id }) => id === 'clock');
    expect(check).toMatchObject({ status, saw: expect.stringMatching(saw) as string });
    await clinic.server.close();
  });

  it('says what was not looked at when everything is refused, without failing for it', async () => {
    const clinic = await openClinic();
    clinic.server.inject({ operation: '*', kind: 'access-denied' });
    const { code, checks } = await clinic.doctor();
    expect(checks.get('caller-permissions')).toMatchObject({
      status: 'warn',
      saw: expect.stringMatching(/^0 of 13/) as string,
    });
    expect(checks.get('suspended')).toMatchObject({
      status: 'skipped',
      saw: 'not looked at: the caller may not do application-autoscaling:DescribeScalableTargets',
    });
    expect(code).toBe(0);
    await clinic.server.close();
  });

  it('prints one line per check for people, and why and fix where something is to be done', async () => {
    const clinic = await openClinic({ bounds: null });
    const { code, out } = await clinic.prewarm('doctor --function orders --alias live --history-days 5');
    expect(out).toMatch(/^FAIL {2}scalable-target .*not registered/m);
    expect(out).toMatch(/^ +why {2}without a registration/m);
    expect(out).toMatch(/^ +fix {2}deploy .*register-scalable-target/m);
    expect(out).toMatch(/\d+ failed, \d+ to look at, \d+ passed, \d+ skipped/);
    expect(code).toBe(1);
    expect(STATUSES).toEqual(['pass', 'warn', 'fail', 'skipped']);
    await clinic.server.close();
  });
});
