/** The level that each candidate would have held in every past slot, from what was known in time for it. */
import type { Forecaster, PastReading } from '../forecast/index.ts';
import { SLOT_MS } from '../time.ts';
import { type Candidate, COVER_QUANTILES, type CoverQuantile, HOLD_SLOTS, type HoldSlots } from './candidates.ts';
import { busyOnly, pastBusyHours } from './idle-hours.ts';
import { recentPeaks } from './recent-peak.ts';
import { repeatedLevels } from './repeat.ts';
import { heldBack } from './window-maxima.ts';
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
  column(coverQuantile: CoverQuantile, holdSlots: HoldSlots, span: SlotSpan): Float64Array;
}

/**
 * Reads what a forecaster would have said at each past moment, and keeps it in `rows` by the moment of the slot: one value per
 * quantile within hold.
 */
export function pastCovers(forecaster: Forecaster, startMs: number, rows: Map<number, Float64Array>): PastCovers {
  // A comparison asks for about the same span again and again.
  let table: CoverTable = { from: 0, to: 0, columns: [] };
  return {
    column(coverQuantile, holdSlots, { from, to }) {
      const column = HOLD_SLOTS.indexOf(holdSlots) * COVER_QUANTILES.length + COVER_QUANTILES.indexOf(coverQuantile);
      if (from < table.from || to > table.to) {
        const earliest = Math.max(0, from - LONGEST_HOLD_SLOTS + 1);
        const span = { startMs: startMs + earliest * SLOT_MS, slots: to - earliest };
        readMissing(forecaster, span, rows);
        table = { from: earliest, to, columns: columnsOf(span, rows) };
      }
      return table.columns[column]!.subarray(from - table.from, to - table.from);
    },
  };
}

interface CoverTable extends SlotSpan {
  columns: Float64Array[];
}

/** Candidates hold for so long at most, and ask for as many slots before theirs. */
const LONGEST_HOLD_SLOTS = Math.max(...HOLD_SLOTS);
const COLUMNS = HOLD_SLOTS.length * COVER_QUANTILES.length;

/** So many slots from a moment on. */
interface SlotTimes {
  startMs: number;
  slots: number;
}

function columnsOf({ startMs, slots }: SlotTimes, rows: ReadonlyMap<number, Float64Array>): Float64Array[] {
  const columns = Array.from({ length: COLUMNS }, () => new Float64Array(slots));
  for (let i = 0; i < slots; i++) {
    const row = rows.get(startMs + i * SLOT_MS)!;
    for (let k = 0; k < COLUMNS; k++) columns[k]![i] = row[k]!;
  }
  return columns;
}

/** By forecasts that saw only what came LAG_SLOTS before their slot. */
function readMissing(forecaster: Forecaster, { startMs, slots }: SlotTimes, rows: Map<number, Float64Array>): void {
  const isMissing = (slot: number) => slot < slots && !rows.has(startMs + slot * SLOT_MS);
  for (let slot = 0; slot < slots; slot++) {
    const first = slot;
    while (isMissing(slot)) slot++;
    if (slot === first) continue;
    const missing = { startMs: startMs + first * SLOT_MS, slots: slot - first };
    const read = forecaster.pastPeaks?.(missing, PAST_READING) ?? peaksOneByOne(forecaster, missing);
    for (let i = 0; i < missing.slots; i++)
      rows.set(missing.startMs + i * SLOT_MS, read.subarray(i * COLUMNS, (i + 1) * COLUMNS));
  }
}

const PAST_READING: PastReading = { lagSlots: LAG_SLOTS, windows: HOLD_SLOTS, levels: COVER_QUANTILES };

function peaksOneByOne(forecaster: Forecaster, { startMs, slots }: SlotTimes): Float64Array {
  const peaks = new Float64Array(slots * COLUMNS).fill(NaN);
  for (let slot = 0; slot < slots; slot++) {
    for (const [hold, windowSlots] of HOLD_SLOTS.entries()) {
      const horizon = { horizonSlots: LAG_SLOTS + 1, fromSlot: LAG_SLOTS, levels: COVER_QUANTILES, windowSlots };
      const result = forecaster.forecastAt(startMs + (slot - LAG_SLOTS) * SLOT_MS, horizon);
      if (result.kind === 'insufficient-history') break;
      result.forecast.peak.forEach(({ values }, k) => {
        peaks[slot * COLUMNS + hold * COVER_QUANTILES.length + k] = values[LAG_SLOTS]!;
      });
    }
  }
  return peaks;
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
  const busy = () => pastBusyHours(demand, span);
  switch (candidate.kind) {
    case 'on-demand':
      return new Float64Array(to - from);
    case 'constant':
      return busyOnly(candidate, new Float64Array(to - from).fill(candidate.level), busy);
    case 'repeat':
      return repeatedLevels(candidate, demand, span);
    case 'recent':
      return busyOnly(candidate, recentPeaks(demand, candidate.recent, span, knownInTime(demand)), busy);
    case 'forecast': {
      const { coverQuantile, holdSlots, floor, recent } = candidate;
      const before = Math.min(holdSlots - 1, from);
      const covered = covers.column(coverQuantile, holdSlots, { from: from - before, to });
      const held = heldBack(covered, holdSlots).subarray(before);
      const seen = recent ? recentPeaks(demand, recent, span, knownInTime(demand)) : held;
      const floors = busyOnly(candidate, new Float64Array(to - from).fill(floor), busy);
      for (let i = 0; i < held.length; i++) held[i] = Math.max(floors[i]!, held[i]!, seen[i]!);
      return held;
    }
  }
}

/** Which slots are known to the plan of a slot: those of steps that were over in time for it. */
function knownInTime({ slotsPerStep }: SlotDemand): (slot: number) => number {
  return (slot) => Math.floor((slot - LAG_SLOTS) / slotsPerStep) * slotsPerStep;
}
