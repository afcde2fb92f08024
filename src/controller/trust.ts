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
  /** Mean pinball loss of that quantile over the least of two naive forecasts' (the last known peak; a day ago); NaN as above. */
  relativeLoss: number;
}

/** The last hours are judged: long enough that one burst does not condemn, short enough to notice within the day. */
const JUDGED_SLOTS = (6 * HOUR_MS) / SLOT_MS;
const LEAST_JUDGED_SLOTS = JUDGED_SLOTS / 2;
const LEVEL = 0.9;
/** Of slots that should be covered nine times in ten. */
const LEAST_COVERAGE = 0.65;
const MOST_RELATIVE_LOSS = 1.5;

/**
 * Judges forecasts of the 0.9 quantile of the slot's peak, each made as long before its slot as plans are. They are not trusted
 * while they cover far too little and also lose clearly more than repeating what was seen would have; demand that
 * jumps about defeats both alike, and is for the comparison of policies to judge.
 *
 * Pinball loss of quantile q at level a for a peak y: max(a (y - q), (a - 1)(y - q)) (Koenker & Bassett 1978).
 */
export function judgeForecast(demand: SlotDemand, covers: PastCovers, knownSlots: number): ForecastTrust {
  const span: SlotSpan = { from: Math.max(0, knownSlots - JUDGED_SLOTS), to: knownSlots };
  const quantiles = covers.column(LEVEL, 1, span);
  const losses = { forecast: 0, lastKnown: 0, dayAgo: 0 };
  let judged = 0;
  let covered = 0;
  for (let slot = span.from; slot < span.to; slot++) {
    const quantile = quantiles[slot - span.from]!;
    const lastKnown = demand.highest[slot - LAG_SLOTS - 1];
    const dayAgo = demand.highest[slot - DAY_MS / SLOT_MS];
    if (Number.isNaN(quantile) || Number.isNaN(demand.mean[slot]!) || dayAgo === undefined || lastKnown === undefined)
      continue;
    for (const draw of demand.peaks) {
      const peak = draw[slot]!;
      if (Number.isNaN(peak)) continue;
      judged += 1 / demand.peaks.length;
      if (peak <= quantile) covered += 1 / demand.peaks.length;
      losses.forecast += pinball(peak, quantile);
      losses.lastKnown += pinball(peak, lastKnown);
      losses.dayAgo += pinball(peak, dayAgo);
    }
  }
  if (judged < LEAST_JUDGED_SLOTS) return { trusted: true, coverage: NaN, relativeLoss: NaN };
  const coverage = covered / judged;
  const naive = Math.min(losses.lastKnown, losses.dayAgo);
  const relativeLoss = losses.forecast === 0 ? 0 : losses.forecast / naive;
  return { trusted: coverage >= LEAST_COVERAGE || relativeLoss <= MOST_RELATIVE_LOSS, coverage, relativeLoss };
}

function pinball(peak: number, quantile: number): number {
  const miss = peak - quantile;
  return Math.max(LEVEL * miss, (LEVEL - 1) * miss);
}
