/** A policy's levels ahead with what the calendar says of them. */
import { adjustLevels, factorAt, isLikeAnother, type Occurrence } from '../calendar/index.ts';
import { SLOT_MS } from '../time.ts';
import type { Candidate } from './candidates.ts';
import { type PastCovers, pastLevels } from './past-levels.ts';
import { type PlanContext, planLevels } from './policy.ts';
import type { SlotDemand } from './slot-demand.ts';

/** The candidate's levels in the slots ahead, events included, before the limits. */
export function levelsOf(candidate: Candidate, context: PlanContext, occurrences: readonly Occurrence[]): Int32Array {
  const { startMs, demand, knownSlots } = context;
  if (candidate.kind === 'forecast') {
    const { recent } = candidate;
    // Factors are in the forecast already, in the recent peak they are not.
    const levels = planLevels(candidate, context);
    const atLeast = recent && levelsOf({ kind: 'recent', recent }, context, occurrences);
    const most = Math.ceil(MOST_GROWTH * (demand.highestSoFar[knownSlots - 1] ?? 0));
    const sane = levels.map((level, slot) =>
      Math.max(
        atLeast?.[slot] ?? 0,
        Math.min(level, most * Math.max(1, factorAt(startMs + slot * SLOT_MS, occurrences))),
      ),
    );
    return adjustLevels({ startMs, levels: sane }, occurrences);
  }
  const levels = planLevels(candidate, context);
  // A recent peak of today is that of a day like another one, once it has begun.
  const isToday = candidate.kind === 'recent' && isLikeAnother(startMs, occurrences);
  const levelOf = (timeMs: number) =>
    isToday
      ? (levels[0] ?? 0)
      : (levels[Math.floor((timeMs - startMs) / SLOT_MS)] ?? levelOn(candidate, timeMs, demand));
  return adjustLevels({ startMs, levels }, occurrences, levelOf);
}

/** No forecast may ask for more than this multiple of the highest peak ever seen, but for an event's own factor. */
const MOST_GROWTH = 2;

/** What a policy that needs no forecast held, or would have, at a moment of the past. */
function levelOn(candidate: Candidate, timeMs: number, demand: SlotDemand): number {
  const slot = Math.floor((timeMs - demand.startMs) / SLOT_MS);
  return pastLevels(candidate, { demand, covers: NO_COVERS }, { from: slot, to: slot + 1 }, NO_LIMITS)[0]!;
}

const NO_COVERS: PastCovers = { column: (_, __, { from, to }) => new Float64Array(to - from) };
const NO_LIMITS = { minCapacity: 0, maxCapacity: Infinity };
