/** A demand history on the slot grid, with draws of how arrivals bunch. */
import { peakOfRate } from '../forecast/arrivals.ts';
import type { DemandHistory } from '../model.ts';
import { SLOT_SECONDS } from '../time.ts';

/** Demand slot by slot; NaN where it is unknown. */
export interface SlotDemand {
  startMs: number;
  /** Average concurrency. */
  mean: Float64Array;
  /** Highest concurrency in the slot, as equally likely draws of how arrivals bunch; one where it was measured. */
  peaks: readonly Float64Array[];
}

/** More would change no choice and cost time at every tick. */
const DRAWS = 4;

/**
 * Slots of the whole history. A step longer than a slot is repeated: its mean holds for each of its slots.
 * Where the peak was measured there is one draw; else the slots' peaks are drawn, given the rate of the busiest window,
 * at stratified quantiles that depend on the slot's time alone.
 */
export function slotDemand(history: DemandHistory): SlotDemand {
  const perStep = history.stepSeconds / SLOT_SECONDS;
  const spread = (values: Float64Array) =>
    perStep === 1
      ? values
      : Float64Array.from({ length: values.length * perStep }, (_, slot) => values[Math.floor(slot / perStep)]!);
  const driver = spread(history.peakConcurrency);
  return {
    startMs: history.startMs,
    mean: spread(history.meanConcurrency),
    peaks: history.peakBasis === 'observed' ? [driver] : drawnPeaks(driver, history),
  };
}

function drawnPeaks(rates: Float64Array, history: DemandHistory): Float64Array[] {
  const peakAt = peakOfRate(history.peakWindowSeconds, durationSeconds(history));
  const firstSlot = Math.round(history.startMs / (SLOT_SECONDS * 1000));
  return Array.from({ length: DRAWS }, (_, draw) =>
    rates.map((rate, slot) => (Number.isNaN(rate) ? NaN : peakAt(rate, (golden(firstSlot + slot) + draw / DRAWS) % 1))),
  );
}

/** Evenly spread numbers in [0, 1): multiples of the golden ratio, modulo one. */
function golden(n: number): number {
  return (n * 0.618033988749895) % 1;
}

/** Weighted by requests. */
function durationSeconds(history: DemandHistory): number {
  let weighted = 0;
  let weight = 0;
  history.averageDurationMs.forEach((duration, step) => {
    const requests = history.invocations[step]!;
    if (!(duration > 0 && requests > 0)) return;
    weighted += duration * requests;
    weight += requests;
  });
  return weight > 0 ? weighted / weight / 1000 : 1;
}
