/** A level per slot as a schedule that has it ready when the slot begins. */
import { requestedLevels } from '../controller/levels.ts';
import { SLOT_MS, SLOT_SECONDS } from '../time.ts';
import { type Timeline, timelineOfMinutes } from './timeline.ts';

export interface SlotLevels {
  /** A whole slot. */
  startMs: number;
  /** One level per slot. */
  levels: Int32Array;
}

/** Capacity is asked for `leadTimeSeconds` before the slot that needs it, as the controller does it, and let go at its end. */
export function scheduleSlots({ startMs, levels }: SlotLevels, leadTimeSeconds: number): Timeline {
  const plan = { policy: '', reason: '', startMs, stepSeconds: SLOT_SECONDS, capacity: levels, baseline: 0 };
  const endMs = startMs + levels.length * SLOT_MS;
  return timelineOfMinutes(startMs, requestedLevels(plan, leadTimeSeconds, startMs, endMs).levels);
}
