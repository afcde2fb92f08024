/* eslint-disable @typescript-eslint/no-non-null-assertion -- series are indexed within their bounds by construction */
/**
 * Seasons in local time. The history is laid out by the wall clock of a zone, where each day has 24 hours, so that nine o'clock
 * is at the same place of the season before and after clocks change; forecasts are read back at the real slots.
 */
import type { DemandHistory, Forecast, ForecastResult } from '../model.ts';
import { floorTo, SLOT_MS } from '../time.ts';
import { isUtc, type OffsetOf, zoneOffset } from '../time-zone.ts';
import { type CreateForecaster, type Forecaster, forecasterOfViews, type Horizon } from './forecasting.ts';

/**
 * The same interface as the forecaster that `create` makes, which sees wall times as if they were UTC. In UTC it is that
 * forecaster itself. Where clocks go forward the hour that does not exist is unknown; where they go back both passes of the
 * hour are one, and both are served from it. Before the second pass begins only the first one is known: nothing at or after an
 * origin has any influence.
 */
export function localForecaster(history: DemandHistory, timeZone: string, create: CreateForecaster): Forecaster {
  if (isUtc(timeZone)) return create(history);
  const zone = { offsetOf: zoneOffset(timeZone), stepMs: history.stepSeconds * 1000, phaseMs: history.startMs };
  const changesMs = clocksGoingBack(history, zone.offsetOf);
  return forecasterOfViews({
    changesMs,
    create: (view) => {
      const inner = create(onWallClock(history, zone.offsetOf, changesMs[view] ?? Infinity));
      return { forecastAt: (originMs, horizon) => forecastInZone(inner, originMs, horizon, zone) };
    },
  });
}

interface Zone {
  offsetOf: OffsetOf;
  /** The history's grid. */
  stepMs: number;
  phaseMs: number;
}

/** The first steps of a second pass. */
function clocksGoingBack(history: DemandHistory, offsetOf: OffsetOf): number[] {
  const stepMs = history.stepSeconds * 1000;
  const changes: number[] = [];
  for (let t = 1; t < history.meanConcurrency.length; t++) {
    const timeMs = history.startMs + t * stepMs;
    if (offsetOf(timeMs) < offsetOf(timeMs - stepMs)) changes.push(timeMs);
  }
  return changes;
}

/** The steps before `untilMs` by the wall clock; times of the result are wall times written as UTC. */
function onWallClock(history: DemandHistory, offsetOf: OffsetOf, untilMs: number): DemandHistory {
  const stepMs = history.stepSeconds * 1000;
  const steps = Math.min(history.meanConcurrency.length, Math.ceil((untilMs - history.startMs) / stepMs));
  const startMs = history.startMs + offsetOf(history.startMs);
  const slotOf = Int32Array.from({ length: steps }, (_, t) => {
    const timeMs = history.startMs + t * stepMs;
    // A change of half a step (half an hour in hourly data): later, so that no step is complete before its time.
    return Math.ceil((timeMs + offsetOf(timeMs) - startMs) / stepMs);
  });
  const length = slotOf.reduce((longest, slot) => Math.max(longest, slot + 1), 0);
  const lay = (values: Float64Array, join: (a: number, b: number) => number) => {
    const out = new Float64Array(length).fill(NaN);
    for (let t = 0; t < steps; t++) {
      const slot = slotOf[t]!;
      if (slot < 0) continue;
      out[slot] = Number.isNaN(out[slot]!)
        ? values[t]!
        : Number.isNaN(values[t]!)
          ? out[slot]!
          : join(out[slot]!, values[t]!);
    }
    return out;
  };
  const mean = (a: number, b: number) => (a + b) / 2;
  return {
    ...history,
    startMs,
    invocations: lay(history.invocations, mean),
    averageDurationMs: lay(history.averageDurationMs, mean),
    meanConcurrency: lay(history.meanConcurrency, mean),
    peakConcurrency: lay(history.peakConcurrency, Math.max),
  };
}

function forecastInZone(inner: Forecaster, originMs: number, horizon: Horizon, zone: Zone): ForecastResult {
  const { offsetOf, stepMs, phaseMs } = zone;
  const { horizonSlots, windowSlots = 1 } = horizon;
  const startMs = floorTo(originMs, SLOT_MS);
  // The step that is not complete yet stays so, even when the clocks jump over its end.
  const wallOriginMs = originMs + offsetOf(phaseMs + floorTo(originMs - phaseMs, stepMs));
  const wallStartMs = floorTo(wallOriginMs, SLOT_MS);
  const wallSlot = (slot: number) => {
    const slotMs = startMs + slot * SLOT_MS;
    return Math.floor((slotMs + offsetOf(slotMs) - wallStartMs) / SLOT_MS);
  };
  // A window that spans a change is the larger of those that begin with it and end with it.
  const places = Array.from({ length: horizonSlots }, (_, slot) => ({
    own: wallSlot(slot),
    byEnd: wallSlot(slot + windowSlots - 1) - (windowSlots - 1),
  }));
  const lowest = places.reduce((low, { own, byEnd }) => Math.min(low, own, byEnd), 0);
  const highest = places.reduce((high, { own, byEnd }) => Math.max(high, own, byEnd), 0);
  const result = inner.forecastAt(wallOriginMs, { ...horizon, fromSlot: 0, horizonSlots: highest + 1 });
  if (result.kind !== 'forecast') return result;
  // In the hour that comes twice, its second pass lies before the origin: it is read from a forecast made that much earlier.
  const before =
    lowest < 0
      ? inner.forecastAt(wallOriginMs + lowest * SLOT_MS, { ...horizon, fromSlot: 0, horizonSlots: -lowest })
      : null;
  const read = (valuesOf: (forecast: Forecast) => Float64Array) => {
    const ahead = valuesOf(result.forecast);
    const behind = before?.kind === 'forecast' ? valuesOf(before.forecast) : null;
    return (place: number) => (place >= 0 ? ahead[place]! : (behind?.[place - lowest] ?? ahead[0]!));
  };
  const { model, stepSeconds } = result.forecast;
  let mean: Float64Array | null = null;
  return {
    kind: 'forecast',
    forecast: {
      model,
      startMs,
      stepSeconds,
      get mean() {
        const meanAt = read((forecast) => forecast.mean);
        return (mean ??= Float64Array.from(places, ({ own }) => meanAt(own)));
      },
      peak: result.forecast.peak.map(({ level }, k) => {
        const peak = read((forecast) => forecast.peak[k]!.values);
        return { level, values: Float64Array.from(places, ({ own, byEnd }) => Math.max(peak(own), peak(byEnd))) };
      }),
    },
  };
}
