import { describe, expect, it } from 'vitest';
import { activitiesOf, at, codeOf, MINUTE, namesOf, put, readyWorld, RESOURCE, START_MS, state } from './support.ts';

describe('a scheduled action that fires', () => {
  it.each([
    ['pins with minimum = maximum', { min: 6, max: 6 }, [6, 6], '6 of 6 READY'],
    ['raises with a minimum above', { min: 7 }, [7, 10], '7 of 7 READY'],
    ['never scales in by a minimum alone', { min: 1 }, [1, 10], '5 of 5 READY'],
    ['lowers with a maximum below', { max: 5 }, [5, 5], '5 of 5 READY'],
    ['never scales out by a maximum alone', { max: 50 }, [5, 50], '5 of 5 READY'],
    ['brings down with both below', { min: 2, max: 3 }, [2, 3], '3 of 3 READY'],
    ['ends the configuration with zero', { min: 0, max: 0 }, [0, 0], 'ProvisionedConcurrencyConfigNotFoundException'],
  ])('%s', (_, bounds, expectedBounds, provisioned) => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), bounds);
    world.advanceTo(START_MS + 10 * MINUTE + 4_999);
    expect(state(world)).toEqual({ bounds: [5, 10], provisioned: '5 of 5 READY' });
    world.advanceTo(START_MS + 15 * MINUTE);
    expect(state(world)).toEqual({ bounds: expectedBounds, provisioned });
  });

  it('runs as late as the switch says', () => {
    const world = readyWorld(5, 10, { behaviour: { actionLatenessSeconds: 120 } });
    put(world, 'a', at(10), { max: 5 });
    world.advanceTo(START_MS + 12 * MINUTE - 1);
    expect(state(world).bounds).toEqual([5, 10]);
    world.advanceTo(START_MS + 12 * MINUTE);
    expect(state(world).bounds).toEqual([5, 5]);
  });

  it('leaves two activities, newest first', () => {
    const world = readyWorld(5, 10);
    put(world, 'evening', at(10), { min: 7, max: 9 });
    world.advanceTo(START_MS + 11 * MINUTE);
    expect(activitiesOf(world).slice(0, 2)).toMatchObject([
      {
        Description: 'Setting desired concurrency to 7.',
        Cause: 'minimum capacity was set to 7',
        StatusCode: 'InProgress',
      },
      {
        Description: 'Setting min capacity to 7 and max capacity to 9',
        Cause: 'scheduled action name evening was triggered',
        StatusCode: 'Successful',
        StatusMessage: 'Successfully set min capacity to 7 and max capacity to 9',
      },
    ]);
    world.advanceTo(START_MS + 13 * MINUTE);
    expect(activitiesOf(world)[0]).toMatchObject({
      StatusCode: 'Successful',
      StatusMessage: 'Successfully set desired concurrency to 7. Change successfully fulfilled by lambda.',
    });
  });

  it('of an increase that a later one replaces is overridden', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), { min: 7 });
    put(world, 'b', at(11), { min: 9 });
    world.advanceTo(START_MS + 20 * MINUTE);
    const results = activitiesOf(world).map(({ Description, StatusCode }) => `${Description} ${StatusCode}`);
    expect(results).toContain('Setting desired concurrency to 7. Overridden');
    expect(results).toContain('Setting desired concurrency to 9. Successful');
  });

  it('fails behind an alias with weights, sets the bounds all the same, and is not tried again', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), { min: 7, max: 7 });
    world.setAliasWeight('orders', { version: '2', weight: 0.1 });
    world.advanceTo(START_MS + 11 * MINUTE);
    world.setAliasWeight('orders', null);
    world.advanceTo(START_MS + 60 * MINUTE);
    expect(state(world)).toEqual({ bounds: [7, 7], provisioned: '5 of 5 READY' });
    expect(activitiesOf(world)[0]).toMatchObject({ StatusCode: 'Failed' });
    expect(activitiesOf(world)[0]?.StatusMessage).toContain(
      'Alias with weights can not be used with Provisioned Concurrency',
    );
  });

  it('fails while another allocation is in progress, where the switch says conflict', () => {
    const world = readyWorld(5, 10, { behaviour: { changeInProgress: 'conflict' } });
    put(world, 'a', at(10), { min: 7 });
    put(world, 'b', at(11), { min: 9 });
    world.advanceTo(START_MS + 20 * MINUTE);
    expect(state(world)).toEqual({ bounds: [9, 10], provisioned: '7 of 7 READY' });
    expect(activitiesOf(world)[0]?.StatusMessage).toContain('ResourceConflictException');
  });

  it('fails beyond the account, which keeps 100 unreserved', () => {
    const world = readyWorld(5, 2000);
    put(world, 'a', at(10), { min: 901 });
    put(world, 'b', at(20), { min: 900 });
    world.advanceTo(START_MS + 15 * MINUTE);
    expect(state(world).provisioned).toBe('5 of 5 READY');
    expect(activitiesOf(world)[0]).toMatchObject({ StatusCode: 'Failed' });
    world.advanceTo(START_MS + 30 * MINUTE);
    expect(state(world).provisioned).toBe('900 of 900 READY');
  });

  it('fails when its minimum exceeds the maximum there and neither changes', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), { min: 11 });
    world.advanceTo(START_MS + 15 * MINUTE);
    expect(state(world)).toEqual({ bounds: [5, 10], provisioned: '5 of 5 READY' });
    expect(activitiesOf(world)[0]).toMatchObject({ StatusCode: 'Failed' });
  });

  it('is refused as it is put when its minimum exceeds the maximum there, where the switch says so', () => {
    const world = readyWorld(5, 10, { behaviour: { crossedBounds: 'rejected-when-put' } });
    expect(codeOf(() => put(world, 'a', at(10), { min: 11 }))).toBe('ValidationException');
    expect(namesOf(world)).toEqual([]);
  });

  it.each([
    ['in-order', [6, 6]],
    ['reversed', [8, 8]],
  ] as const)('together with another runs %s', (tiedActions, bounds) => {
    const world = readyWorld(5, 10, { behaviour: { tiedActions } });
    put(world, 'first', at(10), { min: 8, max: 8 });
    put(world, 'second', at(10), { min: 6, max: 6 });
    world.advanceTo(START_MS + 15 * MINUTE);
    expect(state(world).bounds).toEqual(bounds);
  });

  it.each([
    ['kept', ['once', 'daily']],
    ['removed', ['daily']],
  ] as const)('once is %s afterwards, a recurring one always kept', (ranAtActions, left) => {
    const world = readyWorld(5, 10, { behaviour: { ranAtActions } });
    put(world, 'once', at(10), { min: 6 });
    put(world, 'daily', 'cron(0/5 * * * ? *)', { max: 9 });
    world.advanceTo(START_MS + 60 * MINUTE);
    expect(namesOf(world)).toEqual(left);
    const fired = activitiesOf(world).filter(({ Cause }) => Cause.includes('once'));
    expect(fired).toHaveLength(1);
  });

  it('recurs, beside one-time actions of others', () => {
    const world = readyWorld(5, 10);
    put(world, 'up', 'cron(0/20 * * * ? *)', { min: 8, max: 8 });
    put(world, 'down', 'rate(1 hour)', { min: 2, max: 2 });
    world.advanceTo(START_MS + 45 * MINUTE);
    expect(state(world).bounds).toEqual([8, 8]);
    world.advanceTo(START_MS + 65 * MINUTE);
    expect(state(world).bounds).toEqual([2, 2]);
    world.advanceTo(START_MS + 85 * MINUTE);
    expect(state(world).bounds).toEqual([8, 8]);
  });

  it('is skipped while scheduled scaling is suspended, and only what comes due later runs', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), { min: 7, max: 7 });
    put(world, 'b', at(30), { min: 8, max: 8 });
    const suspend = (ScheduledScalingSuspended: boolean) =>
      world.autoScaling.registerScalableTarget({ ...RESOURCE, SuspendedState: { ScheduledScalingSuspended } });
    suspend(true);
    world.advanceTo(START_MS + 20 * MINUTE);
    suspend(false);
    expect(state(world).bounds).toEqual([5, 10]);
    world.advanceTo(START_MS + 25 * MINUTE);
    expect(state(world).bounds).toEqual([5, 10]);
    world.advanceTo(START_MS + 35 * MINUTE);
    expect(state(world).bounds).toEqual([8, 8]);
  });

  it('does not fire once it is deleted or moved', () => {
    const world = readyWorld(5, 10);
    put(world, 'deleted', at(10), { min: 7 });
    put(world, 'moved', at(10), { min: 8 });
    world.autoScaling.deleteScheduledAction({ ...RESOURCE, ScheduledActionName: 'deleted' });
    put(world, 'moved', at(20), { min: 8 });
    world.advanceTo(START_MS + 15 * MINUTE);
    expect(state(world).bounds).toEqual([5, 10]);
    world.advanceTo(START_MS + 25 * MINUTE);
    expect(state(world).bounds).toEqual([8, 10]);
  });
});

describe('an at() action in the past', () => {
  it.each([
    ['rejected', 'ValidationException', [], [5, 10]],
    ['accepted', 'no error', ['late'], [5, 10]],
    ['fires', 'no error', ['late'], [7, 7]],
  ] as const)('is %s, as the switch says', (pastAtActions, code, left, bounds) => {
    const world = readyWorld(5, 10, { behaviour: { pastAtActions } });
    expect(codeOf(() => put(world, 'late', at(1), { min: 7, max: 7 }))).toBe(code);
    world.advanceTo(START_MS + 10 * MINUTE);
    expect(namesOf(world)).toEqual(left);
    expect(state(world).bounds).toEqual(bounds);
  });

  it('that is rejected leaves the action of the same name as it was', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(30), { min: 6 });
    expect(codeOf(() => put(world, 'a', at(1), { min: 7 }))).toBe('ValidationException');
    expect(world.autoScaling.describeScheduledActions(RESOURCE).ScheduledActions).toMatchObject([
      { Schedule: at(30), ScalableTargetAction: { MinCapacity: 6 } },
    ]);
  });
});
