/** Tables that fit: columns side by side, cells folded where it is narrow, a list of rows where it is narrower. */
import { isUtc } from '../time-zone.ts';
import type { Terminal, Tone } from './terminal.ts';
import { displayWidth, oneLine, padEnd, padStart, timesInZone, wrap } from './text.ts';

export interface TableOptions {
  /** Its width is kept to, times are shown in its zone and tones are painted. */
  terminal?: Terminal;
  /** Columns that are left out where it is narrow, the first of them first. */
  dispensable?: readonly string[];
  /** The tone of a row. */
  toneOf?: (row: number) => Tone | null;
}

const GAP = '  ';
/** A word up to this width is not broken. */
const MOST_WORD = 24;
const NUMBER = /^[-+~]?\$?[\d.,]+(e[+-]?\d+)?( ?[%xKMBT]| h)?$|^$|^-$/;
/** Hebrew, Arabic and their neighbours would pull the numbers beside them along. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]/;
const LEFT_TO_RIGHT_MARK = '\u200e';

interface Column {
  title: string;
  cells: string[];
  numeric: boolean;
}

/** Rows under a header; columns of numbers (as text) aligned right. Nothing in a cell can break its line. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { terminal, dispensable = [], toneOf = () => null }: TableOptions = {},
): string[] {
  const zone = terminal?.zone ?? 'UTC';
  const clean = (text: string) => {
    const line = oneLine(isUtc(zone) ? text : timesInZone(text, zone));
    return RIGHT_TO_LEFT.test(line) ? line + LEFT_TO_RIGHT_MARK : line;
  };
  const all = header.map((title, i): Column => {
    const cells = rows.map((row) => clean(row[i] ?? ''));
    return { title, cells, numeric: rows.length > 0 && cells.every((cell) => NUMBER.test(cell)) };
  });
  const { columns, widths } = fitting(all, terminal?.width ?? Infinity, dispensable);
  const paint = (row: number) => (line: string) => {
    const tone = toneOf(row);
    return tone && terminal ? terminal.paint(tone, line) : line;
  };
  if (!widths) return rows.flatMap((_, row) => listed(columns, row, terminal!.width).map(paint(row)));
  return [
    ...sideBySide(columns, widths, ({ title }) => title),
    widths.map((width) => '─'.repeat(width)).join(GAP),
    ...rows.flatMap((_, row) => sideBySide(columns, widths, ({ cells }) => cells[row]!).map(paint(row))),
  ];
}

/** As many of the columns as fit side by side; all of them, without widths, where that does not help. */
function fitting(
  all: readonly Column[],
  width: number,
  dispensable: readonly string[],
): { columns: readonly Column[]; widths: number[] | null } {
  for (let left = 0; left <= dispensable.length; left++) {
    const without = dispensable.slice(0, left);
    const columns = all.filter(({ title }) => !without.includes(title));
    const widths = fitted(columns, width);
    if (widths) return { columns, widths };
  }
  return { columns: all, widths: null };
}

/** The columns' widths, the widest texts folded as far as it takes; null where that is not enough. */
function fitted(columns: readonly Column[], width: number): number[] | null {
  const room = width - GAP.length * (columns.length - 1);
  const widths = columns.map(({ title, cells }) => Math.max(0, ...[title, ...cells].map(displayWidth)));
  const least = columns.map(leastWidth);
  let excess = widths.reduce((sum, one) => sum + one, 0) - room;
  while (excess > 0) {
    const widest = widths.reduce(
      (best, one, i) => (one > least[i]! && (best < 0 || one > widths[best]!) ? i : best),
      -1,
    );
    if (widest < 0) return null;
    widths[widest]!--;
    excess--;
  }
  return widths;
}

/** A number stays whole; a text and a title can be folded between words. */
function leastWidth({ title, cells, numeric }: Column): number {
  const longestWord = (text: string) => Math.max(0, ...text.split(' ').map(displayWidth));
  const ofTitle = longestWord(title);
  const texts = cells.map((cell) =>
    numeric ? displayWidth(cell) : Math.min(MOST_WORD, markOf(cell).length + longestWord(cell)),
  );
  return Math.max(ofTitle, ...texts);
}

function sideBySide(columns: readonly Column[], widths: readonly number[], textOf: (column: Column) => string) {
  const cells = columns.map((column, i) => hanging(textOf(column), widths[i]!));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ numeric }, i) => (numeric ? padStart : padEnd)(cells[i]![line] ?? '', widths[i]!))
      .join(GAP)
      .trimEnd(),
  );
}

function markOf(text: string): string {
  return /^(?:[>~] | +)/.exec(text)?.[0] ?? '';
}

/** What is folded goes on under the text after a mark (`> `) or an indent. */
function hanging(text: string, width: number): string[] {
  const mark = markOf(text);
  return wrap(text.slice(mark.length), width - mark.length).map(
    (line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line,
  );
}

/** One row as its first cell and, under it, the others with their titles. */
function listed(columns: readonly Column[], row: number, width: number): string[] {
  const [first, ...others] = columns;
  const pairs = others
    .map(({ title, cells }) => ({ title, cell: cells[row]! }))
    .filter(({ cell }) => cell !== '' && cell !== '-')
    .map(({ title, cell }) => (title === '' ? cell : `${title} ${cell}`));
  const lines: string[] = [];
  for (const pair of pairs) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 3 + displayWidth(pair) <= width - 4)
      lines[lines.length - 1] = `${last}   ${pair}`;
    else lines.push(...wrap(pair, width - 4));
  }
  return [...wrap(first?.cells[row] ?? '', width), ...lines.map((line) => `    ${line}`)];
}
