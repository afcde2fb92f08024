/** Cold starts of the pool model: environments needed beyond those that are provisioned or still warm. */
import type { SubstepLoad } from './load.ts';
import type { LossTable } from './loss.ts';
import { type Spill, spillOfMinute } from './request-limit.ts';

/** A peak of it means that nothing is known of the step. */
export const UNKNOWN_PEAK = -1;

export interface ColdStartModel {
  load: SubstepLoad;
  losses: LossTable;
  /** Rows of `losses` at the load at each step's end. */
  busyRow: Int32Array;
  coldStartMs: number;
  idleTimeoutSeconds: number;
  /** Highest concurrency per step, path after path. */
  peaks: readonly Int32Array[];
}

/** Steps in which some path needs on-demand environments, or of which nothing is known, in time order: the others change nothing. */
export interface BusySteps {
  count: number;
  at: Int32Array;
  /** So many running requests need no on-demand environment. */
  shelter: Float64Array;
  /** Share of the requests that would take a provisioned environment, where the limit per second may refuse some; else 0. */
  limitedShare: Float64Array;
  /** On-demand environments in use at each step's busiest moment, path by path. */
  needed: Float64Array;
}

export function emptySteps(most: number): BusySteps {
  const values = () => new Float64Array(most);
  return { count: 0, at: new Int32Array(most), shelter: values(), limitedShare: values(), needed: values() };
}

/** Adds the average of cold starts over the paths to the blocks of `blockSteps` steps. */
export function addColdStarts(model: ColdStartModel, busy: BusySteps, blockSteps: number, blocks: Float64Array): void {
  const { peaks, idleTimeoutSeconds, load } = model;
  for (let path = 0; path < peaks.length; path++) {
    // A visit at a random moment of a step looks back the idle timeout, on average half a step less in whole steps.
    const steps = idleTimeoutSeconds / load.stepSeconds - 0.5;
    const lookBack = Math.max(0, Math.floor(steps + (path + 0.5) / peaks.length));
    addPath(model, path, { busy, lookBack, blockSteps, blocks });
  }
}

interface WarmPool {
  busy: BusySteps;
  /** Steps for which an environment stays warm. */
  lookBack: number;
  blockSteps: number;
  blocks: Float64Array;
}

function addPath(model: ColdStartModel, path: number, { busy, lookBack, blockSteps, blocks }: WarmPool): void {
  const { count, at, shelter, limitedShare, needed } = busy;
  const peaks = model.peaks[path]!;
  const weight = 1 / model.peaks.length;
  let warm = 0;
  let warmSince = 0;
  for (let n = 0; n < count; n++) {
    const i = at[n]!;
    const peak = peaks[i]!;
    const spill = limitedShare[n]! > 0 ? spillAt(model, busy, n, path) : null;
    let need = neededOnDemand(peak - shelter[n]!, spill);
    needed[n] = 0;
    // Most steps of a good plan end here; that environments have expired meanwhile is found out when one is needed.
    if (need <= 0 && peak !== UNKNOWN_PEAK) continue;
    if (i - warmSince > lookBack) {
      const highest = highestSince(busy, n, i - lookBack);
      warm = highest < n ? needed[highest]! : 0;
      warmSince = highest < n ? at[highest]! : i;
    }
    // Where nothing is known, what was warm before stays so.
    if (peak === UNKNOWN_PEAK) need = warm;
    if (need > warm) {
      need = withShortage(model, i, { need, warm, shelter: shelter[n]!, spill });
      blocks[Math.floor(i / blockSteps)]! += (need - warm) * weight;
    }
    if (need >= warm) {
      warm = need;
      warmSince = i;
    }
    needed[n] = need;
  }
}

/** Index of the last highest of the entries before the n-th that lie at or after a step; n without any. */
function highestSince({ at, needed }: BusySteps, n: number, step: number): number {
  let best = n;
  let highest = 0;
  for (let k = n - 1; k >= 0 && at[k]! >= step; k--) {
    if (needed[k]! > highest) {
      highest = needed[k]!;
      best = k;
    }
  }
  return best;
}

function neededOnDemand(beyondLevel: number, spill: Spill | null): number {
  return spill ? Math.max(beyondLevel, spill.need) : beyondLevel;
}

function spillAt({ load, peaks }: ColdStartModel, busy: BusySteps, n: number, path: number): Spill | null {
  const i = busy.at[n]!;
  const limited = {
    requestsPerSecond: load.requestsPerSecond[i]!,
    share: busy.limitedShare[n]!,
    level: busy.shelter[n]!,
    durationSeconds: load.durationSeconds[i]!,
    peak: peaks[path]![i]!,
  };
  return spillOfMinute(limited, i * peaks.length + path);
}

interface ShortStep {
  need: number;
  warm: number;
  shelter: number;
  spill: Spill | null;
}

function withShortage(model: ColdStartModel, i: number, { need, warm, shelter, spill }: ShortStep): number {
  const { losses, load, coldStartMs } = model;
  const shortage = {
    need,
    warm,
    shelter,
    load: load.endLoad[i]!,
    row: model.busyRow[i]!,
    durationSeconds: load.durationSeconds[i]!,
    // The request that starts the first one does not come again.
    requestsPerSecond: Math.max(0, load.requestsPerSecond[i]! - 1 / load.stepSeconds),
    coldStartSeconds: coldStartMs / 1000,
  };
  return spill ? environmentsAfterSpill(losses, shortage, spill) : environmentsAfter(losses, shortage);
}

export interface Shortage {
  /** Environments needed on demand at the busiest moment, of which so many are warm. */
  need: number;
  warm: number;
  /** Requests that run elsewhere. */
  shelter: number;
  /** All that is offered, Erlang, and its row in the table of losses. */
  load: number;
  row: number;
  durationSeconds: number;
  requestsPerSecond: number;
  coldStartSeconds: number;
}

/**
 * Environments in the pool after a step that needs more than are warm. While one initialises it takes no other request:
 * - more load than environments: all requests that find none in the time of an initialisation start one; where nothing is there to
 *   take the next requests meanwhile, also in the time of the first request (by share); and some more until those that
 *   finish keep up (as many as the deviation of the load);
 * - else each cold start draws as many after it as find no environment during its initialisation.
 */
export function environmentsAfter(losses: LossTable, shortage: Shortage): number {
  const { need, warm, shelter, load, row, requestsPerSecond: rate, coldStartSeconds } = shortage;
  const environments = shelter + warm;
  let pool = warm;
  if (load > environments) {
    const missing = 1 - environments / load;
    const seconds = coldStartSeconds + shortage.durationSeconds * missing;
    const refused = rate * losses.loss(row, environments);
    const short = rate * missing * seconds;
    const started = 1 + refused * seconds + Math.min(Math.sqrt(load), short);
    pool = Math.min(warm + started, need + refused * coldStartSeconds);
  }
  while (pool < need) pool += Math.min(1, need - pool) + rate * losses.loss(row, shelter + pool) * coldStartSeconds;
  return pool;
}

/**
 * The same where the limit of requests a second sends them on: those find no provisioned environment, and no more start than are
 * sent on. They come at once: an empty pool meets those of the first second, one with too few warm ones falls short in the busiest.
 */
export function environmentsAfterSpill(losses: LossTable, shortage: Shortage, spill: Spill): number {
  const { warm, coldStartSeconds } = shortage;
  // The first of them is what starts an environment.
  const atOnce = (warm > 0 ? spill.inBusiest : spill.inUsual) - 1;
  const burst = Math.min(shortage.requestsPerSecond, atOnce / coldStartSeconds);
  const requestsPerSecond = Math.max(burst, spill.requestsPerSecond);
  const most = warm + 1 + requestsPerSecond * coldStartSeconds;
  return Math.min(most, environmentsAfter(losses, { ...shortage, shelter: 0, requestsPerSecond }));
}
