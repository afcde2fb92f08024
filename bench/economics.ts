/**
 * `npm run bench:economics`: the pool model against the simulation of every request on the traces in
 * data/traces, as the table in docs/economics.md, and how fast both are.
 */
import { poolModel } from '../src/economics/pool-model.ts';
import { poolUsage } from '../src/economics/pool.ts';
import { ArrivalGenerator } from '../src/twin/arrivals.ts';
import { EnvironmentPool } from '../src/twin/environments.ts';
import { benchArguments } from './command-line.ts';
import {
  coldStartError,
  type Comparison,
  compareLevels,
  costError,
  COLD_START_MS,
  DURATIONS_MS,
  IDLE_TIMEOUT_SECONDS,
  readCounts,
} from './economics-validation.ts';
import { tracesWith } from './traces.ts';

const MOST_REQUESTS = 300_000;
const SHARES = [0, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1] as const;
const SEEDS = 3;

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** "simulated/modelled" at each level; a star where it is off by more than is allowed. */
function row(comparisons: readonly Comparison[]): string {
  const { id, durationMs } = comparisons[0]!;
  const cells = comparisons.map((c) => {
    const off = coldStartError(c) > 1 ? '*' : '';
    return `${c.level}: ${Math.round(c.simulated.coldStarts)}/${Math.round(c.modelled.coldStarts)}${off}`;
  });
  const worst = Math.max(...comparisons.map(costError));
  return `| ${id} | ${durationMs / 1000} | ${cells.join(', ')} | ${percent(worst)} |`;
}

function summary(comparisons: readonly Comparison[]): string {
  const within = (limit: number) => comparisons.filter((c) => coldStartError(c) <= limit).length / comparisons.length;
  const cheap = comparisons.filter((c) => costError(c) <= 0.02).length / comparisons.length;
  const many = comparisons.filter((c) => c.simulated.coldStarts >= 50);
  const logs = many.map((c) => Math.log(c.modelled.coldStarts / c.simulated.coldStarts));
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
  return (
    `${comparisons.length} cases: cost within 2 % in ${percent(cheap)}; cold starts within 10 % or 5 in ${percent(within(1))}, ` +
    `within 20 % or 10 in ${percent(within(2))}; where there are 50 or more, off by ${percent(mean)} on average, ` +
    `standard deviation ${percent(deviation)}`
  );
}

const USAGE = `Usage: npm run bench:economics -- [part of a trace's id]

What plans cost and miss by the pool model, against the simulation of every request on the traces in
data/traces, and how fast both are; all traces unless a part of an id is given.`;

function compareAll(part: string): void {
  const entries = tracesWith(part, USAGE);
  const all: Comparison[] = [];
  console.log('| trace | duration (s) | level: cold starts simulated/modelled | worst cost error |\n|---|---|---|---|');
  for (const entry of entries) {
    const trace = readCounts(entry, MOST_REQUESTS);
    for (const durationMs of DURATIONS_MS) {
      const comparisons = compareLevels(trace, durationMs, { shares: SHARES, seeds: SEEDS });
      console.log(row(comparisons));
      all.push(...comparisons);
    }
  }
  console.log(`\n${summary(all)}`);
}

/** Processor time in ms, which other processes disturb less than the clock's. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The best of several runs. */
function best(run: () => void, times: number): number {
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const from = processorMs();
    run();
    least = Math.min(least, processorMs() - from);
  }
  return least;
}

/** Two weeks of minutes with a daily swing around `load` Erlang of 2 s requests. */
function timeModel(load: number): void {
  const invocations = Float64Array.from({ length: 20_160 }, (_, minute) =>
    Math.round(
      30 * load * (1 - 0.9 * Math.cos((minute / 1440) * 2 * Math.PI)) * (1 + 0.2 * Math.sin(minute * 12.9898)),
    ),
  );
  const averageDurationMs = new Float64Array(invocations.length).fill(2000);
  const demand = { startMs: 0, stepSeconds: 60, invocations, averageDurationMs };
  const assumptions = { coldStartMs: COLD_START_MS, idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS };
  const prepared = best(() => poolModel(demand, assumptions), 5);
  const model = poolModel(demand, assumptions);
  const plan = (share: number) =>
    Int32Array.from({ length: 4032 }, (_, slot) =>
      Math.ceil(2 * load * share * (1 - 0.9 * Math.cos((slot / 288) * 2 * Math.PI))),
    );
  const times = [0, 0.5, 0.8].map((share) => best(() => poolUsage(model, plan(share)), 20).toFixed(2));
  console.log(
    `load ${load}: prepare ${prepared.toFixed(0)} ms; a plan of nothing ${times.join(' ms, half ')} ms covered`,
  );
}

function timeSimulation(durationVariation: number): void {
  const arrivals = new ArrivalGenerator({ seed: 1, stepSeconds: 60, durationVariation });
  const pool = new EnvironmentPool({ coldStartMs: COLD_START_MS, idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS });
  pool.setProvisioned(20, 0);
  let generated = 0;
  let invoked = 0;
  for (let minute = 0; minute < 2000; minute++) {
    const from = processorMs();
    const n = arrivals.generate(minute * 60_000, 1000, 2000);
    const middle = processorMs();
    for (let i = 0; i < n; i++) pool.invoke(arrivals.arrivalsMs[i]!, arrivals.durationsMs[i]!);
    generated += middle - from;
    invoked += processorMs() - middle;
  }
  const millions = (ms: number) => (2000 / ms).toFixed(1);
  console.log(
    `durations varying by ${durationVariation}: ${millions(generated)} million requests generated, ${millions(invoked)} million run per second`,
  );
}

const { positionals } = benchArguments(USAGE, { allowPositionals: true, options: {} });
compareAll(positionals[0] ?? '');
console.log();
for (const load of [2, 20, 200]) timeModel(load);
for (const durationVariation of [0, 0.5]) timeSimulation(durationVariation);
