/** The view of a history that the regression at one lead time reads, for a window's maximum. */
import type { LeadData } from './lead-model.ts';
import type { SeasonalState } from './seasonal-state.ts';
import { expectation } from './seasonal-state.ts';
import { capRare, difference } from './smooth.ts';

/**
 * `window` steps from the target on are forecast at once (1 = the step itself). `days` is how many days before the target
 * the season was last completely known: 1 for leads below a day.
 */
export function leadData(state: SeasonalState, window: number, days: number): LeadData {
  const { profile, peak, mean, fitEnd } = state;
  const shift = (days - 1) * profile.m;
  const signalBase = new Float64Array(profile.day.length).fill(NaN);
  const weekly = new Float64Array(signalBase.length);
  for (let t = shift; t < signalBase.length; t++) {
    signalBase[t] = expectation(profile, state.weekWeight, t, shift);
    weekly[t] = profile.week[t]! - profile.day[t - shift]!;
  }
  const signalMaximum = windowMaximum(signalBase, window);
  const smooth = windowMaximum(profile.smooth, window);
  const raw = windowMaximum(state.signal, window);
  return {
    target: windowMaximum(peak.z, window),
    base: peak.gap ? windowMaximum(below(signalBase, peak.gap, shift), window) : signalMaximum,
    second: window === 1 ? { target: mean.z, base: mean.gap ? below(signalBase, mean.gap, shift) : signalBase } : null,
    weekly,
    rawExcess: capRare(difference(raw, smooth), fitEnd),
    smoothExcess: capRare(difference(smooth, signalMaximum), fitEnd),
    lag: days * profile.m,
    levels: state.levels,
    usualSize: state.usualSize,
    usualLag: shift,
    recentSize: state.recentSize,
  };
}

/** base - gap, the gap being known as of `shift` steps earlier; where it is not, there is none. */
function below(base: Float64Array, gap: Float64Array, shift: number): Float64Array {
  const out = new Float64Array(base.length).fill(NaN);
  for (let t = shift; t < base.length; t++) out[t] = base[t]! - (gap[t - shift]! || 0);
  return out;
}

/** How many days back the season's last completely known day lies for a target `lead` steps after the last known step. */
export function daysBack(state: SeasonalState, lead: number, window: number): number {
  return Math.max(1, Math.ceil((lead + window - 1 + state.profile.smoothingSteps) / state.profile.m));
}

/** Maximum over values t..t+window-1; NaN where one of them is unknown. */
function windowMaximum(values: Float64Array, window: number): Float64Array {
  if (window === 1) return values;
  const out = new Float64Array(values.length).fill(NaN);
  for (let t = 0; t + window <= values.length; t++) {
    let max = values[t]!;
    // A comparison with NaN is false: once max is NaN it stays so.
    for (let j = t + 1; j < t + window; j++) if (!(values[j]! <= max)) max = max === max ? values[j]! : max;
    out[t] = max;
  }
  return out;
}
