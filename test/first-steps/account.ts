/** A local AWS with functions that differ in what `prewarm init` makes of them, and half an hour of their life. */
import { onTestFinished } from 'vitest';
import { DAY_MS } from '../../src/time.ts';
import { type LocalAws, startLocalAws } from '../../src/twin/local-aws.ts';
import { createWorld, type World, type WorldOptions } from '../../src/twin/world.ts';
import { useEndpoint } from '../local-aws.ts';
import { RUSH, START_MS } from './support.ts';

const SPEC = { alias: 'live', memoryMb: 1024, timeoutSeconds: 60, architecture: 'arm64' as const };
const DAYS = 3.5;

export interface Stage {
  world: World;
  server: LocalAws;
  called: () => string[];
}

/**
 * `rush` is worth it by way of its alias; `bare` is the same without an alias; `direct` has an alias that nobody calls; `snappy` has
 * SnapStart; `quiet` is hardly called.
 */
export async function openAccount(names: readonly string[], options: Partial<WorldOptions> = {}): Promise<Stage> {
  const functions = names.map((functionName) => ({ ...SPEC, functionName }));
  const world = createWorld({ seed: 3, startMs: START_MS, functions, ...options });
  const traceOf = (perSlot: (slot: number) => number) => ({
    startMs: START_MS - DAYS * DAY_MS,
    stepSeconds: 300,
    invocations: Float64Array.from({ length: DAYS * 288 }, (_, slot) => perSlot((slot + 144) % 288)),
    averageDurationMs: 2000,
  });
  for (const name of names) {
    const busy = name !== 'quiet' && !name.startsWith('fn-');
    const scope = ['bare', 'direct'].includes(name) ? 'function' : 'alias';
    world.fillHistory(name, traceOf(busy ? RUSH : (slot) => (slot === 100 ? 1 : 0)), scope);
    if (name === 'bare') world.deleteAlias(name);
    if (name === 'snappy') world.surround(name, { snapStart: true });
  }
  world.advanceTo(START_MS + 1_800_000);
  const server = await startLocalAws(world);
  const environment = process.env;
  onTestFinished(async () => {
    process.env = environment;
    await server.close();
  });
  process.env = { ...environment };
  useEndpoint(server.endpoint);
  const called = () => [...new Set(server.calls.map((call) => `${call.service}:${call.operation}`))].sort();
  return { world, server, called };
}
