/** The pool model against the simulation of every request, on real traces and at constant levels from none to the peak. */
import type { PoolDemand } from '../src/economics/load.ts';
import { poolModel } from '../src/economics/pool-model.ts';
import { poolUsage, sumUsage } from '../src/economics/pool.ts';
import { billUsd, listPrices } from '../src/economics/prices.ts';
import { ArrivalGenerator } from '../src/twin/arrivals.ts';
import { EnvironmentPool } from '../src/twin/environments.ts';
import { type TraceEntry, traceRows } from './traces.ts';

export const DURATIONS_MS = [200, 2000, 20_000] as const;
export const DURATION_VARIATION = 0.5;
export const COLD_START_MS = 5000;
export const IDLE_TIMEOUT_SECONDS = 600;
const MEMORY_MB = 1024;
const LONGEST_SECONDS = 14 * 86_400;

export interface Counts {
  id: string;
  startMs: number;
  stepSeconds: number;
  counts: Float64Array;
}

/** The last two weeks as requests per step, thinned to whole numbers of at most `mostRequests` in all. */
export function readCounts(entry: TraceEntry, mostRequests: number): Counts {
  const { id, unit, stepSeconds } = entry;
  const points = traceRows(entry).map(([timestamp, value]) => ({
    step: Math.floor(Date.parse(timestamp) / 1000 / stepSeconds),
    value: Number(value),
  }));
  const last = points.at(-1)!.step;
  const first = Math.max(points[0]!.step, last + 1 - LONGEST_SECONDS / stepSeconds);
  const counts = new Float64Array(last - first + 1);
  for (const { step, value } of points) if (step >= first && value > 0) counts[step - first] = value;
  const perStep = unit.includes('per second') ? stepSeconds : 1;
  const total = counts.reduce((sum, count) => sum + count, 0) * perStep;
  const share = perStep * Math.min(1, mostRequests / total);
  let carried = 0;
  for (let i = 0; i < counts.length; i++) {
    carried += counts[i]! * share;
    counts[i] = Math.floor(carried);
    carried -= counts[i]!;
  }
  return { id, startMs: first * stepSeconds * 1000, stepSeconds, counts };
}

export interface Comparison {
  id: string;
  durationMs: number;
  level: number;
  invocations: number;
  simulated: { coldStarts: number; costUsd: number };
  modelled: { coldStarts: number; costUsd: number };
}

/** One comparison for each of `levels`, or of `shares` of the peak; the simulation's numbers are averages over the seeds. */
export function compareLevels(
  trace: Counts,
  durationMs: number,
  { seeds, ...tried }: { seeds: number } & ({ shares: readonly number[] } | { levels: readonly number[] }),
): Comparison[] {
  const demand: PoolDemand = {
    startMs: trace.startMs,
    stepSeconds: trace.stepSeconds,
    invocations: trace.counts,
    averageDurationMs: new Float64Array(trace.counts.length).fill(durationMs),
  };
  const model = poolModel(demand, {
    coldStartMs: COLD_START_MS,
    idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS,
    durationVariation: DURATION_VARIATION,
  });
  const peak = model.peaks.reduce((most, path) => path.reduce((a, b) => Math.max(a, b), most), 1);
  const levels = 'levels' in tried ? tried.levels : [...new Set(tried.shares.map((share) => Math.round(share * peak)))];
  const simulated = simulate(trace, durationMs, { levels, seeds });
  const prices = listPrices('x86_64');
  return levels.map((level, i) => {
    const modelled = sumUsage(model, poolUsage(model, new Int32Array(trace.counts.length).fill(level)));
    return {
      id: trace.id,
      durationMs,
      level,
      invocations: modelled.invocations,
      simulated: simulated[i]!,
      modelled: { coldStarts: modelled.coldStarts, costUsd: billUsd(modelled, MEMORY_MB, prices) },
    };
  });
}

function simulate(
  { startMs, stepSeconds, counts }: Counts,
  durationMs: number,
  { levels, seeds }: { levels: readonly number[]; seeds: number },
): Comparison['simulated'][] {
  const totals = levels.map(() => ({ coldStarts: 0, costUsd: 0 }));
  const prices = listPrices('x86_64');
  const endMs = startMs + counts.length * stepSeconds * 1000;
  for (let seed = 1; seed <= seeds; seed++) {
    const arrivals = new ArrivalGenerator({ seed, stepSeconds, durationVariation: DURATION_VARIATION });
    const pools = levels.map((level) => {
      const pool = new EnvironmentPool({ coldStartMs: COLD_START_MS, idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS });
      pool.setProvisioned(level, startMs);
      return pool;
    });
    for (let step = 0; step < counts.length; step++) {
      const n = arrivals.generate(startMs + step * stepSeconds * 1000, counts[step]!, durationMs);
      for (const pool of pools) {
        for (let i = 0; i < n; i++) pool.invoke(arrivals.arrivalsMs[i]!, arrivals.durationsMs[i]!);
      }
    }
    pools.forEach((pool, i) => {
      const usage = pool.usage(endMs);
      totals[i]!.coldStarts += usage.coldStarts / seeds;
      totals[i]!.costUsd += billUsd(usage, MEMORY_MB, prices) / seeds;
    });
  }
  return totals;
}

/** Relative error of the cost. */
export function costError({ simulated, modelled }: Comparison): number {
  return Math.abs(modelled.costUsd / simulated.costUsd - 1);
}

/** Error of the number of cold starts as a share of what is allowed: 10 %, or 5 in number. */
export function coldStartError({ simulated, modelled }: Comparison): number {
  return Math.abs(modelled.coldStarts - simulated.coldStarts) / Math.max(5, 0.1 * simulated.coldStarts);
}
