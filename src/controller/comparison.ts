/** The comparison that a choice rests on: which candidates, over which part of the past. */
import type { Settings } from '../config.ts';
import type { PoolModel } from '../economics/pool-model.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import { allCandidates, simpleCandidates } from './candidates.ts';
import { type Choice, chooseByRecord } from './choose.ts';
import { hasIdleHours } from './idle-hours.ts';
import { limitsOf, objectiveOf, type ObjectiveSettings } from './objective.ts';
import type { PastCovers } from './past-levels.ts';
import type { SlotDemand } from './slot-demand.ts';
import { BLOCK_MS, blockUsages, type KnownUsages, leadInSlots, type TrackContext } from './track-record.ts';

/** Policies are compared on this much of the past, or what there is, and on no less than a day. */
export const COMPARED_DAYS = 14;
const BLOCKS_PER_DAY = DAY_MS / BLOCK_MS;
const LEAST_KNOWN_MS = DAY_MS - BLOCK_MS;

export interface ChoiceContext {
  demand: SlotDemand;
  covers: PastCovers;
  /** Of the same history as the demand, from a moment on. */
  pool: (fromMs: number) => PoolModel;
  settings: ObjectiveSettings &
    Pick<
      Settings,
      'minCapacity' | 'maxCapacity' | 'monthlyBudgetUsd' | 'leadTimeSeconds' | 'maxActions' | 'idleTimeoutSeconds'
    >;
  usages: KnownUsages;
  choices: Map<number, Choice | null>;
}

/** The choice made at `epochMs`, a whole block, from the past before it; null where too little is known to compare. */
export function choiceAt(epochMs: number, context: ChoiceContext): Choice | null {
  const { choices } = context;
  let choice = choices.get(epochMs);
  if (choice === undefined) choices.set(epochMs, (choice = compare(epochMs, context)));
  return choice;
}

function compare(epochMs: number, context: ChoiceContext): Choice | null {
  const { demand, settings } = context;
  const to = Math.round(epochMs / BLOCK_MS);
  const earliest = Math.max(to - COMPARED_DAYS * BLOCKS_PER_DAY, Math.ceil(demand.startMs / BLOCK_MS));
  // A forecast takes a day of history.
  const withForecasts = Math.max(earliest, Math.ceil((demand.startMs + DAY_MS) / BLOCK_MS));
  const hasForecasts = to - withForecasts >= BLOCKS_PER_DAY;
  const from = hasForecasts ? withForecasts : earliest;
  if (to - from < BLOCKS_PER_DAY - 1) return null;
  const seen = peaksBetween(demand, from, to);
  if (seen.length * SLOT_MS < LEAST_KNOWN_MS) return null;
  // An idle timeout before the first block it is found out what is warm in it.
  const pool = context.pool(from * BLOCK_MS - leadInSlots(settings) * SLOT_MS);
  if (knownMs(pool, from, to) < LEAST_KNOWN_MS) return null;
  const idleHours = hasIdleHours(demand, slotsOf(demand, from, to));
  const all = hasForecasts ? allCandidates(seen, idleHours) : simpleCandidates(seen, idleHours);
  // No week is repeated before there was one: that would be on demand by another name.
  const isKnown = (days: number) => demand.startMs + days * DAY_MS < to * BLOCK_MS;
  const candidates = all.filter((candidate) => candidate.kind !== 'repeat' || isKnown(candidate.days));
  const track: TrackContext = { ...context, pool, limits: limitsOf(settings), known: context.usages };
  const records = candidates.map((candidate) => ({ candidate, usages: blockUsages(candidate, { from, to }, track) }));
  return chooseByRecord(records, { leastBlocks: BLOCKS_PER_DAY, blocksPerDay: BLOCKS_PER_DAY }, objectiveOf(settings));
}

/** Time in blocks [from, to) of which the requests are known: concurrency alone tells no cost. */
function knownMs({ startMs, stepSeconds, load }: PoolModel, from: number, to: number): number {
  const stepOf = (block: number) => Math.max(0, Math.round((block * BLOCK_MS - startMs) / 1000 / stepSeconds));
  let known = 0;
  for (let step = stepOf(from), end = Math.min(stepOf(to), load.known.length); step < end; step++)
    known += load.known[step]!;
  return known * stepSeconds * 1000;
}

/** The peaks of the slots in blocks [from, to) of which anything is known. */
function peaksBetween(demand: SlotDemand, from: number, to: number): Float64Array {
  const slots = slotsOf(demand, from, to);
  return demand.highest.slice(slots.from, slots.to).filter((_, i) => !Number.isNaN(demand.mean[slots.from + i]!));
}

function slotsOf({ startMs }: SlotDemand, from: number, to: number): { from: number; to: number } {
  const slotOf = (block: number) => Math.round((block * BLOCK_MS - startMs) / SLOT_MS);
  return { from: slotOf(from), to: slotOf(to) };
}
