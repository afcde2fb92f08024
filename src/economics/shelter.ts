/** When running requests need on-demand environments, and how many of them do not. */
import type { BusySteps } from './cold-starts.ts';
import type { PoolModel } from './pool-model.ts';
import { SHORTEST_SECONDS } from '../forecast/request-limit.ts';
import type { Spans } from './pool-spans.ts';
import { isBelowLimit } from './request-limit.ts';
import { freeShare } from './served.ts';

/**
 * Where on-demand environments may be needed. So many running requests need none: the level; for a while after a decrease the
 * requests that still run on what was thrown away. Where requests are so many and so short that the limit per second may send
 * some on, so many would take an environment.
 */
export function busySteps(model: PoolModel, levels: ArrayLike<number>, spans: Spans): BusySteps {
  const { steps, highestPeak, isPlain } = spans;
  const lastSteps = Math.min(steps, Math.ceil(model.releaseAheadSeconds / model.stepSeconds));
  const busy = model.scratch;
  busy.count = 0;
  let before = 0;
  for (let span = 0; span < levels.length; span++) {
    const level = levels[span]!;
    // A fall comes some steps early.
    const last = lastSteps > 0 ? Math.min(level, levels[span + 1] ?? level) : level;
    const from = span * steps;
    const until = last < level ? from + steps - lastSteps : from + steps;
    const to = from + steps;
    if (isPlain[span] === 0) {
      before = addShelteredSteps(model, { level, before, from, to: until }, busy);
      before = addShelteredSteps(model, { level: last, before, from: until, to }, busy);
    } else {
      before = last;
      if (highestPeak[span]! > level) addSteps(model, level, { from, to: until }, busy);
      if (highestPeak[span]! > last) addSteps(model, last, { from: until, to }, busy);
    }
  }
  return busy;
}

function addSteps(
  model: PoolModel,
  shelter: number,
  { from, to }: { from: number; to: number },
  busy: BusySteps,
): void {
  for (let i = from; i < to; i++) {
    if (model.highestPeak[i]! > shelter) addStep(busy, i, shelter, 0);
  }
}

function addStep(busy: BusySteps, i: number, shelter: number, limitedShare: number): void {
  busy.at[busy.count] = i;
  busy.shelter[busy.count] = shelter;
  busy.limitedShare[busy.count] = limitedShare;
  busy.count += 1;
}

/** Returns what is left of the level before. */
function addShelteredSteps(
  model: PoolModel,
  span: { level: number; before: number; from: number; to: number },
  busy: BusySteps,
): number {
  const { durationSeconds, requestsPerSecond, meanLoad } = model.load;
  let { before } = span;
  for (let i = span.from; i < span.to; i++) {
    const duration = durationSeconds[i]!;
    let here = span.level;
    if (here < before && duration > model.stepSeconds) {
      here = Math.max(here, Math.min(before, meanLoad[i - 1]!) * (1 - model.stepSeconds / duration));
    }
    before = here;
    const share = duration < SHORTEST_SECONDS && here > 0 ? freeShare(model, i, here) : 0;
    const isLimited = share > 0 && !isBelowLimit(requestsPerSecond[i]! * share, here);
    if (isLimited || model.highestPeak[i]! > here) addStep(busy, i, here, isLimited ? share : 0);
  }
  return before;
}
