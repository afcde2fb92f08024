import { describe, expect, it } from 'vitest';
import { DEFAULT_BEHAVIOUR, type TwinBehaviour } from '../../src/twin/behaviour.ts';
import { ProvisionedConcurrency } from '../../src/twin/provisioned.ts';

/** Ninety seconds of preparation, then 6,000 environments a minute. */
const ready = (added: number) => 90_000 + added * 10;

function provisioned(behaviour: Partial<TwinBehaviour> = {}) {
  const levels: string[] = [];
  const config = new ProvisionedConcurrency({ ...DEFAULT_BEHAVIOUR, ...behaviour }, (usable, billed, atMs) =>
    levels.push(`${atMs}: ${usable} usable, ${billed} billed`),
  );
  const outcomes: string[] = [];
  const listener = (outcome: { kind: string }, atMs: number) => outcomes.push(`${outcome.kind} at ${atMs}`);
  return { config, levels, outcomes, listener };
}

describe('provisioned concurrency', () => {
  it('becomes usable all at once, after preparation and allocation, and is billed from the start', () => {
    const { config, levels, outcomes, listener } = provisioned();
    config.set(100, 0, listener);
    config.settle(ready(100) - 1);
    expect(config.describe()).toMatchObject({ requested: 100, available: 0, status: 'IN_PROGRESS' });
    expect(outcomes).toEqual([]);
    config.settle(ready(100));
    expect(config.describe()).toMatchObject({ requested: 100, available: 100, allocated: 100, status: 'READY' });
    expect(levels).toEqual(['0: 0 usable, 100 billed', '91000: 100 usable, 100 billed']);
    expect(outcomes).toEqual(['ready at 91000']);
  });

  it.each([
    ['usable', 10],
    ['unusable', 0],
  ] as const)(
    'that was ready before an increase is %s meanwhile, as the switch says',
    (readyDuringIncrease, during) => {
      const { config } = provisioned({ readyDuringIncrease });
      config.set(10, 0);
      config.settle(ready(10));
      config.set(20, 200_000);
      expect(config.usable).toBe(during);
      expect(config.describe()).toMatchObject({ available: during, allocated: 10 });
      config.settle(200_000 + ready(10));
      expect(config.usable).toBe(20);
    },
  );

  it('is released at once', () => {
    const { config, outcomes, listener } = provisioned();
    config.set(10, 0);
    config.settle(ready(10));
    config.set(4, 200_000, listener);
    expect(config.describe()).toMatchObject({ requested: 4, available: 4, status: 'READY', lastModifiedMs: 200_000 });
    expect(outcomes).toEqual(['ready at 200000']);
  });

  it('of a newer request replaces one in progress', () => {
    const { config, outcomes, listener } = provisioned({ changeInProgress: 'supersedes' });
    config.set(10, 0, listener);
    config.set(20, 60_000, listener);
    config.settle(ready(10));
    expect(config.usable).toBe(0);
    config.settle(60_000 + ready(20));
    expect(config.usable).toBe(20);
    expect(outcomes).toEqual(['superseded at 60000', 'ready at 150200']);
  });

  it('refuses a change while one is in progress, where the switch says so', () => {
    const { config } = provisioned({ changeInProgress: 'conflict' });
    config.set(10, 0);
    expect(() => config.set(20, 60_000)).toThrow(
      expect.objectContaining({ code: 'ResourceConflictException', statusCode: 409 }),
    );
    expect(() => config.remove(60_000)).toThrow(expect.objectContaining({ code: 'ResourceConflictException' }));
    expect(config.requested).toBe(10);
    config.settle(ready(10));
    config.set(20, 100_000);
    expect(config.requested).toBe(20);
  });

  it('asked for once more goes on as it is', () => {
    const { config, outcomes, listener } = provisioned({ changeInProgress: 'conflict' });
    config.set(10, 0, listener);
    config.set(10, 60_000, listener);
    expect(config.nextEventMs).toBe(ready(10));
    config.settle(ready(10));
    config.set(10, 200_000, listener);
    expect(outcomes).toEqual(['superseded at 60000', 'ready at 90100', 'ready at 200000']);
  });

  it('fails when the initialisation fails, keeps what was ready, and can be asked for again', () => {
    const { config, outcomes, listener } = provisioned();
    config.set(5, 0);
    config.settle(ready(5));
    config.initFailure = 'FUNCTION_ERROR_INIT_FAILURE';
    config.set(9, 200_000, listener);
    config.settle(400_000);
    expect(config.describe()).toMatchObject({
      requested: 9,
      available: 5,
      status: 'FAILED',
      statusReason: 'FUNCTION_ERROR_INIT_FAILURE',
    });
    expect(outcomes).toEqual(['failed at 290040']);
    config.initFailure = null;
    config.set(9, 500_000);
    config.settle(500_000 + ready(4));
    expect(config.describe()).toMatchObject({ available: 9, status: 'READY', statusReason: null });
  });

  it('that is removed leaves no configuration behind', () => {
    const { config, levels } = provisioned();
    config.set(5, 0);
    config.remove(30_000);
    expect(config.describe()).toBeNull();
    expect(config.nextEventMs).toBe(Infinity);
    expect(levels.at(-1)).toBe('30000: 0 usable, 0 billed');
  });
});
