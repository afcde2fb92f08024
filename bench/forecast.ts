/**
 * `npm run bench:forecast [-- part-of-a-trace-id]`: rolling-origin accuracy on the traces in data/traces, against baselines.
 * Losses are relative to the daily seasonal naive forecast (lower is better); geometric mean over the traces.
 */
import { seasonalNaiveError } from '../src/forecast/accuracy.ts';
import type { BacktestPlan, BacktestResult, QuantileForecaster } from '../src/forecast/backtest.ts';
import { rollingOrigin } from '../src/forecast/backtest.ts';
import { createForecaster } from '../src/forecast/index.ts';
import type { DemandHistory } from '../src/model.ts';
import type { Question } from './forecast-baselines.ts';
import { plainHoltWinters, seasonalNaive, timeOfDay } from './forecast-baselines.ts';
import type { Series } from './forecast-traces.ts';
import { loadSeries } from './forecast-traces.ts';

const LEVELS = [0.5, 0.9, 0.99, 0.999] as const;
const LEAD_SECONDS = [300, 1800, 3600, 21_600, 86_400] as const;
const LEAD_NAMES = ['5 min', '30 min', '1 h', '6 h', '24 h'] as const;
/** Coprime with the day, so that origins visit all times of day. */
const ORIGIN_STRIDE = 37;

/** A measured load as a history whose peaks were observed. */
function historyOf(series: Series): DemandHistory {
  const { startMs, stepSeconds, values } = series;
  return {
    startMs,
    stepSeconds,
    invocations: values,
    averageDurationMs: new Float64Array(values.length).fill(1000),
    meanConcurrency: values,
    peakConcurrency: values,
    peakBasis: 'observed',
    peakWindowSeconds: 60,
  };
}

function prewarm(series: Series, { leads, levels }: Question): QuantileForecaster {
  const forecaster = createForecaster(historyOf(series));
  const slotsPerStep = series.stepSeconds / 300;
  return (origin) => {
    const result = forecaster.forecastAt(series.startMs + origin * series.stepSeconds * 1000, {
      horizonSlots: Math.max(...leads) * slotsPerStep,
      levels,
    });
    if (result.kind !== 'forecast') return null;
    return leads.map((lead) => result.forecast.peak.map((p) => p.values[(lead - 1) * slotsPerStep]!));
  };
}

const MODELS: Record<string, (series: Series, question: Question) => QuantileForecaster> = {
  'seasonal naive, day': (series, question) => seasonalNaive(series, 1, question),
  'seasonal naive, week': (series, question) => seasonalNaive(series, 7, question),
  'time-of-day quantiles': timeOfDay,
  'Holt-Winters, plain': plainHoltWinters,
  prewarm,
};

function planFor(series: Series): BacktestPlan {
  const m = 86_400 / series.stepSeconds;
  const days = series.values.length / m;
  return {
    from: (days >= 20 ? 14 : 7) * m,
    to: series.values.length,
    stride: ORIGIN_STRIDE,
    leads: LEAD_SECONDS.map((seconds) => Math.max(1, seconds / series.stepSeconds)),
    levels: LEVELS,
    scaleAt: (origin) => seasonalNaiveError(series.values, m, { from: Math.max(0, origin - 14 * m), to: origin }),
  };
}

function geometricMean(values: number[]): number {
  const known = values.filter((x) => x > 0 && Number.isFinite(x));
  return Math.exp(known.reduce((sum, x) => sum + Math.log(x), 0) / known.length);
}

const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const fixed = (x: number, digits: number) => x.toFixed(digits);

/** One row per model: MASE and pinball loss, relative to the first model, and coverage. */
function printTables(results: Map<string, BacktestResult[]>): void {
  const reference = results.get('seasonal naive, day')!;
  console.log(`\nrelative to the daily seasonal naive: MASE / pinball loss at ${LEVELS.join(' / ')}\n`);
  console.log(['model'.padEnd(22), ...LEAD_NAMES.map((name) => name.padEnd(35))].join(''));
  for (const [name, rows] of results) {
    const cells = LEAD_NAMES.map((_, i) => {
      const ratio = (pick: (r: BacktestResult) => number) =>
        fixed(geometricMean(rows.map((r, s) => pick(r) / pick(reference[s]!))), 2);
      return [ratio((r) => r.mase[i]!), ...LEVELS.map((_level, k) => ratio((r) => r.loss[i]![k]!))].join(' / ');
    });
    console.log([name.padEnd(22), ...cells.map((cell) => cell.padEnd(35))].join(''));
  }
  console.log(`\ncoverage at ${LEVELS.join(' / ')}, mean over traces\n`);
  for (const [name, rows] of results) {
    const cells = LEAD_NAMES.map((_, i) =>
      LEVELS.map((_level, k) => fixed(average(rows.map((r) => r.coverage[i]![k]!)), 3)).join(' / '),
    );
    console.log([name.padEnd(22), ...cells.map((cell) => cell.padEnd(35))].join(''));
  }
}

/** CPU time of one tick's forecast of 24 hours: the first in this process, and the median once warm. */
function printSpeed(): void {
  const noon = Date.UTC(2026, 0, 5);
  console.log('\nms per fit and 24-hour forecast: first call in a process that has run the tables / median of 50');
  for (const days of [14, 56]) {
    const values = Float64Array.from(
      { length: days * 288 },
      (_, t) => 30 + 20 * Math.sin(t / 45.8) + ((t * 7919) % 11),
    );
    const history = historyOf({ id: '', startMs: noon, stepSeconds: 300, values });
    const times = Array.from({ length: 50 }, () => {
      const start = process.cpuUsage();
      createForecaster(history).forecastAt(noon + days * 86_400_000, { horizonSlots: 288 });
      const used = process.cpuUsage(start);
      return (used.user + used.system) / 1000;
    });
    const sorted = times.slice().sort((a, b) => a - b);
    console.log(`${days} days: ${fixed(times[0]!, 1)} / ${fixed(sorted[25]!, 1)}`);
  }
}

function run(part: string): void {
  const series = loadSeries(10).filter((s) => s.id.includes(part));
  const results = new Map<string, BacktestResult[]>(Object.keys(MODELS).map((name) => [name, []]));
  for (const s of series) {
    const plan = planFor(s);
    for (const [name, model] of Object.entries(MODELS)) {
      results.get(name)!.push(rollingOrigin(s.values, model(s, { leads: plan.leads, levels: plan.levels }), plan));
    }
    const own = results.get('prewarm')!.at(-1)!;
    console.log(`${s.id.padEnd(34)} ${own.count[0]} origins, MASE ${own.mase.map((x) => fixed(x, 2)).join(' / ')}`);
  }
  printTables(results);
  printSpeed();
}

run(process.argv[2] ?? '');
