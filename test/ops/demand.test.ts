import { expect, it } from 'vitest';
import { decide } from '../../src/controller/tick.ts';
import { assessDemand } from '../../src/ops/demand.ts';
import { DAY_MS } from '../../src/time.ts';
import { coldMinutes, settingsOf, START_MS } from '../replay/support.ts';

it.each([
  ['where how long a cold start takes is learned', {}, 14_000],
  ['where it is given', { coldStartMs: 3000 }, 3000],
])('doctor and status judge as the tick does, %s', (_, given, atLeastMs) => {
  const billing = { memoryMb: 3008, architecture: 'arm64' } as const;
  const reading = { ...coldMinutes(2, () => 20), billing };
  const config = settingsOf({ maxCapacity: 60, ...given });
  const nowMs = START_MS + 2 * DAY_MS;
  const state = { scalableTarget: null, actions: [], aliasHasWeights: false, provisioned: null };
  const { settings, plan, choice, trust } = decide({ reading, state }, config, nowMs);
  expect(settings.coldStartMs).toBeGreaterThanOrEqual(atLeastMs);
  expect(choice).not.toBeNull();
  expect(assessDemand(reading, config, nowMs).planned).toMatchObject({ plan, choice, trust });
});
