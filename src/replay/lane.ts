/** What one policy holds, and what came of it. */
import type { BilledUsage } from '../economics/prices.ts';
import type { TargetTrackingOptions } from './target-tracking.ts';
import type { Timeline } from './timeline.ts';

/** A policy as it is carried out: a schedule, or target tracking above a schedule of minima. */
export interface Policy {
  name: string;
  scheduled: Timeline;
  tracking?: TargetTrackingOptions;
}

/** Paid for and counted from the evaluation's start to its end. */
export interface Outcome extends BilledUsage {
  coldStarts: number;
  /** Environments x milliseconds, to the millisecond. */
  provisionedMs: number;
  /** What was asked for, target tracking's wishes included. */
  asked: Timeline;
}

export interface RunOptions {
  seed: number;
  /** Requests before `fromMs` run too, so that nothing begins cold, but count for nothing. */
  warmUpFromMs: number;
  /** Whole slots, so that billing steps are whole. */
  fromMs: number;
  toMs: number;
  coldStartMs: number;
  idleTimeoutSeconds: number;
  actionLatenessMs: number;
  allocationDelayMs: number;
}
