/** Holt-Winters' level of what the season did not expect; it is taken at several speeds. */

/** Half-lives in seconds; 0 = the last known value itself. */
export const LEVEL_HALF_LIVES = [0, 1800, 3 * 3600, 24 * 3600] as const;

/**
 * Entry t of the result is the level after value t; unknown values (NaN) leave it as it is, and it is 0 before the first
 * known one. O(n).
 */
export function exponentialLevel(residual: Float64Array, gain: number): Float64Array {
  const out = new Float64Array(residual.length);
  let level = 0;
  for (let t = 0; t < residual.length; t++) {
    const error = residual[t]! - level;
    if (error === error) level += gain * error;
    out[t] = level;
  }
  return out;
}

/** The gain with which a value's weight has halved after so many steps. */
export function gainOfHalfLife(steps: number): number {
  return steps > 0 ? 1 - Math.pow(2, -1 / steps) : 1;
}
