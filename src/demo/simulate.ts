/** Days of the controller's life in the local AWS: the handler runs every five minutes while requests come and go. */
import { startLocalAws, type RecordedCall } from '../twin/local-aws.ts';
import type { DemandTrace, FunctionUsage } from '../twin/function-traffic.ts';
import type { MinuteRecord } from '../twin/minute-ledger.ts';
import { createWorld, type World, type WorldOptions } from '../twin/world.ts';
import { MINUTE_MS, SLOT_MS } from '../time.ts';
import type { TwinBehaviour } from '../twin/behaviour.ts';

export interface Scenario {
  seed: number;
  functionName: string;
  alias: string;
  memoryMb: number;
  architecture: 'x86_64' | 'arm64';
  timeoutSeconds: number;
  coldStartMs: number;
  idleTimeoutSeconds: number;
  /** Invocations and durations, before and during the simulated time. */
  trace: DemandTrace;
  /** From here to `endMs` requests are simulated one by one; what comes before is history. */
  startMs: number;
  endMs: number;
  maxCapacity: number;
  behaviour?: Partial<TwinBehaviour>;
}

/** Called at each tick; the handler reads its clock from the world. */
export type Handler = (event: unknown) => Promise<unknown>;

export interface Simulated {
  usage: FunctionUsage;
  minutes: MinuteRecord;
  calls: readonly RecordedCall[];
  ticks: number;
}

/** Ticks come a while after the slot begins, as EventBridge's do. */
const TICK_OFFSET_MS = 20_000;

/** The world of a scenario: history filled in, requests fed, the alias registered as the stack would. */
export function worldOf(scenario: Scenario): World {
  const { seed, startMs, functionName, trace } = scenario;
  const { alias, memoryMb, architecture, timeoutSeconds, coldStartMs, idleTimeoutSeconds } = scenario;
  const options: WorldOptions = {
    seed,
    startMs,
    functions: [{ functionName, alias, memoryMb, architecture, timeoutSeconds, coldStartMs, idleTimeoutSeconds }],
    ...(scenario.behaviour ? { behaviour: scenario.behaviour } : {}),
  };
  const world = createWorld(options);
  world.fillHistory(functionName, trace);
  world.feed(functionName, trace);
  return world;
}

/** The same requests without provisioned concurrency. */
export function simulateOnDemand(scenario: Scenario): Simulated {
  const world = worldOf(scenario);
  world.advanceTo(scenario.endMs);
  return {
    usage: world.usage(scenario.functionName),
    minutes: world.minutes(scenario.functionName),
    calls: [],
    ticks: 0,
  };
}

/**
 * Runs the handler that `connect` makes at each tick. It is given the endpoint to talk to and the clock.
 * `onTick` hears the share of the simulated time that is over.
 */
export async function simulateController(
  scenario: Scenario,
  connect: (endpoint: string, nowMs: () => number) => Handler,
  onTick: (share: number) => void = () => undefined,
): Promise<Simulated> {
  const { functionName, startMs, endMs } = scenario;
  const world = worldOf(scenario);
  world.registerTarget(functionName, { minCapacity: 1, maxCapacity: scenario.maxCapacity });
  const server = await startLocalAws(world);
  try {
    const handler = connect(server.endpoint, () => world.nowMs);
    let ticks = 0;
    for (let atMs = startMs + TICK_OFFSET_MS; atMs < endMs; atMs += SLOT_MS) {
      world.advanceTo(atMs);
      await handler({});
      ticks += 1;
      onTick((atMs - startMs) / (endMs - startMs));
    }
    world.advanceTo(endMs);
    return { usage: world.usage(functionName), minutes: world.minutes(functionName), calls: server.calls, ticks };
  } finally {
    await server.close();
  }
}

/** The highest value in each five minutes of a record by minutes. */
export function bySlot(values: Float64Array): Float64Array {
  const perSlot = SLOT_MS / MINUTE_MS;
  return Float64Array.from({ length: Math.floor(values.length / perSlot) }, (_, slot) =>
    Math.max(...values.subarray(slot * perSlot, (slot + 1) * perSlot)),
  );
}
