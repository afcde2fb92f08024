/** The view of a history that the regression at one lead time reads, for a window's maximum. */
import type { LeadData } from './lead-model.ts';
import type { SeasonalState } from './seasonal-state.ts';
import { expectation } from './seasonal-state.ts';
import { capRare } from './smooth.ts';

/**
 * `window` steps from the target on are forecast at once (1 = the step itself). `days` is how many days before the target
 * the season was last completely known: 1 for leads below a day.
 */
export function leadData(state: SeasonalState, window: number, days: number): LeadData {
  const { profile, peak, mean } = state;
  const shift = (days - 1) * profile.m;
  const length = profile.day.length;
  const signalBase = tabulate(shift, length, (t) => expectation(profile, state.weekWeight, t, shift));
  const below = (gap: Float64Array | null) =>
    gap ? tabulate(shift, length, (t) => signalBase[t]! - (gap[t - shift]! || 0)) : signalBase;
  const signalMaximum = windowMaximum(signalBase, window);
  const smooth = windowMaximum(profile.smooth, window);
  const raw = windowMaximum(state.signal, window);
  return {
    target: windowMaximum(peak.z, window),
    base: peak.gap ? windowMaximum(below(peak.gap), window) : signalMaximum,
    second: window === 1 ? { target: mean.z, base: below(mean.gap) } : null,
    weekly: tabulate(shift, length, (t) => profile.week[t]! - profile.day[t - shift]!),
    rawExcess: capRare(
      raw.map((x, t) => x - smooth[t]!),
      state.fitEnd,
    ),
    smoothExcess: capRare(
      smooth.map((x, t) => x - signalMaximum[t]!),
      state.fitEnd,
    ),
    lag: days * profile.m,
    levels: state.levels,
    usualSize: tabulate(shift, length, (t) => state.usualSize[t - shift]!),
    recentSize: state.recentSize,
  };
}

/** How many days back the season's last completely known day lies for a target `lead` steps after the last known step. */
export function daysBack(state: SeasonalState, lead: number, window: number): number {
  return Math.max(1, Math.ceil((lead + window - 1 + state.profile.smoothingSteps) / state.profile.m));
}

/** values(t) for from <= t < length, unknown before. */
function tabulate(from: number, length: number, values: (t: number) => number): Float64Array {
  const out = new Float64Array(length).fill(NaN);
  for (let t = from; t < length; t++) out[t] = values(t);
  return out;
}

/** Maximum over values t..t+window-1; NaN where one of them is unknown. */
function windowMaximum(values: Float64Array, window: number): Float64Array {
  if (window === 1) return values;
  const out = new Float64Array(values.length).fill(NaN);
  for (let t = 0; t + window <= values.length; t++) {
    let max = values[t]!;
    for (let j = t + 1; j < t + window; j++) max = Math.max(max, values[j]!);
    out[t] = max;
  }
  return out;
}
