import { describe, expect, it } from 'vitest';
import { createAccountReader } from '../../src/aws/account-facts.ts';
import { createClients } from '../../src/aws/clients.ts';
import { createRemover } from '../../src/aws/removal.ts';
import type { ScalingWriter } from '../../src/controller/ports.ts';
import { createHandler } from '../../src/handler.ts';
import { carryOut, ejectText, hasWork, planEject } from '../../src/ops/eject.ts';
import { HOUR_MS, MINUTE_MS, SLOT_MS } from '../../src/time.ts';
import { type Clinic, logRuns, openClinic, putAction, putPolicy, RESOURCE } from './clinic.ts';

const EJECT = 'eject --function orders --alias live --yes';
/** The names of all scheduled actions, what the target's bounds are, and what is provisioned. */
function leftOf({ world }: Clinic) {
  const [target] = world.autoScaling.describeScalableTargets({ ServiceNamespace: 'lambda' }).ScalableTargets;
  const [config] = world.lambda.listProvisionedConcurrencyConfigs('orders').ProvisionedConcurrencyConfigs;
  return {
    actions: world.autoScaling.describeScheduledActions(RESOURCE).ScheduledActions.map((a) => a.ScheduledActionName),
    bounds: target ? [target.MinCapacity, target.MaxCapacity] : null,
    provisioned: config?.RequestedProvisionedConcurrentExecutions ?? null,
  };
}

const writesOf = ({ server }: Clinic) =>
  server.calls.map(({ operation }) => operation).filter((name) => !/^(Get|Describe|List)/.test(name));

describe('prewarm eject on the local AWS', () => {
  it('removes what a controller has written, and nothing else; a second time there is nothing to do', async () => {
    const clinic = await openClinic({ demand: (step) => (step % 288 < 100 ? 20 : 400) });
    const env = {
      PREWARM_TARGETS: 'orders:live',
      PREWARM_MODE: 'act',
      PREWARM_MAX_CAPACITY: '50',
      PREWARM_COLD_START_PRICE_USD: '1',
    };
    const handler = createHandler({ env, nowMs: () => clinic.world.nowMs, log: { write: () => undefined } });
    await handler({});
    putAction(clinic.world, 'nightly', 90, [0, 5]);
    putPolicy(clinic.world, 'track');
    expect(leftOf(clinic).actions.length).toBeGreaterThan(1);

    const first = await clinic.prewarm(`${EJECT} --min-capacity 2 --max-capacity 9`);
    expect(first.err).toMatch(/set +bounds to 2 to 9/);
    expect(first.err).toContain('actions of others stay: nightly');
    expect(first.err).toContain('scaling policies stay: track');
    expect(first.err).toContain('aws cloudformation delete-stack');
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/nothing of Prewarm is left/) as string });
    expect(leftOf(clinic)).toMatchObject({ actions: ['nightly'], bounds: [2, 9] });

    const before = writesOf(clinic).length;
    const second = await clinic.prewarm(`${EJECT} --min-capacity 2 --max-capacity 9`);
    expect(second).toMatchObject({ code: 0, out: 'nothing to remove\n' });
    expect(writesOf(clinic).length).toBe(before);
    await clinic.server.close();
  });

  it.each([
    ['to nothing, on demand', '--min-capacity 0 --max-capacity 0', { actions: [], bounds: [0, 0], provisioned: null }],
    ['with the bounds as they are', '--keep-bounds', { actions: [], bounds: [4, 50], provisioned: 4 }],
    ['without a registration', '--deregister --provisioned delete', { actions: [], bounds: null, provisioned: null }],
    ['with capacity that stays', '--deregister --provisioned keep', { actions: [], bounds: null, provisioned: 4 }],
  ])('leaves the target %s', async (_, flags, left) => {
    const clinic = await openClinic({ bounds: [4, 50] });
    for (const hour of [13, 14]) putAction(clinic.world, `prewarm-2-${hour}00`, (hour - 12) * 60, [hour, hour]);
    const { code } = await clinic.prewarm(`${EJECT} ${flags}`);
    expect(code).toBe(0);
    expect(leftOf(clinic)).toEqual(left);
    clinic.world.advanceTo(clinic.world.nowMs + 3 * HOUR_MS);
    expect(leftOf(clinic)).toEqual(left);
    await clinic.server.close();
  });

  it('finds and releases the capacity that a deleted stack has left on the alias', async () => {
    const clinic = await openClinic({ bounds: [4, 50] });
    clinic.world.autoScaling.deregisterScalableTarget(RESOURCE);
    const { checks } = await clinic.doctor();
    expect(checks.get('provisioned-owner')).toMatchObject({
      status: 'warn',
      saw: expect.stringContaining('4 environments') as string,
    });
    expect(await clinic.prewarm(`${EJECT} --deregister`)).toMatchObject({ code: 2 });
    expect(await clinic.prewarm(`${EJECT} --deregister --provisioned delete`)).toMatchObject({ code: 0 });
    expect(leftOf(clinic)).toEqual({ actions: [], bounds: null, provisioned: null });
    await clinic.server.close();
  });

  it('sets the bounds first and deletes the return to the baseline last, so that it may be interrupted anywhere', async () => {
    const clinic = await openClinic({ bounds: [4, 50] });
    for (const hour of [13, 14, 15]) putAction(clinic.world, `prewarm-2-${hour}00`, (hour - 12) * 60, [hour, hour]);
    clinic.server.inject({ operation: 'DeleteScheduledAction', kind: 'access-denied', after: 2 });
    const { code, err } = await clinic.prewarm(`${EJECT} --min-capacity 1 --max-capacity 1`);
    expect(code).toBe(1);
    expect(err).toContain('Access denied');
    expect(leftOf(clinic)).toEqual({ actions: ['prewarm-2-1500'], bounds: [1, 1], provisioned: 1 });
    clinic.server.clearFaults();
    expect((await clinic.prewarm(`${EJECT} --min-capacity 1 --max-capacity 1`)).code).toBe(0);
    expect(leftOf(clinic)).toEqual({ actions: [], bounds: [1, 1], provisioned: 1 });
    await clinic.server.close();
  });

  it.each([
    ['what becomes of the target', '', /say what the target is to become/],
    ['two fates at once', '--deregister --keep-bounds', /in one way/],
    ['half of the bounds', '--min-capacity 3', /--max-capacity = nothing/],
    ['bounds that cross', '--min-capacity 3 --max-capacity 2', /must not exceed/],
    ['what becomes of the capacity', '--deregister', /4 environments are provisioned.*--provisioned keep/],
    ['a word it does not know', '--deregister --provisioned maybe', /must be keep or delete/],
    ['deleting what a registered target would set again', '--keep-bounds --provisioned delete', /would set it again/],
  ])('asks for %s, and writes nothing', async (_, flags, message) => {
    const clinic = await openClinic({ bounds: [4, 50] });
    const { code, err } = await clinic.prewarm(`${EJECT} ${flags}`);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(writesOf(clinic)).toEqual([]);
    await clinic.server.close();
  });

  it("does not deregister what holds others' actions, and does nothing without a terminal or --yes", async () => {
    const clinic = await openClinic({ bounds: [4, 50] });
    putAction(clinic.world, 'nightly', 90, [0, 5]);
    const refused = await clinic.prewarm(`${EJECT} --deregister --provisioned keep`);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("not Prewarm's, too: nightly") as string });
    const unasked = await clinic.prewarm('eject --function orders --alias live --min-capacity 0 --max-capacity 0');
    expect(unasked).toMatchObject({ code: 2, err: expect.stringContaining('no terminal to ask on') as string });
    expect(writesOf(clinic)).toEqual([]);
    await clinic.server.close();
  });

  it('names what a deleted stack has left: registrations, capacity, schedules that nobody renews, and a controller that runs', async () => {
    const extra = {
      functionName: 'billing',
      alias: 'live',
      memoryMb: 512,
      timeoutSeconds: 30,
      architecture: 'arm64' as const,
    };
    const orders = { ...extra, functionName: 'orders' };
    const clinic = await openClinic({ functions: [orders, extra] });
    const { world } = clinic;
    world.registerTarget('billing', { minCapacity: 0, maxCapacity: 5 });
    world.autoScaling.putScheduledAction({
      ...RESOURCE,
      ResourceId: 'function:billing:live',
      ScheduledActionName: 'prewarm-0-1205',
      Schedule: 'at(2026-11-02T12:05:00)',
      ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 3 },
    });
    world.surround('orders', {
      provisionedElsewhere: [{ qualifier: '12', count: 7 }],
      tags: { 'aws:cloudformation:stack-name': 'shop' },
    });
    world.advanceTo(world.nowMs + 20 * MINUTE_MS);
    logRuns(world, { Ticks: 4, Failures: 0, Writes: 1 });
    world.deleteAlias('orders');
    const { err } = await clinic.prewarm('eject --function orders --alias gone --keep-bounds');
    expect(err).toContain('orphan: function:orders:live is registered, but there is no such alias');
    expect(err).toContain('orphan: 7 environments on orders:12');
    expect(err).toMatch(/orphan: function:billing:live has 1 actions of Prewarm, the last of 2026-11-02T12:05:00Z/);
    expect(err).toContain('the function itself belongs to stack shop');
    const live = await clinic.prewarm('eject --function orders --alias live --keep-bounds');
    expect(live.err).toContain('a controller ran for this alias within the last two hours (4 runs)');
    await clinic.server.close();
  });
});

describe('the neighbours of a target', () => {
  it('are left without a trace over HTTP, after a controller has scheduled them, and those of others untouched', async () => {
    const clinic = await openClinic({ demand: (step) => (step % 288 < 100 ? 20 : 400) });
    const { world } = clinic;
    const table = {
      namespace: 'dynamodb',
      resourceId: 'table/a',
      scalableDimension: 'dynamodb:table:ReadCapacityUnits',
    };
    const scope = { ServiceNamespace: 'dynamodb', ResourceId: 'table/a', ScalableDimension: table.scalableDimension };
    const added = world.otherScaling.addResource({ ...table, capacity: 5 });
    world.otherScaling.registerScalableTarget({ ...scope, MinCapacity: 5, MaxCapacity: 90 });
    const related = JSON.stringify([{ ...table, unitsPerConcurrentExecution: 4, minCapacity: 5, maxCapacity: 90 }]);
    const env = {
      ...{ PREWARM_TARGETS: 'orders:live', PREWARM_MODE: 'act', PREWARM_MAX_CAPACITY: '50', PREWARM_RELATED: related },
      PREWARM_COLD_START_PRICE_USD: '1',
    };
    const handler = createHandler({ env, nowMs: () => world.nowMs, log: { write: () => undefined } });
    await handler({});
    const ofOthers = { MinCapacity: 7, MaxCapacity: 9 };
    world.otherScaling.putScheduledAction({
      ...scope,
      ...{ ScheduledActionName: 'nightly', Schedule: 'cron(0 3 * * ? *)', ScalableTargetAction: ofOthers },
    });
    world.advanceTo(world.nowMs + HOUR_MS);
    const namesLeft = () =>
      world.otherScaling.describeScheduledActions(scope).ScheduledActions.map((one) => one.ScheduledActionName);
    expect(namesLeft().length).toBeGreaterThan(2);
    expect(added.capacity).toBeGreaterThan(5);

    const without = await clinic.prewarm(`${EJECT} --min-capacity 0 --max-capacity 0`);
    expect(without.err).toContain('neighbours (setting related), if there are any, keep their schedules');
    expect(namesLeft().length).toBeGreaterThan(2);

    const first = await clinic.prewarm(`${EJECT} --min-capacity 0 --max-capacity 0 --related ${related}`);
    expect(first.code).toBe(0);
    expect(first.err).toMatch(/delete +\d+ actions on dynamodb:table:ReadCapacityUnits of table\/a/);
    expect(namesLeft()).toEqual(['nightly']);
    const [bounds] = world.otherScaling.describeScalableTargets({ ServiceNamespace: 'dynamodb' }).ScalableTargets;
    expect(bounds).toMatchObject({ MinCapacity: 5, MaxCapacity: 90 });
    expect(leftOf(clinic)).toEqual({ actions: [], bounds: [0, 0], provisioned: null });
    const second = await clinic.prewarm(`${EJECT} --min-capacity 0 --max-capacity 0 --related ${related}`);
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('nothing to remove') as string });
    await clinic.server.close();
  });

  it('lose the actions of Prewarm and return to their own bounds, each by its own writer', async () => {
    const clinic = await openClinic();
    const reader = createAccountReader(createClients({ access: 'read' }), () => clinic.world.nowMs);
    const facts = await reader.read({ functionName: 'orders', alias: 'live' });
    const resource = (resourceId: string) => ({
      namespace: 'dynamodb' as const,
      resourceId,
      scalableDimension: 'dynamodb:table:ReadCapacityUnits',
    });
    const action = (name: string) => ({ name, schedule: 'at(2026-11-02T13:00:00)', minCapacity: 40, maxCapacity: 90 });
    const baseline = { minCapacity: 5, maxCapacity: 90 };
    const [present, wishes] = [
      { minCapacity: 40, maxCapacity: 90 },
      { namePrefix: 'prewarm', bounds: null, deregister: false, provisioned: null },
    ];
    const neighbours = [
      { resource: resource('table/a'), baseline, present, actions: [action('prewarm-1-1300'), action('nightly')] },
      { resource: resource('table/b'), baseline, present, actions: [action('nightly')] },
    ];
    const plan = planEject(facts, wishes, clinic.world.nowMs, { neighbours, eventSource: null });
    expect(hasWork(plan)).toBe(true);
    expect(ejectText(plan)).toContain(
      'delete  1 actions on dynamodb:table:ReadCapacityUnits of table/a, and set its bounds to 5 to 90',
    );
    const done: string[] = [];
    const writerOf = (of: string): ScalingWriter => ({
      setBounds: (_, { minCapacity, maxCapacity }) =>
        Promise.resolve(void done.push(`${of} ${minCapacity}-${maxCapacity}`)),
      putAction: () => Promise.reject(new Error('nothing is put')),
      deleteAction: (_, name) => Promise.resolve(void done.push(`${of} ${name}`)),
    });
    const remover = createRemover(createClients());
    const neighbour = ({ resourceId }: { resourceId: string }) => writerOf(resourceId);
    expect(await carryOut(plan, { scaling: writerOf('alias'), remover, neighbour, setMaximumConcurrency: null })).toBe(
      2,
    );
    expect(done).toEqual(['table/a 5-90', 'table/a prewarm-1-1300']);
    await clinic.server.close();
  });
});

describe('the event source of a target', () => {
  it('returns to the most that its setting allows, and is never one of another function', async () => {
    const clinic = await openClinic();
    const { world } = clinic;
    const arn = 'arn:aws:sqs:us-east-1:123456789012:jobs';
    world.surround('orders', {
      eventSources: [
        { arn, qualifier: 'live', maximumConcurrency: 4 },
        { arn, qualifier: 'blue' },
      ],
    });
    const uuids = [0, 1].map((index) => `00000000-0000-4000-b000-00000000000${index}`);
    const setting = (uuid = '') => `--event-source {"uuid":"${uuid}","min":2,"max":80}`;
    const maximum = () => world.lambda.getEventSourceMapping(uuids[0]!).ScalingConfig?.MaximumConcurrency;

    const without = await clinic.prewarm(`${EJECT} --keep-bounds`);
    expect(without.err).toContain('an event source that followed the plan (setting eventSource) keeps its maximum');
    const other = await clinic.prewarm(`${EJECT} --keep-bounds ${setting(uuids[1])}`);
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('orders:blue, not orders:live') as string });
    expect(maximum()).toBe(4);

    const done = await clinic.prewarm(`${EJECT} --keep-bounds ${setting(uuids[0])}`);
    expect(done).toMatchObject({ code: 0, err: expect.stringMatching(/set +maximum concurrency .* to 80/) as string });
    expect(maximum()).toBe(80);
    const again = await clinic.prewarm(`${EJECT} --keep-bounds ${setting(uuids[0])}`);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('nothing to remove') as string });
    const gone = await clinic.prewarm(`${EJECT} --keep-bounds ${setting('00000000-0000-4000-b000-00000000ffff')}`);
    expect(gone.out).toContain('nothing to remove');
    await clinic.server.close();
  });
});

describe('a gradual deployment during a plan', () => {
  it('is waited for: the controller says so and writes nothing, the doctor warns, and the plan goes on afterwards', async () => {
    const clinic = await openClinic({ demand: (step) => (step % 288 < 100 ? 20 : 400) });
    const { world } = clinic;
    const lines: string[] = [];
    const env = {
      PREWARM_TARGETS: 'orders:live',
      PREWARM_MODE: 'act',
      PREWARM_MAX_CAPACITY: '50',
      PREWARM_COLD_START_PRICE_USD: '1',
    };
    const handler = createHandler({ env, nowMs: () => world.nowMs, log: { write: (line) => void lines.push(line) } });
    const outcomes: string[] = [];
    const tickOn = async () => {
      outcomes.push((await handler({})).targets[0]!.outcome);
      world.advanceTo(world.nowMs + SLOT_MS);
    };
    await tickOn();
    const planned = leftOf(clinic);
    world.setAliasWeight('orders', { version: '2', weight: 0.1 });
    const before = writesOf(clinic).length;
    for (let i = 0; i < 3; i++) await tickOn();
    expect(writesOf(clinic).length).toBe(before);
    expect(lines.some((line) => line.includes('until the weights are gone'))).toBe(true);
    const during = await clinic.doctor();
    expect(during.checks.get('alias-weights')).toMatchObject({ status: 'warn' });
    const { out } = await clinic.prewarm('status --function orders --alias live --history-days 5');
    expect(out).toMatch(/weights +10 % to 2: capacity cannot be changed/);

    world.setAliasWeight('orders', null);
    world.moveAlias('orders', '2');
    world.advanceTo(world.nowMs + 5 * MINUTE_MS);
    await tickOn();
    expect(outcomes).toEqual(['planned', 'waiting', 'waiting', 'waiting', 'planned']);
    expect((await clinic.doctor()).checks.get('alias-weights')).toMatchObject({ status: 'pass' });
    expect(leftOf(clinic).actions.length).toBeGreaterThan(planned.actions.length / 2);
    await clinic.server.close();
  });
});
