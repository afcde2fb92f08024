/** What the stack registers while it observes, on the local AWS: it must cost nothing, and be all that acting needs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { openStage, type Stage } from '../local-aws.ts';

const ENV = { PREWARM_TARGETS: 'scorer:live', PREWARM_MAX_CAPACITY: '50', PREWARM_COLD_START_PRICE_USD: '1' };

let stage: Stage;
let sinceMinute: number;

/** The alias is registered as infra/template.yaml does it with MinCapacity 0 or in observe mode; nothing is allocated. */
beforeEach(async () => {
  stage = await openStage();
  stage.world.registerTarget('scorer', { minCapacity: 0, maxCapacity: 0 });
  stage.world.registerTarget('scorer', { minCapacity: 0, maxCapacity: 50 });
  const startMs = stage.world.nowMs;
  stage.world.advanceTo(startMs + SLOT_MS);
  sinceMinute = stage.world.minutes('scorer').requestedProvisioned.length;
});
afterEach(() => stage.server.close());

async function run(mode: 'observe' | 'act', ticks: number): Promise<void> {
  const handler = stage.handlerWith({ ...ENV, PREWARM_MODE: mode });
  for (let tick = 0; tick < ticks; tick++) {
    await handler({});
    stage.world.advanceTo(stage.world.nowMs + SLOT_MS);
  }
}

const requested = () => [...stage.world.minutes('scorer').requestedProvisioned.slice(sinceMinute)];

describe('an alias that is registered with a minimum of 0', () => {
  it('holds nothing in observe mode', async () => {
    await run('observe', 6);
    expect(requested().length).toBeGreaterThan(20);
    expect(Math.max(...requested())).toBe(0);
    expect(stage.writes()).toEqual([]);
  });

  it('gets what is planned in act mode, from no provisioned concurrency at all', async () => {
    expect(stage.world.minutes('scorer').requestedProvisioned.at(-1)).toBe(0);
    await run('act', 6);
    expect(requested().at(-1)).toBeGreaterThan(0);
  });

  it('falls back to nothing by itself when act mode ends', async () => {
    await run('act', 3);
    // The stack's update registers the bounds again. What was scheduled runs out within the day.
    stage.world.registerTarget('scorer', { minCapacity: 0, maxCapacity: 50 });
    await run('observe', 2);
    stage.world.advanceTo(stage.world.nowMs + 25 * HOUR_MS);
    expect(requested().at(-1)).toBe(0);
  });
});
