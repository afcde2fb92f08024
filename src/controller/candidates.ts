/** The policies that compete at every decision, and the level that each would have held in every past slot. */
import type { Forecaster } from '../forecast/index.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import type { SlotDemand } from './slot-demand.ts';

export type Candidate =
  /** Nothing provisioned but the minimum. */
  | { kind: 'on-demand' }
  /** The same level at all times. */
  | { kind: 'constant'; level: number }
  /** The peaks of the same time a day or a week ago, held around. */
  | { kind: 'repeat'; days: 1 | 7; holdSlots: number }
  /**
   * Covers a quantile of the highest demand in the next `holdSlots` slots, holds it for as long afterwards, and never
   * holds less than the floor.
   */
  | { kind: 'forecast'; coverQuantile: number; holdSlots: number; floor: number };

export function candidateName(candidate: Candidate): string {
  switch (candidate.kind) {
    case 'on-demand':
      return 'on demand';
    case 'constant':
      return `constant ${candidate.level}`;
    case 'repeat':
      return `last ${candidate.days === 1 ? 'day' : 'week'} repeated, hold ${candidate.holdSlots * 5} min`;
    case 'forecast': {
      const floor = candidate.floor > 0 ? `, floor ${candidate.floor}` : '';
      return `forecast q${+(candidate.coverQuantile * 100).toFixed(2)}, hold ${candidate.holdSlots * 5} min${floor}`;
    }
  }
}

export const COVER_QUANTILES = [0.5, 0.75, 0.9, 0.96, 0.99, 0.997, 0.999, 0.9999] as const;
export const HOLD_SLOTS = [1, 3, 6] as const;
const CONSTANT_LEVELS = 24;
/** Shares of the history's 99.9 % peak that serve as floors. */
const FLOOR_SHARES = [0, 0.1, 0.25, 0.5];

/** All candidates; constants and floors are taken from the peaks that were seen. */
export function allCandidates(peaks: readonly Float64Array[]): Candidate[] {
  const sorted = Float64Array.from(peaks.flatMap((draw) => [...draw.filter((peak) => peak >= 0)])).sort();
  const high = Math.ceil(sorted[Math.floor((sorted.length - 1) * 0.999)] ?? 0);
  const top = Math.ceil(sorted.at(-1) ?? 0);
  const constants = new Set(
    Array.from({ length: CONSTANT_LEVELS }, (_, i) => Math.ceil((top * (i + 1)) / CONSTANT_LEVELS)),
  );
  const floors = [...new Set(FLOOR_SHARES.map((share) => Math.round(high * share)))];
  return [
    { kind: 'on-demand' },
    ...[...constants].filter((level) => level > 0).map((level): Candidate => ({ kind: 'constant', level })),
    ...HOLD_SLOTS.flatMap((holdSlots): Candidate[] => [
      { kind: 'repeat', days: 1, holdSlots },
      { kind: 'repeat', days: 7, holdSlots },
    ]),
    ...COVER_QUANTILES.flatMap((coverQuantile) =>
      HOLD_SLOTS.flatMap((holdSlots) =>
        floors.map((floor): Candidate => ({ kind: 'forecast', coverQuantile, holdSlots, floor })),
      ),
    ),
  ];
}

/** Levels of the covered quantiles, one array over slots for each (quantile, hold). */
export type CoverTable = (coverQuantile: number, holdSlots: number) => Float64Array;

/**
 * How late what is known becomes capacity, in slots: metrics are complete three minutes after a slot, the plan is made at
 * the next tick, and allocation takes a minute or two. The level of slot s rests on what is known before slot s - 2.
 */
export const LAG_SLOTS = 2;

/**
 * What each forecast candidate would have covered in the slot at `slotMs`, by a forecast that saw only what came
 * LAG_SLOTS before: one value per quantile within hold. NaN where there was not enough history.
 */
export function pastCover(forecaster: Forecaster, slotMs: number): Float64Array {
  const row = new Float64Array(HOLD_SLOTS.length * COVER_QUANTILES.length).fill(NaN);
  HOLD_SLOTS.forEach((windowSlots, hold) => {
    const horizon = { horizonSlots: LAG_SLOTS + 1, levels: COVER_QUANTILES, windowSlots };
    const result = forecaster.forecastAt(slotMs - LAG_SLOTS * SLOT_MS, horizon);
    if (result.kind === 'insufficient-history') return;
    result.forecast.peak.forEach(({ values }, k) => {
      row[hold * COVER_QUANTILES.length + k] = values[LAG_SLOTS]!;
    });
  });
  return row;
}

export interface LevelLimits {
  minCapacity: number;
  maxCapacity: number;
}

/** The level of a candidate in each slot of [fromSlot, fromSlot + covers' length), within the limits. */
export function candidateLevels(
  candidate: Candidate,
  demand: SlotDemand,
  covers: { table: CoverTable; fromSlot: number; toSlot: number },
  limits: LevelLimits,
): Int32Array {
  const { fromSlot, toSlot } = covers;
  const levels = new Int32Array(toSlot - fromSlot);
  const clamp = (level: number) => Math.min(limits.maxCapacity, Math.max(limits.minCapacity, level));
  switch (candidate.kind) {
    case 'on-demand':
      return levels.fill(limits.minCapacity);
    case 'constant':
      return levels.fill(clamp(candidate.level));
    case 'repeat': {
      const back = (candidate.days * DAY_MS) / SLOT_MS;
      const past = highestPeaks(demand, fromSlot - back - candidate.holdSlots + 1, toSlot - back + candidate.holdSlots);
      const needed = slidingMaximum(past, candidate.holdSlots - 1).subarray(candidate.holdSlots - 1);
      return levels.map((_, i) => clamp(Math.ceil(needed[i] ?? 0)));
    }
    case 'forecast': {
      const held = heldBack(covers.table(candidate.coverQuantile, candidate.holdSlots), candidate.holdSlots);
      return levels.map((_, i) => clamp(Math.max(candidate.floor, Math.ceil(held[i] ?? 0))));
    }
  }
}

/** Maximum over the `holdSlots` slots that end with each; unknown ones count as zero. */
export function heldBack(values: Float64Array, holdSlots: number): Float64Array {
  return values.map((_, i) => {
    let highest = 0;
    for (let j = Math.max(0, i - holdSlots + 1); j <= i; j++) if (values[j]! > highest) highest = values[j]!;
    return highest;
  });
}

/** The largest draw in each slot of [from, to); zero where nothing is known. */
export function highestPeaks({ peaks }: SlotDemand, from: number, to: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, to - from) }, (_, i) =>
    peaks.reduce((highest, draw) => Math.max(highest, draw[from + i]! >= 0 ? draw[from + i]! : 0), 0),
  );
}

/** Maximum over [i - reach, i + reach] for every i. */
export function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  return values.map((_, i) => {
    let highest = -Infinity;
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++)
      highest = Math.max(highest, values[j]!);
    return highest;
  });
}
