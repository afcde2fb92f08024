/** One history, forecasts from any of its moments, each made from what came before that moment alone. */
import type { DemandHistory, Forecast, ForecastResult } from '../model.ts';
import { PEAK_QUANTILE_LEVELS } from '../model.ts';
import { DAY_MS, HOUR_MS, SLOT_MS, SLOT_SECONDS, floorTo } from '../time.ts';
import { drawPeaks, peakOfRate } from './arrivals.ts';
import { atLeast, drawnLimits } from './request-limit.ts';
import { launchStep } from './launch.ts';
import type { SeasonalModel, SlotDistribution } from './seasonal-model.ts';
import type { DemandSeries } from './seasonal-state.ts';
import { fitSeasonalModel } from './seasonal-model.ts';

export interface ForecastHorizon {
  /** Slots of five minutes; the first is the one that contains the origin. With none it is only found out whether there is a forecast. */
  horizonSlots: number;
  /** Slots before this one are of no interest, and left NaN. */
  fromSlot?: number;
  /** Levels of the peak quantiles, in (0, 1); by default PEAK_QUANTILE_LEVELS. */
  levels?: readonly number[];
  /**
   * The peak of slot s is that over slots s .. s + windowSlots - 1 (default 1): the distribution of the maximum itself,
   * which is less than the maximum of the slots' quantiles.
   */
  windowSlots?: number;
}

export interface Forecaster {
  /** The same as `forecastDemand` at that moment: nothing at or after `originMs` has any influence. */
  forecastAt(originMs: number, horizon: ForecastHorizon): ForecastResult;
  /** Peaks as `forecastAt` would have told them one by one; only with a forecaster that reads them faster. */
  pastPeaks?(span: { startMs: number; slots: number }, reading: PastReading): Float64Array;
}

/** What is read of each slot in a span of the past, from a forecast made `lagSlots` before it. */
export interface PastReading {
  lagSlots: number;
  /** In slots. */
  windows: readonly number[];
  /** Ascending. */
  levels: readonly number[];
}

/** Models are fitted anew once about a sixteenth of what they learn from would be new: at these whole times of day (UTC). */
const REFITS = [
  { untilMs: 4 * DAY_MS, everyMs: HOUR_MS },
  { untilMs: 16 * DAY_MS, everyMs: 6 * HOUR_MS },
  { untilMs: Infinity, everyMs: DAY_MS },
];
const LONGEST_REFIT_MS = DAY_MS;
/** Profiles reach this far beyond the data; later targets borrow from the week before. */
const REACH_MS = 3 * DAY_MS;
/** Profiles forget in two to three weeks; what is older than four only costs time. */
const MEMORY_MS = 28 * DAY_MS;
/** How much of the past the usual service time is averaged over. */
const DURATION_WINDOW_MS = 7 * DAY_MS;

/** A walk needs one at a time, and with events that are like other days also those of these days. */
const KEPT_FITS = 4;

interface Fit {
  /** The step before which everything was known to it, and from which it has learned. */
  fitEnd: number;
  from: number;
  model: SeasonalModel;
}

/** Fits are kept, so that a walk through the history costs one fit per refit time and a cheap reading per origin. */
export function createForecaster(history: DemandHistory): Forecaster {
  const stepMs = history.stepSeconds * 1000;
  const knownBefore = cumulativeKnown(history);
  const isObserved = history.peakBasis === 'observed';
  const limits = drawnLimits(history);
  const signal = atLeast(possibleLoads(history.peakConcurrency), isObserved ? limits : null);
  const mean = possibleLoads(history.meanConcurrency);
  const peaksAt: PeaksAt = isObserved ? () => signal : drawnPeaks(history, signal, limits);
  const levelsOf = orderedLevels();
  const launch = launchStep(history, knownBefore);
  /** Where the history of an origin begins. */
  const beginOf = (origin: number) => (origin > launch ? launch : 0);
  const knownMs = (begin: number, end: number) => (knownBefore[end]! - knownBefore[begin]!) * stepMs;
  let fits: Fit[] = [];
  const fitFor = (origin: number, originMs: number) => {
    const begin = beginOf(origin);
    const { everyMs } = REFITS.find(({ untilMs }) => originMs - history.startMs - begin * stepMs < untilMs)!;
    const epoch = Math.max(begin, Math.floor((floorTo(originMs, everyMs) - history.startMs) / stepMs));
    // A model needs a day of history even if its refit time came just before.
    const fitEnd = knownMs(begin, epoch) >= DAY_MS ? epoch : origin;
    let fit = fits.find((known) => known.fitEnd === fitEnd);
    if (!fit) {
      const from = learnFrom(knownBefore, { begin, fitEnd }, MEMORY_MS / stepMs);
      // As far as any origin between two refits reads, so that it does not matter which of them came first.
      const to = Math.min(knownBefore.length - 1, fitEnd + Math.ceil(LONGEST_REFIT_MS / stepMs));
      const peaks = peaksAt(fitEnd, from, to);
      const load = signal.subarray(from, to);
      const demand: DemandSeries = {
        stepSeconds: history.stepSeconds,
        signal: load,
        peak: peaks === signal ? load : peaks.subarray(from, to),
        mean: mean.subarray(from, to),
      };
      fit = { fitEnd, from, model: fitSeasonalModel(demand, fitEnd - from, REACH_MS / stepMs) };
      fits = [fit, ...fits].slice(0, KEPT_FITS);
    }
    return fit;
  };
  const originAt = (originMs: number) =>
    Math.max(0, Math.min(knownBefore.length - 1, Math.floor((originMs - history.startMs) / stepMs)));
  const haveMs = (origin: number) => knownMs(beginOf(origin), origin);
  const modelAt = (origin: number, originMs: number) => {
    const { model, from } = fitFor(origin, Math.min(originMs, history.startMs + origin * stepMs));
    return { model, grid: { startMs: history.startMs + from * stepMs, stepMs } };
  };
  return {
    forecastAt: (originMs, horizon) => {
      const origin = originAt(originMs);
      if (haveMs(origin) < DAY_MS)
        return { kind: 'insufficient-history', haveSeconds: haveMs(origin) / 1000, needSeconds: DAY_MS / 1000 };
      const levels = levelsOf(horizon.levels ?? PEAK_QUANTILE_LEVELS);
      return { kind: 'forecast', forecast: readSlots({ ...modelAt(origin, originMs), originMs, levels }, horizon) };
    },
    pastPeaks: ({ startMs, slots }, { lagSlots, windows, levels: given }) => {
      const levels = levelsOf(given);
      const perSlot = windows.length * levels.length;
      const peaks = new Float64Array(slots * perSlot).fill(NaN);
      for (let slot = 0; slot < slots; slot++) {
        const slotMs = startMs + slot * SLOT_MS;
        const originMs = slotMs - lagSlots * SLOT_MS;
        const origin = originAt(originMs);
        if (haveMs(origin) < DAY_MS) continue;
        const reading = { ...modelAt(origin, originMs), originMs, levels };
        readPeaks(reading, { slotMs, windows, at: slot * perSlot }, peaks);
      }
      return peaks;
    },
  };
}

/** The last weeks before `fitEnd` are learned from; all there is where most of those are unknown. */
function learnFrom(
  knownBefore: Int32Array,
  { begin, fitEnd }: { begin: number; fitEnd: number },
  memorySteps: number,
): number {
  const from = Math.max(begin, fitEnd - memorySteps);
  return knownBefore[fitEnd]! - knownBefore[from]! >= (fitEnd - from) / 2 ? from : begin;
}

/** What is not a possible load (negative, infinite) is unknown; the values themselves where all are possible. */
function possibleLoads(values: Float64Array): Float64Array {
  let out = values;
  for (let t = 0; t < values.length; t++) {
    if (!(values[t]! < 0 || values[t] === Infinity)) continue;
    if (out === values) out = values.slice();
    out[t] = NaN;
  }
  return out;
}

/** Entry t: how many steps before t are known. */
function cumulativeKnown({ peakConcurrency, meanConcurrency }: DemandHistory): Int32Array {
  const out = new Int32Array(peakConcurrency.length + 1);
  let n = 0;
  for (let t = 0; t < peakConcurrency.length; t++) {
    const peak = peakConcurrency[t]!;
    const mean = meanConcurrency[t]!;
    if (peak >= 0 && peak < Infinity && mean >= 0 && mean < Infinity) n++;
    out[t + 1] = n;
  }
  return out;
}

/** The peaks of steps from..to that arrivals at the measured rates would make, by the usual duration as known at `fitEnd`; never below `limits`. */
function drawnPeaks(history: DemandHistory, rates: Float64Array, limits: Float64Array | null): PeaksAt {
  const drawn = new Map<number, DrawnSteps>();
  const firstStep = Math.round(history.startMs / (history.stepSeconds * 1000));
  return (fitEnd, from, to) => {
    // Rounded to 10 %, so that a walk through the history draws each step a few times at most.
    const group = Math.round(Math.log(usualDurationMs(history, fitEnd)) / Math.log(1.1));
    let known = drawn.get(group);
    if (!known) {
      const peakAt = peakOfRate(history.peakWindowSeconds, 1.1 ** group / 1000);
      drawn.set(group, (known = { peaks: new Float64Array(rates.length), from, to: from, peakAt }));
    }
    const { peaks, peakAt } = known;
    const draw = (a: number, b: number) => {
      const drawnThere = drawPeaks(rates.subarray(a, b), firstStep + a, peakAt);
      peaks.set(atLeast(drawnThere, limits && limits.subarray(a, b)), a);
    };
    if (from < known.from) draw(from, known.from);
    if (to > known.to) draw(known.to, to);
    known.from = Math.min(known.from, from);
    known.to = Math.max(known.to, to);
    return peaks;
  };
}

/** Those of steps from..to are sure to be there. */
type PeaksAt = (fitEnd: number, from: number, to: number) => Float64Array;

/** So far drawn are those of steps from..to. */
interface DrawnSteps {
  peaks: Float64Array;
  from: number;
  to: number;
  peakAt: (rate: number, quantile: number) => number;
}

/** Invocation-weighted mean over the last days before `end`; a second when nothing is known. */
function usualDurationMs(history: DemandHistory, end: number): number {
  let weighted = 0;
  let weight = 0;
  const from = end - DURATION_WINDOW_MS / (history.stepSeconds * 1000);
  for (let t = Math.max(0, from); t < end; t++) {
    const duration = history.averageDurationMs[t]!;
    const count = history.invocations[t]!;
    if (!(duration > 0 && duration < Infinity && count > 0 && count < Infinity)) continue;
    weighted += duration * count;
    weight += count;
  }
  return weight > 0 ? Math.max(1, weighted / weight) : 1000;
}

/** Equal levels become one array, in order: tables are kept by it. */
function orderedLevels(): (levels: readonly number[]) => readonly number[] {
  const known: { given: readonly number[]; ordered: readonly number[] }[] = [];
  const isSame = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((x, i) => x === b[i]);
  return (levels) => {
    let found = known.find(({ given }) => isSame(given, levels));
    if (!found) known.push((found = { given: [...levels], ordered: [...levels].sort((a, b) => a - b) }));
    return found.ordered;
  };
}

interface Reading {
  model: SeasonalModel;
  /** The model's. */
  grid: { startMs: number; stepMs: number };
  originMs: number;
  levels: readonly number[];
}

/** What the model says of the slots of five minutes from the origin's on. */
function readSlots(reading: Reading, { horizonSlots, fromSlot = 0, windowSlots = 1 }: ForecastHorizon): Forecast {
  const { model, grid, originMs, levels } = reading;
  const read = grid.stepMs === SLOT_MS ? readSteps : readLongSteps;
  const slots = { horizonSlots, fromSlot, windowSlots };
  const { mean, quantiles } = read(reading, slots);
  let wholeMean = windowSlots === 1 ? mean : null;
  return {
    model: model.name,
    startMs: floorTo(originMs, SLOT_MS),
    stepSeconds: SLOT_SECONDS,
    // That of a longer window is none of the slot; made when it is looked at, which who plans for peaks does not.
    get mean() {
      return (wholeMean ??= read(reading, { ...slots, windowSlots: 1 }).mean);
    },
    peak: quantiles.map((values, k) => ({ level: levels[k]!, values })),
  };
}

/** Of one slot, window after window, to `peaks` from `at` on. */
function readPeaks(
  { model, grid, originMs, levels }: Reading,
  { slotMs, windows, at }: { slotMs: number; windows: readonly number[]; at: number },
  peaks: Float64Array,
): void {
  const stepOf = (timeMs: number) => Math.floor((timeMs - grid.startMs) / grid.stepMs);
  const origin = stepOf(originMs);
  const step = stepOf(slotMs);
  for (let w = 0; w < windows.length; w++) {
    const window = stepOf(slotMs + (windows[w]! - 1) * SLOT_MS) - step + 1;
    model.readPeaks(origin, { step, window, levels, at: at + w * levels.length }, peaks);
  }
}

/** A step is a slot. */
function readSteps({ model, grid, originMs, levels }: Reading, slots: Required<Omit<ForecastHorizon, 'levels'>>) {
  const first = Math.floor((floorTo(originMs, SLOT_MS) - grid.startMs) / grid.stepMs);
  const origin = Math.floor((originMs - grid.startMs) / grid.stepMs);
  const { horizonSlots, fromSlot, windowSlots } = slots;
  return model.forecastAt(origin, { first, steps: horizonSlots, skip: fromSlot, window: windowSlots, levels });
}

/** Each slot gets the step that holds it, or all that a window touches. */
function readLongSteps(
  { model, grid, originMs, levels }: Reading,
  { horizonSlots, fromSlot, windowSlots }: Required<Omit<ForecastHorizon, 'levels'>>,
): SlotDistribution {
  const startMs = floorTo(originMs, SLOT_MS);
  const stepOf = (slot: number) => Math.floor((startMs + slot * SLOT_MS - grid.startMs) / grid.stepMs);
  const origin = Math.floor((originMs - grid.startMs) / grid.stepMs);
  const first = stepOf(0);
  const range = { first, steps: stepOf(horizonSlots - 1) - first + 1, skip: stepOf(fromSlot) - first, levels };
  const readings = new Map<number, SlotDistribution>();
  const empty = () => new Float64Array(horizonSlots).fill(NaN);
  const out: SlotDistribution = { mean: empty(), quantiles: levels.map(empty) };
  for (let slot = fromSlot; slot < horizonSlots; slot++) {
    const step = stepOf(slot) - first;
    const window = stepOf(slot + windowSlots - 1) - first - step + 1;
    let known = readings.get(window);
    if (!known) readings.set(window, (known = model.forecastAt(origin, { ...range, window })));
    out.mean[slot] = known.mean[step]!;
    for (let k = 0; k < levels.length; k++) out.quantiles[k]![slot] = known.quantiles[k]![step]!;
  }
  return out;
}
