/* eslint-disable @typescript-eslint/no-non-null-assertion -- series are indexed within their bounds by construction */
/** What events do to forecasts and to levels. */
import type { Forecast } from '../model.ts';
import { DAY_MS, floorTo, SLOT_MS } from '../time.ts';
import { fromWall, zoneOffset } from '../time-zone.ts';
import { weekdayNumber, weekdayOf } from './days.ts';
import type { Forecaster, Horizon } from './forecasting.ts';
import type { Effect, Occurrence } from './resolve.ts';

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** The last listed of the occurrences that cover a moment and do this kind of thing. */
function effective<K extends Effect['kind']>(
  occurrences: readonly Occurrence[],
  kind: K,
  timeMs: number,
): { effect: EffectOf<K>; occurrence: Occurrence } | null {
  const occurrence = occurrences.findLast(
    ({ effect, fromMs, toMs }) => effect.kind === kind && timeMs >= fromMs && timeMs < toMs,
  );
  return occurrence ? { effect: occurrence.effect as EffectOf<K>, occurrence } : null;
}

/**
 * The moment whose season applies at `timeMs`: itself, or with `like` the same wall time on the most recent such day, which
 * is the day itself where it is one.
 */
export function sourceOf(timeMs: number, occurrences: readonly Occurrence[]): number {
  const found = effective(occurrences, 'like', timeMs);
  if (!found) return timeMs;
  const offsetOf = zoneOffset(found.occurrence.timeZone);
  const wallMs = timeMs + offsetOf(timeMs);
  const daysBack = (weekdayOf(Math.floor(wallMs / DAY_MS)) - weekdayNumber(found.effect.weekday) + 7) % 7;
  return daysBack === 0 ? timeMs : fromWall(wallMs - daysBack * DAY_MS, offsetOf);
}

/** What the forecast is multiplied with at a moment; 1 without an event. */
export function factorAt(timeMs: number, occurrences: readonly Occurrence[]): number {
  return effective(occurrences, 'factor', timeMs)?.effect.factor ?? 1;
}

/** A factor of 1 is an ordinary day. */
export function changesDemand({ effect }: Occurrence): boolean {
  return effect.kind !== 'factor' || effect.factor !== 1;
}

/** True where what is seen at a moment says what is usual, divided by its factor: not where a level was set, or demand shut off. */
export function isComparable(timeMs: number, occurrences: readonly Occurrence[]): boolean {
  const hidden = effective(occurrences, 'level', timeMs) ?? effective(occurrences, 'outage', timeMs);
  return hidden === null && factorAt(timeMs, occurrences) > 0;
}

/** True where a day is like another one. */
export function isLikeAnother(timeMs: number, occurrences: readonly Occurrence[]): boolean {
  return effective(occurrences, 'like', timeMs) !== null;
}

/** The level that an event asks for at a moment, or null. */
export function levelAt(timeMs: number, occurrences: readonly Occurrence[]): number | null {
  return effective(occurrences, 'level', timeMs)?.effect.level ?? null;
}

/**
 * A forecaster that knows the events. Where a slot is like another day, its forecast is the one for that day's slot, made as
 * long before it; factors then multiply mean and quantiles. Levels concern plans, see adjustLevels.
 */
export function withEvents(forecaster: Forecaster, occurrences: readonly Occurrence[]): Forecaster {
  const changing = occurrences.filter(({ effect }) => effect.kind === 'like' || effect.kind === 'factor');
  if (!changing.some(changesDemand)) return forecaster;
  return {
    forecastAt: (originMs, horizon) => {
      const reach = (horizon.windowSlots ?? 1) - 1;
      const startMs = floorTo(originMs, SLOT_MS);
      const endMs = startMs + (horizon.horizonSlots + reach) * SLOT_MS;
      const near = changing.filter(({ fromMs, toMs }) => fromMs < endMs && toMs > startMs);
      if (near.length === 0) return forecaster.forecastAt(originMs, horizon);
      // A window that begins before an event reaches into it.
      const wide = { ...horizon, horizonSlots: horizon.horizonSlots + reach };
      const result = forecaster.forecastAt(originMs, wide);
      if (result.kind !== 'forecast') return result;
      const others = forecastsOfOtherDays(result.forecast, { forecaster, originMs, horizon: wide });
      return { kind: 'forecast', forecast: applyEvents(result.forecast, near, others, horizon) };
    },
  };
}

/** Forecasts with the origin moved as far as the slot; where there is no history that far back, the day's own forecast. */
function forecastsOfOtherDays(
  base: Forecast,
  { forecaster, originMs, horizon }: { forecaster: Forecaster; originMs: number; horizon: Horizon },
): (shiftMs: number) => Forecast {
  const made = new Map<number, Forecast>([[0, base]]);
  return (shiftMs) => {
    let forecast = made.get(shiftMs);
    if (!forecast) {
      const result = forecaster.forecastAt(originMs + shiftMs, horizon);
      made.set(shiftMs, (forecast = result.kind === 'forecast' ? result.forecast : base));
    }
    return forecast;
  };
}

function applyEvents(
  base: Forecast,
  occurrences: readonly Occurrence[],
  atSource: (shiftMs: number) => Forecast,
  { horizonSlots, windowSlots = 1 }: Horizon,
): Forecast {
  const slots = Array.from({ length: base.mean.length }, (_, slot) => {
    const slotMs = base.startMs + slot * SLOT_MS;
    return { from: atSource(sourceOf(slotMs, occurrences) - slotMs), factor: factorAt(slotMs, occurrences) };
  });
  const nextChange = changesAhead(slots, windowSlots);
  const mean = Float64Array.from(slots, ({ from, factor }, slot) => from.mean[slot]! * factor);
  const peak = base.peak.map(({ level }, k) => {
    const own = Float64Array.from(slots, ({ from, factor }, slot) => from.peak[k]!.values[slot]! * factor);
    return {
      level,
      values: own.map((value, slot) => Math.max(value, own[nextChange[slot]!]!)).subarray(0, horizonSlots),
    };
  });
  return { ...base, mean: mean.subarray(0, horizonSlots), peak };
}

/** For each slot the first one in its window that an event treats differently; itself where there is none. */
function changesAhead(slots: { from: Forecast; factor: number }[], windowSlots: number): Int32Array {
  const out = new Int32Array(slots.length);
  let change = slots.length;
  for (let slot = slots.length - 1; slot >= 0; slot--) {
    const [here, next] = [slots[slot]!, slots[slot + 1]];
    if (next && (here.from !== next.from || here.factor !== next.factor)) change = slot + 1;
    out[slot] = change < Math.min(slot + windowSlots, slots.length) ? change : slot;
  }
  return out;
}

export interface LevelSpan {
  startMs: number;
  /** One per slot of five minutes. */
  levels: Int32Array;
}

/**
 * Levels of a plan with the events applied: `level` replaces what was planned. Levels that do not come from a forecast made
 * by `withEvents` have seen no factor and no other day yet: give `levelOf`, what their policy holds at a moment, and they are
 * read at the other day's slot and multiplied, rounded up. The caller's limits come after. The same array when nothing applies.
 */
export function adjustLevels(
  { startMs, levels }: LevelSpan,
  occurrences: readonly Occurrence[],
  levelOf?: (timeMs: number) => number,
): Int32Array {
  const endMs = startMs + levels.length * SLOT_MS;
  const near = occurrences.filter(
    ({ effect, fromMs, toMs }) =>
      (effect.kind === 'level' || (levelOf && effect.kind !== 'outage')) && fromMs < endMs && toMs > startMs,
  );
  if (near.length === 0) return levels;
  return levels.map((planned, slot) => {
    const slotMs = startMs + slot * SLOT_MS;
    const fixed = levelAt(slotMs, near);
    if (fixed !== null) return fixed;
    if (!levelOf) return planned;
    const sourceMs = sourceOf(slotMs, near);
    return Math.ceil((sourceMs === slotMs ? planned : levelOf(sourceMs)) * factorAt(slotMs, near));
  });
}
