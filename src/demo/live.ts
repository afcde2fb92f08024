/** A run that can be watched: what happens goes to a page on this machine, which sets the pace. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createFeed } from './feed.ts';
import type { Control } from './frames.ts';
import { createPace } from './pace.ts';
import { createRecorder } from './recorder.ts';
import { type Assets, startLiveServer } from './server.ts';
import { type Handler, type Scenario, simulate, type Simulated, type Worlds } from './simulate.ts';

export interface LiveOptions {
  scenario: Scenario;
  assets: Assets;
  /** 0 = a free one. */
  port: number;
  control: Control;
  /** Makes the handler; its log lines go to `hear`. */
  connect: (hear: (line: string) => void) => (endpoint: string, nowMs: () => number) => Handler;
  /** Called with the page's address before anything happens. */
  onServing: (url: string) => void | Promise<void>;
  /** Called at the end of the simulated time; the page stays until `signal` ends it. */
  onEnd: (run: Record<keyof Worlds, Simulated>) => void;
  signal: AbortSignal;
}

/** Rejects with the signal's reason when it ends the simulation, and resolves when it ends the showing of its result. */
export async function runLive(options: LiveOptions): Promise<void> {
  const { scenario, signal } = options;
  const feed = createFeed(randomUUID());
  const pace = createPace({ control: options.control, signal, nowMs: () => performance.now() });
  const recorder = createRecorder(scenario, feed);
  const setPace = (change: Partial<Control>) => {
    pace.set(change);
    feed.replace({ kind: 'control', ...pace.control });
  };
  setPace({});
  const server = await startLiveServer({ port: options.port, assets: options.assets, feed, onControl: setPace });
  try {
    await options.onServing(server.url);
    const run = await simulate(scenario, {
      connect: options.connect(recorder.hear),
      onMinute: (worlds) => {
        recorder.look(worlds);
        return pace.nextMinute();
      },
      signal,
    });
    recorder.end(run);
    options.onEnd(run);
    if (!signal.aborted) await once(signal, 'abort');
    feed.replace({ kind: 'bye', reason: 'The demo was ended in its terminal.' });
  } catch (error) {
    feed.replace({
      kind: 'bye',
      reason: signal.aborted ? 'The demo was stopped in its terminal.' : 'The demo failed: its terminal says why.',
    });
    throw error;
  } finally {
    await server.close();
  }
}
