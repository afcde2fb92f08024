/** Demand histories made for tests. */
import type { DemandHistory } from '../../src/model.ts';

export const START_MS = Date.UTC(2026, 2, 2);

export function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A history whose peak at each step is `peakAt(t, stepsADay)`; the mean is 0.6 of it. */
export function historyOf(
  days: number,
  peakAt: (t: number, m: number) => number,
  overrides: Partial<DemandHistory> = {},
): DemandHistory {
  const stepSeconds = overrides.stepSeconds ?? 300;
  const m = 86_400 / stepSeconds;
  const peak = Float64Array.from({ length: Math.round(days * m) }, (_, t) => peakAt(t, m));
  return {
    startMs: START_MS,
    stepSeconds,
    invocations: peak.map((y) => y * 100),
    averageDurationMs: peak.map(() => 2000),
    meanConcurrency: peak.map((y) => 0.6 * y),
    peakConcurrency: peak,
    peakBasis: 'observed',
    peakWindowSeconds: 60,
    ...overrides,
  };
}

export function endOf(history: DemandHistory): number {
  return history.startMs + history.peakConcurrency.length * history.stepSeconds * 1000;
}

/** A working day's shape between 10 and 50, weekends at half, with noise as of counts. */
export function busyDays(seed = 1): (t: number, m: number) => number {
  const random = uniforms(seed);
  return (t, m) => {
    const isWeekend = Math.floor(t / m) % 7 >= 5;
    const level = (30 - 20 * Math.cos((2 * Math.PI * t) / m)) * (isWeekend ? 0.5 : 1);
    const noise = (random() + random() + random() + random() - 2) * Math.sqrt(3);
    return Math.max(0, Math.round(level + noise * Math.sqrt(level)));
  };
}
