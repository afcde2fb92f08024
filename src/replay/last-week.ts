/** The schedule a person would write by hand: what was needed at the same time a week before. */
import type { Timeline } from './timeline.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import { type DemandRecord, slotsOf } from './demand-record.ts';
import { scheduleSlots } from './scheduled-levels.ts';

export interface LastWeekOptions {
  /** Whole slots. */
  startMs: number;
  endMs: number;
  leadTimeSeconds: number;
  maxCapacity: number;
}

/**
 * Each slot gets the highest concurrency of the same slot a week before; where the record does not reach that far back, a day
 * before; else nothing.
 */
export function lastWeekTimeline(record: DemandRecord, options: LastWeekOptions): Timeline {
  const { startMs, endMs, leadTimeSeconds, maxCapacity } = options;
  const slots = Math.round((endMs - startMs) / SLOT_MS);
  const maximaBefore = (days: number) => slotsOf(record, startMs - days * DAY_MS, slots).max;
  const week = maximaBefore(7);
  const day = maximaBefore(1);
  const levels = Int32Array.from({ length: slots }, (_, slot) => {
    const weekBeforeMs = startMs + slot * SLOT_MS - 7 * DAY_MS;
    const level = weekBeforeMs >= record.startMs ? week[slot] : day[slot];
    return Math.min(maxCapacity, level ?? 0);
  });
  // At the end of the slot, as one would write it without knowing better.
  return scheduleSlots({ startMs, levels }, { leadTimeSeconds, releaseAheadSeconds: 0 });
}
