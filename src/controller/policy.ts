/** A policy as a plan: how many environments to hold in each slot ahead. */
import type { Forecaster } from '../forecast/index.ts';
import { SLOT_MS } from '../time.ts';
import { busyHours, busyOnly } from './idle-hours.ts';
import { recentPeaks } from './recent-peak.ts';
import { repeatedLevels } from './repeat.ts';
import type { SlotDemand } from './slot-demand.ts';
import type { Candidate, RecentPeak } from './candidates.ts';
import type { PastCovers } from './past-levels.ts';
import { heldBack } from './window-maxima.ts';

/** What a plan is made from, at one moment. */
export interface PlanContext {
  forecaster: Forecaster;
  demand: SlotDemand;
  covers: PastCovers;
  /** The slot that contains `nowMs`, the first of `slots`. */
  startMs: number;
  slots: number;
  nowMs: number;
  /** So many slots of the demand lie before this moment. */
  knownSlots: number;
}

/**
 * The candidate's level in each slot ahead, as `pastLevels` has it for the past; before any limits. A recent peak that a
 * forecast plan never goes below is not in it: calendar events touch the two differently (event-levels.ts).
 */
export function planLevels(candidate: Candidate, context: PlanContext): Int32Array {
  const needed = levelsAhead(candidate, context);
  return Int32Array.from(needed, (level) => Math.min(MOST_ENVIRONMENTS, Math.ceil(Math.max(level, 0))));
}

/** Far beyond any account's quota, and within an Int32Array. */
const MOST_ENVIRONMENTS = 1e9;

function levelsAhead(candidate: Candidate, context: PlanContext): Float64Array {
  const { slots } = context;
  const always = (level: number) => new Float64Array(slots).fill(level);
  const busy = () => busyHours(context.demand, slotsAhead(context), context.knownSlots);
  switch (candidate.kind) {
    case 'on-demand':
      return new Float64Array(slots);
    case 'constant':
      return busyOnly(candidate, always(candidate.level), busy);
    case 'repeat':
      return repeatedLevels(candidate, context.demand, slotsAhead(context), context.knownSlots);
    case 'recent':
      return busyOnly(candidate, always(recentLevel(candidate.recent, context)), busy);
    case 'forecast': {
      const floors = busyOnly(candidate, always(candidate.floor), busy);
      return covered(candidate, context).map((level, i) => Math.max(floors[i]!, level));
    }
  }
}

function slotsAhead({ demand, startMs, slots }: PlanContext): { from: number; to: number } {
  const from = Math.round((startMs - demand.startMs) / SLOT_MS);
  return { from, to: from + slots };
}

/** As it is now, for all slots ahead: the next ticks know better. */
function recentLevel(recent: RecentPeak, { demand, knownSlots }: PlanContext): number {
  return recentPeaks(demand, recent, { from: knownSlots, to: knownSlots + 1 }, (slot) => slot)[0]!;
}

/** The quantile of the highest demand in the window that begins with each slot, held for as long as the window. */
function covered({ coverQuantile, holdSlots }: Candidate & { kind: 'forecast' }, context: PlanContext): Float64Array {
  const { forecaster, covers, slots, nowMs } = context;
  const { from: first } = slotsAhead(context);
  const before = Math.min(holdSlots - 1, first);
  const values = new Float64Array(before + slots);
  // What was planned for the slots just before now, from what was known then.
  values.set(covers.column(coverQuantile, holdSlots, { from: first - before, to: first }));
  const horizon = { horizonSlots: slots, levels: [coverQuantile], windowSlots: holdSlots };
  const ahead = forecaster.forecastAt(nowMs, horizon);
  if (ahead.kind === 'forecast') values.set(ahead.forecast.peak[0]!.values, before);
  return heldBack(values, holdSlots).subarray(before);
}
