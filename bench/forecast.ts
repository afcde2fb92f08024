/**
 * `npm run bench:forecast`: how good forecasts are on the traces in data/traces, from rolling origins, against baselines and
 * peers at the same origins, and what they cost.
 */
import { seasonalNaiveError } from '../src/forecast/accuracy.ts';
import type { BacktestPlan, QuantileForecaster } from '../src/forecast/backtest.ts';
import { rollingOrigin } from '../src/forecast/backtest.ts';
import { benchArguments, partsAsked } from './command-line.ts';
import { MODELS, OWN, WINDOW_MODELS } from './forecast-models.ts';
import type { PeerForecasts, PeerTask } from './forecast-peers.ts';
import { augursForecasts, pythonForecasts } from './forecast-peers.ts';
import { printSpeed } from './forecast-speed.ts';
import type { Axes, Results } from './forecast-tables.ts';
import { printCoverage, printLosses, printShort, printWindow } from './forecast-tables.ts';
import type { Series, Target } from './forecast-traces.ts';
import { loadSeries } from './forecast-traces.ts';
import { tracesWith } from './traces.ts';

const LEVELS = [0.5, 0.9, 0.99, 0.999] as const;
const LEAD_SECONDS = [300, 1800, 3600, 21_600, 86_400] as const;
const AXES: Axes = { levels: LEVELS, leadNames: ['5 min', '30 min', '1 h', '6 h', '24 h'] };
/** Coprime with the day, so that origins visit all times of day. */
const ORIGIN_STRIDE = 13;
const PEER_STRIDE = 37;
/** Peers take seconds for an origin: unless --full, so many per trace, of a few traces. */
const PEER_ORIGINS = 3;
const PEER_TRACES = ['elb', 'aapl', 'goog', 'ms-machine', 'crane-app-02', 'nasa'] as const;
/** Looked at for judgement only, from the day they were named here on: every fourth trace. */
const HELD_OUT = ['c13', 'large-c15', 'large-c157', 'ms-machine-01', 'worldcup98-a'] as const;
const WINDOWS = [3, 6, 12] as const;
const WINDOW_LEVELS = [0.9, 0.95, 0.99] as const;

const USAGE = `Usage: npm run bench:forecast -- [part of a trace's id] [options]

How good forecasts are on the traces in data/traces, from rolling origins, and what they cost.

  --only <part>   accuracy, windows, peers or speed alone
  --full          peers at every ${PEER_STRIDE}th step of all traces: hours`;

const { values: options, positionals } = benchArguments(USAGE, {
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

const wants = partsAsked(options.only, ['accuracy', 'windows', 'peers', 'speed'], USAGE);
const part = positionals[0] ?? '';
tracesWith(part, USAGE);

function planFor(series: Series, stride: number): BacktestPlan {
  const m = 86_400 / series.stepSeconds;
  const days = series.values.length / m;
  return {
    from: (days >= 20 ? 14 : 7) * m,
    to: series.values.length,
    stride,
    leads: LEAD_SECONDS.map((seconds) => Math.max(1, seconds / series.stepSeconds)),
    levels: LEVELS,
    scaleAt: (origin) => seasonalNaiveError(series.values, m, { from: Math.max(0, origin - 14 * m), to: origin }),
  };
}

const add = (results: Results, name: string, result: ReturnType<typeof rollingOrigin>) =>
  results.set(name, [...(results.get(name) ?? []), result]);

function scoreModels(all: readonly Series[], planOf: (series: Series) => BacktestPlan): Results {
  const results: Results = new Map();
  for (const series of all) {
    const plan = planOf(series);
    for (const [name, model] of Object.entries(MODELS)) {
      add(results, name, rollingOrigin(series.values, model(series, plan), plan));
    }
    const own = results.get(OWN)!.at(-1)!;
    const coverage = own.coverage.map((row) =>
      row
        .slice(1, 3)
        .map((x) => x.toFixed(3))
        .join('/'),
    );
    console.log(`${series.id.padEnd(34)} ${own.count[0]} origins, coverage at 0.9/0.99 ${coverage.join('  ')}`);
  }
  return results;
}

const isHeldOut = ({ id }: Series) => HELD_OUT.some((part) => id.endsWith(part));

function pick(results: Results, all: readonly Series[], wanted: (series: Series) => boolean): Results {
  const part = [...results].map(([name, rows]) => [name, rows.filter((_, i) => wanted(all[i]!))] as const);
  return new Map(part);
}

function printAccuracy(target: Target): void {
  const all = loadSeries(10, target).filter((s) => s.id.includes(part));
  console.log(`\n== ${target} of the slot, ${all.length} traces, every ${ORIGIN_STRIDE}th step`);
  if (all.length === 0) return;
  const results = scoreModels(all, (series) => planFor(series, ORIGIN_STRIDE));
  printLosses('all traces', results, AXES);
  printCoverage('all traces', results, AXES);
  if (target === 'peak') return;
  const heldOut = all.filter(isHeldOut).length;
  if (heldOut > 0 && heldOut < all.length) {
    printShort(`the ${heldOut} held out`, pick(results, all, isHeldOut), AXES);
    printShort(
      `the other ${all.length - heldOut}`,
      pick(results, all, (s) => !isHeldOut(s)),
      AXES,
    );
  }
  const isFine = (s: Series) => s.stepSeconds === 300;
  const fine = all.filter(isFine).length;
  if (fine > 0) printShort(`the ${fine} on a five-minute grid`, pick(results, all, isFine), AXES);
}

/** The maximum over the next steps, of traces on a five-minute grid. */
function printWindows(): void {
  const all = loadSeries(10).filter((s) => s.stepSeconds === 300 && s.id.includes(part));
  console.log(`\n== windows, ${all.length} traces on a five-minute grid`);
  if (all.length === 0) return;
  for (const window of WINDOWS) {
    const results: Results = new Map();
    for (const series of all) {
      const maxima = series.values.map((_, t) => Math.max(...series.values.subarray(t, t + window)));
      const plan = { ...planFor(series, PEER_STRIDE), leads: [1], levels: WINDOW_LEVELS };
      plan.to -= window;
      for (const [name, model] of Object.entries(WINDOW_MODELS)) {
        add(results, name, rollingOrigin(maxima, model(series, window, WINDOW_LEVELS), plan));
      }
    }
    printWindow(`maximum over the next ${window * 5} minutes`, results, WINDOW_LEVELS);
  }
}

/** The same few origins for everyone. */
function printPeers(target: Target): void {
  const isAsked = (s: Series) => options.full || PEER_TRACES.some((part) => s.id.includes(part));
  const all = loadSeries(14, target).filter((s) => s.id.includes(part) && isAsked(s));
  const planOf = (series: Series): BacktestPlan => {
    const plan = planFor(series, PEER_STRIDE);
    // Peers need two weeks, of which a trace of just two weeks leaves nothing to judge.
    const from = Math.min(plan.to - 288, Math.max(plan.from, (10 * 86_400) / series.stepSeconds));
    const spread = Math.max(PEER_STRIDE, Math.floor((plan.to - 288 - from) / PEER_ORIGINS) | 1);
    return { ...plan, from, to: plan.to - 288, stride: options.full ? PEER_STRIDE : spread };
  };
  console.log(`\n== peers, ${target} of the slot, ${all.length} traces`);
  if (all.length === 0) return;
  const results = scoreModels(all, planOf);
  const tasks = all.flatMap((series): PeerTask[] => {
    const { from, to, stride, leads } = planOf(series);
    const origins = Array.from({ length: Math.ceil((to - from) / stride) }, (_, i) => from + i * stride);
    return origins.map((origin) => ({ series, origin, leads }));
  });
  const python = pythonForecasts(tasks, LEVELS);
  if ('skipped' in python) console.log(`statsforecast and statsmodels are left out: ${python.skipped}`);
  const peers = [...augursForecasts(tasks, LEVELS), ...('skipped' in python ? [] : python)];
  for (const peer of peers) {
    for (const series of all) {
      add(results, peer.name, rollingOrigin(series.values, peerForecaster(peer, tasks, series), planOf(series)));
    }
    const failed = peer.quantiles.filter((q) => q === null).length;
    console.log(
      `${peer.name.padEnd(28)} ${peer.medianMs.toFixed(0)} ms a fit and forecast; ${failed} of ${tasks.length} failed`,
    );
  }
  printLosses('same origins', results, AXES);
  printCoverage('same origins', results, AXES);
}

function peerForecaster(peer: PeerForecasts, tasks: readonly PeerTask[], series: Series): QuantileForecaster {
  return (origin) => peer.quantiles[tasks.findIndex((t) => t.series === series && t.origin === origin)] ?? null;
}

if (wants('accuracy')) {
  printAccuracy('mean');
  printAccuracy('peak');
}
if (wants('windows')) printWindows();
if (wants('peers')) {
  printPeers('mean');
  printPeers('peak');
}
if (wants('speed')) await printSpeed();
