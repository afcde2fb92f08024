/** The demand of a past, and what of its events policies go by that follow the recent peak. */
import { factorAt, isComparable, type Occurrence, type SeenPast } from '../calendar/index.ts';
import { SLOT_MS } from '../time.ts';
import { type SlotDemand, slotDemand } from './slot-demand.ts';

/**
 * What is seen in an event is no ordinary day to repeat or to compare on, but it is the newest there is for policies that follow
 * it: as it is where the day is like another one, divided by the event's factor, which the plan multiplies with again. A level that was set
 * says nothing of what is usual, nor does an outage.
 */
export function demandSeen(
  { ordinary, withEvents }: SeenPast,
  timeZone: string,
  occurrences: readonly Occurrence[],
): SlotDemand {
  const demand = slotDemand(ordinary, timeZone);
  if (occurrences.length === 0) return demand;
  let whole: Float64Array | null = null;
  const seen = demand.seen.map((peak, slot) => {
    const slotMs = demand.startMs + slot * SLOT_MS;
    if (!Number.isNaN(peak) || !isComparable(slotMs, occurrences)) return peak;
    return (whole ??= slotDemand(withEvents).seen)[slot]! / factorAt(slotMs, occurrences);
  });
  return { ...demand, seen };
}
