/** What the live page hears, and what it may ask for. Shared by the server and the page; levels count environments. */
import type { PolicyResult } from './result.ts';

/** Simulated minutes per second; "max" is as fast as the machine goes. */
export const SPEEDS = [1, 5, 15, 'max'] as const;
export type Speed = (typeof SPEEDS)[number];

export interface Control {
  paused: boolean;
  speed: Speed;
}

/** The scenario: always the first frame. */
export interface RunFrame {
  kind: 'run';
  target: string;
  startMs: number;
  endMs: number;
  workload: string;
  /** The sentence of what is assumed about the workload. */
  assumed: string;
  /** Where the prices come from. */
  prices: string;
  coldStartPriceUsd: number;
}

/** One of the two worlds at the end of a minute; counts and dollars since the beginning. */
export interface Side {
  provisionedReady: number;
  /** Can exceed `provisionedReady` for a while: running requests finish first. */
  provisionedBusy: number;
  onDemandBusy: number;
  onDemandIdle: number;
  coldStarts: number;
  costUsd: number;
  effectiveCostUsd: number;
}

export interface MinuteFrame {
  kind: 'minute';
  /** The minute's end. */
  atMs: number;
  /** Concurrent executions at the busiest moment of the minute, with Prewarm. */
  demand: number;
  /** Provisioned environments asked for and not ready yet. */
  warming: number;
  withPrewarm: Side;
  onDemand: Side;
}

/** What the controller published about a slot, two hours before it began. */
export interface ForecastFrame {
  kind: 'forecast';
  slotMs: number;
  mean: number;
  /** The 0.99 quantile of the slot's busiest moment. */
  high: number;
}

/** What one run of the controller decided. */
export interface DecisionFrame {
  kind: 'decision';
  atMs: number;
  outcome: string;
  model: string | null;
  policy: string | null;
  reason: string;
  writes: number;
}

/** A change of the level: a scheduled action that fired, or the controller that set it at once. Told again when it is over. */
export interface ActionFrame {
  kind: 'action';
  id: string;
  atMs: number;
  /** The scheduled action's name; null where the level was set at once. */
  name: string | null;
  level: number;
  /** As Application Auto Scaling calls it: `InProgress`, `Successful`, `Overridden`, ... */
  status: string;
  endMs: number | null;
}

/** The levels that are written ahead in AWS: only the newest such frame counts. */
export interface ScheduleFrame {
  kind: 'schedule';
  steps: { atMs: number; level: number }[];
}

export interface ControlFrame extends Control {
  kind: 'control';
}

export interface EndFrame {
  kind: 'end';
  policies: PolicyResult[];
}

/** Nothing more will come, and nobody will answer. */
export interface ByeFrame {
  kind: 'bye';
  reason: string;
}

/** Part of the story: whoever opens the page later hears it, too. */
export type StoryFrame = RunFrame | MinuteFrame | ForecastFrame | DecisionFrame | ActionFrame | EndFrame;
/** The state at present: an older frame of the same kind is of no use any more. */
export type StateFrame = ScheduleFrame | ControlFrame | ByeFrame;
export type Frame = StoryFrame | StateFrame;
