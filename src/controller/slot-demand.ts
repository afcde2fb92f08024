/** A demand history on the slot grid, with draws of how arrivals bunch. */
import { peakOfRate } from '../forecast/arrivals.ts';
import { environmentsOfRate, shortRequests } from '../forecast/request-limit.ts';
import type { DemandHistory } from '../model.ts';
import { type OffsetOf, zoneOffset } from '../time-zone.ts';
import { DAY_MS, SLOT_SECONDS } from '../time.ts';

/** Demand slot by slot; NaN where it is unknown. */
export interface SlotDemand {
  startMs: number;
  /** Slots are known by so many at a time. */
  slotsPerStep: number;
  /** Average concurrency. */
  mean: Float64Array;
  /**
   * Environments needed in the slot's busiest moment: the highest concurrency or, of short requests, a tenth of the most that come in a
   * second, as equally likely draws of how arrivals bunch; one where the concurrency was measured.
   */
  peaks: readonly Float64Array[];
  /** The largest of the draws in each slot; 0 where nothing is known. */
  highest: Float64Array;
  /** `highest` as policies see it that follow recent peaks; NaN where unknown. Without events it is the same. */
  seen: Float64Array;
  /** The highest peak up to and including each slot. */
  highestSoFar: Float64Array;
  /** Of the time zone whose days are repeated. */
  offsetOf: OffsetOf;
}

/** More would change no choice and cost time at every tick. */
const DRAWS = 4;

/**
 * Slots of the whole history. A step longer than a slot is repeated: its mean holds for each of its slots.
 * Where the peak was measured there is one draw; else the slots' peaks are drawn, given the rate of the busiest window,
 * at stratified quantiles that depend on the slot's time alone. No slot depends on a later one.
 */
export function slotDemand(history: DemandHistory, timeZone = 'UTC'): SlotDemand {
  const slotsPerStep = history.stepSeconds / SLOT_SECONDS;
  const spread = (values: Float64Array) =>
    slotsPerStep === 1
      ? values
      : Float64Array.from(
          { length: values.length * slotsPerStep },
          (_, slot) => values[Math.floor(slot / slotsPerStep)]!,
        );
  const driver = spread(history.peakConcurrency);
  const concurrency =
    history.peakBasis === 'observed' ? [driver] : drawnPeaks(driver, spread(usualDurations(history)), history);
  const peaks = raisedToLimit(concurrency, history, spread);
  const highest = Float64Array.from(driver, (_, slot) =>
    peaks.reduce((most, draw) => (draw[slot]! > most ? draw[slot]! : most), 0),
  );
  let so = 0;
  const highestSoFar = highest.map((peak) => (so = Math.max(so, peak)));
  const mean = spread(history.meanConcurrency);
  return {
    startMs: history.startMs,
    slotsPerStep,
    mean,
    peaks,
    highest,
    seen: highest.map((peak, slot) => (Number.isNaN(mean[slot]!) ? NaN : peak)),
    highestSoFar,
    offsetOf: zoneOffset(timeZone),
  };
}

function drawnPeaks(rates: Float64Array, usualSeconds: Float64Array, history: DemandHistory): Float64Array[] {
  const distributions = new Map<number, (rate: number, quantile: number) => number>();
  const peakAt = (slot: number) => {
    const seconds = usualSeconds[slot]!;
    let distribution = distributions.get(seconds);
    if (!distribution) distributions.set(seconds, (distribution = peakOfRate(history.peakWindowSeconds, seconds)));
    return distribution;
  };
  const quantileOf = quantilesFrom(history.startMs);
  return Array.from({ length: DRAWS }, (_, draw) =>
    rates.map((rate, slot) => (Number.isNaN(rate) ? NaN : peakAt(slot)(rate, quantileOf(slot, draw)))),
  );
}

function raisedToLimit(
  peaks: Float64Array[],
  history: DemandHistory,
  spread: (values: Float64Array) => Float64Array,
): Float64Array[] {
  const short = shortRequests(history);
  if (!short) return peaks;
  const environmentsOf = environmentsOfRate(short.windowSeconds);
  const rates = spread(short.rates);
  const quantileOf = quantilesFrom(history.startMs);
  return peaks.map((values, draw) =>
    values.map((peak, slot) => Math.max(peak, environmentsOf(rates[slot]!, quantileOf(slot, draw)))),
  );
}

function quantilesFrom(startMs: number): (slot: number, draw: number) => number {
  const firstSlot = Math.round(startMs / (SLOT_SECONDS * 1000));
  return (slot, draw) => (turnOf(firstSlot + slot) + draw / DRAWS) % 1;
}

/**
 * A share of a turn per slot: close to the golden ratio, so that neighbouring slots are evenly spread. The golden ratio itself
 * nearly repeats after 144 and 288 slots, and with it the days; these turn by (3 + sqrt 2) / 4 from one to the next, so that even
 * by a quarter turn, as far as draws are apart, no two days within four weeks are alike.
 */
const TURN = (177 + (3 + Math.SQRT2) / 4) / 288;

/** Evenly spread numbers in [0, 1). */
function turnOf(n: number): number {
  return (n * TURN) % 1;
}

const USUAL_MS = 7 * DAY_MS;

/** Seconds per request, weighted by requests, over the week that ends with each step; in steps of 10 %, so that few differ. */
function usualDurations({ averageDurationMs, invocations, stepSeconds }: DemandHistory): Float64Array {
  const width = USUAL_MS / 1000 / stepSeconds;
  const weightAt = (step: number) =>
    averageDurationMs[step]! > 0 && invocations[step]! > 0 && invocations[step]! < Infinity ? invocations[step]! : 0;
  let weighted = 0;
  let weight = 0;
  return invocations.map((_, step) => {
    for (const [at, sign] of [
      [step, 1],
      [step - width, -1],
    ] as const) {
      if (at < 0 || weightAt(at) === 0) continue;
      weight += sign * weightAt(at);
      weighted += sign * weightAt(at) * averageDurationMs[at]!;
    }
    const seconds = weight > 0.5 ? weighted / weight / 1000 : 1;
    return 1.1 ** Math.round(Math.log(Math.max(0.001, seconds)) / Math.log(1.1));
  });
}
