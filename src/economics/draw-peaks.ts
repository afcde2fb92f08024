/** Highest concurrencies, step by step, as equally likely paths. */
import { UNKNOWN_PEAK } from './cold-starts.ts';
import { type PoolDemand, type SubstepLoad, varianceRatio } from './load.ts';
import { PeakDistribution, type PeakOf } from './peaks.ts';
import { Sfc32 } from './random.ts';

/** Results are averaged over so many. An even number, so that an idle timeout of whole steps is met half the time. */
const PATHS = 6;

/** Of requests that nearly all run all the time. */
const LEAST_RATIO = 0.01;

/**
 * One value per substep and path. In each substep the paths stand at evenly spread quantiles of its maximum, turned by a
 * share of a turn that depends on the substep's time alone, so that each path is a random history and their average is calm.
 * Substeps before `from` are left 0; those from it on are what they are in any case.
 */
export function drawPeaks(
  demand: PoolDemand,
  load: SubstepLoad,
  { durationSpread, from }: { durationSpread: number; from: number },
): Int32Array[] {
  const { endLoad, durationSeconds, stepSeconds } = load;
  const paths = Array.from({ length: PATHS }, () => new Int32Array(endLoad.length));
  const distribution = new PeakDistribution();
  const random = new Sfc32();
  const measured = demand.minuteMaxConcurrency;
  const firstStep = Math.round(demand.startMs / 1000 / stepSeconds);
  const first = newFitBefore(load, from);
  let duration = durationBefore(load, first);
  let fitted = -1;
  for (let i = first; i < endLoad.length; i++) {
    if (durationSeconds[i]! > 0) duration = durationSeconds[i]!;
    if (!(endLoad[i]! > 0) || !(duration > 0) || (measured && measured[i]! >= 0)) continue;
    if (!isAlike(load, i, fitted)) {
      distribution.fit(peakOf(load, i, { durationSeconds: duration, durationSpread }));
      fitted = i;
    }
    random.seed(firstStep + i, Math.floor((firstStep + i) / 2 ** 32), 0);
    const turn = random.nextUnit();
    for (let path = 0; path < PATHS; path++) paths[path]![i] = distribution.quantile((turn + path / PATHS) % 1);
  }
  keepToKnown(paths, demand, load, first);
  return paths;
}

/** Where more is known of a peak than its distribution. */
function keepToKnown(paths: Int32Array[], demand: PoolDemand, load: SubstepLoad, from: number): void {
  if (demand.maxConcurrency) keepToMeasured(paths, demand.maxConcurrency, { perStep: load.perStep, from });
  for (const path of paths) {
    if (demand.minuteMaxConcurrency) setMeasured(path, demand.minuteMaxConcurrency, from);
    for (let i = from; i < path.length; i++) if (load.known[i] === 0) path[i] = UNKNOWN_PEAK;
  }
}

function setMeasured(path: Int32Array, measured: Float64Array, from: number): void {
  for (let i = from; i < path.length; i++) if (measured[i]! >= 0) path[i] = measured[i]!;
}

/** What is asked of a substep's peak. */
function peakOf(
  { endLoad, requestsPerSecond, countedSeconds, stepSeconds }: SubstepLoad,
  i: number,
  { durationSeconds, durationSpread }: { durationSeconds: number; durationSpread: number },
): PeakOf {
  const requests = requestsPerSecond[i]! * countedSeconds;
  const ratio = durationSeconds / countedSeconds;
  const before = endLoad[i - 1] ?? 0;
  // No more can be running than have come: a binomial number of as many has this variance.
  const most = 1 - endLoad[i]! / (Math.ceil(requests) + before);
  const free = varianceRatio(ratio, durationSpread) + unevenness(requests, ratio);
  return {
    load: endLoad[i]!,
    varianceRatio: Math.min(0.9999, Math.max(LEAST_RATIO, Math.min(free, most))),
    durationSeconds,
    windowSeconds: stepSeconds,
    requests: requests + before,
  };
}

/** The last substep up to `from` that cannot share the fit of the one before it, and begins a step; the first of all without any. */
function newFitBefore({ endLoad, requestsPerSecond, durationSeconds, perStep }: SubstepLoad, from: number): number {
  for (let i = from - (from % perStep); i > 0; i -= perStep) {
    const isDrawn = endLoad[i]! > 0 && durationSeconds[i]! > 0 && endLoad[i - 1]! > 0;
    if (isDrawn && requestsPerSecond[i] !== requestsPerSecond[i - 1]) return i;
  }
  return 0;
}

/** What requests took that came before a substep; 0 without any. */
function durationBefore({ durationSeconds }: SubstepLoad, substep: number): number {
  let i = substep - 1;
  while (i >= 0 && durationSeconds[i] === 0) i--;
  return i >= 0 ? durationSeconds[i]! : 0;
}

/** The substep has the load, and the load before it, that another one has. */
function isAlike({ endLoad, requestsPerSecond, durationSeconds }: SubstepLoad, i: number, other: number): boolean {
  const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * a;
  return (
    requestsPerSecond[i] === requestsPerSecond[other] &&
    durationSeconds[i] === durationSeconds[other] &&
    isClose(endLoad[i]!, endLoad[other]!) &&
    isClose(endLoad[i - 1] ?? 0, endLoad[other - 1] ?? 0)
  );
}

/** A fractional number of requests is one more or one less by chance, which adds to the variance. */
function unevenness(requests: number, ratio: number): number {
  const fraction = requests - Math.floor(requests);
  return requests > 0 ? (Math.min(1, ratio) * fraction * (1 - fraction)) / requests : 0;
}

/** Where a step's maximum was measured its busiest substep has it, and no other has more. */
function keepToMeasured(
  paths: Int32Array[],
  measured: Float64Array,
  { perStep, from }: { perStep: number; from: number },
): void {
  for (const path of paths) {
    for (let step = Math.floor(from / perStep); step < measured.length; step++) {
      const most = measured[step]!;
      if (Number.isNaN(most)) continue;
      const first = step * perStep;
      let busiest = first;
      for (let i = first; i < first + perStep; i++) {
        if (path[i]! > path[busiest]!) busiest = i;
        path[i] = Math.min(path[i]!, most);
      }
      path[busiest] = most;
    }
  }
}
