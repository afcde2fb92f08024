/** Tables of a bench: losses relative to the reference model, geometric mean over series, and coverage. */
import type { BacktestResult } from '../src/forecast/backtest.ts';
import { REFERENCE } from './forecast-models.ts';

/** Results of each model, one per series, in the same order. */
export type Results = Map<string, BacktestResult[]>;

export interface Axes {
  levels: readonly number[];
  leadNames: readonly string[];
}

function geometricMean(values: number[]): number {
  const known = values.filter((x) => x > 0 && Number.isFinite(x));
  return Math.exp(known.reduce((sum, x) => sum + Math.log(x), 0) / known.length);
}

const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function printRows(title: string, head: readonly string[], rows: [string, string[]][]): void {
  const width = Math.max(...head.map((h) => h.length), ...rows.flatMap(([, cells]) => cells.map((c) => c.length))) + 2;
  console.log(`\n${title}\n`);
  console.log(['model'.padEnd(28), ...head.map((h) => h.padEnd(width))].join(''));
  for (const [name, cells] of rows) console.log([name.padEnd(28), ...cells.map((c) => c.padEnd(width))].join(''));
}

/** MASE and pinball loss at each level, relative to the reference model. */
export function printLosses(title: string, results: Results, { levels, leadNames }: Axes): void {
  const reference = results.get(REFERENCE)!;
  const rows = [...results].map(([name, own]): [string, string[]] => {
    const cells = leadNames.map((_, i) => {
      const ratio = (pick: (r: BacktestResult) => number) =>
        geometricMean(own.map((r, s) => pick(r) / pick(reference[s]!))).toFixed(2);
      return [ratio((r) => r.mase[i]!), ...levels.map((_level, k) => ratio((r) => r.loss[i]![k]!))].join(' / ');
    });
    return [name, cells];
  });
  printRows(
    `${title}: MASE / pinball loss at ${levels.join(' / ')}, relative to the daily seasonal naive`,
    leadNames,
    rows,
  );
}

/** Pinball loss at 0.9 / 0.99 alone. */
export function printShort(title: string, results: Results, { levels, leadNames }: Axes): void {
  const reference = results.get(REFERENCE)!;
  const wanted = [0.9, 0.99].map((level) => levels.indexOf(level));
  const rows = [...results].map(([name, own]): [string, string[]] => [
    name,
    leadNames.map((_, i) =>
      wanted
        .map((k) => geometricMean(own.map((r, s) => r.loss[i]![k]! / reference[s]!.loss[i]![k]!)).toFixed(2))
        .join(' / '),
    ),
  ]);
  printRows(`${title}: pinball loss at 0.9 / 0.99, relative to the daily seasonal naive`, leadNames, rows);
}

/** Share of values at or below the quantile, mean over series. */
export function printCoverage(title: string, results: Results, { levels, leadNames }: Axes): void {
  const rows = [...results].map(([name, own]): [string, string[]] => [
    name,
    leadNames.map((_, i) =>
      levels.map((_level, k) => average(own.map((r) => r.coverage[i]![k]!)).toFixed(3)).join(' / '),
    ),
  ]);
  printRows(`${title}: coverage at ${levels.join(' / ')}`, leadNames, rows);
}

/** Of results with one lead: loss relative to the first model, and coverage. */
export function printWindow(title: string, results: Results, levels: readonly number[]): void {
  const [first] = results.values();
  const rows = [...results].map(([name, own]): [string, string[]] => [
    name,
    [
      levels
        .map((_, k) => geometricMean(own.map((r, s) => r.loss[0]![k]! / first![s]!.loss[0]![k]!)).toFixed(2))
        .join(' / '),
      levels.map((_, k) => average(own.map((r) => r.coverage[0]![k]!)).toFixed(3)).join(' / '),
    ],
  ]);
  printRows(`${title}, at ${levels.join(' / ')}`, ['pinball loss, relative', 'coverage'], rows);
}
