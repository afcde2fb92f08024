/** Holt-Winters' level of what the season did not expect, at three speeds, and how large that was of late. */

/** Half-lives of the slow level and of the recent size, in seconds. */
const SLOW_HALF_LIFE = 3 * 3600;
const SIZE_HALF_LIFE = 3600;

export interface ResidualStates {
  /** Of the residual: Holt-Winters' own level, the last known value itself, and the slow level. */
  levels: [Float64Array, Float64Array, Float64Array];
  /** Of the size. */
  recentSize: Float64Array;
}

/**
 * Entry t of each array is the state after value t: level += gain (value - level). Unknown values (NaN) leave it as it is, and
 * it is 0 before the first known one. The slow level follows values of `limit` at most: it would carry a single event
 * for hours. All in one pass, since each addition waits for the one before it, but not for the other states'. O(n).
 */
export function residualStates(
  residual: Float64Array,
  size: Float64Array,
  options: { stepSeconds: number; holtWintersGain: number; limit: number },
): ResidualStates {
  const { limit, holtWintersGain, stepSeconds } = options;
  const slowGain = gainOfHalfLife(SLOW_HALF_LIFE / stepSeconds);
  const sizeGain = gainOfHalfLife(SIZE_HALF_LIFE / stepSeconds);
  const own = new Float64Array(residual.length);
  const last = new Float64Array(residual.length);
  const slow = new Float64Array(residual.length);
  const recentSize = new Float64Array(residual.length);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let t = 0; t < residual.length; t++) {
    const x = residual[t]!;
    if (x === x) {
      const capped = x > limit ? limit : x < -limit ? -limit : x;
      a += holtWintersGain * (x - a);
      b = x;
      c += slowGain * (capped - c);
    }
    const y = size[t]!;
    if (y === y) d += sizeGain * (y - d);
    own[t] = a;
    last[t] = b;
    slow[t] = c;
    recentSize[t] = d;
  }
  return { levels: [own, last, slow], recentSize };
}

/** The gain with which a value's weight has halved after so many steps. */
function gainOfHalfLife(steps: number): number {
  return 1 - Math.pow(2, -1 / steps);
}
