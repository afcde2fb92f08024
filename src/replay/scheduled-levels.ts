/** A level per slot as a schedule that has it ready when the slot begins. */
import { requestedLevels, type SlotTiming } from '../controller/levels.ts';
import { SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { type Timeline, timelineOfMinutes } from './timeline.ts';

export interface SlotLevels {
  /** A whole slot. */
  startMs: number;
  /** One level per slot. */
  levels: Int32Array;
}

/** Capacity is asked for ahead of the slot that needs it and let go ahead of its end, as the controller does it where nothing else is given. */
export function scheduleSlots({ startMs, levels }: SlotLevels, timing: SlotTiming): Timeline {
  const plan = { policy: '', reason: '', startMs, stepSeconds: SLOT_SECONDS, capacity: levels, baseline: 0 };
  const endMs = startMs + levels.length * SLOT_MS;
  return timelineOfMinutes(startMs, requestedLevels(plan, timing, startMs, endMs).levels);
}
