/** The columns of a metrics CSV and how a header is matched to them. */
import { InputError } from '../errors.ts';
import { METRIC_SERIES, type MetricSeriesName } from '../metric-grid.ts';
import { editDistance } from '../suggest.ts';
import { shown } from './faults.ts';
import { parseTimestamp } from './timestamps.ts';

/** Columns with numbers: what was measured, and what `prewarm export` adds so that its files are read back exactly. */
export type NumberColumn = MetricSeriesName | 'stepSeconds' | 'heard';
export type ColumnName = 'timestamp' | NumberColumn;

/** In the order in which they are written. */
export const CSV_COLUMNS: readonly ColumnName[] = ['timestamp', 'stepSeconds', ...METRIC_SERIES, 'heard'];

const BY_KEY = new Map<string, ColumnName>([
  ...CSV_COLUMNS.map((name): [string, ColumnName] => [keyOf(name), name]),
  ['value', 'invocations'],
]);

/** What people write instead. Not accepted as it is, because the unit or the statistic could be another. */
const MEANT = new Map<string, ColumnName>([
  ['date', 'timestamp'],
  ['datetime', 'timestamp'],
  ['ts', 'timestamp'],
  ['count', 'invocations'],
  ['requests', 'invocations'],
  ['duration', 'averageDurationMs'],
  ['latency', 'averageDurationMs'],
  ['concurrency', 'maxConcurrency'],
  ['concurrentexecutions', 'maxConcurrency'],
]);

export interface Header {
  timestampIndex: number;
  numbers: { name: NumberColumn; title: string; index: number }[];
  /** Number of cells in a row. */
  width: number;
}

/** `Average_Duration_ms` and `averageDurationMs` are the same column. */
function keyOf(title: string): string {
  return title.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/** Matches the cells of the first row; throws an InputError that names every fault of the header at once. */
export function readHeader(cells: readonly string[], place: string): Header {
  const titles = cells.map((cell) => cell.trim());
  while (titles.at(-1) === '') titles.pop();
  if (titles.some((title) => !Number.isNaN(parseTimestamp(title))))
    throw new InputError(`${place}: the file has no header. Put "timestamp,invocations" in its first line.`);
  const faults: string[] = [];
  const taken = new Map<ColumnName, number>();
  for (const [index, title] of titles.entries()) {
    const name = BY_KEY.get(keyOf(title));
    const other = name && titles[taken.get(name) ?? -1];
    if (name === undefined) faults.push(unknownColumn(title, index));
    else if (other !== undefined) faults.push(`columns ${shown(other)} and ${shown(title)} mean the same: keep one`);
    else taken.set(name, index);
  }
  if (!taken.has('timestamp')) faults.push('there is no column "timestamp"');
  if (!taken.has('invocations')) faults.push('there is neither a column "invocations" nor "value" (the same)');
  if (faults.length > 0)
    throw new InputError(`${place}: ${faults.join('; ')}. Known columns: ${CSV_COLUMNS.join(', ')}, value.`);
  const { timestamp = 0, ...numbers } = Object.fromEntries(taken) as Partial<Record<ColumnName, number>>;
  return {
    timestampIndex: timestamp,
    numbers: (Object.entries(numbers) as [NumberColumn, number][]).map(([name, index]) => ({
      name,
      title: titles[index]!,
      index,
    })),
    width: titles.length,
  };
}

function unknownColumn(title: string, index: number): string {
  if (title === '') return `column ${index + 1} has no name: name it or remove it`;
  const near = MEANT.get(keyOf(title)) ?? nearest(keyOf(title));
  return `unknown column ${shown(title)}${near ? ` (did you mean "${near}"?)` : ': remove it'}`;
}

/** The known column that differs by the fewest letters, if few enough to be a slip. */
function nearest(key: string): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.ceil(key.length / 3)) + 1;
  for (const [candidate, name] of BY_KEY) {
    const edits = candidate.startsWith(key) || key.startsWith(candidate) ? 1 : editDistance(key, candidate);
    if (edits < fewest) {
      fewest = edits;
      best = candidate === 'value' ? 'value' : name;
    }
  }
  return best;
}
