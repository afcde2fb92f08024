/**
 * Level shifts: after a deploy that doubles the load or a client that leaves, all older history is on the wrong level. Where
 * the load of a stretch of days is a different multiple of that of the week before, what came before the step
 * is rescaled to the new level, so that profiles and errors stay of use.
 */

/** Values are compared in blocks of this length. */
const BLOCK_SECONDS = 3 * 3600;
/** Neighbouring blocks move together: this share of them counts as independent. */
const EFFECTIVE_SHARE = 1 / 4;
/** Least t statistic, and least size in standard deviations of the blocks, that make a shift. */
const MIN_T = 6;
const MIN_SIZE = 2;
/** Blocks on either side that a shift must be seen in. */
const MIN_BLOCKS = 2;
/** Where less than half of the blocks are busy, what was usual is known from at least so many days. */
const MIN_SPARSE_DAYS = 3;
/** Blocks with less than this share of the usual load say nothing about the level: an outage, or closing time. */
const QUIET_SHARE = 0.05;

interface Shift {
  /** First block on the new level. */
  block: number;
  /** Change in log load. */
  size: number;
}

/**
 * The factor for each step that brings it to the level that the load has kept since the last shift; null when there was none
 * in the week before `fitEnd`.
 */
export function levelFactors(values: Float64Array, fitEnd: number, stepSeconds: number): Float64Array | null {
  const perBlock = Math.max(1, Math.round(BLOCK_SECONDS / stepSeconds));
  const perDay = Math.round(86_400 / (perBlock * stepSeconds));
  const logs = blockLogs(values, fitEnd, perBlock);
  const shift = latestShift(logs, perDay);
  if (!shift) return null;
  return new Float64Array(values.length).fill(1).fill(Math.exp(shift.size), 0, shift.block * perBlock);
}

/** Log of each block's mean; unknown where half of the block is, or where it is quiet. */
function blockLogs(values: Float64Array, fitEnd: number, perBlock: number): Float64Array {
  const logs = new Float64Array(Math.floor(fitEnd / perBlock));
  let [total, blocks] = [0, 0];
  for (let b = 0; b < logs.length; b++) {
    const mean = meanOf(values, b * perBlock, (b + 1) * perBlock);
    logs[b] = mean;
    if (mean !== mean) continue;
    total += mean;
    blocks++;
  }
  const quiet = blocks > 0 ? (QUIET_SHARE * total) / blocks : 0;
  for (let b = 0; b < logs.length; b++) logs[b] = logs[b]! > quiet ? Math.log(logs[b]!) : NaN;
  return logs;
}

/** Mean over from..to (exclusive); NaN where more than half is unknown. */
function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let known = 0;
  for (let t = from; t < to; t++) {
    const y = values[t]!;
    if (y !== y) continue;
    sum += y;
    known++;
  }
  return 2 * known >= to - from ? sum / known : NaN;
}

/** How much each block differs from that of a week before, where both are known; in the order of time. */
interface Differences {
  n: number;
  block: Int32Array;
  log: Float64Array;
}

function weeklyDifferences(logs: Float64Array, from: number, lag: number): Differences {
  const out = { n: 0, block: new Int32Array(2 * lag), log: new Float64Array(2 * lag) };
  for (let b = Math.max(lag, from); b < logs.length; b++) {
    const d = logs[b]! - logs[b - lag]!;
    if (d !== d) continue;
    out.block[out.n] = b;
    out.log[out.n++] = d;
  }
  return out;
}

/** The best split of the last week's differences from the week before, if it stands out. */
function latestShift(logs: Float64Array, perDay: number): Shift | null {
  const lag = 7 * perDay;
  const lastWeek = logs.length - lag;
  const week = weeklyDifferences(logs, lastWeek, lag);
  // A load that is idle for much of the week says little in one: what was usual is taken from the week before as well.
  if (week.n >= lag / 2) return bestSplit(week, { perDay, firstBlock: lastWeek, minDays: 0 });
  return bestSplit(weeklyDifferences(logs, lastWeek - lag, lag), {
    perDay,
    firstBlock: lastWeek,
    minDays: MIN_SPARSE_DAYS,
  });
}

/** Splits before `firstBlock`, or with less than `minDays` days before them, do not count. */
function bestSplit(
  { n, block, log }: Differences,
  options: { perDay: number; firstBlock: number; minDays: number },
): Shift | null {
  // daysBy[i] = on how many days the first i differences are.
  const daysBy = new Int32Array(n + 1);
  let [sum, squares, lastDay] = [0, 0, -1];
  for (let i = 0; i < n; i++) {
    const day = Math.floor(block[i]! / options.perDay);
    daysBy[i + 1] = daysBy[i]! + (day > lastDay ? 1 : 0);
    lastDay = day;
    sum += log[i]!;
    squares += log[i]! * log[i]!;
  }
  // Where few blocks of a day are busy, the days are what is independent.
  const independent = Math.max(EFFECTIVE_SHARE * n, daysBy[n]!) / n;
  let best: (Shift & { t: number }) | null = null;
  let sumBefore = 0;
  for (let before = 1; before <= n - MIN_BLOCKS; before++) {
    sumBefore += log[before - 1]!;
    if (before < MIN_BLOCKS || daysBy[before]! < options.minDays || block[before]! < options.firstBlock) continue;
    const after = n - before;
    const size = (sum - sumBefore) / after - sumBefore / before;
    const within = squares - sumBefore ** 2 / before - (sum - sumBefore) ** 2 / after;
    const ratio = Math.abs(size) / Math.sqrt(Math.max(within, 1e-6) / n);
    const t = ratio * Math.sqrt((independent * before * after) / n);
    if (ratio > MIN_SIZE && t > Math.max(MIN_T, best?.t ?? 0)) best = { block: block[before]!, size, t };
  }
  return best;
}
