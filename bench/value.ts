/**
 * `npm run bench:value`: what Prewarm's plans are worth on real traces, against the best that could have been set up without it.
 * A case is a trace and a price of a cold start. docs/evaluation.md has the table.
 */
import { parseTargetConfig, type TargetConfig } from '../src/config.ts';
import type { MeasuredSettings } from '../src/controller/measured-settings.ts';
import { objectiveOf } from '../src/controller/objective.ts';
import { readMetricsFile } from '../src/input/metrics-file.ts';
import { AVAILABLE, createAlternatives, type ScoredPolicy } from '../src/replay/alternatives.ts';
import { type Evaluation, periodOf, prepareEvaluation } from '../src/replay/evaluate.ts';
import { walkThrough } from '../src/replay/replay.ts';
import { renderTable } from '../src/report/terminal.ts';
import { DAY_MS } from '../src/time.ts';
import { benchArguments, wholeNumber } from './command-line.ts';
import { type TraceEntry, tracePath, tracesWith } from './traces.ts';

const PRICES_USD = [0.003, 0.03, 0.3];
/** Long traces are scored on their last week, so that the whole takes minutes. */
const MOST_DAYS = 7;
/** Each policy may use as much as it wants: the traces reach tens of thousands of environments. */
const MAX_CAPACITY = 100_000;
const WORSE = 1.02;

interface Case {
  trace: string;
  priceUsd: number;
  ours: ScoredPolicy;
  best: ScoredPolicy;
  /** The best without predictive scaling, which AWS does not offer for Lambda. */
  offered: ScoredPolicy;
  onDemand: ScoredPolicy;
  clairvoyant: ScoredPolicy;
  chosen: string;
}

const USAGE = `Usage: npm run bench:value -- [options]

What Prewarm's plans are worth on the traces in data/traces, against the best that could have been set up
without it, at ${PRICES_USD.join(', ')} USD per cold start: ten minutes.

  --trace <text>         only traces whose id contains this
  --duration-ms <ms>     of a request (default: 2000)
  --cold-start-ms <ms>   to start an environment (default: 5000)
  --days <n>             score at most so many days, the last (default: ${MOST_DAYS})`;

const { values: args } = benchArguments(USAGE, {
  options: {
    /** Only traces whose id contains this. */
    trace: { type: 'string', default: '' },
    'duration-ms': { type: 'string', default: '2000' },
    'cold-start-ms': { type: 'string', default: '5000' },
    days: { type: 'string', default: String(MOST_DAYS) },
  },
});

const number = (name: 'duration-ms' | 'cold-start-ms' | 'days', least: number) =>
  wholeNumber({ option: `--${name}`, text: args[name] }, least, USAGE);
const averageDurationMs = number('duration-ms', 1);
const coldStartMs = number('cold-start-ms', 0);
const mostMs = number('days', 1) * DAY_MS;

function settingsFor(coldStartPriceUsd: number): MeasuredSettings<TargetConfig> {
  const given = { maxCapacity: MAX_CAPACITY, averageDurationMs, coldStartMs, coldStartPriceUsd };
  const config = parseTargetConfig({ functionName: 'bench', alias: 'live' }, given, (path) => ({
    name: path.join('.'),
    value: undefined,
  }));
  return { ...config, coldStartMs };
}

async function casesOf({ file, id: trace }: TraceEntry): Promise<Case[]> {
  const base = settingsFor(PRICES_USD[0]!);
  const reading = await readMetricsFile(tracePath(file), { averageDurationMs });
  const period = periodOf(reading);
  if (!period) return [];
  const fromMs = Math.max(period.fromMs, period.toMs - mostMs);
  const evaluation = prepareEvaluation(reading, { fromMs, toMs: period.toMs }, base);
  const alternatives = createAlternatives(evaluation, base);
  const cases: Case[] = [];
  for (const priceUsd of PRICES_USD) {
    const startedMs = performance.now();
    const found = await oneCase(evaluation, alternatives, settingsFor(priceUsd));
    cases.push({ trace, priceUsd, ...found });
    console.log(caseLine(cases.at(-1)!, (performance.now() - startedMs) / 1000));
  }
  return cases;
}

async function oneCase(
  evaluation: Evaluation,
  alternatives: ReturnType<typeof createAlternatives>,
  settings: MeasuredSettings<TargetConfig>,
): Promise<Omit<Case, 'trace' | 'priceUsd'>> {
  const walk = await walkThrough(evaluation, settings);
  const policies = await alternatives.compare(walk.timeline, objectiveOf(settings));
  const named = (name: string) => policies.find((policy) => policy.name === name)!;
  const cheapest = (some: readonly ScoredPolicy[]) =>
    some.reduce((a, b) => (b.effectiveCostUsd < a.effectiveCostUsd ? b : a));
  const available = policies.filter(({ name }) => AVAILABLE.includes(name));
  const offered = available.filter(({ name }) => name !== 'hourly-predictive');
  const chosen = [...walk.policies].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'no plan';
  return {
    ours: named('prewarm'),
    best: cheapest(available),
    offered: cheapest(offered),
    onDemand: named('on-demand'),
    clairvoyant: named('clairvoyant'),
    chosen,
  };
}

function ratio(a: ScoredPolicy, b: ScoredPolicy): number {
  return a.effectiveCostUsd / b.effectiveCostUsd;
}

function caseLine({ trace, priceUsd, ours, best, clairvoyant, chosen }: Case, seconds: number): string {
  return [
    trace.slice(0, 28).padEnd(28),
    String(priceUsd).padEnd(5),
    `ours/best ${ratio(ours, best).toFixed(3)}`,
    `clairvoyant/best ${ratio(clairvoyant, best).toFixed(3)}`,
    `$${ours.effectiveCostUsd.toFixed(2)} (best $${best.effectiveCostUsd.toFixed(2)})`,
    `cold ${Math.round(ours.coldStarts)} (best ${Math.round(best.coldStarts)})`,
    `best: ${best.detail}`,
    `mostly: ${chosen}`,
    `${seconds.toFixed(0)} s`,
  ].join('  ');
}

/** Gaps below this share of the best alternative's cost are left out of the shares closed: they divide by nearly nothing. */
const LEAST_GAP = 0.01;

/** What a gap to the clairvoyant is measured from. */
type Reference = (one: Case) => ScoredPolicy;

function summaryRow(label: string, cases: readonly Case[]): string[] {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  const geometric = (of: (one: Case) => number) => Math.exp(mean(cases.map((one) => Math.log(of(one))))).toFixed(3);
  const gap = ({ clairvoyant }: Case, reference: ScoredPolicy) =>
    reference.effectiveCostUsd - clairvoyant.effectiveCostUsd;
  const closed = ({ ours }: Case, reference: ScoredPolicy) => reference.effectiveCostUsd - ours.effectiveCostUsd;
  const openTo = (of: Reference) => cases.filter((one) => gap(one, of(one)) > LEAST_GAP * of(one).effectiveCostUsd);
  const inDollars = (of: Reference) => {
    const sum = (dollars: typeof gap) => openTo(of).reduce((total, one) => total + dollars(one, of(one)), 0);
    return percent(sum(closed) / sum(gap));
  };
  const best = ({ best }: Case) => best;
  const shares = openTo(best)
    .map((one) => closed(one, one.best) / gap(one, one.best))
    .sort((a, b) => a - b);
  const percent = (share: number | undefined) =>
    share === undefined || Number.isNaN(share) ? '-' : `${(100 * share).toFixed(0)} %`;
  return [
    label,
    String(cases.length),
    geometric(({ ours, best }) => ratio(ours, best)),
    geometric(({ clairvoyant, best }) => ratio(clairvoyant, best)),
    geometric(({ ours, offered }) => ratio(ours, offered)),
    geometric(({ ours, onDemand }) => ratio(ours, onDemand)),
    inDollars(best),
    inDollars(({ offered }) => offered),
    percent(shares[Math.floor(shares.length / 2)]),
    String(cases.filter(({ ours, best }) => ratio(ours, best) > WORSE).length),
  ];
}

const HEADER = [
  'price',
  'cases',
  'ours/best',
  'clairvoyant/best',
  'ours/offered',
  'ours/on-demand',
  'gap closed ($)',
  'from offered ($)',
  'gap closed (median)',
  '> 2 % worse',
];

const chosen = tracesWith(args.trace, USAGE);
const cases: Case[] = [];
for (const [i, entry] of chosen.entries()) {
  console.error(`${i + 1} of ${chosen.length}: ${entry.id}`);
  cases.push(...(await casesOf(entry)));
}
const byPrice = PRICES_USD.map((price) =>
  summaryRow(
    `$${price}`,
    cases.filter(({ priceUsd }) => priceUsd === price),
  ),
);
console.log(['', ...renderTable(HEADER, [...byPrice, summaryRow('all', cases)])].join('\n'));
