/** Times of the local day at which nothing is ever asked: what need not be held then. */
import { DAY_MS, SLOT_MS } from '../time.ts';
import { repeatedPeaks } from './repeat.ts';
import type { SlotDemand } from './slot-demand.ts';
import { slidingMaximum } from './window-maxima.ts';

const DAY_SLOTS = DAY_MS / SLOT_MS;
/** Half an hour on both sides: nobody comes to work on the second. */
const REACH_SLOTS = 6;
const DAYS = [1, 2, 3, 4, 5, 6, 7];
const SAME_WEEKDAYS = [7, 14];

/**
 * 1 for each slot of [from, to) in which something may be asked, 0 where nothing was, within half an hour of the same local time, on
 * any of the last seven days, or on the last two of the same weekday. What was unknown is looked up a period earlier; where nothing
 * is known something may be asked. In the first two days every slot may be busy, and in the first two weeks no weekday is
 * told from another. Slots from `knownSlots` on have no influence.
 */
export function busyHours(
  demand: SlotDemand,
  { from, to }: { from: number; to: number },
  knownSlots = Infinity,
): Uint8Array {
  const onAnyDay = askedOn(DAYS, demand, { from, to, knownSlots });
  const onWeekday = askedOn(SAME_WEEKDAYS, demand, { from, to, knownSlots });
  return onAnyDay.map((asked, i) => {
    if (from + i < 2 * DAY_SLOTS) return 1;
    return from + i < 14 * DAY_SLOTS ? asked : asked && onWeekday[i]!;
  });
}

function askedOn(
  daysBefore: readonly number[],
  demand: SlotDemand,
  { from, to, knownSlots }: { from: number; to: number; knownSlots: number },
): Uint8Array {
  const reached = { from: from - REACH_SLOTS, to: to + REACH_SLOTS };
  const highest = new Float64Array(reached.to - reached.from).fill(NaN);
  for (const days of daysBefore) {
    const peaks = repeatedPeaks(demand, days, reached, knownSlots);
    for (let i = 0; i < highest.length; i++)
      if (peaks[i]! > highest[i]! || Number.isNaN(highest[i]!)) highest[i] = peaks[i]!;
  }
  const around = slidingMaximum(
    highest.map((peak) => (Number.isNaN(peak) ? Infinity : peak)),
    REACH_SLOTS,
  );
  return Uint8Array.from({ length: to - from }, (_, i) => (around[i + REACH_SLOTS]! > 0 ? 1 : 0));
}

const known = new WeakMap<SlotDemand, Uint8Array>();

/** The same of a past, made once for all its slots: many candidates ask. Each rests on the days before it alone. */
export function pastBusyHours(demand: SlotDemand, { from, to }: { from: number; to: number }): Uint8Array {
  let busy = known.get(demand);
  if (!busy) known.set(demand, (busy = busyHours(demand, { from: 0, to: demand.highest.length })));
  const all = busy;
  return Uint8Array.from({ length: to - from }, (_, i) => all[from + i] ?? 1);
}

/** Whether the slots [from, to) have any idle ones; looked for only where there are slots without a request. */
export function hasIdleHours(demand: SlotDemand, span: { from: number; to: number }): boolean {
  return demand.highest.subarray(span.from, span.to).includes(0) && pastBusyHours(demand, span).includes(0);
}

/** The levels; those of idle hours are 0 where the candidate releases them. `busyIn` is asked only then. Overwrites the levels. */
export function busyOnly(
  { released }: { released?: true },
  levels: Float64Array,
  busyIn: () => Uint8Array,
): Float64Array {
  if (!released) return levels;
  const busy = busyIn();
  for (let i = 0; i < levels.length; i++) if (busy[i] === 0) levels[i] = 0;
  return levels;
}
