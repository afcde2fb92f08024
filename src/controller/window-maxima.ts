/** Highest values in windows of slots. */

/** Maximum over the `holdSlots` slots that end with each; unknown ones count as zero. O(n log holdSlots). */
export function heldBack(values: Float64Array, holdSlots: number): Float64Array {
  const held = new Float64Array(values.length);
  for (let i = 0; i < held.length; i++) if (values[i]! > 0) held[i] = values[i]!;
  // Maxima over twice as many slots are those of two neighbouring, or overlapping, maxima.
  for (let width = 1; width < holdSlots;) {
    const back = Math.min(width, holdSlots - width);
    for (let i = held.length - 1; i >= back; i--) if (held[i - back]! > held[i]!) held[i] = held[i - back]!;
    width += back;
  }
  return held;
}

/** Maximum over [i - reach, i + reach] for every i. */
export function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    let highest = -Infinity;
    const to = Math.min(values.length - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= to; j++) highest = Math.max(highest, values[j]!);
    out[i] = highest;
  }
  return out;
}
