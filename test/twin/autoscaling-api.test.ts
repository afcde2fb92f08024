import { describe, expect, it } from 'vitest';
import type { World } from '../../src/twin/world.ts';
import {
  activitiesOf,
  at,
  codeOf,
  MINUTE,
  namesOf,
  ordersWorld,
  put,
  readyWorld,
  RESOURCE,
  START_MS,
  state,
} from './support.ts';

describe('registering a scalable target', () => {
  it('raises capacity to a minimum above it, at once', () => {
    const world = ordersWorld();
    world.registerTarget('orders', { minCapacity: 3, maxCapacity: 10 });
    expect(state(world)).toEqual({ bounds: [3, 10], provisioned: '0 of 3 IN_PROGRESS' });
  });

  it('lowers capacity to a maximum below it, at once', () => {
    const world = readyWorld(8, 10);
    world.registerTarget('orders', { minCapacity: 1, maxCapacity: 4 });
    expect(state(world)).toEqual({ bounds: [1, 4], provisioned: '4 of 4 READY' });
  });

  it('again without bounds keeps them and clamps anew', () => {
    const world = readyWorld(3, 10);
    world.lambda.putProvisionedConcurrencyConfig('orders', 'live', 20);
    world.autoScaling.registerScalableTarget(RESOURCE);
    expect(state(world)).toEqual({ bounds: [3, 10], provisioned: '3 of 10 IN_PROGRESS' });
  });

  it.each([
    ['allocates', true, '0 of 2 IN_PROGRESS'],
    ['waits for an initial value', false, 'ProvisionedConcurrencyConfigNotFoundException'],
  ])('where nothing is provisioned %s, as the switch says', (_, registeringAllocates, provisioned) => {
    const world = ordersWorld({ behaviour: { registeringAllocates } });
    world.registerTarget('orders', { minCapacity: 2, maxCapacity: 10 });
    expect(state(world)).toEqual({ bounds: [2, 10], provisioned });
  });

  it.each([
    ['without a minimum', { MaxCapacity: 5 }],
    ['without a maximum', { MinCapacity: 5 }],
    ['with a minimum above the maximum', { MinCapacity: 6, MaxCapacity: 5 }],
    ['with a negative minimum', { MinCapacity: -1, MaxCapacity: 5 }],
    ['with a fractional minimum', { MinCapacity: 0.5, MaxCapacity: 5 }],
    ['of $LATEST', { ResourceId: 'function:orders:$LATEST', MinCapacity: 1, MaxCapacity: 5 }],
    ['without an alias', { ResourceId: 'function:orders', MinCapacity: 1, MaxCapacity: 5 }],
    [
      'by its ARN',
      { ResourceId: 'arn:aws:lambda:us-east-1:123456789012:function:orders:live', MinCapacity: 1, MaxCapacity: 5 },
    ],
    ['of an alias that does not exist', { ResourceId: 'function:orders:gone', MinCapacity: 1, MaxCapacity: 5 }],
    ['of a namespace that does not exist', { ServiceNamespace: 'lamda', MinCapacity: 1, MaxCapacity: 5 }],
    ['of another dimension', { ScalableDimension: 'ecs:service:DesiredCount', MinCapacity: 1, MaxCapacity: 5 }],
  ])('is refused %s', (_, input) => {
    const world = ordersWorld();
    expect(codeOf(() => world.autoScaling.registerScalableTarget({ ...RESOURCE, ...input }))).toBe(
      'ValidationException',
    );
    expect(state(world).bounds).toBeNull();
  });

  it('refuses one bound that crosses the other one there', () => {
    const world = readyWorld(3, 10);
    expect(codeOf(() => world.autoScaling.registerScalableTarget({ ...RESOURCE, MinCapacity: 11 }))).toBe(
      'ValidationException',
    );
    expect(state(world).bounds).toEqual([3, 10]);
  });
});

describe('deregistering', () => {
  it('deletes the actions and leaves the provisioned concurrency, which goes on costing', () => {
    const world = readyWorld(3, 10);
    put(world, 'a', at(60), { min: 5 });
    world.autoScaling.deregisterScalableTarget(RESOURCE);
    expect(state(world)).toEqual({ bounds: null, provisioned: '3 of 3 READY' });
    world.registerTarget('orders', { minCapacity: 1, maxCapacity: 10 });
    expect(namesOf(world)).toEqual([]);
    expect(codeOf(() => world.autoScaling.deregisterScalableTarget({ ...RESOURCE, ResourceId: 'function:x:y' }))).toBe(
      'ObjectNotFoundException',
    );
  });
});

describe('putting a scheduled action', () => {
  it('twice under one name updates it and deletes times that are not given again', () => {
    const world = readyWorld(5, 10);
    put(world, 'a', 'cron(0 9 * * ? *)', {
      min: 6,
      more: { StartTime: START_MS / 1000 + 3600, EndTime: START_MS / 1000 + 9e5, Timezone: 'Europe/Berlin' },
    });
    world.autoScaling.putScheduledAction({
      ...RESOURCE,
      ScheduledActionName: 'a',
      ScalableTargetAction: { MaxCapacity: 8 },
    });
    const { ScheduledActions: actions } = world.autoScaling.describeScheduledActions(RESOURCE);
    expect(actions).toEqual([
      {
        ...RESOURCE,
        ScheduledActionName: 'a',
        ScheduledActionARN: expect.stringContaining(':scheduledActionName/a') as string,
        Schedule: 'cron(0 9 * * ? *)',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MaxCapacity: 8 },
        CreationTime: START_MS / 1000 + 180,
      },
    ]);
  });

  it('allows 200 on a target, updates included', () => {
    const world = readyWorld(5, 10);
    for (let i = 0; i < 200; i++) put(world, `a${i}`, at(60 + i), { min: 1 });
    expect(codeOf(() => put(world, 'one-more', at(60), { min: 1 }))).toBe('LimitExceededException');
    expect(codeOf(() => put(world, 'a7', at(61), { min: 2 }))).toBe('no error');
  });

  it('counts actions that ran where they are kept', () => {
    const world = readyWorld(5, 10);
    for (let i = 0; i < 200; i++) put(world, `a${i}`, at(60 + i), { min: 5 });
    world.advanceTo(START_MS + 500 * MINUTE);
    expect(codeOf(() => put(world, 'one-more', at(600), { min: 1 }))).toBe('LimitExceededException');
  });

  it('needs a registered target', () => {
    expect(codeOf(() => put(ordersWorld(), 'a', at(10), { min: 1 }))).toBe('ObjectNotFoundException');
  });

  it.each([
    ['a colon in the name', { ScheduledActionName: 'a:b' }],
    ['a slash in the name', { ScheduledActionName: 'a/b' }],
    ['a bar in the name', { ScheduledActionName: 'a|b' }],
    ['a leading space', { ScheduledActionName: ' a' }],
    ['a trailing space', { ScheduledActionName: 'a ' }],
    ['a control character', { ScheduledActionName: 'a\u0007b' }],
    ['a name of 257 characters', { ScheduledActionName: 'a'.repeat(257) }],
    ['no name', { ScheduledActionName: undefined }],
    ['an empty name', { ScheduledActionName: '' }],
    ['no schedule', { Schedule: undefined }],
    ['a schedule that is none', { Schedule: 'at(nonsense)' }],
    ['no action', { ScalableTargetAction: undefined }],
    ['an action without a bound', { ScalableTargetAction: {} }],
    ['a minimum above the maximum', { ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 2 } }],
    ['a negative bound', { ScalableTargetAction: { MinCapacity: -3 } }],
    ['a bound that is text', { ScalableTargetAction: { MinCapacity: '3' } }],
    ['a time zone that is none', { Timezone: 'Europe/Atlantis' }],
    ['an end before the start', { StartTime: START_MS / 1000 + 60, EndTime: START_MS / 1000 }],
    ['a start that is text', { StartTime: '2026-11-02' }],
  ])('is refused with %s', (_, more) => {
    const world = readyWorld(5, 10);
    expect(codeOf(() => put(world, 'a', at(10), { min: 1, more }))).toBe('ValidationException');
    expect(namesOf(world)).toEqual([]);
  });

  it('takes a name of 256 characters with spaces and dots inside', () => {
    const world = readyWorld(5, 10);
    const name = `${'prewarm 1.2_'.repeat(21)}abcd`;
    put(world, name, at(10), { min: 1 });
    expect(namesOf(world)).toEqual([name]);
  });
});

describe('deleting a scheduled action', () => {
  it.each([
    ['that is not there', { ScheduledActionName: 'gone' }],
    ['of a target that is not registered', { ScheduledActionName: 'a', ResourceId: 'function:orders:other' }],
  ])('%s is not found', (_, input) => {
    const world = readyWorld(5, 10);
    put(world, 'a', at(10), { min: 1 });
    expect(codeOf(() => world.autoScaling.deleteScheduledAction({ ...RESOURCE, ...input }))).toBe(
      'ObjectNotFoundException',
    );
    expect(namesOf(world)).toEqual(['a']);
  });
});

describe('describing', () => {
  function full(): World {
    const world = readyWorld(5, 10);
    for (let i = 0; i < 120; i++) put(world, `a${i}`, at(60 + i), { min: 1 });
    return world;
  }

  const pages = (world: World, input: object) => {
    const sizes: number[] = [];
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const answer = world.autoScaling.describeScheduledActions({ ...RESOURCE, ...input, NextToken });
      sizes.push(answer.ScheduledActions.length);
      seen.push(...answer.ScheduledActions.map((action) => action.ScheduledActionName));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return { sizes, distinct: new Set(seen).size };
  };

  it.each([
    ['by fifties', {}, [50, 50, 20]],
    ['by as many as asked for', { MaxResults: 40 }, [40, 40, 40]],
  ])('pages %s', (_, input, sizes) => {
    expect(pages(full(), input)).toEqual({ sizes, distinct: 120 });
  });

  it('goes on after the last one seen when others are deleted between pages', () => {
    const world = full();
    const first = world.autoScaling.describeScheduledActions(RESOURCE);
    for (const name of ['a3', 'a49'])
      world.autoScaling.deleteScheduledAction({ ...RESOURCE, ScheduledActionName: name });
    const second = world.autoScaling.describeScheduledActions({ ...RESOURCE, NextToken: first.NextToken });
    expect(second.ScheduledActions[0]?.ScheduledActionName).toBe('a50');
  });

  it.each([
    ['MaxResults of 0', { MaxResults: 0 }, 'ValidationException'],
    ['MaxResults of 51', { MaxResults: 51 }, 'ValidationException'],
    ['a token of its own making', { NextToken: 'bm9uc2Vuc2U=' }, 'InvalidNextTokenException'],
    ['a token that is not base64', { NextToken: '***' }, 'InvalidNextTokenException'],
    ['no namespace', { ServiceNamespace: undefined }, 'ValidationException'],
    ['a dimension without a resource', { ResourceId: undefined }, 'ValidationException'],
    [
      'more than 50 names',
      { ScheduledActionNames: Array.from({ length: 51 }, (_, i) => `n${i}`) },
      'ValidationException',
    ],
  ])('is refused with %s', (_, input, code) => {
    expect(codeOf(() => full().autoScaling.describeScheduledActions({ ...RESOURCE, ...input }))).toBe(code);
  });

  it('filters by name, by resource and by namespace', () => {
    const world = full();
    const count = (input: object) =>
      world.autoScaling.describeScheduledActions({ ...RESOURCE, ...input }).ScheduledActions.length;
    expect(count({ ScheduledActionNames: ['a3', 'a7', 'nobody'] })).toBe(2);
    expect(count({ ResourceId: 'function:orders:other' })).toBe(0);
    expect(world.autoScaling.describeScheduledActions({ ServiceNamespace: 'ecs' }).ScheduledActions).toEqual([]);
    expect(world.autoScaling.describeScheduledActions({ ServiceNamespace: 'lambda' }).ScheduledActions).toHaveLength(
      50,
    );
  });

  it('forgets activities after six weeks', () => {
    const world = readyWorld(5, 10);
    expect(activitiesOf(world)).toHaveLength(1);
    world.advanceTo(START_MS + 43 * 1440 * MINUTE);
    expect(activitiesOf(world)).toHaveLength(0);
  });
});
