import { slotDemand } from '../../src/controller/slot-demand.ts';
import { SLOT_MS } from '../../src/time.ts';

/** Measured demand, slot by slot. */
export function demandFrom(startMs: number, slots: number, peakAt: (timeMs: number) => number, timeZone = 'UTC') {
  const series = Float64Array.from({ length: slots }, (_, slot) => peakAt(startMs + slot * SLOT_MS));
  const history = {
    startMs,
    stepSeconds: 300,
    invocations: series,
    averageDurationMs: series.map(() => 1000),
    meanConcurrency: series,
    peakConcurrency: series,
    peakBasis: 'observed' as const,
    peakWindowSeconds: 300,
  };
  return slotDemand(history, timeZone);
}
