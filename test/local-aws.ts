/** A world with two weeks of history behind it, a server on it, and the handler or the command line on that. */
import { onTestFinished, vi } from 'vitest';
import { createHandler } from '../src/handler.ts';
import { readMetricsFile } from '../src/input/metrics-file.ts';
import { DAY_MS, floorTo, TICK_OFFSET_MS } from '../src/time.ts';
import { type LocalAws, startLocalAws } from '../src/twin/local-aws.ts';
import { createWorld, type World, type WorldOptions } from '../src/twin/world.ts';

export interface Stage {
  world: World;
  server: LocalAws;
  /** Operations called so far that could change something. */
  writes: () => string[];
  /** The scheduled Lambda on this clock. */
  handlerWith: (env: Record<string, string>) => ReturnType<typeof createHandler>;
  /** What its handlers have logged. */
  lines: Record<string, unknown>[];
}

const SPEC = { alias: 'live', memoryMb: 2048, timeoutSeconds: 60, architecture: 'x86_64' as const, coldStartMs: 5000 };

/** Functions `scorer` and `segments`, both registered; the clock stands at midnight after 13 days of the trace. */
export async function openStage(options: Partial<WorldOptions> = {}): Promise<Stage> {
  const reading = await readMetricsFile('data/traces/nab-aws-elb-request-count-8c0756.csv.gz');
  const { startMs: traceStartMs, stepSeconds, invocations } = reading.grids[0]!;
  const trace = { startMs: traceStartMs, stepSeconds, invocations, averageDurationMs: 4000 };
  const startMs = floorTo(traceStartMs, DAY_MS) + 13 * DAY_MS;
  const functions = ['scorer', 'segments'].map((functionName) => ({ functionName, ...SPEC }));
  const world = createWorld({ seed: 7, startMs, functions, ...options });
  for (const { functionName } of functions) {
    world.fillHistory(functionName, trace);
    world.feed(functionName, trace);
    world.registerTarget(functionName, { minCapacity: 1, maxCapacity: 50 });
  }
  world.advanceTo(startMs + TICK_OFFSET_MS);
  const server = await startLocalAws(world);
  useEndpoint(server.endpoint);
  const writes = () => server.calls.map((call) => call.operation).filter((name) => !/^(Get|Describe|List)/.test(name));
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const handlerWith = (env: Record<string, string>) => createHandler({ env, nowMs: () => world.nowMs, log: { write } });
  return { world, server, writes, handlerWith, lines };
}

/** Until the end of the test: the backoff is a random share of its length, and here none of it. */
export function retryAtOnce(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  onTestFinished(() => random.mockRestore());
}

/** As a shell would set it up for the SDK. */
export function useEndpoint(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}
