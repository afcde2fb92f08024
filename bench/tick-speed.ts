/**
 * What the controller computes in a tick, between what it reads and what it writes, on 8 weeks of history as CloudWatch gives it:
 * the program that `bench/speed.ts` bundles like the handler and runs in fresh processes. Prints one JSON object.
 */
import { parseTargetConfig } from '../src/config.ts';
import { emptyMemory } from '../src/controller/planner-memory.ts';
import { decide } from '../src/controller/tick.ts';
import type { MetricGrid, MetricReading, ScalingState } from '../src/model.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, SLOT_MS } from '../src/time.ts';

const FIRST_TICK_MS = Date.UTC(2026, 10, 22, 11, 0, 20);
const FINE_MS = 14 * DAY_MS;
const HISTORY_MS = 56 * DAY_MS;
/** The ticks of seven hours: the choice is made anew every six. */
const TICKS = 84;

/** A working day's shape with noise, quieter at weekends. */
function gridOf(fromMs: number, toMs: number, stepSeconds: number): MetricGrid {
  const length = (toMs - fromMs) / 1000 / stepSeconds;
  let state = 7;
  const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const unknown = () => new Float64Array(length).fill(NaN);
  const grid: MetricGrid = {
    startMs: fromMs,
    stepSeconds,
    invocations: new Float64Array(length),
    averageDurationMs: unknown(),
    maxConcurrency: unknown(),
    throttles: unknown(),
    spilloverInvocations: unknown(),
    provisionedConcurrency: unknown(),
    heard: new Uint8Array(length).fill(1),
  };
  for (let i = 0; i < length; i++) {
    const timeMs = fromMs + i * stepSeconds * 1000;
    const hour = (timeMs % DAY_MS) / HOUR_MS;
    const weekend = Math.floor(timeMs / DAY_MS) % 7 > 4 ? 0.3 : 1;
    const rate = 1 + 20 * weekend * Math.max(0, Math.sin((Math.PI * (hour - 6)) / 14));
    const requests = Math.round((rate * stepSeconds * (0.5 + uniform())) / 60);
    const load = (2 * requests) / stepSeconds;
    const peak = Math.max(1, Math.round(load + 2 * Math.sqrt(load) * (0.5 + uniform())));
    grid.invocations[i] = requests;
    if (requests > 0) grid.averageDurationMs[i] = 1500 + 1000 * uniform();
    if (requests > 0) grid.maxConcurrency[i] = peak;
  }
  return grid;
}

function cut(grid: MetricGrid, untilMs: number): MetricGrid {
  const steps = Math.floor((untilMs - grid.startMs) / 1000 / grid.stepSeconds);
  const part = <T extends Float64Array | Uint8Array>(values: T) => values.subarray(0, steps) as T;
  return {
    ...grid,
    invocations: part(grid.invocations),
    averageDurationMs: part(grid.averageDurationMs),
    maxConcurrency: part(grid.maxConcurrency),
    throttles: part(grid.throttles),
    spilloverInvocations: part(grid.spilloverInvocations),
    provisionedConcurrency: part(grid.provisionedConcurrency),
    heard: part(grid.heard),
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const splitMs = floorTo(FIRST_TICK_MS - FINE_MS, HOUR_MS);
const endMs = floorTo(FIRST_TICK_MS, MINUTE_MS) + TICKS * SLOT_MS;
const grids = [gridOf(splitMs - HISTORY_MS + FINE_MS, splitMs, 300), gridOf(splitMs, endMs, 60)];
const settings = { maxCapacity: 500, coldStartMs: 5000 };
const config = parseTargetConfig({ functionName: 'bench', alias: 'live' }, settings, (path) => ({
  name: path.join('.'),
  value: undefined,
}));
const memory = emptyMemory();
const state: ScalingState = {
  scalableTarget: { minCapacity: 0, maxCapacity: 0, scheduledScalingSuspended: false },
  actions: [],
  aliasHasWeights: false,
  provisioned: null,
};
const ticks: { wallMs: number; cpuMs: number }[] = [];
for (let i = 0; i < TICKS; i++) {
  const nowMs = FIRST_TICK_MS + i * SLOT_MS;
  const reading: MetricReading = {
    grids: grids.map((grid) => cut(grid, nowMs)),
    reliableUntilMs: nowMs - 3 * MINUTE_MS,
    notes: [],
  };
  const before = { wallMs: performance.now(), cpuMs: cpuMs() };
  const report = decide({ reading, state, memory }, config, nowMs);
  ticks.push({ wallMs: performance.now() - before.wallMs, cpuMs: cpuMs() - before.cpuMs });
  state.actions = report.actions;
  const { registerNow } = report.changes;
  if (registerNow) state.scalableTarget = { ...registerNow, scheduledScalingSuspended: false };
}
const rssMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ first: ticks[0], warm: ticks.slice(TICKS / 2), rssMb }));
