/** What every candidate would have cost and missed, in blocks of six hours that are computed once and kept. */
import type { Settings } from '../config.ts';
import { type PoolModel, poolWindow } from '../economics/pool-model.ts';
import { emptyUsage, type LevelUsage, type PoolUsage, poolUsage, sumUsage } from '../economics/pool.ts';
import { DAY_MS, HOUR_MS, SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { type Candidate, candidateName } from './candidates.ts';
import { compact } from './compact.ts';
import { ACTIONS_WITHOUT_LOSS } from './levels.ts';
import { type LevelLimits, type PastCovers, pastLevels } from './past-levels.ts';
import type { SlotDemand } from './slot-demand.ts';

/** Blocks are counted from the epoch, so they begin at 0, 6, 12 and 18 UTC. */
export const BLOCK_MS = 6 * HOUR_MS;
const BLOCK_SLOTS = BLOCK_MS / SLOT_MS;

/** By candidate's name, then by block. */
export type KnownUsages = Map<string, Map<number, PoolUsage>>;

export interface TrackContext {
  demand: SlotDemand;
  covers: PastCovers;
  /** Of the same history as the demand, from a lead-in before the blocks on. */
  pool: PoolModel;
  limits: LevelLimits;
  settings: Pick<Settings, 'leadTimeSeconds' | 'maxActions' | 'idleTimeoutSeconds'>;
  known: KnownUsages;
  /** Candidates use it one after the other. */
  usage?: LevelUsage;
}

/** The usage in each of the blocks [from, to), all of them inside the history. */
export function blockUsages(candidate: Candidate, blocks: { from: number; to: number }, context: TrackContext) {
  const name = candidateName(candidate);
  let known = context.known.get(name);
  if (!known) context.known.set(name, (known = new Map<number, PoolUsage>()));
  let first = blocks.from;
  while (first < blocks.to && known.has(first)) first++;
  if (first < blocks.to)
    computeBlocks(candidate, { from: first, to: blocks.to }, context).forEach((usage, i) =>
      known.set(first + i, usage),
    );
  return Array.from({ length: blocks.to - blocks.from }, (_, i) => known.get(blocks.from + i)!);
}

/** Forgets some of the blocks. */
export function forgetBlocks(isForgotten: (block: number) => boolean, known: KnownUsages): void {
  for (const usages of known.values()) for (const block of usages.keys()) if (isForgotten(block)) usages.delete(block);
}

/** What was warm when the first block began is found by starting an idle timeout earlier. */
export function leadInSlots({ idleTimeoutSeconds }: Pick<Settings, 'idleTimeoutSeconds'>): number {
  return Math.ceil(idleTimeoutSeconds / SLOT_SECONDS) + 1;
}

function computeBlocks(candidate: Candidate, blocks: { from: number; to: number }, context: TrackContext): PoolUsage[] {
  const { demand, covers, pool, limits, settings } = context;
  const slotOf = (block: number) => Math.round((block * BLOCK_MS - demand.startMs) / SLOT_MS);
  const from = slotOf(blocks.from);
  const to = slotOf(blocks.to);
  const leadIn = Math.min(from, leadInSlots(settings));
  const span = { from: from - leadIn, to };
  const levels = asScheduled(pastLevels(candidate, { demand, covers }, span, limits), settings);
  const perSlot = SLOT_SECONDS / pool.stepSeconds;
  const window = poolWindow(pool, span.from * perSlot, span.to * perSlot);
  if (context.usage?.coldStarts.length !== levels.length) context.usage = emptyUsage(levels.length);
  const usage = poolUsage(window, levels, context.usage);
  return Array.from({ length: blocks.to - blocks.from }, (_, i) => {
    const start = leadIn + i * BLOCK_SLOTS;
    return sumUsage(window, usage, start, start + BLOCK_SLOTS);
  });
}

/** Levels as they are billed: asked for a lead time ahead, and with no more changes than there may be actions. */
function asScheduled(
  levels: Int32Array,
  { leadTimeSeconds, maxActions }: Pick<Settings, 'leadTimeSeconds' | 'maxActions'>,
): Int32Array {
  const leadSlots = Math.ceil(leadTimeSeconds / SLOT_SECONDS);
  const asked = new Int32Array(levels.length);
  for (let slot = 0; slot < asked.length; slot++) {
    const last = Math.min(levels.length - 1, slot + leadSlots);
    let highest = 0;
    for (let ahead = slot; ahead <= last; ahead++) highest = Math.max(highest, levels[ahead]!);
    asked[slot] = highest;
  }
  if (maxActions >= ACTIONS_WITHOUT_LOSS) return asked;
  for (let block = 0; block < asked.length; block += BLOCK_SLOTS) {
    const span = asked.subarray(block, block + BLOCK_SLOTS);
    span.set(compact(span, Math.ceil((maxActions * BLOCK_MS) / DAY_MS)));
  }
  return asked;
}
