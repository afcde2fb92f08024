/** How old what is known of the demand is, and what may be done on it: for the live tick and for a walk through the past alike. */
import type { Settings } from '../config.ts';
import type { DemandHistory } from '../model.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { limitsOf, type ObjectiveSettings } from './objective.ts';
import type { ScheduleSettings } from './schedule.ts';
import type { Footing } from './trust.ts';

export interface Freshness {
  /** The end of the newest step of which anything is known. CloudWatch's grid reaches to now even when nothing arrived. */
  knownUntilMs: number;
  ageMs: number;
  footing: Footing;
  /** What comes of a plan that nothing hinders. */
  outcome: 'planned' | 'held' | 'constant' | 'released';
  /** What requests are using at present: the newest known average, rounded; 0 where it is too old to say so. */
  liveConcurrency: number;
}

/** Older data than this may no longer lower what is scheduled. */
const STALE_AFTER_MS = HOUR_MS;
/** The last schedule was made for a day; what it says for the hours before its end is as old as this. */
const BLIND_AFTER_MS = 12 * HOUR_MS;
/** A constant level is paid for day and night. */
const RELEASE_AFTER_MS = 2 * DAY_MS;

/** Of a history that ends with what is known at `nowMs`. */
export function freshnessOf({ startMs, stepSeconds, meanConcurrency }: DemandHistory, nowMs: number): Freshness {
  const newest = meanConcurrency.findLastIndex((mean) => !Number.isNaN(mean));
  const knownUntilMs = startMs + (newest + 1) * stepSeconds * 1000;
  const ageMs = nowMs - knownUntilMs;
  const fresh = ageMs <= STALE_AFTER_MS;
  const liveConcurrency = fresh ? Math.round(meanConcurrency[newest] ?? 0) : 0;
  const age = { knownUntilMs, ageMs, liveConcurrency };
  if (fresh) return { ...age, footing: 'best', outcome: 'planned' };
  if (ageMs <= BLIND_AFTER_MS) return { ...age, footing: 'best', outcome: 'held' };
  if (ageMs <= RELEASE_AFTER_MS) return { ...age, footing: 'constant', outcome: 'constant' };
  return { ...age, footing: 'release', outcome: 'released' };
}

export type SchedulingSettings = Omit<ScheduleSettings, 'neverLower' | 'liveConcurrency' | 'cappedBy'> &
  ObjectiveSettings &
  Pick<Settings, 'minCapacity' | 'monthlyBudgetUsd'>;

/** How a plan on that footing is put into actions. */
export function scheduleSettings(
  { outcome, liveConcurrency }: Pick<Freshness, 'outcome' | 'liveConcurrency'>,
  settings: SchedulingSettings,
): ScheduleSettings {
  const { maxCapacity, cappedBy } = limitsOf(settings);
  return { ...settings, maxCapacity, cappedBy, neverLower: outcome === 'held', liveConcurrency };
}
