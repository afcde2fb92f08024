/** From rows in any order to grids: sorts, merges duplicates, finds the step. */
import { buildMetricGrid, METRIC_SERIES, type MetricPoints, type MetricSeriesName } from '../metric-grid.ts';
import type { MetricGrid } from '../model.ts';
import { isoUtc } from '../time.ts';
import type { NumberColumn } from './columns.ts';
import { collectFaults } from './faults.ts';
import { refuseIrregular, refuseLongGrid, refuseStep, refuseStrayMoments, regularStepMs } from './step.ts';

/** The rows of a file, column by column; only the first `length` entries are filled. NaN = an empty cell. */
export interface Table {
  length: number;
  timesMs: Float64Array;
  /** The line of the file where each row begins. */
  lines: Int32Array;
  columns: Map<NumberColumn, Float64Array>;
}

/**
 * One grid, or one for each run of rows with the same `stepSeconds` where the file has that column. Throws an InputError
 * for duplicates that contradict each other, an irregular step, a step outside 60 s to 1 h, and a stray timestamp.
 */
export function tableToGrids(unsorted: Table, source: string): MetricGrid[] {
  const table = mergeDuplicates(sortByTime(unsorted), source);
  const { timesMs, lines } = table;
  const describe = (row: number) => `line ${lines[row]!} (${isoUtc(timesMs[row]!)})`;
  const steps = table.columns.get('stepSeconds');
  if (!steps) {
    const stepMs = regularStepMs({ source, timesMs, describe });
    return [gridOf(table, { from: 0, to: table.length, stepMs }, source)];
  }
  refuseStrayMoments({ source, timesMs, describe });
  return runsOf(table, steps, source).map((run) => {
    refuseStep(run.stepMs, source);
    const moments = timesMs.subarray(run.from, run.to);
    refuseIrregular({ source, timesMs: moments, describe: (row) => describe(run.from + row) }, run.stepMs);
    return gridOf(table, run, source);
  });
}

/** Rows `from` to `to` (exclusive). */
interface Run {
  from: number;
  to: number;
  stepMs: number;
}

function runsOf(table: Table, steps: Float64Array, source: string): Run[] {
  const faults = collectFaults(source);
  const runs: Run[] = [];
  let endMs = -Infinity;
  for (let row = 0; row < table.length; row++) {
    const stepMs = steps[row]! * 1000;
    if (!(stepMs > 0)) faults.add(table.lines[row]!, 'stepSeconds is empty or 0: give the seconds that the row covers');
    else if (table.timesMs[row]! < endMs)
      faults.add(table.lines[row]!, 'the row begins before the one before it has ended');
    endMs = table.timesMs[row]! + stepMs;
    const run = runs.at(-1);
    if (run?.stepMs === stepMs) run.to = row + 1;
    else runs.push({ from: row, to: row + 1, stepMs });
  }
  faults.throwIfAny();
  return runs;
}

function gridOf(table: Table, { from, to, stepMs }: Run, source: string): MetricGrid {
  const timesMs = table.timesMs.subarray(from, to);
  const startMs = timesMs[0]!;
  const length = (timesMs.at(-1)! - startMs) / stepMs + 1;
  refuseLongGrid(source, length, stepMs);
  const series: Partial<Record<MetricSeriesName, MetricPoints>> = {};
  for (const name of METRIC_SERIES) {
    const values = table.columns.get(name);
    if (values) series[name] = { timesMs, values: values.subarray(from, to) };
  }
  const heard = table.columns.get('heard')?.subarray(from, to);
  const heardTimesMs = heard ? timesMs.filter((_, row) => heard[row]! > 0) : [];
  return buildMetricGrid({ startMs, stepSeconds: stepMs / 1000, length }, series, [heardTimesMs]);
}

function sortByTime(table: Table): Table {
  const { length, timesMs } = table;
  let ascending = true;
  for (let row = 1; row < length && ascending; row++) ascending = timesMs[row - 1]! <= timesMs[row]!;
  if (ascending) return pick(table, null);
  const order = Uint32Array.from({ length }, (_, row) => row);
  return pick(
    table,
    order.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b),
  );
}

/** The table with these rows only, in this order, cut to length; `null` = the rows as they are. */
function pick(table: Table, rows: Uint32Array | null): Table {
  const take = (column: Float64Array) =>
    rows ? Float64Array.from(rows, (row) => column[row]!) : column.subarray(0, table.length);
  return {
    length: rows?.length ?? table.length,
    timesMs: take(table.timesMs),
    lines: rows ? Int32Array.from(rows, (row) => table.lines[row]!) : table.lines.subarray(0, table.length),
    columns: new Map([...table.columns].map(([name, column]) => [name, take(column)])),
  };
}

/** Rows of one moment become one row if they agree; an empty cell agrees with anything. */
function mergeDuplicates(table: Table, source: string): Table {
  const { length, timesMs, lines } = table;
  const faults = collectFaults(source);
  const kept = new Uint32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const before = count > 0 ? kept[count - 1]! : -1;
    if (before < 0 || timesMs[row] !== timesMs[before]) {
      kept[count++] = row;
      continue;
    }
    for (const [name, column] of table.columns) {
      if (Number.isNaN(column[before]!)) column[before] = column[row]!;
      else if (!Number.isNaN(column[row]!) && column[row] !== column[before])
        faults.add(
          lines[row]!,
          `${name} is ${column[row]!}, but line ${lines[before]!} has ${column[before]!} for the same timestamp ` +
            `${isoUtc(timesMs[row]!)}: keep one of them`,
        );
    }
  }
  faults.throwIfAny();
  return count === length ? table : pick(table, kept.subarray(0, count));
}
