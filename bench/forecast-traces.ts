/** The traces in data/traces as series on a grid of five minutes, or their own step where that is longer. */
import { type TraceEntry, traceEntries, traceRows } from './traces.ts';

export interface Series {
  id: string;
  startMs: number;
  stepSeconds: number;
  values: Float64Array;
}

/**
 * What a slot of the grid stands for: the mean over it, or its busiest measured step, which only traces on a finer grid
 * have.
 */
export type Target = 'mean' | 'peak';

/** All traces of at least `minDays` days that are not nearly always zero. */
export function loadSeries(minDays: number, target: Target = 'mean'): Series[] {
  const fineEnough = traceEntries().filter((entry) => target === 'mean' || entry.stepSeconds < SLOT_SECONDS);
  return fineEnough
    .map((entry) => readTrace(entry, target))
    .filter((s) => {
      const busy = s.values.filter((y) => y > 0).length;
      return s.values.length * s.stepSeconds >= minDays * 86_400 && busy > s.values.length / 10;
    });
}

const SLOT_SECONDS = 300;

/** In units of the coarser step, so that counts and gauges are treated alike; unknown where less than 60 % is known. */
function readTrace(entry: TraceEntry, target: Target): Series {
  const stepSeconds = Math.max(SLOT_SECONDS, entry.stepSeconds);
  const points = traceRows(entry).map(([timestamp, value]) => ({
    step: Math.floor(Date.parse(timestamp) / 1000 / stepSeconds),
    value: value === '' ? NaN : Number(value),
  }));
  const first = points[0]!.step;
  const sums = new Float64Array(points.at(-1)!.step - first + 1);
  const counts = new Float64Array(sums.length);
  const largest = new Float64Array(sums.length);
  for (const { step, value } of points) {
    if (Number.isNaN(value)) continue;
    sums[step - first]! += value;
    counts[step - first]! += 1;
    largest[step - first] = Math.max(largest[step - first]!, value);
  }
  const needed = 0.6 * (stepSeconds / entry.stepSeconds);
  const perStep = stepSeconds / entry.stepSeconds;
  const values = sums.map((sum, i) => {
    if (counts[i]! < needed) return NaN;
    return perStep * (target === 'peak' ? largest[i]! : sum / counts[i]!);
  });
  return { id: entry.id, startMs: first * stepSeconds * 1000, stepSeconds, values };
}
