/** How forecasts did on the past: what was forecast for each slot shortly before it, and how good forecasts were by lead time. */
import { COVER_QUANTILES } from '../controller/candidates.ts';
import { LAG_SLOTS, pastCovers } from '../controller/past-levels.ts';
import type { SlotDemand } from '../controller/slot-demand.ts';
import { pinballLoss } from '../forecast/accuracy.ts';
import type { Forecaster } from '../forecast/index.ts';
import { DAY_MS, SLOT_MS, SLOT_SECONDS } from '../time.ts';

/** Of the peak: what is most likely not enough, what usually is, and what almost always is. */
export const HELD_LEVELS = [0.5, 0.9, 0.99] as const satisfies readonly (typeof COVER_QUANTILES)[number][];

/** Quantiles of each slot's peak, forecast `leadSeconds` before it; NaN where there was too little history. */
export interface HeldForecast {
  leadSeconds: number;
  startMs: number;
  levels: readonly number[];
  /** One array per level, one entry per slot. */
  values: readonly Float64Array[];
}

export interface LeadQuality {
  /** Slots that begin in [fromSeconds, toSeconds) after the forecast was made. */
  fromSeconds: number;
  toSeconds: number;
  /** Peaks that were compared with their forecasts. */
  scored: number;
  /** Per level: share of the peaks at or below the quantile. */
  coverage: number[];
  /** Per level: mean pinball loss, in concurrent executions (Koenker & Bassett 1978). */
  pinballLoss: number[];
  /** Mean absolute error of the median, and of repeating the peak of a day before. */
  medianError: number;
  repeatedDayError: number;
}

export interface ForecastQuality {
  fromMs: number;
  toMs: number;
  /** Moments from which a day ahead was forecast. */
  origins: number;
  levels: readonly number[];
  leads: LeadQuality[];
}

export interface ForecastRecord {
  held: HeldForecast;
  /** Null where nothing could be scored. */
  quality: ForecastQuality | null;
}

export interface RecordOptions {
  /** Whole slots. */
  fromMs: number;
  toMs: number;
  /** What the planner has read of its forecasts already, by the moment of the slot. */
  covers: Map<number, Float64Array>;
}

const QUALITY_LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;
/** Edges of the lead times, in slots: 15 minutes, an hour, three, twelve, a day. */
const LEAD_EDGES = [0, 3, 12, 36, 144, 288] as const;
const DAY_SLOTS = DAY_MS / SLOT_MS;
/** A forecast of a day takes some ten milliseconds, half of them for the fit that belongs to its hour. */
const MOST_ORIGINS = 64;

/**
 * One walk through the period. Forecasts of a day are made at up to 64 evenly spaced moments that visit all times of day, and each of
 * their slots is scored, so that the time does not grow with the period but for the short forecasts of every slot.
 */
export function forecastRecord(forecaster: Forecaster, demand: SlotDemand, options: RecordOptions): ForecastRecord {
  const { fromMs, toMs, covers } = options;
  const slots = Math.max(0, Math.round((toMs - fromMs) / SLOT_MS));
  const values = HELD_LEVELS.map(() => new Float64Array(slots).fill(NaN));
  const known = pastCovers(forecaster, demand.startMs, covers);
  const stride = originStride(slots);
  const score = new QualityScore(demand);
  for (let slot = 0; slot < slots; slot++) {
    const slotMs = fromMs + slot * SLOT_MS;
    const at = Math.round((slotMs - demand.startMs) / SLOT_MS);
    const read = covers.has(slotMs)
      ? HELD_LEVELS.map((level) => known.column(level, 1, { from: at, to: at + 1 })[0])
      : forecastShortlyBefore(forecaster, slotMs);
    read?.forEach((value, i) => (values[i]![slot] = value ?? NaN));
    if (slot % stride === 0 && slot + LEAD_EDGES[1] <= slots) score.addOrigin(forecaster, slotMs, toMs);
  }
  const held = { leadSeconds: LAG_SLOTS * SLOT_SECONDS, startMs: fromMs, levels: HELD_LEVELS, values };
  return { held, quality: score.read(fromMs, toMs) };
}

function forecastShortlyBefore(forecaster: Forecaster, slotMs: number): (number | undefined)[] | null {
  const horizon = { horizonSlots: LAG_SLOTS + 1, levels: HELD_LEVELS };
  const result = forecaster.forecastAt(slotMs - LAG_SLOTS * SLOT_MS, horizon);
  return result.kind === 'forecast' ? result.forecast.peak.map(({ values }) => values[LAG_SLOTS]) : null;
}

/** The largest stride that is coprime with the day, so that origins visit all times of day, but makes few origins. */
function originStride(slots: number): number {
  let stride = Math.max(1, Math.ceil(slots / MOST_ORIGINS));
  while (stride % 2 === 0 || stride % 3 === 0) stride += 1;
  return stride;
}

class QualityScore {
  private readonly demand: SlotDemand;
  private origins = 0;
  private readonly leads = LEAD_EDGES.slice(1).map(() => ({
    scored: 0,
    /** Scored slots that have a known one a day before. */
    repeated: 0,
    covered: QUALITY_LEVELS.map(() => 0),
    loss: QUALITY_LEVELS.map(() => 0),
    medianError: 0,
    repeatedDayError: 0,
  }));

  constructor(demand: SlotDemand) {
    this.demand = demand;
  }

  addOrigin(forecaster: Forecaster, originMs: number, toMs: number): void {
    const horizonSlots = Math.min(DAY_SLOTS, Math.round((toMs - originMs) / SLOT_MS));
    const result = forecaster.forecastAt(originMs, { horizonSlots, levels: QUALITY_LEVELS });
    if (result.kind !== 'forecast') return;
    this.origins += 1;
    const first = Math.round((originMs - this.demand.startMs) / SLOT_MS);
    const quantiles = result.forecast.peak.map(({ values }) => values);
    for (let slot = 0; slot < horizonSlots; slot++) {
      const peak = this.peakAt(first + slot);
      if (!Number.isNaN(peak)) {
        const lead = LEAD_EDGES.findIndex((edge) => slot < edge) - 1;
        this.add(
          lead,
          peak,
          quantiles.map((values) => values[slot]!),
        );
        this.addRepeated(lead, peak, {
          median: quantiles[MEDIAN]![slot]!,
          dayBefore: this.peakAt(first + slot - DAY_SLOTS),
        });
      }
    }
  }

  private add(lead: number, peak: number, quantiles: readonly number[]): void {
    const sums = this.leads[lead]!;
    sums.scored += 1;
    QUALITY_LEVELS.forEach((level, k) => {
      sums.loss[k]! += pinballLoss(peak, quantiles[k]!, level);
      if (peak <= quantiles[k]!) sums.covered[k]! += 1;
    });
  }

  /** Both errors over the same slots, so that they can be compared. */
  private addRepeated(lead: number, peak: number, { median, dayBefore }: { median: number; dayBefore: number }): void {
    if (Number.isNaN(dayBefore)) return;
    const sums = this.leads[lead]!;
    sums.repeated += 1;
    sums.medianError += Math.abs(peak - median);
    sums.repeatedDayError += Math.abs(peak - dayBefore);
  }

  /** One draw of how arrivals bunch: what might have been measured. NaN where unknown. */
  private peakAt(slot: number): number {
    return this.demand.peaks[0]![slot] ?? NaN;
  }

  read(fromMs: number, toMs: number): ForecastQuality | null {
    const leads = this.leads.flatMap((sums, i): LeadQuality[] => {
      const { scored, repeated } = sums;
      if (scored === 0) return [];
      return [
        {
          fromSeconds: LEAD_EDGES[i]! * SLOT_SECONDS,
          toSeconds: LEAD_EDGES[i + 1]! * SLOT_SECONDS,
          scored,
          coverage: sums.covered.map((count) => count / scored),
          pinballLoss: sums.loss.map((loss) => loss / scored),
          medianError: sums.medianError / repeated,
          repeatedDayError: sums.repeatedDayError / repeated,
        },
      ];
    });
    return leads.length === 0 ? null : { fromMs, toMs, origins: this.origins, levels: QUALITY_LEVELS, leads };
  }
}

const MEDIAN = QUALITY_LEVELS.indexOf(0.5);
