/** Reads a CSV of metrics: https://www.rfc-editor.org/rfc/rfc4180, with `,`, `;`, tab or `|` between the cells. */
import Papa from 'papaparse';
import { InputError } from '../errors.ts';
import { countSteps, gridEndMs } from '../metric-grid.ts';
import type { MetricReading } from '../model.ts';
import { type Header, readHeader } from './columns.ts';
import { type Faults, collectFaults, shown } from './faults.ts';
import { MAX_STEPS } from './step.ts';
import { type Table, tableToGrids } from './table.ts';
import { parseTimestamp, TIMESTAMP_HINT } from './timestamps.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** Beyond any count, duration or concurrency; sums of it stay finite. */
const MAX_VALUE = 1e15;
const NUMBER = /^\+?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Columns: src/input/columns.ts. A row without a value in a column says that it is unknown there, as does a row that is not
 * there; nothing is taken for zero, unless a `heard` column says so. Throws an InputError that names the lines at fault.
 */
export function readMetricsCsv(text: string, source: string): MetricReading {
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  const grids = tableToGrids(readTable(lines, source), source);
  const { all, unknown } = countSteps(grids);
  const notes = unknown > 0 ? [`${unknown} of ${all} steps in ${source} have no invocations: taken as unknown.`] : [];
  return { grids, reliableUntilMs: gridEndMs(grids.at(-1)!), notes };
}

/** One pass over the text into typed arrays: a year of minutes makes no object per row that outlives it. */
function readTable(text: string, source: string): Table {
  const capacity = countLines(text);
  if (capacity > MAX_STEPS)
    throw new InputError(`${source} has ${capacity} lines; at most ${MAX_STEPS} are read. Keep the newest part.`);
  const faults = collectFaults(source);
  const cellsMaySpanLines = text.includes('"');
  let table: (Table & { header: Header }) | undefined;
  let line = 1;
  Papa.parse<string[]>(text, {
    delimiter: delimiterOf(text),
    newline: '\n',
    step: ({ data: cells, errors }) => {
      const at = line;
      line += 1 + (cellsMaySpanLines ? cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0) : 0);
      if (cells.every((cell) => cell.trim() === '')) return;
      if (errors.length > 0) faults.add(at, 'a quoted cell is not closed: add the missing "');
      else if (table) readRow(table, cells, { line: at, faults });
      else table = { header: readHeader(cells, `${source}, line ${at}`), ...emptyTable(capacity) };
    },
  });
  faults.throwIfAny();
  if (!table) throw new InputError(`${source} is empty. Give a CSV with the header "timestamp,invocations", or JSON.`);
  if (table.length === 0) throw new InputError(`${source} has a header but no rows of data.`);
  return table;
}

function emptyTable(capacity: number): Table {
  return { length: 0, timesMs: new Float64Array(capacity), lines: new Int32Array(capacity), columns: new Map() };
}

function readRow(
  table: Table & { header: Header },
  cells: readonly string[],
  { line, faults }: { line: number; faults: Faults },
): void {
  const { header } = table;
  if (cells.length < header.width || cells.slice(header.width).some((cell) => cell.trim() !== '')) {
    faults.add(
      line,
      `the row and the header differ in cells (${cells.length}, ${header.width}); an unknown value is an empty cell`,
    );
    return;
  }
  const row = table.length++;
  const stamp = cells[header.timestampIndex]!.trim();
  const timeMs = parseTimestamp(stamp);
  if (Number.isNaN(timeMs)) faults.add(line, `timestamp ${shown(stamp)} is not a moment: ${TIMESTAMP_HINT}`);
  table.timesMs[row] = timeMs;
  table.lines[row] = line;
  for (const { name, title, index } of header.numbers) {
    const cell = cells[index]!.trim();
    let column = table.columns.get(name);
    if (!column) table.columns.set(name, (column = new Float64Array(table.timesMs.length).fill(NaN)));
    if (cell === '') continue;
    column[row] = Number(cell);
    if (!NUMBER.test(cell) || column[row] > MAX_VALUE)
      faults.add(line, `${title} ${shown(cell)} ${whyNotANumber(cell)}`);
  }
}

function whyNotANumber(cell: string): string {
  if (Number(cell) < 0 || cell === '-0') return 'is negative: no count or duration can be';
  if (/^\d+,\d+$/.test(cell)) return 'has a decimal comma: write a point';
  if (Number(cell) < Infinity && Number(cell) > MAX_VALUE) return `is too large: at most ${MAX_VALUE} is believed`;
  return 'is not a finite number: write a number, or leave the cell empty where it is unknown';
}

/** The candidate that the header has most of; names of columns contain none of them. */
function delimiterOf(text: string): string {
  const header = /\S.*/.exec(text)?.[0] ?? '';
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

function countLines(text: string): number {
  let count = 1;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count++;
  return count;
}
