/** Work that successive ticks of a target have in common, and what of it still holds. */
import type { DemandHistory } from '../model.ts';
import { DAY_MS } from '../time.ts';
import type { Choice } from './choose.ts';
import { BLOCK_MS, forgetBlocks, type KnownUsages } from './track-record.ts';

/**
 * Past covers by the moment of their slot, candidates' usages by block, choices by the moment they were made at. A warm process
 * hands the same memory to each planner of a target.
 */
export interface PlannerMemory {
  covers: Map<number, Float64Array>;
  usages: KnownUsages;
  choices: Map<number, Choice | null>;
  /** The outages that `usages` leave out. */
  comparedWithout: string;
  /** What the newest planner was made of; null before the first. */
  madeOf: { settings: string; history: DemandHistory } | null;
}

export function emptyMemory(): PlannerMemory {
  return { covers: new Map(), usages: new Map(), choices: new Map(), comparedWithout: '', madeOf: null };
}

/**
 * Before a planner of this history and these settings uses the memory: forgets all that was made with other settings (what is
 * learned of cold starts changes), and what rests on metrics that have changed since (gaps are filled, late ones come).
 */
export function keepWhatHolds(memory: PlannerMemory, history: DemandHistory, settings: object): void {
  const { madeOf } = memory;
  memory.madeOf = { settings: JSON.stringify(settings), history };
  if (!madeOf) return;
  const changedMs = madeOf.settings === memory.madeOf.settings ? firstChangeMs(madeOf.history, history) : -Infinity;
  if (changedMs === Infinity) return;
  forgetWhere((timeMs) => timeMs >= changedMs, memory);
}

/** Anything older is not asked for again: the comparison reaches back 14 days. */
const ASKED_FOR_MS = 16 * DAY_MS;

/** Forgets what a choice at `epochMs` or later does not ask for. */
export function forgetOld(epochMs: number, memory: PlannerMemory): void {
  forgetWhere((timeMs) => timeMs < epochMs - ASKED_FOR_MS, memory);
}

/** A block is forgotten where any moment of it is: its first, or its last. */
function forgetWhere(isForgotten: (timeMs: number) => boolean, { covers, usages, choices }: PlannerMemory): void {
  for (const slotMs of covers.keys()) if (isForgotten(slotMs)) covers.delete(slotMs);
  for (const epochMs of choices.keys()) if (isForgotten(epochMs)) choices.delete(epochMs);
  forgetBlocks((block) => isForgotten(block * BLOCK_MS) || isForgotten((block + 1) * BLOCK_MS - 1), usages);
}

/** The beginning of the first step that two histories know differently; -Infinity where they are not alike at all. */
function firstChangeMs(before: DemandHistory, now: DemandHistory): number {
  if (before === now) return Infinity;
  const { startMs, stepSeconds } = now;
  const stepMs = stepSeconds * 1000;
  const skipped = (startMs - before.startMs) / stepMs;
  const isAlike =
    before.stepSeconds === stepSeconds &&
    before.peakBasis === now.peakBasis &&
    // Measured maxima have no window.
    (now.peakBasis === 'observed' || before.peakWindowSeconds === now.peakWindowSeconds) &&
    Number.isInteger(skipped) &&
    skipped >= 0;
  if (!isAlike) return -Infinity;
  const series = ['invocations', 'averageDurationMs', 'meanConcurrency', 'peakConcurrency'] as const;
  const steps = Math.min(before.meanConcurrency.length - skipped, now.meanConcurrency.length);
  for (let step = Math.max(0, steps - CHECKED_MS / stepMs); step < steps; step++) {
    if (series.some((name) => !isSame(before[name][step + skipped]!, now[name][step]!))) return startMs + step * stepMs;
  }
  return Infinity;
}

/** Older metrics are not corrected any more, and after two weeks come in coarser steps. */
const CHECKED_MS = 13 * DAY_MS;

/** But for the last digits, which depend on where a sum began. */
function isSame(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.abs(a);
}
