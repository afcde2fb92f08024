/** How well the newest forecasts did: recomputed from the history at every tick, so nothing has to be stored. */
import { DAY_MS, HOUR_MS, SLOT_MS } from '../time.ts';
import { LAG_SLOTS, type PastCovers, type SlotSpan } from './past-levels.ts';
import type { SlotDemand } from './slot-demand.ts';

/**
 * What a plan may rest on, from most to least: the best of all policies; without any news of demand, a constant level; nothing
 * but the minimum.
 */
export type Footing = 'best' | 'constant' | 'release';

export interface ForecastTrust {
  /** False while plans should not rest on the forecast. */
  trusted: boolean;
  /** Share of the judged peaks at or below their forecast 0.9 quantile; NaN where none could be judged. */
  coverage: number;
  /**
   * Mean pinball loss of that quantile over the least of two naive forecasts' (the last known peak; a day ago), a thousand at
   * most; NaN as above.
   */
  relativeLoss: number;
  /** Mean of that quantile over the mean peak that came, a thousand at most; NaN as above. */
  overshoot: number;
}

/** The last hours are judged: long enough that one burst does not condemn, short enough to notice within the day. */
const JUDGED_SLOTS = (6 * HOUR_MS) / SLOT_MS;
const LEAST_JUDGED_SLOTS = JUDGED_SLOTS / 2;
const LEVEL = 0.9;
/** Of slots that should be covered nine times in ten; with the loss beside it, the forecast is too low. */
const LEAST_COVERAGE = 0.65;
const LOSS_WHEN_LOW = 1.5;
/**
 * What is too much costs little by the pinball loss, so that the loss must be greater; the excess must be as much as all that
 * came, or quiet hours condemned any forecast, and this share of what a usual hour brings.
 */
const LOSS_WHEN_HIGH = 3;
const LEAST_EXCESS = 0.25;
const USUAL_SLOTS = (7 * DAY_MS) / SLOT_MS;
/** Ratios to next to nothing say no more. */
const MOST_RATIO = 1000;

/**
 * Judges forecasts of the 0.9 quantile of the slot's peak, each made as long before its slot as plans are. They are not trusted
 * while they cover far too little, or ask for far too much, and also lose clearly more than repeating what was seen would
 * have; demand that jumps about defeats all alike, and is for the comparison of policies to judge.
 *
 * Pinball loss of quantile q at level a for a peak y: max(a (y - q), (a - 1)(y - q)) (Koenker & Bassett 1978).
 */
export function judgeForecast(demand: SlotDemand, covers: PastCovers, knownSlots: number): ForecastTrust {
  const span: SlotSpan = { from: Math.max(0, knownSlots - JUDGED_SLOTS), to: knownSlots };
  const { judged, covered, peaks, quantiles, excess, losses } = tally(demand, covers.column(LEVEL, 1, span), span);
  if (judged < LEAST_JUDGED_SLOTS) return { trusted: true, coverage: NaN, relativeLoss: NaN, overshoot: NaN };
  const coverage = covered / judged;
  const relativeLoss = ratio(losses.forecast, Math.min(losses.lastKnown, losses.dayAgo));
  const tooLow = coversTooLittle({ coverage, relativeLoss });
  const material = Math.max(peaks / judged, LEAST_EXCESS * usualPeak(demand, knownSlots));
  const tooHigh = relativeLoss > LOSS_WHEN_HIGH && excess / judged > material;
  return { trusted: !tooLow && !tooHigh, coverage, relativeLoss, overshoot: ratio(quantiles, peaks) };
}

/** Why a forecast is not trusted: this, or else that it asks for too much. */
export function coversTooLittle({ coverage, relativeLoss }: Pick<ForecastTrust, 'coverage' | 'relativeLoss'>): boolean {
  return coverage < LEAST_COVERAGE && relativeLoss > LOSS_WHEN_LOW;
}

/** Sums over the slots that can be judged, their draws weighing one slot together. */
function tally({ highest, mean, peaks }: SlotDemand, quantiles: Float64Array, { from, to }: SlotSpan) {
  const sum = { judged: 0, covered: 0, peaks: 0, quantiles: 0, excess: 0 };
  const losses = { forecast: 0, lastKnown: 0, dayAgo: 0 };
  const weight = 1 / peaks.length;
  for (let slot = from; slot < to; slot++) {
    const quantile = quantiles[slot - from]!;
    const lastKnown = highest[slot - LAG_SLOTS - 1];
    const dayAgo = highest[slot - DAY_MS / SLOT_MS];
    if (Number.isNaN(quantile) || Number.isNaN(mean[slot]!) || dayAgo === undefined || lastKnown === undefined)
      continue;
    for (const draw of peaks) {
      const peak = draw[slot]!;
      if (Number.isNaN(peak)) continue;
      sum.judged += weight;
      if (peak <= quantile) sum.covered += weight;
      sum.peaks += weight * peak;
      sum.quantiles += weight * quantile;
      sum.excess += weight * Math.max(0, quantile - peak);
      losses.forecast += weight * pinball(peak, quantile);
      losses.lastKnown += weight * pinball(peak, lastKnown);
      losses.dayAgo += weight * pinball(peak, dayAgo);
    }
  }
  return { ...sum, losses };
}

/** The mean of the week's highest peaks, as far as they are known. */
function usualPeak({ highest, mean }: SlotDemand, knownSlots: number): number {
  let [sum, known] = [0, 0];
  for (let slot = Math.max(0, knownSlots - USUAL_SLOTS); slot < knownSlots; slot++) {
    if (Number.isNaN(mean[slot]!)) continue;
    sum += highest[slot]!;
    known += 1;
  }
  return known > 0 ? sum / known : 0;
}

function ratio(part: number, whole: number): number {
  return part === 0 ? 0 : Math.min(MOST_RATIO, part / whole);
}

function pinball(peak: number, quantile: number): number {
  const miss = peak - quantile;
  return Math.max(LEVEL * miss, (LEVEL - 1) * miss);
}
