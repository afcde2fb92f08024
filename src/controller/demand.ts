/** What callers asked for: from measured metrics of any step to requests and concurrency on the model's grid. */
import { probit } from 'simple-statistics';
import { InputError } from '../errors.ts';
import type { DemandByMinute, DemandHistory, MetricReading } from '../model.ts';
import { ceilTo, DAY_MS, floorTo, MINUTE_MS } from '../time.ts';
import {
  cutGrid,
  type DemandGrid,
  demandGrid,
  eachOverlap,
  type Frame,
  maximumPerStep,
  resample,
} from './demand-resample.ts';

/** Multiples of five minutes that divide a day, up to the longest step of a source. */
const MODEL_STEPS_MS = [5, 10, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS);

/** A step of the source counts for the model when grids of that step or beyond hold this share of the known time. */
const LONG_SHARE = 0.25;

/** And for the window of peaks when those of that step or less hold this: the two weeks that AWS keeps minutes for are enough in eight. */
const SHORT_SHARE = 0.125;

/** The measured maximum is used when it is known in this share of the steps in which something was served. */
const OBSERVED_SHARE = 0.5;

export interface DemandOptions {
  /** Used where no duration was measured within half a day. */
  averageDurationMs?: number;
  /** Nothing that was measured in a step ending after this moment is looked at. Default: all that is reliable. */
  untilMs?: number;
  /** The step and window of this history instead of those that suit the reading best. */
  like?: Steps;
}

/** The model's step, and the window of "rate" peaks. */
type Steps = Pick<DemandHistory, 'stepSeconds' | 'peakWindowSeconds'>;

/**
 * The demand in a reading, on one grid that begins with the first known step.
 *
 * Step: the shortest of 5, 10, 15, 20, 30, 60 minutes that holds the longest source step with a substantial part (a quarter)
 * of the known time. Counts are spread evenly over the steps they overlap and so are conserved; a step is known when half of
 * its time is, and is scaled up by the known share. Only a grid's `heard` makes a missing count zero. Throttled
 * requests count as demand; retries of one request count again, which errs on the high side.
 *
 * Mean concurrency: requests x average duration / step (Little's law). CloudWatch books an execution in the step in which it
 * began, so where durations exceed the step the mean comes up to one duration early, and higher and narrower than it was.
 * An unknown duration is the weighted average of the 24 hours around the step, else `averageDurationMs`, else the average of
 * the whole reading. A reading without any invocations but with concurrency gets the time average of the maxima as
 * its mean, an upper bound, and unknown `invocations`.
 *
 * Peak: "observed" where the maximum of concurrent executions is known for half of the steps that served anything; requests
 * throttled in a source step come on top of it with their own mean concurrency. The maximum of a source step holds for each of
 * the model's steps in it, an upper bound. Else "rate" over windows of the finest source step with a good part (an eighth) of the
 * known time, 60 s at least. The requests of a longer source step come at an even rate, at which chance alone makes one of its
 * windows the busiest.
 *
 * Throws an InputError where there were requests but no duration is known anywhere.
 */
export function demandHistory(reading: MetricReading, options: DemandOptions = {}): DemandHistory {
  const untilMs = Math.min(reading.reliableUntilMs, options.untilMs ?? Infinity);
  const grids = reading.grids.map((grid) => cutGrid(grid, untilMs)).filter(({ invocations }) => invocations.length > 0);
  const counted = grids.some(({ invocations }) => hasKnown(invocations));
  const concurrencyOnly = !counted && grids.some(({ maxConcurrency }) => hasKnown(maxConcurrency));
  const sources = grids.map((grid) => demandGrid(grid, !concurrencyOnly));
  const { stepSeconds, peakWindowSeconds } = options.like ?? chooseSteps(sources);
  const frame = modelFrame(sources, stepSeconds * 1000, untilMs);
  const means = concurrencyOnly ? meansOfMaxima(sources, frame) : meansOfRequests(sources, frame, options);
  const observed = concurrencyOnly || maximaAreKnown(sources);
  const windowMs = peakWindowSeconds * 1000;
  const peaks = observed ? observedPeaks(sources, frame, means) : ratePeaks(sources, frame, { means, windowMs });
  return trimStart({
    startMs: frame.startMs,
    stepSeconds,
    ...means.series,
    peakConcurrency: peaks,
    peakBasis: observed ? 'observed' : 'rate',
    peakWindowSeconds,
    ...(concurrencyOnly ? {} : byMinute(sources, frame, observed ? means : null)),
  });
}

interface Means {
  series: Pick<DemandHistory, 'invocations' | 'averageDurationMs' | 'meanConcurrency'>;
  /** The duration to reckon with in each step, whether or not anything was invoked there. */
  durationMs: Float64Array;
}

function hasKnown(values: Float64Array): boolean {
  return values.some((value) => !Number.isNaN(value));
}

/** The model's step from the longest source step, and the window of the peaks from the shortest, that hold a good part. */
function chooseSteps(sources: readonly DemandGrid[]): Steps {
  const knownMs = new Map<number, number>();
  for (const { stepMs, requests, maxConcurrency } of sources) {
    const known = requests.reduce((n, count, i) => n + Number(count >= 0 || maxConcurrency[i]! >= 0), 0);
    knownMs.set(stepMs, (knownMs.get(stepMs) ?? 0) + known * stepMs);
  }
  const ascending = [...knownMs.keys()].sort((a, b) => a - b);
  const longest = firstWith(LONG_SHARE, ascending.toReversed(), knownMs);
  const shortest = firstWith(SHORT_SHARE, ascending, knownMs);
  return {
    stepSeconds: (MODEL_STEPS_MS.find((stepMs) => stepMs >= longest) ?? MODEL_STEPS_MS.at(-1)!) / 1000,
    peakWindowSeconds: Math.max(MINUTE_MS, shortest) / 1000,
  };
}

function firstWith(share: number, stepsMs: readonly number[], knownMs: ReadonlyMap<number, number>): number {
  const total = [...knownMs.values()].reduce((sum, ms) => sum + ms, 0);
  let sum = 0;
  return stepsMs.find((stepMs) => (sum += knownMs.get(stepMs) ?? 0) >= share * total) ?? 0;
}

/** Aligned to the epoch, so to every day in UTC; its last step is over by `untilMs`. */
function modelFrame(sources: readonly DemandGrid[], stepMs: number, untilMs: number): Frame {
  if (sources.length === 0) return { startMs: 0, stepMs, length: 0 };
  const startMs = floorTo(sources[0]!.startMs, stepMs);
  const endMs = Math.min(floorTo(untilMs, stepMs), ceilTo(endOf(sources.at(-1)!), stepMs));
  return { startMs, stepMs, length: Math.max(0, (endMs - startMs) / stepMs) };
}

function endOf({ startMs, stepMs, length }: Frame): number {
  return startMs + length * stepMs;
}

function meansOfRequests(sources: readonly DemandGrid[], frame: Frame, { averageDurationMs }: DemandOptions): Means {
  const { requests, weights, averageDurationMs: measured } = resample(sources, frame);
  const around = averageAround(measured, weights, DAY_MS / frame.stepMs);
  const overall = averageAround(measured, weights, 2 * frame.length);
  const durationMs = measured.map(
    (own, j) => [own, around[j]!, averageDurationMs ?? NaN, overall[j]!].find((ms) => !Number.isNaN(ms)) ?? NaN,
  );
  if (requests.some((count, j) => count > 0 && Number.isNaN(durationMs[j]!)))
    throw new InputError(
      'The metrics have invocations but no duration, so their concurrency is unknown. Give --average-duration-ms.',
    );
  return {
    series: {
      invocations: requests,
      averageDurationMs: requests.map((count, j) => (count > 0 ? durationMs[j]! : NaN)),
      meanConcurrency: requests.map((count, j) => (count > 0 ? (count * durationMs[j]!) / frame.stepMs : count)),
    },
    durationMs,
  };
}

/** The weighted average over the `width` steps around each step; NaN where they have no weight. */
function averageAround(values: Float64Array, weights: Float64Array, width: number): Float64Array {
  const weightSums = new Float64Array(values.length + 1);
  const sums = new Float64Array(values.length + 1);
  for (let j = 0; j < values.length; j++) {
    const weight = weights[j]!;
    weightSums[j + 1] = weightSums[j]! + weight;
    sums[j + 1] = sums[j]! + (weight > 0 ? weight * values[j]! : 0);
  }
  return values.map((_, j) => {
    const from = Math.max(0, j - Math.floor(width / 2));
    const to = Math.min(values.length, j + Math.ceil(width / 2));
    const weight = weightSums[to]! - weightSums[from]!;
    return weight > 0 ? (sums[to]! - sums[from]!) / weight : NaN;
  });
}

/** Without any invocations: the time average of the maxima stands for the mean. */
function meansOfMaxima(sources: readonly DemandGrid[], frame: Frame): Means {
  const busy = sources.map((source) => ({
    ...source,
    requests: source.maxConcurrency.map((max) => max * source.stepMs),
  }));
  const meanConcurrency = resample(busy, frame).requests.map((busyMs) => busyMs / frame.stepMs);
  const unknown = () => new Float64Array(frame.length).fill(NaN);
  return { series: { invocations: unknown(), averageDurationMs: unknown(), meanConcurrency }, durationMs: unknown() };
}

function maximaAreKnown(sources: readonly DemandGrid[]): boolean {
  let servingMs = 0;
  let knownMs = 0;
  for (const { served, maxConcurrency, stepMs } of sources) {
    for (let i = 0; i < served.length; i++) {
      if (!(served[i]! > 0)) continue;
      servingMs += stepMs;
      if (!Number.isNaN(maxConcurrency[i]!)) knownMs += stepMs;
    }
  }
  return knownMs > 0 && knownMs >= OBSERVED_SHARE * servingMs;
}

function observedPeaks(sources: readonly DemandGrid[], frame: Frame, means: Means): Float64Array {
  return maximumPerStep(sources, frame, (source, i, j) => withThrottled(source, i, means.durationMs[j]!));
}

/** The maximum of a step, and what was throttled on top of it. */
function withThrottled(source: DemandGrid, step: number, otherwiseMs: number): number {
  const throttled = source.throttled[step]!;
  return source.maxConcurrency[step]! + (throttled > 0 ? concurrency(source, step, throttled, otherwiseMs) : 0);
}

/** What grids of a minute or less say; maxima where `means` are given. Nothing where there are no such grids. */
function byMinute(sources: readonly DemandGrid[], frame: Frame, means: Means | null): { byMinute?: DemandByMinute } {
  const fine = sources.filter(({ stepMs }) => stepMs <= MINUTE_MS);
  if (fine.length === 0) return {};
  const startMs = floorTo(fine[0]!.startMs, MINUTE_MS);
  const minutes = { startMs, stepMs: MINUTE_MS, length: Math.ceil((endOf(fine.at(-1)!) - startMs) / MINUTE_MS) };
  const stepOf = (minute: number) => Math.floor((startMs + minute * MINUTE_MS - frame.startMs) / frame.stepMs);
  const maxConcurrency = means
    ? maximumPerStep(fine, minutes, (source, i, minute) =>
        withThrottled(source, i, means.durationMs[stepOf(minute)] ?? NaN),
      )
    : null;
  return { byMinute: { startMs, requests: resample(fine, minutes).requests, maxConcurrency } };
}

function ratePeaks(
  sources: readonly DemandGrid[],
  frame: Frame,
  { means, windowMs }: { means: Means; windowMs: number },
): Float64Array {
  if (sources.length === 0) return new Float64Array(frame.length).fill(NaN);
  // On the phase of the source's own steps, so that each of them is one window.
  const phaseMs = (sources.find(({ stepMs }) => stepMs === windowMs)?.startMs ?? 0) % windowMs;
  const startMs = floorTo(sources[0]!.startMs - phaseMs, windowMs) + phaseMs;
  const grid = { startMs, stepMs: windowMs, length: Math.ceil((endOf(sources.at(-1)!) - startMs) / windowMs) };
  const windows = { ...grid, ...resample(sources, grid) };
  const evenMs = longestStep(sources, grid);
  const peaks = maximumPerStep([windows], frame, (window, i, j) => {
    const requests = busiestOf(window.requests[i]!, Math.min(evenMs[i]!, frame.stepMs) / windowMs);
    return requests > 0 ? concurrency(window, i, requests, means.durationMs[j]!) : requests;
  });
  // Half-known windows aside, some window is at least as busy as the step.
  return peaks.map((peak, j) => Math.max(peak, means.series.meanConcurrency[j]! || 0));
}

/** For each step of a grid the longest of its own and of those that it lies in. */
function longestStep(sources: readonly DemandGrid[], grid: Frame): Float64Array {
  const longest = new Float64Array(grid.length).fill(grid.stepMs);
  for (const source of sources) {
    if (source.stepMs <= grid.stepMs) continue;
    eachOverlap(source, grid, (_, j) => (longest[j] = Math.max(longest[j]!, source.stepMs)));
  }
  return longest;
}

/**
 * The requests in the busiest of some windows with so many each on average, when they come independently: the expected maximum of
 * normal variates (Blom 1958), no more than all.
 */
function busiestOf(requests: number, windows: number): number {
  if (windows <= 1) return requests;
  const deviations = probit((windows - 0.375) / (windows + 0.25));
  return Math.min(requests * windows, requests + deviations * Math.sqrt(requests));
}

/** Little's law within one step, with the step's own duration where it is known. */
function concurrency(
  grid: { stepMs: number; averageDurationMs: Float64Array },
  step: number,
  requests: number,
  otherwiseMs: number,
): number {
  const ownMs = grid.averageDurationMs[step]!;
  return (requests * (Number.isNaN(ownMs) ? otherwiseMs : ownMs)) / grid.stepMs;
}

/** The history from its first known step on; empty where nothing is known. */
function trimStart(history: DemandHistory): DemandHistory {
  const known = history.meanConcurrency.findIndex((mean) => !Number.isNaN(mean));
  const first = known < 0 ? history.meanConcurrency.length : known;
  return {
    ...history,
    startMs: history.startMs + first * history.stepSeconds * 1000,
    invocations: history.invocations.slice(first),
    averageDurationMs: history.averageDurationMs.slice(first),
    meanConcurrency: history.meanConcurrency.slice(first),
    peakConcurrency: history.peakConcurrency.slice(first),
  };
}
