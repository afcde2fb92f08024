/** Finds the regular step of the moments in a file, and refuses what cannot be one series of metrics. */
import { InputError } from '../errors.ts';
import { DAY_MS } from '../time.ts';

export const MIN_STEP_MS = 60_000;
export const MAX_STEP_MS = 3_600_000;

/** Nearly four years of minutes. A longer grid is a mistake in a timestamp, and it would cost gigabytes. */
export const MAX_STEPS = 2_000_000;

/** A hole of more than a year is not a gap in the metrics but a wrong timestamp on one of its sides. */
const MAX_GAP_MS = 366 * DAY_MS;

/** Sorted moments without duplicates, and how a message names the i-th of them. */
export interface Moments {
  source: string;
  timesMs: Float64Array;
  describe: (index: number) => string;
}

/**
 * The step in milliseconds: the commonest distance between neighbours, the smaller one on a tie. Longer distances are gaps
 * and must be multiples of it.
 */
export function regularStepMs(moments: Moments): number {
  refuseStrayMoments(moments);
  const { timesMs, source } = moments;
  const counts = new Map<number, number>();
  for (let i = 1; i < timesMs.length; i++) {
    const distance = timesMs[i]! - timesMs[i - 1]!;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  let stepMs = Infinity;
  for (const [distance, count] of counts) {
    const best = counts.get(stepMs) ?? 0;
    if (count > best || (count === best && distance < stepMs)) stepMs = distance;
  }
  if (stepMs === Infinity)
    throw new InputError(
      `${source} has only one row (or one timestamp), so its step is unknown. Give at least two; forecasts need a day.`,
    );
  refuseIrregular(moments, stepMs);
  refuseStep(stepMs, source);
  return stepMs;
}

export function refuseStep(stepMs: number, source: string): void {
  if (stepMs < MIN_STEP_MS)
    throw new InputError(
      `${source} has a step of ${stepMs / 1000} s; the shortest is 60 s. Add up the counts of each minute.`,
    );
  if (stepMs > MAX_STEP_MS)
    throw new InputError(
      `${source} has a step of ${stepMs / 1000} s; the longest is 3600 s. Export it at 1 hour or finer.`,
    );
}

/** Every distance must be a multiple of the step. */
export function refuseIrregular({ source, timesMs, describe }: Moments, stepMs: number): void {
  for (let i = 1; i < timesMs.length; i++) {
    const distance = timesMs[i]! - timesMs[i - 1]!;
    if (distance % stepMs !== 0)
      throw new InputError(
        `${source} has an irregular step: it is ${stepMs / 1000} s, but ${describe(i)} comes ${distance / 1000} s after ` +
          `${describe(i - 1)}. Gaps are fine, but every distance must be a multiple of the step.`,
      );
  }
}

/** Refuses a moment of another age (1970, 9999), and more steps than any real history has. */
export function refuseStrayMoments({ source, timesMs, describe }: Moments): void {
  for (let i = 1; i < timesMs.length; i++) {
    const gapMs = timesMs[i]! - timesMs[i - 1]!;
    if (gapMs <= MAX_GAP_MS) continue;
    const stray = i <= timesMs.length - i ? i - 1 : i;
    const other = stray === i ? i - 1 : i;
    throw new InputError(
      `${source}: ${describe(stray)} is ${Math.round(gapMs / DAY_MS)} days away from ${describe(other)}. ` +
        'Correct or remove the one that is wrong; a gap may last a year at most.',
    );
  }
}

export function refuseLongGrid(source: string, length: number, stepMs: number): void {
  if (length > MAX_STEPS)
    throw new InputError(
      `${source} spans ${length} steps of ${stepMs / 1000} s; at most ${MAX_STEPS} are read. Keep the newest part.`,
    );
}
