/** From requests per step to the load that they are: how many environments run at the same time, on average. */

import type { DemandHistory } from '../model.ts';

/** Demand on one regular grid. A step with an unknown number of requests, or requests of unknown duration, is unknown. */
export interface PoolDemand {
  startMs: number;
  stepSeconds: number;
  /** Requests per step. */
  invocations: Float64Array;
  averageDurationMs: Float64Array;
  /** Where it was measured, the step's maximum of concurrent executions; NaN elsewhere. */
  maxConcurrency?: Float64Array;
  /** Where it is known, the load of the step's busiest minute, Erlang; else requests are even within the step. */
  busiestLoad?: Float64Array;
  /** Per minute of the steps, where that was measured; NaN elsewhere. */
  minuteRequests?: Float64Array;
  minuteMaxConcurrency?: Float64Array;
}

/** The grid of a history, with what it knows of what is inside its steps. */
export function poolDemandOf(history: DemandHistory): PoolDemand {
  const { startMs, stepSeconds, invocations, averageDurationMs, peakConcurrency, peakBasis, byMinute } = history;
  const minutes = invocations.length * (stepSeconds / 60);
  const aligned = (values: Float64Array) => alignedTo(startMs, minutes, { startMs: byMinute!.startMs, values });
  const grid = {
    startMs,
    stepSeconds,
    invocations,
    averageDurationMs,
    ...(byMinute && { minuteRequests: aligned(byMinute.requests) }),
    ...(byMinute?.maxConcurrency && { minuteMaxConcurrency: aligned(byMinute.maxConcurrency) }),
  };
  if (peakBasis === 'observed') return { ...grid, maxConcurrency: peakConcurrency };
  return history.peakWindowSeconds <= LONGEST_SUBSTEP_SECONDS ? { ...grid, busiestLoad: peakConcurrency } : grid;
}

/** So many minutes from a moment on, of a series by the minute. */
function alignedTo(startMs: number, minutes: number, series: { startMs: number; values: Float64Array }): Float64Array {
  const offset = Math.round((series.startMs - startMs) / 60_000);
  const result = new Float64Array(minutes).fill(NaN);
  const from = Math.max(0, -offset);
  result.set(series.values.subarray(from, Math.max(from, minutes - offset)), Math.max(0, Math.min(minutes, offset)));
  return result;
}

/** Per substep of at most a minute. */
export interface SubstepLoad {
  stepSeconds: number;
  /** Substeps per step of the demand. */
  perStep: number;
  /** The number of requests in so long a time is given: a step, or a substep where minutes or the busiest of them are known. */
  countedSeconds: number;
  /** 0 where the demand is unknown. */
  known: Uint8Array;
  requestsPerSecond: Float64Array;
  durationSeconds: Float64Array;
  /** Running at the substep's end, Erlang. */
  endLoad: Float64Array;
  /** Running on average over the substep, Erlang. */
  meanLoad: Float64Array;
}

const LONGEST_SUBSTEP_SECONDS = 60;

/**
 * `durationSpread` in [0, 1] says what becomes of a request after arrival: at 0 all run for the average, at 1 exponentially
 * long; in between the two loads are mixed. It matters for durations of many seconds only. Steps before `fromStep` are left 0, as
 * if nothing ran before it: what did is gone a day later, since no request runs for more than 15 minutes.
 */
export function substepLoad(demand: PoolDemand, durationSpread: number, fromStep = 0): SubstepLoad {
  const perStep = Math.ceil(demand.stepSeconds / LONGEST_SUBSTEP_SECONDS);
  const length = demand.invocations.length * perStep;
  const from = fromStep * perStep;
  const load: SubstepLoad = {
    stepSeconds: demand.stepSeconds / perStep,
    perStep,
    countedSeconds: demand.busiestLoad || demand.minuteRequests ? demand.stepSeconds / perStep : demand.stepSeconds,
    known: new Uint8Array(length),
    requestsPerSecond: new Float64Array(length),
    durationSeconds: new Float64Array(length),
    endLoad: new Float64Array(length),
    meanLoad: new Float64Array(length),
  };
  for (let step = fromStep; step < demand.invocations.length; step++) addRequests(demand, step, load);
  addEqualDurations(load, 1 - durationSpread, from);
  if (durationSpread > 0) addExponentialDurations(load, durationSpread, from);
  return load;
}

/** The requests of a step, where they are known: each minute's own, else even but for the busiest minute. */
function addRequests(demand: PoolDemand, step: number, load: SubstepLoad): void {
  const { perStep, known, requestsPerSecond, durationSeconds } = load;
  const { stepSeconds, minuteRequests, busiestLoad } = demand;
  const requests = demand.invocations[step]!;
  const durationMs = demand.averageDurationMs[step]!;
  if (!(requests === 0 || (requests > 0 && durationMs >= 0))) return;
  const from = step * perStep;
  const to = from + perStep;
  known.fill(1, from, to);
  durationSeconds.fill(requests > 0 ? durationMs / 1000 : 0, from, to);
  const minutes = minuteRequests?.subarray(from, to);
  if (minutes?.every((count) => count >= 0)) minutes.forEach((count, i) => (requestsPerSecond[from + i] = count / 60));
  else {
    requestsPerSecond.fill(requests / stepSeconds, from, to);
    if (busiestLoad && perStep > 1) concentrate(load, step, busiestLoad[step]!);
  }
}

/** One substep has the step's busiest load, the others share what is left; which one is as good as random. */
function concentrate({ perStep, requestsPerSecond, durationSeconds }: SubstepLoad, step: number, erlang: number): void {
  const from = step * perStep;
  const even = requestsPerSecond[from]!;
  const busiest = Math.min(even * perStep, erlang / durationSeconds[from]!);
  if (!(busiest > even)) return;
  const left = (even * perStep - busiest) / (perStep - 1);
  requestsPerSecond.fill(left, from, from + perStep);
  requestsPerSecond[from + Math.floor(((step * GOLDEN) % 1) * perStep)] = busiest;
}

/** Multiples of the golden ratio modulo one are evenly spread. */
const GOLDEN = 0.618033988749895;

/** Arrivals are even within a substep and all run for its average: loads rise and fall linearly. */
function addEqualDurations(load: SubstepLoad, share: number, first: number): void {
  const { stepSeconds: step, requestsPerSecond, durationSeconds, endLoad, meanLoad } = load;
  // Requests that have arrived t seconds after their substep began, integrated over time.
  const arrived = (t: number) => (t <= 0 ? 0 : t < step ? (t * t) / 2 : (step * step) / 2 + step * (t - step));
  for (let from = first; from < endLoad.length; from++) {
    const rate = share * requestsPerSecond[from]!;
    const duration = durationSeconds[from]!;
    if (rate === 0) continue;
    for (let i = from; i < endLoad.length && (i - from) * step < duration + step; i++) {
      const t = (i - from) * step;
      const running = arrived(t + step) - arrived(t + step - duration) - arrived(t) + arrived(t - duration);
      meanLoad[i]! += (rate * running) / step;
      endLoad[i]! += rate * Math.max(0, Math.min(step, duration - t));
    }
  }
}

/** A load that approaches rate x duration and dies away exponentially. */
function addExponentialDurations(load: SubstepLoad, share: number, from: number): void {
  const { stepSeconds: step, requestsPerSecond, durationSeconds, endLoad, meanLoad } = load;
  let running = 0;
  let duration = 0;
  for (let i = from; i < endLoad.length; i++) {
    if (durationSeconds[i]! > 0) duration = durationSeconds[i]!;
    const full = share * requestsPerSecond[i]! * duration;
    const left = duration > 0 ? Math.exp(-step / duration) : 0;
    meanLoad[i]! += full + ((running - full) * duration * (1 - left)) / step;
    running = full + (running - full) * left;
    endLoad[i]! += running;
  }
}

/**
 * Variance over mean of the number running at a moment, when the number of requests in each step of the demand is given:
 * 1 (Poisson) for durations far below the step, less for longer ones, because what is in the step must all come in it.
 * `ratio` is duration / step. Inside a step binomial: 1 - ratio; the average over all moments for exponential durations.
 */
export function varianceRatio(ratio: number, durationSpread: number): number {
  const equal = ratio < 1 ? 1 - ratio + ratio ** 3 / 3 : 1 / (3 * ratio);
  const exponential = ratio > 0 ? 1 - ratio * (1 - ratio * (1 - Math.exp(-1 / ratio))) : 1;
  return equal + durationSpread * (exponential - equal);
}
