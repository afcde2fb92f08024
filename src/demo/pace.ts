/** How fast simulated minutes go by, and whether they do. */
import type { Control } from './frames.ts';

export interface Pace {
  readonly control: Readonly<Control>;
  /** Takes effect at once, also on a wait under way. */
  set(change: Partial<Control>): void;
  /** Resolves when the next simulated minute may begin; rejects with the signal's reason. */
  nextMinute(): Promise<void>;
}

export interface PaceOptions {
  control: Control;
  signal: AbortSignal;
  /** A clock that never goes back, in milliseconds. */
  nowMs: () => number;
}

/** A run of the controller takes longer than a minute at high speed: the minutes after it make up for that much. */
const MOST_DEBT_MS = 250;

export function createPace({ control: initial, signal, nowMs }: PaceOptions): Pace {
  let control = initial;
  let dueMs = nowMs();
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake());

  const minuteMs = () => (control.speed === 'max' ? 0 : 1000 / control.speed);
  /** A change, an abort, or the end of the time, whichever comes first. */
  const waitAtMost = (milliseconds: number | null) =>
    new Promise<void>((resolve) => {
      const timer = milliseconds === null ? undefined : setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    get control() {
      return control;
    },
    set(change) {
      control = { ...control, ...change };
      dueMs = Math.min(dueMs, nowMs() + minuteMs());
      wake();
    },
    async nextMinute() {
      signal.throwIfAborted();
      dueMs += minuteMs();
      // Once at least: what was written to sockets has to leave, even at the highest speed.
      do {
        await waitAtMost(control.paused ? null : Math.max(0, dueMs - nowMs()));
        signal.throwIfAborted();
      } while (control.paused || nowMs() < dueMs);
      dueMs = Math.max(dueMs, nowMs() - MOST_DEBT_MS);
    },
  };
}
