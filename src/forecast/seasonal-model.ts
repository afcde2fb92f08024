/**
 * Holt-Winters' season and levels, corrected per lead time, with quantiles from the model's own past errors at that lead.
 * It is fitted on the steps before `fitEnd` and then read at any later origin, whose forecast uses steps before it only.
 */
import type { Range } from './lead-model.ts';
import { spreadOf } from './lead-model.ts';
import { fromScale, meanFromScale } from './scale.ts';
import type { DemandSeries, SeasonalState } from './seasonal-state.ts';
import { seasonalState } from './seasonal-state.ts';
import type { LeadReading, WindowFits } from './window-fits.ts';
import { memo, mix, perLevels, windowFits } from './window-fits.ts';
import { BASE, FEATURES, FIRST_LEVEL, LAST_LEVEL, MEAN_BASE, USUAL_SIZE } from './window-view.ts';

/** No forecast goes further beyond the largest peak so far than this factor: tails are extrapolated, but not for ever. */
const BEYOND_LARGEST = 3;
/** And no mean beyond this many. */
const MEAN_BEYOND_LARGEST = 1.5;
/** From this level on a quantile of the peak is not below the mean. */
const HIGH_LEVEL = 0.9;
/** Where there is nothing at all nine times out of ten, a mean below this is no reason to hold an environment: it counts as 0. */
const SELDOM = 0.5;

export interface SlotDistribution {
  mean: Float64Array;
  /** One array per level. */
  quantiles: Float64Array[];
}

export interface StepRequest {
  /** Steps first, first + 1, ... first + steps - 1; first >= origin. */
  first: number;
  steps: number;
  /** So many of them are of no interest, and left NaN. */
  skip?: number;
  window: number;
  /** Tables are kept by this array: equal ones should be the same. */
  levels: readonly number[];
}

export interface PeakRequest {
  /** At or after the origin. */
  step: number;
  window: number;
  levels: readonly number[];
  /** Where the first of them goes. */
  at: number;
}

export interface SeasonalModel {
  name: string;
  /** Reads the distribution of the maximum over `window` steps from each requested step on, known before `origin`. */
  forecastAt(origin: number, request: StepRequest): SlotDistribution;
  /** The same of one step, its quantiles alone: one for each of `levels` is written to `peaks`. */
  readPeaks(origin: number, request: PeakRequest, peaks: Float64Array): void;
}

export function fitSeasonalModel(series: DemandSeries, fitEnd: number, reachSteps: number): SeasonalModel {
  const state = seasonalState(series, fitEnd, reachSteps);
  const reader: Reader = {
    state,
    fitsOf: memo((window) => windowFits(state, window)),
    askedOf: perLevels((levels) => [...levels, HIGH_LEVEL]),
  };
  return {
    name: modelName(state),
    forecastAt: (origin, request) => readModel(reader, origin, request),
    readPeaks: (origin, { step, window, levels, at }, peaks) => {
      const asked = { fits: reader.fitsOf(window), window, levels: reader.askedOf(levels) };
      readTarget(state, asked, { last: lastKnownBefore(state, origin), step, at }, peaks);
    },
  };
}

function modelName(state: SeasonalState): string {
  if (state.profile.kind === 'flat') return 'recent level';
  const seasons = state.fitEnd >= 14 * state.profile.m && state.weekWeight > 0 ? 'day and week' : 'day';
  return `Holt-Winters, ${seasons}, corrected per lead time`;
}

/** Far beyond the data the same time of an earlier week stands in. */
function withinReach(state: SeasonalState, step: number, window: number): number {
  const beyond = step + window - state.profile.day.length;
  const weekSteps = 7 * state.profile.m;
  return beyond > 0 ? step - Math.ceil(beyond / weekSteps) * weekSteps : step;
}

interface Reader {
  state: SeasonalState;
  fitsOf: (window: number) => WindowFits;
  /** The levels, and the one that the mean is compared with. */
  askedOf: (levels: readonly number[]) => readonly number[];
}

function readModel(reader: Reader, origin: number, request: StepRequest): SlotDistribution {
  const { steps, levels, first, window, skip = 0 } = request;
  const empty = () => new Float64Array(steps).fill(NaN, 0, skip);
  const out = { mean: empty(), quantiles: levels.map(empty) };
  const asked = { fits: reader.fitsOf(window), window, levels: reader.askedOf(levels) };
  const row = new Float64Array(levels.length);
  const last = lastKnownBefore(reader.state, origin);
  for (let s = skip; s < steps; s++) {
    out.mean[s] = readTarget(reader.state, asked, { last, step: first + s, at: 0 }, row);
    for (let k = 0; k < levels.length; k++) out.quantiles[k]![s] = row[k]!;
  }
  return out;
}

function lastKnownBefore({ lastKnown }: SeasonalState, origin: number): number {
  return origin > 0 ? lastKnown[Math.min(origin, lastKnown.length) - 1]! : 0;
}

interface Asked {
  fits: WindowFits;
  window: number;
  /** Those that are written, and the one that the mean is compared with. */
  levels: readonly number[];
}

/** Writes the quantiles of a step, as known at step `last`, to `peaks` from `at` on, and returns the mean. */
function readTarget(
  state: SeasonalState,
  { fits, window, levels }: Asked,
  { last, step, at }: { last: number; step: number; at: number },
  peaks: Float64Array,
): number {
  const lead = fits.atLead(Math.max(1, step - last));
  const target = withinReach(state, step, window);
  const { firstStep, columns } = fits.targetsAt(target < step ? 1 : lead.days, target);
  const { mean, z, size } = readStep(state, lead, { columns, row: target - firstStep, last });
  const errors = lead.quantilesAt(levels);
  const ceiling = BEYOND_LARGEST * state.largest[last]!;
  const count = levels.length - 1;
  const nine = peakOf(state, z + size * errors[count]!, ceiling);
  let slotMean = Math.min(mean, (ceiling * MEAN_BEYOND_LARGEST) / BEYOND_LARGEST);
  if (slotMean > nine && state.isWhole && slotMean < SELDOM) slotMean = nine;
  for (let k = 0; k < count; k++) {
    const quantile = peakOf(state, z + size * errors[k]!, ceiling);
    peaks[at + k] = levels[k]! >= HIGH_LEVEL ? Math.max(slotMean, quantile) : quantile;
  }
  return slotMean;
}

/** A load on the model's scale as a peak; where peaks are whole numbers, the nearest of them. */
function peakOf({ scale, isWhole }: SeasonalState, z: number, ceiling: number): number {
  const peak = Math.min(fromScale(scale, z), ceiling);
  return isWhole ? Math.round(peak) : peak;
}

/** The mean, and centre and unit of the peak's distribution on the model's scale, from what is known at step `last`. */
function readStep(
  { scale, levels, recentSize }: SeasonalState,
  at: LeadReading,
  { columns, row, last }: { columns: Float64Array[]; row: number; last: number },
): { mean: number; z: number; size: number } {
  const { coefficients, meanCoefficients, range, meanRange, spreadA, spreadB, weight } = at;
  let correction = 0;
  let meanCorrection = 0;
  for (let i = 0; i < FEATURES; i++) {
    const x = i < FIRST_LEVEL ? columns[i]![row]! : levels[i - FIRST_LEVEL]![last]!;
    correction += x * coefficients[i]!;
    meanCorrection += x * meanCoefficients[i]!;
  }
  const now = levels[LAST_LEVEL - FIRST_LEVEL]![last]!;
  const z = columns[BASE]![row]! + within(correction, range, now);
  const zMean = columns[MEAN_BASE]![row]! + within(meanCorrection, meanRange, now);
  const usual = columns[USUAL_SIZE]![row]!;
  const recent = recentSize[last]!;
  const size = mix(spreadOf(spreadA, usual, recent), spreadOf(spreadB, usual, recent), weight);
  const variance = at.meanVariance * size * size;
  return { mean: meanFromScale(scale, zMean, variance), z, size };
}

/** The value, or the nearest to it that the range has seen or that is there now. */
function within(value: number, range: Range, now: number): number {
  const low = Math.min(range.low, now);
  const high = Math.max(range.high, now);
  return value < low ? low : value > high ? high : value;
}
