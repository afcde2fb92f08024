/** Capacity as it is asked for over time: a step function by its changes. */
import { MINUTE_MS } from '../time.ts';

export interface CapacityChange {
  atMs: number;
  capacity: number;
}

/** In time order, no two neighbours of equal capacity. Before the first change nothing is held; the last one lasts. */
export type Timeline = readonly CapacityChange[];

/** Collects changes that come in time order; of several at one moment the last counts. */
export class TimelineBuilder {
  private readonly changes: CapacityChange[] = [];

  push(atMs: number, capacity: number): void {
    const last = this.changes.at(-1);
    if (last && atMs <= last.atMs) {
      const before = this.changes.at(-2);
      last.capacity = capacity;
      if ((before?.capacity ?? 0) === capacity) this.changes.pop();
    } else if ((last?.capacity ?? 0) !== capacity) this.changes.push({ atMs, capacity });
  }

  read(): Timeline {
    return this.changes;
  }
}

/** One level per minute from `startMs` on. */
export function timelineOfMinutes(startMs: number, levels: ArrayLike<number>): Timeline {
  const builder = new TimelineBuilder();
  for (let minute = 0; minute < levels.length; minute++)
    builder.push(startMs + minute * MINUTE_MS, levels[minute] ?? 0);
  return builder.read();
}

export function constantTimeline(startMs: number, capacity: number): Timeline {
  return capacity > 0 ? [{ atMs: startMs, capacity }] : [];
}

/** The same between two moments; its first entry says what is held at `fromMs`, be it nothing. */
export function cutTimeline(timeline: Timeline, fromMs: number, toMs: number): CapacityChange[] {
  const held = timeline.findLast(({ atMs }) => atMs <= fromMs)?.capacity ?? 0;
  return [{ atMs: fromMs, capacity: held }, ...timeline.filter(({ atMs }) => atMs > fromMs && atMs < toMs)];
}
