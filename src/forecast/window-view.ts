/** What the regressions of a window's maximum read at pairs of origin and target, column by column. */
import type { SeasonalState } from './seasonal-state.ts';
import { cycleShift } from './season-profile.ts';
import { rareSize } from './smooth.ts';

export interface WindowView {
  state: SeasonalState;
  /** Steps from the target on that are forecast at once; 1 = the step itself. */
  window: number;
  /** The day profile is read this many steps (whole days) earlier than it is known to leads within a day. */
  shift: number;
  /** What the season expects of the signal when read so. */
  expected: Float64Array;
  /** A single event of yesterday counts for no more than these. */
  rawLimit: number;
  smoothLimit: number;
}

/** Where in a row each quantity is; the first FEATURES are those of the regression. */
export const FEATURES = 7;
const WEEKLY = 1;
const RAW_EXCESS = 2;
const SMOOTH_EXCESS = 3;
export const FIRST_LEVEL = 4;
/** The residual at the origin itself. */
export const LAST_LEVEL = 5;
export const USUAL_SIZE = 7;
export const RECENT_SIZE = 8;
export const BASE = 9;
export const MEAN_BASE = 10;
const COLUMNS = 11;

/**
 * `days` is how many days before the target the season was last completely known: 1 for leads below a day. Targets before
 * step `from` are not asked for.
 */
export function windowView(state: SeasonalState, window: number, days: number, from = 0): WindowView {
  const shift = (days - 1) * state.profile.m;
  const yesterday = Math.max(0, from - shift - state.profile.m);
  const expected = shift === 0 ? state.expected : shiftedExpectation(state, shift, yesterday);
  return { state, window, shift, expected, rawLimit: Infinity, smoothLimit: Infinity };
}

/** What the season expects from step `from` on when the day profile is known up to `shift` steps before the usual. */
function shiftedExpectation({ profile, weekWeight }: SeasonalState, shift: number, from: number): Float64Array {
  const { day, week, spike, cycle, period } = profile;
  const out = new Float64Array(day.length);
  const back = cycleShift(period, shift);
  out.fill(NaN, 0, Math.max(shift, from));
  for (let t = Math.max(shift, from); t < out.length; t++) {
    const weekly = week[t]! - day[t - shift]!;
    const phase = t >= back ? cycle[t - back]! : 0;
    out[t] = day[t - shift]! + (weekly === weekly ? weekWeight * weekly : 0) + spike[t - shift]! + phase;
  }
  return out;
}

/** How many days back the season's last completely known day lies for a target `lead` steps after the last known step. */
export function daysBack(state: SeasonalState, lead: number, window: number): number {
  return Math.max(1, Math.ceil((lead + window - 1 + state.profile.smoothingSteps) / state.profile.m));
}

/** Pairs of origin and target, and what is known of them. Arrays are as long as needed or longer. */
export interface Rows {
  n: number;
  targets: Int32Array;
  /** Indexed as a row. */
  columns: Float64Array[];
}

export function emptyRows(most: number): Rows {
  const columns = Array.from({ length: COLUMNS }, () => new Float64Array(most));
  columns[0]!.fill(1);
  return { n: 0, targets: new Int32Array(most), columns };
}

/**
 * Fills in what the targets say: week minus day, yesterday's raw minus smooth and smooth minus expected, the usual size of
 * errors (0 where unknown), and what the season expects of the peak and of the mean (NaN where it does not).
 */
export function readTargets(view: WindowView, rows: Rows, from = 0, to = rows.n): void {
  const { state, window, shift, expected } = view;
  const { profile, peak, mean } = state;
  const { columns, targets } = rows;
  const at = (offset: number) => ({ targets, offset, from, to, window });
  const yesterday = at(-shift - profile.m);
  const [weekly, raw, smooth] = [columns[WEEKLY]!, columns[RAW_EXCESS]!, columns[SMOOTH_EXCESS]!];
  // Base and mean base are written last: until then they hold what else is needed of yesterday.
  const [base, meanBase] = [columns[BASE]!, columns[MEAN_BASE]!];
  maxima(state.signal, yesterday, raw);
  maxima(profile.smooth, yesterday, base);
  maxima(expected, yesterday, smooth);
  subtract(raw, base, { from, to, limit: view.rawLimit });
  for (let r = from; r < to; r++) smooth[r] = base[r]! - smooth[r]!;
  subtract(smooth, null, { from, to, limit: view.smoothLimit });
  gather(profile.week, at(0), weekly);
  gather(profile.day, at(-shift), meanBase);
  subtract(weekly, meanBase, { from, to, limit: Infinity });
  gather(state.usualSize, at(-shift), columns[USUAL_SIZE]!);
  subtract(columns[USUAL_SIZE]!, null, { from, to, limit: Infinity });
  if (peak.gap) maximaBelow(expected, peak.gap, { ...at(0), shift }, base);
  else maxima(expected, at(0), base);
  if (mean.gap) maximaBelow(expected, mean.gap, { ...at(0), window: 1, shift }, meanBase);
  else gather(expected, at(0), meanBase);
}

interface Reach {
  targets: Int32Array;
  offset: number;
  from: number;
  to: number;
  window: number;
}

/** out[r] = values[targets[r] + offset]; NaN outside. */
function gather(values: Float64Array, { targets, offset, from, to }: Reach, out: Float64Array): void {
  for (let r = from; r < to; r++) {
    const t = targets[r]! + offset;
    out[r] = t >= 0 && t < values.length ? values[t]! : NaN;
  }
}

/** out[r] = largest of values[targets[r] + offset + (0 .. window - 1)]; NaN where one of them is unknown or outside. */
function maxima(values: Float64Array, reach: Reach, out: Float64Array): void {
  const { targets, offset, from, to, window } = reach;
  gather(values, reach, out);
  if (window === 1) return;
  for (let r = from; r < to; r++) {
    const t = targets[r]! + offset;
    let max = t + window <= values.length ? out[r]! : NaN;
    for (let j = 1; j < window && max === max; j++) {
      const y = values[t + j]!;
      if (!(y <= max)) max = y;
    }
    out[r] = max;
  }
}

/** The same of values less a gap that is known as of `shift` steps earlier; where it is not, there is none. */
function maximaBelow(
  values: Float64Array,
  gap: Float64Array,
  reach: Reach & { shift: number },
  out: Float64Array,
): void {
  const { targets, from, to, window, shift } = reach;
  for (let r = from; r < to; r++) {
    const t = targets[r]!;
    let max = -Infinity;
    for (let j = 0; j < window && max === max; j++) {
      const g = gap[t + j - shift]!;
      const y = values[t + j]! - (g === g ? g : 0);
      if (!(y <= max)) max = y;
    }
    out[r] = max;
  }
}

/** x -= y (or 0) within +-limit; 0 where unknown. */
function subtract(
  x: Float64Array,
  y: Float64Array | null,
  { from, to, limit }: { from: number; to: number; limit: number },
): void {
  for (let r = from; r < to; r++) {
    const d = y ? x[r]! - y[r]! : x[r]!;
    x[r] = d > limit ? limit : d < -limit ? -limit : d === d ? d : 0;
  }
}

/** Fills in what was known `lead` steps before the targets: the levels, and the recent size of errors. */
export function readOrigins(state: SeasonalState, rows: Rows, lead: number, from: number): void {
  const { levels, recentSize } = state;
  const reach = { targets: rows.targets, offset: -lead, from, to: rows.n, window: 1 };
  for (let k = 0; k < levels.length; k++) gather(levels[k]!, reach, rows.columns[FIRST_LEVEL + k]!);
  gather(recentSize, reach, rows.columns[RECENT_SIZE]!);
}

/** What the regressions at all leads of a window share. */
export interface TargetRows extends Rows {
  view: WindowView;
  /** What came, less what the season expected, of the peak and of the mean. */
  error: Float64Array;
  meanError: Float64Array;
}

/**
 * About every `stride`-th target of from..to (exclusive) whose value and expectation are known. The stride is 1 or has a
 * fractional part that is no simple ratio, so that targets visit all times of day.
 */
export function targetRows(view: WindowView, range: { from: number; to: number; stride: number }): TargetRows {
  const { from, to, stride } = range;
  const { state, window } = view;
  const most = Math.max(0, Math.ceil((to - from) / stride));
  const rows = emptyRows(most);
  const { targets } = rows;
  for (let i = 0; i < most; i++) targets[i] = from + Math.floor(i * stride);
  const error = new Float64Array(most);
  maxima(state.peak.z, { targets, offset: 0, from: 0, to: most, window }, error);
  const expected = new Float64Array(most);
  maxima(view.expected, { targets, offset: 0, from: 0, to: most, window }, expected);
  let n = 0;
  for (let i = 0; i < most; i++) {
    if (!(error[i]! - expected[i]! < Infinity)) continue;
    error[n] = error[i]!;
    targets[n++] = targets[i]!;
  }
  rows.n = n;
  readTargets(view, rows);
  const meanError = new Float64Array(most);
  gather(state.mean.z, { targets, offset: 0, from: 0, to: n, window: 1 }, meanError);
  subtract(error, rows.columns[BASE]!, { from: 0, to: n, limit: Infinity });
  subtract(meanError, rows.columns[MEAN_BASE]!, { from: 0, to: n, limit: Infinity });
  return { ...rows, view, error, meanError };
}

/** The view in which single events are held to what is usual in the rows; applied to the rows, too. */
export function limitEvents(view: WindowView, rows: Rows): WindowView {
  const { columns, n } = rows;
  const rawLimit = rareSize(columns[RAW_EXCESS]!, n);
  const smoothLimit = rareSize(columns[SMOOTH_EXCESS]!, n);
  subtract(columns[RAW_EXCESS]!, null, { from: 0, to: n, limit: rawLimit });
  subtract(columns[SMOOTH_EXCESS]!, null, { from: 0, to: n, limit: smoothLimit });
  return { ...view, rawLimit, smoothLimit };
}
