/** A chart of characters: what was, what is expected (as a band) and what is planned, over one time axis. */
import { zoneOffset } from '../time-zone.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import { compactCount } from './numbers.ts';
import type { Terminal, Tone } from './terminal.ts';

/** Values on a common grid of slots; NaN where there is nothing to draw. */
export interface ChartSeries {
  startMs: number;
  slotMs: number;
  /** Demand that came, drawn as columns. */
  actual: Float64Array;
  /** Expected demand: its mean, and two high quantiles of its peak. */
  band: { mean: Float64Array; likely: Float64Array; high: Float64Array } | null;
  /** Capacity planned or held, drawn as a line. */
  plan: Float64Array;
  /** Marked on the axis. */
  nowMs?: number;
}

const EIGHTHS = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const BAND = { mean: '▓', likely: '▒', high: '░' } as const;
const PLAN = '━';
/** The plan is nothing: drawn on the axis. */
const NO_PLAN = '▁';

/** What the characters mean, in the colours they have, for the words given. */
export function chartLegend(
  words: { actual: string; plan: string; band: boolean },
  { paint, width }: Terminal,
): string[] {
  const entries: [Tone, string, string][] = [
    ['actual', '█', words.actual],
    ...(words.band
      ? ([
          ['band', BAND.mean, 'expected mean'],
          ['band', BAND.likely, 'peak to p90'],
          ['band', BAND.high, 'to p99'],
        ] as [Tone, string, string][])
      : []),
    ['plan', PLAN, words.plan],
  ];
  const lines: string[] = [];
  let used = width;
  for (const [tone, sign, word] of entries) {
    const columns = word.length + 4;
    const entry = `${paint(tone, sign)} ${word}`;
    if (used + columns - 2 > width) {
      lines.push(entry);
      used = columns;
    } else {
      lines.push(`${lines.pop() ?? ''}  ${entry}`);
      used += columns;
    }
  }
  return lines;
}

/** Lines of text, none wider than the terminal. Each column shows the highest of the slots that it stands for. */
export function renderChart(series: ChartSeries, height: number, terminal: Terminal): string[] {
  const slots = series.plan.length;
  const { band } = series;
  const scale = Math.max(1, ...[series.actual, band?.high, band?.mean, series.plan].map(highestOf));
  const top = compactCount(Math.ceil(scale));
  const middle = compactCount(scale / 2);
  const gutter = Math.max(top.length, scale >= 4 ? middle.length : 1);
  const columns = Math.max(1, Math.min(slots, terminal.width - gutter - 2));
  const columnOf = (values: Float64Array | undefined) =>
    Array.from({ length: columns }, (_, c) => {
      const from = Math.floor((c * slots) / columns);
      return values ? highest(values.subarray(from, Math.max(from + 1, Math.floor(((c + 1) * slots) / columns)))) : NaN;
    });
  const drawn: Drawn = {
    actual: columnOf(series.actual),
    mean: columnOf(band?.mean),
    likely: columnOf(band?.likely),
    high: columnOf(band?.high),
    plan: columnOf(series.plan),
  };
  const labels = new Map([[height - 1, top], ...(scale >= 4 ? ([[height >> 1, middle]] as const) : []), [0, '0']]);
  const lines = Array.from({ length: height }, (_, i) => {
    const row = height - 1 - i;
    const cells = Array.from({ length: columns }, (_, c) => cell(row, c, drawn, { scale, height }));
    return `${terminal.paint('axis', `${(labels.get(row) ?? '').padStart(gutter)} │`)}${painted(cells, terminal)}`;
  });
  const axis = timeAxis({ ...series, slots, columns, zone: terminal.zone });
  return [
    ...lines,
    ...axis.map((line, i) => terminal.paint('axis', `${' '.repeat(gutter)} ${i === 0 ? '└' : ' '}${line}`.trimEnd())),
  ];
}

function highestOf(values: Float64Array | undefined): number {
  return values ? highest(values) || 0 : 0;
}

/** NaN only where nothing is known. */
function highest(values: Float64Array): number {
  let result = NaN;
  for (const value of values) if (!Number.isNaN(value) && !(value <= result)) result = value;
  return result;
}

interface Drawn {
  actual: number[];
  mean: number[];
  likely: number[];
  high: number[];
  plan: number[];
}

interface Cell {
  tone: Tone | null;
  sign: string;
}

const EMPTY: Cell = { tone: null, sign: ' ' };

function cell(row: number, column: number, drawn: Drawn, { scale, height }: { scale: number; height: number }): Cell {
  const inRows = (values: number[]) => ((values[column] ?? NaN) / scale) * height;
  // A level of zero is drawn on the axis; any other on the row that its top reaches.
  const planRow = Math.ceil(inRows(drawn.plan)) - 1;
  if (planRow === row) return { tone: 'plan', sign: PLAN };
  const eighths = Math.round((inRows(drawn.actual) - row) * 8);
  if (eighths > 0) return { tone: 'actual', sign: EIGHTHS[Math.min(8, eighths)]! };
  // The share of a row that is filled decides, as in a column of whole blocks.
  const reaches = (values: number[]) => inRows(values) - row >= 0.5;
  if (reaches(drawn.mean)) return { tone: 'band', sign: BAND.mean };
  if (reaches(drawn.likely)) return { tone: 'band', sign: BAND.likely };
  if (reaches(drawn.high)) return { tone: 'band', sign: BAND.high };
  return planRow < 0 && row === 0 ? { tone: 'plan', sign: NO_PLAN } : EMPTY;
}

/** Neighbours of one tone are painted together. */
function painted(cells: readonly Cell[], { paint }: Terminal): string {
  let text = '';
  for (let from = 0; from < cells.length;) {
    let to = from;
    while (to < cells.length && cells[to]!.tone === cells[from]!.tone) to++;
    const run = cells
      .slice(from, to)
      .map(({ sign }) => sign)
      .join('');
    const tone = cells[from]!.tone;
    text += tone ? paint(tone, run) : run;
    from = to;
  }
  return text;
}

interface Axis {
  startMs: number;
  slotMs: number;
  slots: number;
  columns: number;
  zone: string;
  nowMs?: number;
}

const TICKS_HOURS = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336];
/** `11-22` or `00:00` and a space. */
const LABEL_WIDTH = 6;

/** The axis with a tick at whole hours of the zone's clocks, and under it what they are: the date at midnight, else the hour. */
function timeAxis({ startMs, slotMs, slots, columns, zone, nowMs }: Axis): string[] {
  const offsetOf = zoneOffset(zone);
  const perColumnMs = (slots * slotMs) / columns;
  const everyHours = TICKS_HOURS.find((hours) => (hours * HOUR_MS) / perColumnMs >= LABEL_WIDTH + 1);
  const everyMs = (everyHours ?? 672) * HOUR_MS;
  const rule = Array<string>(columns).fill('─');
  const labels = Array<string>(columns).fill(' ');
  let free = 0;
  const tick = (column: number, sign: string, label: string) => {
    rule[column] = sign;
    if (column < free || column + label.length > columns) return;
    labels.splice(column, label.length, ...label.split(''));
    free = column + label.length + 1;
  };
  for (let column = 0; column < columns; column++) {
    const wallMs = (atMs: number) => atMs + offsetOf(atMs);
    const from = wallMs(startMs + column * perColumnMs);
    const to = wallMs(startMs + (column + 1) * perColumnMs);
    const tickMs = Math.ceil(from / everyMs) * everyMs;
    if (tickMs < to) tick(column, '┬', tickLabel(tickMs));
  }
  if (nowMs !== undefined) {
    const column = Math.round((nowMs - startMs) / perColumnMs);
    if (column >= 0 && column < columns) rule[column] = '▲';
  }
  return [rule.join(''), labels.join('')];
}

function tickLabel(wallMs: number): string {
  const text = new Date(wallMs).toISOString();
  return wallMs % DAY_MS === 0 ? text.slice(5, 10) : text.slice(11, 16);
}
