/** Writes metrics in the CSV form that `readMetricsText` reads back as they were. */
import { METRIC_SERIES } from '../metric-grid.ts';
import type { MetricGrid, MetricReading } from '../model.ts';
import { CSV_COLUMNS } from './columns.ts';

/**
 * One line for each step, unknown ones included (empty cells), `\n` at the end of each. Steps that end after
 * `reliableUntilMs` are left out: a file cannot say that they under-report.
 *
 * Read back, the grids are the same where neighbours differ in their step; neighbours with the same step become one grid.
 */
export function writeMetricsCsv({ grids, reliableUntilMs }: Pick<MetricReading, 'grids' | 'reliableUntilMs'>): string {
  const lines = [CSV_COLUMNS.join(',')];
  for (const grid of grids) {
    for (let i = 0; i < grid.invocations.length; i++) {
      const startMs = grid.startMs + i * grid.stepSeconds * 1000;
      if (startMs + grid.stepSeconds * 1000 <= reliableUntilMs) lines.push(csvLine(grid, startMs, i));
    }
  }
  return `${lines.join('\n')}\n`;
}

function csvLine(grid: MetricGrid, startMs: number, step: number): string {
  const values = METRIC_SERIES.map((name) => (Number.isNaN(grid[name][step]!) ? '' : String(grid[name][step]!)));
  // Whole seconds without the fraction: shorter, and what people expect to see.
  const timestamp = new Date(startMs).toISOString().replace('.000Z', 'Z');
  return [timestamp, grid.stepSeconds, ...values, grid.heard[step]!].join(',');
}
