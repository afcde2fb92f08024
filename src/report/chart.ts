/** A chart of characters: what was, what is expected (as a band) and what is planned, over one time axis. */

/** Values on a common grid of slots; NaN where there is nothing to draw. */
export interface ChartSeries {
  /** Demand that came, drawn as columns. */
  actual: Float64Array;
  /** Expected demand: from the middle of its distribution to a high quantile. */
  band: { low: Float64Array; high: Float64Array } | null;
  /** Capacity planned or held, drawn as a line. */
  plan: Float64Array;
}

export interface ChartOptions {
  width: number;
  height: number;
  /** Label under a column, given the index of its first slot. */
  label: (slot: number) => string;
  paint: (part: 'actual' | 'band' | 'plan' | 'axis', text: string) => string;
}

const EIGHTHS = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LABEL_EVERY = 12;

/** Lines of text, without a trailing line break. Each column shows the highest of the slots that it stands for. */
export function renderChart(series: ChartSeries, options: ChartOptions): string[] {
  const slots = series.plan.length;
  const scale = Math.max(1, ...[series.actual, series.band?.high, series.plan].map((values) => highest(values)));
  const gutter = String(Math.ceil(scale)).length;
  const columns = Math.max(1, Math.min(slots, options.width - gutter - 2));
  const columnOf = (values: Float64Array | undefined) =>
    Array.from({ length: columns }, (_, c) =>
      highest(
        values?.subarray(Math.floor((c * slots) / columns), Math.max(1, Math.floor(((c + 1) * slots) / columns))),
      ),
    );
  const drawn = {
    actual: columnOf(series.actual),
    low: columnOf(series.band?.low),
    high: columnOf(series.band?.high),
    plan: columnOf(series.plan),
  };

  const lines: string[] = [];
  for (let row = options.height - 1; row >= 0; row--) {
    const cells = Array.from({ length: columns }, (_, c) =>
      cell(row, c, drawn, { scale, height: options.height, paint: options.paint }),
    );
    const label = row === options.height - 1 ? String(Math.ceil(scale)) : row === 0 ? '0' : '';
    lines.push(`${options.paint('axis', `${label.padStart(gutter)} │`)}${cells.join('')}`);
  }
  lines.push(
    options.paint(
      'axis',
      axis(columns, gutter, (c) => options.label(Math.floor((c * slots) / columns))),
    ),
  );
  return lines;
}

function highest(values: Float64Array | undefined): number {
  let result = NaN;
  for (const value of values ?? []) if (!Number.isNaN(value) && !(value <= result)) result = value;
  return Number.isNaN(result) && values === undefined ? 0 : result;
}

interface Drawn {
  actual: number[];
  low: number[];
  high: number[];
  plan: number[];
}

function cell(
  row: number,
  column: number,
  drawn: Drawn,
  frame: { scale: number; height: number } & Pick<ChartOptions, 'paint'>,
): string {
  const { scale, height, paint } = frame;
  const inRows = (value: number | undefined) => ((value ?? NaN) / scale) * height;
  // A level of zero is drawn on the axis; any other on the row that its top reaches.
  const planRow = Math.ceil(inRows(drawn.plan[column])) - 1;
  if (planRow === row || (planRow < 0 && row === 0)) return paint('plan', planRow < 0 ? '_' : '━');
  const eighths = Math.round((inRows(drawn.actual[column]) - row) * 8);
  if (eighths > 0) return paint('actual', EIGHTHS[Math.min(8, eighths)]!);
  const inBand = inRows(drawn.high[column]) > row;
  if (!inBand) return ' ';
  return paint('band', inRows(drawn.low[column]) > row ? '▒' : '░');
}

function axis(columns: number, gutter: number, label: (column: number) => string): string {
  let text = '';
  for (let c = 0; c < columns; c += LABEL_EVERY) {
    text += (columns - c >= LABEL_EVERY ? label(c) : '').slice(0, LABEL_EVERY - 1).padEnd(LABEL_EVERY);
  }
  return `${' '.repeat(gutter)} └${text.trimEnd()}`;
}
