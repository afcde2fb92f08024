/** Settings with what the metrics and the function tell in place of what was not given. */
import type { Settings } from '../config.ts';
import { learnColdStart } from '../economics/cold-start-duration.ts';
import type { MetricReading } from '../model.ts';

/** A container image with a data science stack takes seconds to start. */
export const DEFAULT_COLD_START_MS = 5000;

/** Learned durations are rounded to powers of it: the plan should not hang on their last digit. */
const ROUNDING = 1.25;

export type MeasuredSettings<S = Settings> = S & { coldStartMs: number };

/** Memory and architecture of the function, and how long a cold start takes, where they are not given. */
export function measuredSettings<S extends Pick<Settings, 'coldStartMs' | 'idleTimeoutSeconds'>>(
  settings: S,
  { billing, grids }: Pick<MetricReading, 'billing' | 'grids'>,
): { settings: MeasuredSettings<S>; notes: string[] } {
  const known = { ...billing, ...settings };
  const notes = idleTimeoutNotes(settings.idleTimeoutSeconds);
  if (settings.coldStartMs !== undefined) return { settings: { ...known, coldStartMs: settings.coldStartMs }, notes };
  const finest = grids.at(-1);
  const question = { configuredMs: DEFAULT_COLD_START_MS, idleTimeoutSeconds: settings.idleTimeoutSeconds };
  const learned = finest ? learnColdStart(finest, question) : null;
  if (learned?.source !== 'learned') return { settings: { ...known, coldStartMs: DEFAULT_COLD_START_MS }, notes };
  const coldStartMs = Math.round(ROUNDING ** Math.round(Math.log(learned.coldStartMs) / Math.log(ROUNDING)));
  return { settings: { ...known, coldStartMs }, notes: [...notes, learned.reason] };
}

/** The model that compares policies tells apart minutes, and needs two of them. */
export const LEAST_IDLE_TIMEOUT_SECONDS = 120;

export function idleTimeoutNotes(idleTimeoutSeconds: number): string[] {
  if (idleTimeoutSeconds >= LEAST_IDLE_TIMEOUT_SECONDS) return [];
  return [
    `idleTimeoutSeconds = ${idleTimeoutSeconds}: policies are compared as if environments stayed warm for ${LEAST_IDLE_TIMEOUT_SECONDS} s, so that cold starts on demand are counted too low`,
  ];
}
