/** From what is asked for to what is usable: lateness of actions, allocation, all or nothing. */
import { DEFAULT_BEHAVIOUR } from '../twin/behaviour.ts';
import { ProvisionedConcurrency } from '../twin/provisioned.ts';
import type { Timeline } from './timeline.ts';

export interface CapacityDelays {
  actionLatenessMs: number;
  /** Allocation itself comes on top, at 6,000 environments a minute. */
  allocationDelayMs: number;
}

export type CapacityListener = (usable: number, billed: number, atMs: number) => void;

/** Plays a timeline of scheduled capacity into one alias; a reactive policy may ask for more beside it. */
export class CapacityFeed {
  /** The next moment at which something changes by itself. */
  nextMs = -Infinity;
  requested = 0;
  private readonly scheduled: Timeline;
  private readonly latenessMs: number;
  private readonly alias: ProvisionedConcurrency;
  private index = 0;
  private floor = 0;
  private reactive = 0;

  constructor(scheduled: Timeline, delays: CapacityDelays, changed: CapacityListener) {
    this.scheduled = scheduled;
    this.latenessMs = delays.actionLatenessMs;
    const behaviour = { ...DEFAULT_BEHAVIOUR, allocationDelaySeconds: delays.allocationDelayMs / 1000 };
    this.alias = new ProvisionedConcurrency(behaviour, changed);
    this.findNext();
  }

  /** Everything that is due until `toMs`, in order. */
  advance(toMs: number): void {
    while (this.nextMs <= toMs) {
      const atMs = this.nextMs;
      this.alias.settle(atMs);
      const change = this.scheduled[this.index];
      if (change && change.atMs + this.latenessMs <= atMs) {
        this.index += 1;
        this.floor = change.capacity;
        this.request(atMs);
      }
      this.findNext();
    }
  }

  /** A reactive policy's wish, beside the schedule: the larger of both holds. */
  ask(capacity: number, atMs: number): void {
    this.reactive = capacity;
    this.request(atMs);
    this.findNext();
  }

  private request(atMs: number): void {
    const wanted = Math.max(this.floor, this.reactive);
    if (wanted === this.requested) return;
    this.requested = wanted;
    if (wanted === 0) this.alias.remove(atMs);
    else this.alias.set(wanted, atMs);
  }

  private findNext(): void {
    const scheduledMs = (this.scheduled[this.index]?.atMs ?? Infinity) + this.latenessMs;
    this.nextMs = Math.min(scheduledMs, this.alias.nextEventMs);
  }
}
