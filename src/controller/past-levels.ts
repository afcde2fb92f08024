/** The level that each candidate would have held in every past slot, from what was known in time for it. */
import type { Forecaster } from '../forecast/index.ts';
import { SLOT_MS } from '../time.ts';
import { type Candidate, COVER_QUANTILES, HOLD_SLOTS, type RecentPeak } from './candidates.ts';
import { repeatedPeaks } from './repeat.ts';
import type { SlotDemand } from './slot-demand.ts';

/**
 * How late what is known becomes capacity, in slots: metrics are complete three minutes after a slot, the plan is made at
 * the next tick, and allocation takes a minute or two. The level of slot s rests on what is known before slot s - 2.
 */
export const LAG_SLOTS = 2;

export interface LevelLimits {
  minCapacity: number;
  maxCapacity: number;
}

/** Slots [from, to) of a demand. */
export interface SlotSpan {
  from: number;
  to: number;
}

/** What forecasts of the past would have covered. */
export interface PastCovers {
  /** Of slots [span.from, span.to), to be left as they are; NaN where there was no forecast. */
  column(coverQuantile: number, holdSlots: number, span: SlotSpan): Float64Array;
}

/**
 * Reads what a forecaster would have said at each past moment, and keeps it in `rows` by the moment of the slot: one value per
 * quantile within hold.
 */
export function pastCovers(forecaster: Forecaster, startMs: number, rows: Map<number, Float64Array>): PastCovers {
  const rowAt = (slotMs: number): Float64Array => {
    let row = rows.get(slotMs);
    if (!row) rows.set(slotMs, (row = pastCover(forecaster, slotMs)));
    return row;
  };
  // A comparison asks for the same span again and again: several candidates share each column.
  let span: SlotSpan = { from: 0, to: 0 };
  let columns: (Float64Array | undefined)[] = [];
  return {
    column(coverQuantile, holdSlots, { from, to }) {
      const column =
        HOLD_SLOTS.indexOf(holdSlots as (typeof HOLD_SLOTS)[number]) * COVER_QUANTILES.length +
        COVER_QUANTILES.indexOf(coverQuantile as (typeof COVER_QUANTILES)[number]);
      if (from !== span.from || to !== span.to) {
        span = { from, to };
        columns = [];
      }
      let values = columns[column];
      if (!values) {
        columns[column] = values = new Float64Array(to - from);
        for (let i = 0; i < values.length; i++) values[i] = rowAt(startMs + (from + i) * SLOT_MS)[column]!;
      }
      return values;
    },
  };
}

/** By a forecast that saw only what came LAG_SLOTS before the slot at `slotMs`. */
function pastCover(forecaster: Forecaster, slotMs: number): Float64Array {
  const row = new Float64Array(HOLD_SLOTS.length * COVER_QUANTILES.length).fill(NaN);
  for (const [hold, windowSlots] of HOLD_SLOTS.entries()) {
    const horizon = { horizonSlots: LAG_SLOTS + 1, fromSlot: LAG_SLOTS, levels: COVER_QUANTILES, windowSlots };
    const result = forecaster.forecastAt(slotMs - LAG_SLOTS * SLOT_MS, horizon);
    if (result.kind === 'insufficient-history') return row;
    result.forecast.peak.forEach(({ values }, k) => {
      row[hold * COVER_QUANTILES.length + k] = values[LAG_SLOTS]!;
    });
  }
  return row;
}

/** The levels in the slots of `span`, within the limits. */
export function pastLevels(
  candidate: Candidate,
  past: { demand: SlotDemand; covers: PastCovers },
  span: SlotSpan,
  { minCapacity, maxCapacity }: LevelLimits,
): Int32Array {
  const needed = neededLevels(candidate, past, span);
  const levels = new Int32Array(needed.length);
  for (let i = 0; i < levels.length; i++)
    levels[i] = Math.min(maxCapacity, Math.max(minCapacity, Math.ceil(needed[i]!)));
  return levels;
}

function neededLevels(
  candidate: Candidate,
  { demand, covers }: { demand: SlotDemand; covers: PastCovers },
  span: SlotSpan,
): Float64Array {
  const { from, to } = span;
  switch (candidate.kind) {
    case 'on-demand':
      return new Float64Array(to - from);
    case 'constant':
      return new Float64Array(to - from).fill(candidate.level);
    case 'repeat': {
      const reach = candidate.holdSlots - 1;
      const past = repeatedPeaks(demand, candidate.days, { from: from - reach, to: to + reach });
      return slidingMaximum(past, reach).subarray(reach, reach + to - from);
    }
    case 'recent':
      return recentPeaks(demand, candidate.recent, span);
    case 'forecast': {
      const { coverQuantile, holdSlots, floor, recent } = candidate;
      const before = Math.min(holdSlots - 1, from);
      const covered = covers.column(coverQuantile, holdSlots, { from: from - before, to });
      const held = heldBack(covered, holdSlots).subarray(before);
      const seen = recent ? recentPeaks(demand, recent, span) : held;
      for (let i = 0; i < held.length; i++) held[i] = Math.max(floor, held[i]!, seen[i]!);
      return held;
    }
  }
}

/** For each slot of `span` the highest peak in the slots that were known in time, times the factor. */
function recentPeaks(
  { highest, slotsPerStep }: SlotDemand,
  { slots, factor }: RecentPeak,
  { from, to }: SlotSpan,
): Float64Array {
  // Known is what lies in steps that were over.
  const knownBefore = (slot: number) => Math.floor((slot - LAG_SLOTS) / slotsPerStep) * slotsPerStep;
  const first = knownBefore(from) - slots;
  const known = heldBack(cut(highest, first, to - LAG_SLOTS - 1), slots);
  const peaks = new Float64Array(to - from);
  for (let i = 0; i < peaks.length; i++) peaks[i] = factor * known[knownBefore(from + i) - 1 - first]!;
  return peaks;
}

/** Values [from, to), 0 outside of what there is. */
function cut(values: Float64Array, from: number, to: number): Float64Array {
  const part = new Float64Array(Math.max(0, to - from));
  const first = Math.max(0, from);
  if (to > first) part.set(values.subarray(first, Math.max(first, Math.min(to, values.length))), first - from);
  return part;
}

/** Maximum over the `holdSlots` slots that end with each; unknown ones count as zero. */
export function heldBack(values: Float64Array, holdSlots: number): Float64Array {
  const held = new Float64Array(values.length);
  for (let i = 0; i < held.length; i++) {
    let highest = 0;
    for (let j = Math.max(0, i - holdSlots + 1); j <= i; j++) if (values[j]! > highest) highest = values[j]!;
    held[i] = highest;
  }
  return held;
}

/** Maximum over [i - reach, i + reach] for every i. */
export function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    let highest = -Infinity;
    const to = Math.min(values.length - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= to; j++) highest = Math.max(highest, values[j]!);
    out[i] = highest;
  }
  return out;
}
