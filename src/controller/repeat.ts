/** The peaks of the same local time on earlier days. */
import { fromWall } from '../time-zone.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import type { RepeatPlan } from './candidates.ts';
import type { SlotDemand } from './slot-demand.ts';
import { heldBack } from './window-maxima.ts';

/** So many periods back is looked where the last ones are unknown. */
const MOST_PERIODS = 4;

/**
 * For each slot of [from, to) the peak `days` local days before it, or a multiple of that where the slot there is unknown or not
 * over yet (`knownSlots`); NaN where nothing is known.
 */
export function repeatedPeaks(
  demand: SlotDemand,
  days: number,
  { from, to }: { from: number; to: number },
  knownSlots = Infinity,
): Float64Array {
  const { startMs, mean, highest, offsetOf } = demand;
  const peaks = new Float64Array(to - from).fill(NaN);
  for (let i = 0; i < peaks.length; i++) {
    const slotMs = startMs + (from + i) * SLOT_MS;
    const wallMs = slotMs + offsetOf(slotMs);
    for (let period = 1; period <= MOST_PERIODS; period++) {
      const source = Math.floor((fromWall(wallMs - period * days * DAY_MS, offsetOf) - startMs) / SLOT_MS);
      if (source >= knownSlots || Number.isNaN(mean[source] ?? NaN)) continue;
      peaks[i] = highest[source]!;
      break;
    }
  }
  return peaks;
}

/** The levels of a repeated day or week in slots [from, to): the highest of its peaks from `holdSlots` before to as long after, and `afterSlots` more. */
export function repeatedLevels(
  { days, holdSlots, afterSlots = 0 }: RepeatPlan,
  demand: SlotDemand,
  { from, to }: { from: number; to: number },
  knownSlots = Infinity,
): Float64Array {
  const ahead = holdSlots - 1;
  const back = ahead + afterSlots;
  const peaks = repeatedPeaks(demand, days, { from: from - back, to: to + ahead }, knownSlots);
  return heldBack(peaks, back + ahead + 1).subarray(back + ahead);
}
