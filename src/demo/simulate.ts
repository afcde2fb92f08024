/** Days of the controller's life in the local AWS: the handler runs every five minutes while requests come and go. */
import { startLocalAws, type RecordedCall } from '../twin/local-aws.ts';
import type { DemandTrace, FunctionUsage } from '../twin/function-traffic.ts';
import type { MinuteRecord } from '../twin/minute-ledger.ts';
import { createWorld, type World, type WorldOptions } from '../twin/world.ts';
import { floorTo, MINUTE_MS, SLOT_MS, TICK_OFFSET_MS } from '../time.ts';
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

/** The same requests twice: with the controller, and without provisioned concurrency. */
export interface Worlds {
  withPrewarm: World;
  onDemand: World;
}

export interface SimulateOptions {
  /** Makes the handler, given the endpoint to talk to and the clock. */
  connect: (endpoint: string, nowMs: () => number) => Handler;
  /** Awaited after each simulated minute, when both clocks stand at its end. */
  onMinute?: (worlds: Worlds) => void | Promise<void>;
  /** Ends the simulation with the signal's reason. */
  signal?: AbortSignal;
}

/** Lives through the scenario in both worlds, minute by minute; the handler runs once in each slot. */
export async function simulate(
  scenario: Scenario,
  { connect, onMinute, signal }: SimulateOptions,
): Promise<Record<keyof Worlds, Simulated>> {
  const { functionName, startMs, endMs } = scenario;
  const worlds: Worlds = { withPrewarm: worldOf(scenario), onDemand: worldOf(scenario) };
  const { withPrewarm, onDemand } = worlds;
  withPrewarm.registerTarget(functionName, { minCapacity: 1, maxCapacity: scenario.maxCapacity });
  const server = await startLocalAws(withPrewarm);
  try {
    const handler = connect(server.endpoint, () => withPrewarm.nowMs);
    let ticks = 0;
    for (let minuteMs = startMs; minuteMs < endMs; minuteMs += MINUTE_MS) {
      signal?.throwIfAborted();
      const tickMs = floorTo(minuteMs, SLOT_MS) + TICK_OFFSET_MS;
      if (floorTo(tickMs, MINUTE_MS) === minuteMs) {
        withPrewarm.advanceTo(tickMs);
        await handler({});
        ticks += 1;
      }
      for (const world of [withPrewarm, onDemand]) world.advanceTo(minuteMs + MINUTE_MS);
      await onMinute?.(worlds);
    }
    const read = (world: World) => ({ usage: world.usage(functionName), minutes: world.minutes(functionName) });
    return {
      withPrewarm: { ...read(withPrewarm), calls: server.calls, ticks },
      onDemand: { ...read(onDemand), calls: [], ticks: 0 },
    };
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
