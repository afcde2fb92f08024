/** The highest demand of the last slots of which anything is known: unknown is not idle, what was known last counts. */
import type { RecentPeak } from './candidates.ts';
import type { SlotDemand } from './slot-demand.ts';
import { heldBack } from './window-maxima.ts';

/** For each slot of [from, to) the peak of the recent slots that lie before `knownBefore` that slot, times the factor; 0 without any. */
export function recentPeaks(
  demand: SlotDemand,
  { slots, factor }: RecentPeak,
  { from, to }: { from: number; to: number },
  knownBefore: (slot: number) => number,
): Float64Array {
  const { values, countBefore } = knownOf(demand);
  const countAt = (slot: number) => countBefore[Math.max(0, Math.min(countBefore.length - 1, knownBefore(slot)))]!;
  const first = Math.max(0, countAt(from) - slots);
  const held = heldBack(values.subarray(first, countAt(to - 1)), slots);
  return Float64Array.from({ length: to - from }, (_, i) => factor * (held[countAt(from + i) - 1 - first] ?? 0));
}

/** What is known of a demand, one after the other. */
interface Known {
  values: Float64Array;
  /** How many of the values lie before a slot; one entry more than there are slots. */
  countBefore: Int32Array;
}

const made = new WeakMap<SlotDemand, Known>();

/** Made once: many candidates ask. */
function knownOf(demand: SlotDemand): Known {
  let known = made.get(demand);
  if (!known) {
    const { seen } = demand;
    const countBefore = new Int32Array(seen.length + 1);
    for (let slot = 0; slot < seen.length; slot++)
      countBefore[slot + 1] = countBefore[slot]! + Number(!Number.isNaN(seen[slot]!));
    made.set(demand, (known = { values: seen.filter((peak) => !Number.isNaN(peak)), countBefore }));
  }
  return known;
}
