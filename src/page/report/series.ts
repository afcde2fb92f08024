/** Series on one regular grid, and the part of them that a chart of so many pixels needs. */

export interface Grid {
  startMs: number;
  stepMs: number;
  length: number;
}

/** What a policy holds, by its changes; each lasts to the next. */
export interface Change {
  atMs: number;
  level: number;
}

export function endOf({ startMs, stepMs, length }: Grid): number {
  return startMs + length * stepMs;
}

/** NaN before the first change and from `endMs` on. */
export function levelsByChange(changes: readonly Change[], grid: Grid, endMs = Infinity): Float64Array {
  const values = new Float64Array(grid.length).fill(NaN);
  let next = 0;
  let level = NaN;
  for (let i = 0; i < values.length; i++) {
    const timeMs = grid.startMs + i * grid.stepMs;
    if (timeMs >= endMs) break;
    for (let change = changes[next]; change && change.atMs <= timeMs; change = changes[++next]) level = change.level;
    values[i] = level;
  }
  return values;
}

/** Values of another regular grid on this one, each repeated or thinned as its step asks; NaN where there is none. */
export function ontoGrid(
  source: { startMs: number; stepMs: number; values: readonly (number | null)[] },
  grid: Grid,
): Float64Array {
  const values = new Float64Array(grid.length).fill(NaN);
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor((grid.startMs + i * grid.stepMs - source.startMs) / source.stepMs);
    values[i] = source.values[at] ?? NaN;
  }
  return values;
}

/** Both where each is known. */
export function joined(first: Float64Array, second: Float64Array): Float64Array {
  return first.map((value, i) => (Number.isNaN(value) ? (second[i] ?? NaN) : value));
}

export interface Window {
  /** Seconds, as uPlot counts. */
  times: number[];
  /** One array per series; null where unknown. */
  values: (number | null)[][];
}

/** `peaks` shows of neighbours only the greatest: for an area under a line, whose inside says enough of the rest. */
export interface Drawable {
  values: Float64Array;
  peaks?: boolean;
}

/**
 * The steps that [fromMs, toMs] touches. Where they are more than `most`, each bucket of neighbours becomes two points with its least and
 * greatest known value, so that no excursion is lost however far out one looks.
 */
export function windowOf(
  series: readonly Drawable[],
  grid: Grid,
  { fromMs, toMs, most }: { fromMs: number; toMs: number; most: number },
): Window {
  const first = Math.max(0, Math.floor((fromMs - grid.startMs) / grid.stepMs) - 1);
  const last = Math.min(grid.length, Math.ceil((toMs - grid.startMs) / grid.stepMs) + 1);
  const width = Math.max(1, Math.ceil((2 * Math.max(0, last - first)) / Math.max(2, most)));
  const secondsAt = (i: number) => (grid.startMs + i * grid.stepMs) / 1000;
  if (width <= 2) {
    return {
      times: Array.from({ length: Math.max(0, last - first) }, (_, i) => secondsAt(first + i)),
      values: series.map(({ values }) => Array.from(values.subarray(first, Math.max(first, last)), knownOrNull)),
    };
  }
  // Buckets lie on a grid of their own, so that they do not shimmer while one pans.
  const start = Math.floor(first / width) * width;
  const times: number[] = [];
  for (let i = start; i < last; i += width) times.push(secondsAt(i), secondsAt(i + width / 2));
  return { times, values: series.map((one) => extremes(one, { start, last, width })) };
}

function extremes(
  { values: all, peaks = false }: Drawable,
  { start, last, width }: { start: number; last: number; width: number },
): (number | null)[] {
  const found: (number | null)[] = [];
  for (let i = start; i < last; i += width) {
    let least = Infinity;
    let most = -Infinity;
    for (let j = i; j < Math.min(i + width, all.length); j++) {
      const value = all[j] ?? NaN;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const [low, high] = least === Infinity ? [null, null] : [peaks ? most : least, most];
    found.push(low, high);
  }
  return found;
}

function knownOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The greatest known value in the steps that [fromMs, toMs] touches; 0 without any. */
export function greatest(values: Float64Array, grid: Grid, { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  const first = Math.max(0, Math.floor((fromMs - grid.startMs) / grid.stepMs));
  const last = Math.min(grid.length, Math.ceil((toMs - grid.startMs) / grid.stepMs));
  let most = 0;
  for (let i = first; i < last; i++) if ((values[i] ?? NaN) > most) most = values[i] ?? most;
  return most;
}

/** Averages of what is known by weekday (0 is Monday) and hour of the zone's clock; NaN where nothing is. */
export function byWeekHour(values: Float64Array, grid: Grid, offsetMs: (timeMs: number) => number): number[][] {
  const sums = Array.from({ length: 7 }, () => new Float64Array(24));
  const counts = Array.from({ length: 7 }, () => new Float64Array(24));
  let offset = 0;
  let offsetUntilMs = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    const timeMs = grid.startMs + i * grid.stepMs;
    if (timeMs >= offsetUntilMs) {
      offset = offsetMs(timeMs);
      offsetUntilMs = (Math.floor(timeMs / 3_600_000) + 1) * 3_600_000;
    }
    if (Number.isNaN(value)) continue;
    const wall = new Date(timeMs + offset);
    const day = (wall.getUTCDay() + 6) % 7;
    const hour = wall.getUTCHours();
    const row = sums[day];
    const seen = counts[day];
    if (!row || !seen) continue;
    row[hour] = (row[hour] ?? 0) + value;
    seen[hour] = (seen[hour] ?? 0) + 1;
  }
  return sums.map((row, day) => Array.from(row, (sum, hour) => sum / (counts[day]?.[hour] ?? 0)));
}
