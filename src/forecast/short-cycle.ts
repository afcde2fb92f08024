/**
 * Cycles of a few steps: a job that starts every 15 minutes is busy in one step of three. Such a load is known to be periodic
 * after hours, where a profile of the day needs several days for it, and a period that does not divide the day has none.
 */

/** Periods that are looked for, in steps. */
const MAX_PERIOD = 36;
/** Autocorrelation at the period from which a cycle is believed; other periods of the same cycle come close to the best. */
const MIN_CORRELATION = 0.5;
const NEARLY_BEST = 0.95;
/** A slow movement repeats from step to step as well; a cycle's period stands out from that by this share. */
const MIN_CONTRAST = 0.1;
/** Steps of the last days in which the cycle is looked for. */
const SEARCH_DAYS = 3;
/** Share of a new period in the cycle, once so many are known. */
const CYCLE_GAIN = 0.1;

export interface ShortCycle {
  /** Usual excess at each step's phase; 0 where there is no cycle. */
  cycle: Float64Array;
  /** In steps; 0 where there is no cycle. */
  period: number;
}

/**
 * Looks for a cycle before `fitEnd` and follows it for `length` steps. Entry t is made of values up to `t - lag`; with lag 0,
 * where there is no day to spare, of all values before `fitEnd`.
 */
export function shortCycle(
  excess: Float64Array,
  options: { length: number; fitEnd: number; m: number; lag: number },
): ShortCycle {
  const { length, fitEnd, m, lag } = options;
  const cycle = new Float64Array(length);
  const period = cyclePeriod(excess.subarray(Math.max(0, fitEnd - SEARCH_DAYS * m), fitEnd));
  if (period > 0 && lag === 0) phaseMeans(excess.subarray(0, fitEnd), period, cycle);
  else if (period > 0) followPhases(excess, { period, lag: Math.ceil(lag / period) * period }, cycle);
  return { cycle, period };
}

/** The shortest period at which the values nearly repeat; 0 when they do not. Unknown values count as usual ones (0). */
export function cyclePeriod(values: Float64Array): number {
  const known = values.map((x) => x || 0);
  const own = autoProduct(known, 0);
  if (!(own > 0)) return 0;
  const neighbours = autoProduct(known, 1);
  const longest = Math.min(MAX_PERIOD, values.length >> 2);
  const products = new Float64Array(longest + 1);
  let best = MIN_CORRELATION * own;
  for (let period = 2; period <= longest; period++) {
    products[period] = autoProduct(known, period);
    if (products[period]! > best) best = products[period]!;
  }
  for (let period = 2; period <= longest; period++) {
    if (products[period]! >= NEARLY_BEST * best && products[period]! > neighbours + MIN_CONTRAST * own) return period;
  }
  return 0;
}

/** Mean product of values `lag` steps apart. */
function autoProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) sum += values[t]! * values[t - lag]!;
  return sum / (values.length - lag);
}

function phaseMeans(excess: Float64Array, period: number, out: Float64Array): void {
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let t = 0; t < excess.length; t++) {
    const x = excess[t]!;
    if (x !== x) continue;
    sums[t % period]! += x;
    counts[t % period]! += 1;
  }
  for (let t = 0; t < out.length; t++) {
    const n = counts[t % period]!;
    if (n > 0) out[t] = sums[t % period]! / n;
  }
}

/** Exponentially weighted mean per phase, as of `lag` steps (whole periods) ago. */
function followPhases(excess: Float64Array, { period, lag }: { period: number; lag: number }, out: Float64Array): void {
  const means = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let t = lag; t < out.length; t++) {
    const phase = t % period;
    const x = t - lag < excess.length ? excess[t - lag]! : NaN;
    if (x === x) {
      const n = ++counts[phase]!;
      means[phase]! += Math.max(CYCLE_GAIN, 1 / n) * (x - means[phase]!);
    }
    out[t] = means[phase]!;
  }
}
