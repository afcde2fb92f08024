/**
 * Additive Holt-Winters: level, optional damped trend, one or two seasons, optional AR(1) error, in error-correction form.
 *
 *     e = y - (l + phi b + s1[t-m1] + s2[t-m2]),   l' = l + phi b + gain.level e,   b' = phi b + gain.trend e,
 *     si' = si + gain.season_i e                   and the one-step forecast adds ar * e[t-1].
 *
 * With the gains of `gainsOfHoltWinters` this is the recursion of R's HoltWinters (Winters 1960), whose seasonal update uses
 * the new level; with those of `gainsOfEts` it is ETS(A,*,A) of Hyndman et al. (2008). An unknown value (NaN) counts
 * as one that came as expected: the state moves on and learns nothing.
 */

/** How far each state moves by one unit of one-step error. */
export interface Gains {
  level: number;
  /** Zero together with a zero trend state means "no trend". */
  trend: number;
  /** Damping of the trend per step, in (0, 1]; 1 = undamped. */
  damping: number;
  season: number;
  /** For the second, longer season; 0 without one. */
  season2: number;
  /** First-order autocorrelation of the error. */
  ar: number;
}

/** Season arrays are indexed by phase: `season[t % season.length]` applies at step t. */
export interface HoltWintersState {
  level: number;
  trend: number;
  season: Float64Array;
  /** Empty without a second season. */
  season2: Float64Array;
  /** Last error, for the AR term. */
  error: number;
}

/** R's parameters: alpha, beta (of the level's change), gamma (of what the new level leaves over). */
export function gainsOfHoltWinters(p: { alpha: number; beta?: number; gamma: number; phi?: number }): Gains {
  return gainsOfEts({
    alpha: p.alpha,
    beta: p.alpha * (p.beta ?? 0),
    gamma: p.gamma * (1 - p.alpha),
    phi: p.phi ?? 1,
  });
}

export function gainsOfEts(p: {
  alpha: number;
  beta?: number;
  gamma: number;
  gamma2?: number;
  phi?: number;
  ar?: number;
}): Gains {
  return {
    level: p.alpha,
    trend: p.beta ?? 0,
    damping: p.phi ?? 1,
    season: p.gamma,
    season2: p.gamma2 ?? 0,
    ar: p.ar ?? 0,
  };
}

export function copyState(state: HoltWintersState): HoltWintersState {
  return { ...state, season: state.season.slice(), season2: state.season2.slice() };
}

/**
 * Runs the recursion over values[from..) and leaves `state` as of the end. Returns the sum of squared one-step errors and
 * writes one-step forecasts into `fitted` where given. O(n).
 */
export function runHoltWinters(
  values: Float64Array,
  gains: Gains,
  state: HoltWintersState,
  range: { from: number; fitted?: Float64Array },
): number {
  const { season, season2 } = state;
  const hasSecond = season2.length > 0;
  let { level, trend, error } = state;
  let i1 = range.from % season.length;
  let i2 = hasSecond ? range.from % season2.length : 0;
  let sse = 0;
  for (let t = range.from; t < values.length; t++) {
    const ahead = level + gains.damping * trend;
    const structural = ahead + season[i1]! + (hasSecond ? season2[i2]! : 0);
    const forecast = structural + gains.ar * error;
    if (range.fitted) range.fitted[t] = forecast;
    const y = values[t]!;
    // NaN is the only value that differs from itself.
    const known = y === y;
    if (known) sse += (y - forecast) * (y - forecast);
    error = known ? y - structural : gains.ar * error;
    level = ahead + gains.level * error;
    trend = gains.damping * trend + gains.trend * error;
    season[i1]! += gains.season * error;
    if (hasSecond) season2[i2]! += gains.season2 * error;
    if (++i1 === season.length) i1 = 0;
    if (hasSecond && ++i2 === season2.length) i2 = 0;
  }
  state.level = level;
  state.trend = trend;
  state.error = error;
  return sse;
}

/**
 * The sum of squared one-step errors for the common case of a level and one season, in R's parameters; `season` is used up.
 * This is the objective of the fit: one small function with one dependency chain of two operations a step.
 */
export function levelSeasonSse(
  values: Float64Array,
  from: number,
  start: { level: number; season: Float64Array },
  parameters: { alpha: number; gamma: number },
): number {
  const season = start.season;
  const m = season.length;
  const { alpha, gamma } = parameters;
  const seasonGain = gamma * (1 - alpha);
  const keep = 1 - alpha;
  let level = start.level;
  let sse = 0;
  let phase = from % m;
  for (let t = from; t < values.length; t++) {
    const seasonal = season[phase]!;
    const adjusted = values[t]! - seasonal;
    if (adjusted === adjusted) {
      const error = adjusted - level;
      sse += error * error;
      level = keep * level + alpha * adjusted;
      season[phase] = seasonal + seasonGain * error;
    }
    if (++phase === m) phase = 0;
  }
  return sse;
}

/** The next `steps` point forecasts from a state that has seen everything before step `from`; the state stays as it is. */
export function forecastHoltWinters(
  state: HoltWintersState,
  gains: Gains,
  range: { from: number; steps: number },
): Float64Array {
  const values = new Float64Array(range.from + range.steps).fill(NaN, range.from);
  const fitted = new Float64Array(values.length);
  runHoltWinters(values, gains, copyState(state), { from: range.from, fitted });
  return fitted.subarray(range.from);
}
