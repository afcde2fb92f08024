import { describe, expect, it } from 'vitest';
import type { TwinBehaviour } from '../../src/twin/behaviour.ts';
import { HOUR_MS, MINUTE_MS, SLOT_MS } from '../../src/time.ts';
import { openStage, retryAtOnce, type Stage } from '../local-aws.ts';

const ENV = {
  PREWARM_TARGETS: 'scorer:live',
  PREWARM_MODE: 'act',
  PREWARM_MAX_CAPACITY: '50',
  PREWARM_COLD_START_PRICE_USD: '1',
};

/** Runs a tick every five minutes for some hours, and gives the plan's level for each slot as the tick then saw it. */
async function live(
  { world, handlerWith, lines }: Stage,
  hours: number,
  env: Record<string, string> = ENV,
): Promise<{ planned: number; writes: number }[]> {
  const handler = handlerWith(env);
  const linesBefore = lines.length;
  for (let tick = 0; tick < hours * 12; tick++) {
    await handler({});
    world.advanceTo(world.nowMs + SLOT_MS);
  }
  return lines
    .slice(linesBefore)
    .filter(({ msg }) => msg === 'tick')
    .map(({ PlannedCapacity, Writes }) => ({ planned: Number(PlannedCapacity), writes: Number(Writes) }));
}

/** What was asked for at the end of each slot that ran. */
function askedFor({ world }: Stage): number[] {
  const { requestedProvisioned } = world.minutes('scorer');
  const perSlot = SLOT_MS / MINUTE_MS;
  return Array.from(
    { length: Math.floor(requestedProvisioned.length / perSlot) },
    (_, slot) => requestedProvisioned[slot * perSlot + 3]!,
  );
}

describe('hours of ticks', () => {
  it.each<[string, Partial<TwinBehaviour>, number]>([
    // As long as actions may pile up.
    ['AWS keeps actions that ran', { ranAtActions: 'kept' }, 6],
    ['AWS removes actions that ran', { ranAtActions: 'removed' }, 3],
    ['actions fire up to two minutes late', { actionLatenessSeconds: 110 }, 3],
    ['nothing is usable while an increase is under way', { readyDuringIncrease: 'unusable' }, 3],
    ['ConcurrentExecutions has no zeros while idle', { idleConcurrencyZeros: false }, 3],
  ])('holds at least the plan in every slot where %s, and keeps the schedule small', async (_, behaviour, hours) => {
    const stage = await openStage({ behaviour });
    const ticks = await live(stage, hours);
    const asked = askedFor(stage);
    for (let slot = 1; slot < hours * 12 - 1; slot++)
      expect(asked[slot], `slot ${slot}`).toBeGreaterThanOrEqual(ticks[slot]!.planned);
    const there = stage.world.autoScaling.describeScheduledActions({ ServiceNamespace: 'lambda' }) as {
      ScheduledActions: unknown[];
    };
    expect(there.ScheduledActions.length).toBeLessThanOrEqual(100);
    await stage.server.close();
  });

  it('returns to the baseline by itself when the controller stops', async () => {
    const stage = await openStage();
    await live(stage, 1);
    expect(askedFor(stage).at(-1)).toBeGreaterThan(0);
    stage.world.advanceTo(stage.world.nowMs + 25 * HOUR_MS);
    expect(askedFor(stage).at(-1)).toBe(0);
    await stage.server.close();
  });

  it('keeps its schedule through an outage of the metrics, and lets nothing fall because of it', async () => {
    const stage = await openStage();
    await live(stage, 2);
    const before = askedFor(stage).at(-1)!;
    retryAtOnce();
    stage.server.inject({ operation: 'GetMetricData', kind: 'internal-service' });
    const handler = stage.handlerWith(ENV);
    await expect(handler({})).rejects.toThrow('to be retried');
    expect(askedFor(stage).at(-1)).toBe(before);
    await stage.server.close();
  });

  it('comes back after a failed allocation', async () => {
    const stage = await openStage();
    stage.world.failAllocations('scorer', 'FUNCTION_ERROR_INIT_FAILURE');
    await live(stage, 1);
    stage.world.failAllocations('scorer', null);
    const ticks = await live(stage, 2);
    expect(askedFor(stage).at(-1)).toBeGreaterThanOrEqual(ticks.at(-1)!.planned);
    await stage.server.close();
  });

  it('leaves room above its floor for a target tracking policy in floor mode', async () => {
    const stage = await openStage();
    const ticks = await live(stage, 6, { ...ENV, PREWARM_SCALING_MODE: 'floor' });
    const asked = askedFor(stage);
    for (let slot = 1; slot < 6 * 12 - 1; slot++)
      expect(asked[slot], `slot ${slot}`).toBeGreaterThanOrEqual(ticks[slot]!.planned);
    const [target] = (
      stage.world.autoScaling.describeScalableTargets({
        ServiceNamespace: 'lambda',
        ResourceIds: ['function:scorer:live'],
      }) as {
        ScalableTargets: { MaxCapacity: number }[];
      }
    ).ScalableTargets;
    expect(target!.MaxCapacity).toBe(50);
    await stage.server.close();
  });
});
