/** A metrics source that asks only for what is new: a tick reads two hours instead of weeks. */
import { gridEndMs, METRIC_SERIES } from '../metric-grid.ts';
import type { MetricGrid, MetricReading, Target } from '../model.ts';
import { floorTo, HOUR_MS } from '../time.ts';
import type { MetricsSource } from './ports.ts';

/** Metrics that arrive later than this are found when everything is read again. */
const REREAD_MS = 2 * HOUR_MS;

/** Everything is read again after this time: outages of CloudWatch are made good, corrections are found. */
const REFRESH_MS = 6 * HOUR_MS;

interface Memory {
  reading: MetricReading;
  fromMs: number;
  toMs: number;
  readAllAtMs: number;
}

/**
 * Wraps a source for a process that asks it again and again for the same targets, as a warm Lambda does. The answer
 * is what the source itself would give, but for metrics that changed more than two hours after their time, which
 * appear within six hours. GetMetricData bills each metric of each request, and parsing weeks of minutes takes seconds.
 */
export function rememberHistory(source: MetricsSource): MetricsSource {
  const memories = new Map<string, Memory>();
  return {
    async read(target, range) {
      const key = `${target.functionName}:${target.alias}`;
      const memory = memories.get(key);
      const known = memory && canExtend(memory, range) ? memory : null;
      const extended = known === null ? null : await extend(source, target, known, range);
      const reading = extended ?? (await source.read(target, range));
      memories.set(key, {
        reading,
        ...range,
        readAllAtMs: extended === null ? range.toMs : (known?.readAllAtMs ?? range.toMs),
      });
      return reading;
    },
  };
}

function canExtend(memory: Memory, range: { fromMs: number; toMs: number }): boolean {
  // A clock that jumped, or a longer history than before, starts afresh.
  const sameSpan = range.fromMs >= memory.fromMs && range.toMs >= memory.toMs;
  return sameSpan && range.toMs - memory.toMs < REREAD_MS && range.toMs - memory.readAllAtMs < REFRESH_MS;
}

/**
 * Null where the newest hours alone mislead: whether the function's metrics stand in for the alias's is a matter of the
 * whole history, and an alias that is merely idle must not be taken for a new one.
 */
async function extend(
  source: MetricsSource,
  target: Target,
  memory: Memory,
  range: { fromMs: number; toMs: number },
): Promise<MetricReading | null> {
  const fromMs = floorTo(memory.toMs - REREAD_MS, HOUR_MS);
  const fresh = await source.read(target, { fromMs, toMs: range.toMs });
  if ((fresh.standIn ?? false) !== (memory.reading.standIn ?? false)) return null;
  return { ...fresh, grids: [...joinGrids(memory.reading.grids, fresh.grids, range.fromMs)] };
}

/** Old grids up to where the fresh ones begin, the last of them joined to the first fresh one if their steps agree. */
function joinGrids(old: readonly MetricGrid[], fresh: readonly MetricGrid[], fromMs: number): MetricGrid[] {
  const freshStartMs = fresh[0]?.startMs ?? Infinity;
  const kept = old.map((grid) => cut(grid, fromMs, freshStartMs)).filter((grid) => grid.invocations.length > 0);
  const last = kept.at(-1);
  const first = fresh[0];
  const adjoin = last && first && last.stepSeconds === first.stepSeconds && gridEndMs(last) === first.startMs;
  return adjoin ? [...kept.slice(0, -1), concat(last, first), ...fresh.slice(1)] : [...kept, ...fresh];
}

/** The whole steps of [fromMs, toMs). */
function cut(grid: MetricGrid, fromMs: number, toMs: number): MetricGrid {
  const stepMs = grid.stepSeconds * 1000;
  const first = Math.max(0, Math.ceil((fromMs - grid.startMs) / stepMs));
  const end = Math.max(first, Math.min(grid.invocations.length, Math.floor((toMs - grid.startMs) / stepMs)));
  const result = { ...grid, startMs: grid.startMs + first * stepMs, heard: grid.heard.subarray(first, end) };
  for (const name of METRIC_SERIES) result[name] = grid[name].subarray(first, end);
  return result;
}

function concat(a: MetricGrid, b: MetricGrid): MetricGrid {
  const length = a.invocations.length + b.invocations.length;
  const heard = new Uint8Array(length);
  heard.set(a.heard);
  heard.set(b.heard, a.heard.length);
  const result = { ...a, heard };
  for (const name of METRIC_SERIES) {
    result[name] = new Float64Array(length);
    result[name].set(a[name]);
    result[name].set(b[name], a[name].length);
  }
  return result;
}
