/** A few simulated hours of the demo, with the controller from its source. */
import type { Control } from '../../src/demo/frames.ts';
import { type LiveOptions, runLive } from '../../src/demo/live.ts';
import type { Assets } from '../../src/demo/server.ts';
import type { Scenario, Simulated, Worlds } from '../../src/demo/simulate.ts';
import { controllerSettings, demoScenario } from '../../src/demo/workload.ts';
import { createHandler } from '../../src/handler.ts';
import { HOUR_MS } from '../../src/time.ts';
import { useEndpoint } from '../local-aws.ts';

async function shortScenario(hours: number): Promise<Scenario> {
  const scenario = await demoScenario(1);
  return { ...scenario, endMs: scenario.startMs + hours * HOUR_MS };
}

export function connectTo(scenario: Scenario): LiveOptions['connect'] {
  return (hear) => (endpoint, nowMs) => {
    useEndpoint(endpoint);
    return createHandler({ env: controllerSettings(scenario), nowMs, log: { write: hear } });
  };
}

export interface WatchedRun {
  scenario: Scenario;
  url: string;
  /** Ctrl-C. */
  stop: AbortController;
  over: Promise<void>;
  /** Null until the end of the simulated time. */
  result: () => Record<keyof Worlds, Simulated> | null;
}

/** Begins a run and returns once its page is served. With `idle` the controller does nothing, which takes no time. */
export async function watchedRun(
  control: Control,
  { hours = 2, assets = {}, idle = false }: { hours?: number; assets?: Assets; idle?: boolean } = {},
): Promise<WatchedRun> {
  const scenario = await shortScenario(hours);
  const stop = new AbortController();
  let result: Record<keyof Worlds, Simulated> | null = null;
  return await new Promise((resolve, reject) => {
    const over = runLive({
      scenario,
      assets,
      port: 0,
      control,
      connect: idle ? () => () => () => Promise.resolve() : connectTo(scenario),
      onServing: (url) => resolve({ scenario, url, stop, over, result: () => result }),
      onEnd: (run) => (result = run),
      signal: stop.signal,
    });
    over.catch(reject);
  });
}
