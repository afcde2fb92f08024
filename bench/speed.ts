/**
 * `npm run bench:speed`: how long a replay of two weeks, a tick and its forecasting take, and how much memory. Times are the
 * least of several runs, of the clock and of the processor: whatever else the machine does only adds to them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAY_MS, SLOT_MS } from '../src/time.ts';
import { benchArguments, partsAsked, wholeNumber } from './command-line.ts';
import { printSpeed } from './forecast-speed.ts';

const USAGE = `Usage: npm run bench:speed -- [options]

How long a replay of two weeks, a tick and its forecasting take, and how much memory.

  --only <part>   replay, tick or forecast alone
  --runs <n>      the least of so many runs (default: 3)
  --node <file>   another Node.js for the ticks`;

const { values: options } = benchArguments(USAGE, {
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    node: { type: 'string', default: process.execPath },
  },
});

const isAsked = partsAsked(options.only, ['replay', 'tick', 'forecast'], USAGE);
const leastOf = wholeNumber({ option: '--runs', text: options.runs }, 1, USAGE);

const DAYS = 28;
const START_MS = Date.UTC(2026, 2, 2);
const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Cost {
  wallMs: number;
  cpuMs: number;
  rssMb: number;
}

/** Four weeks at five minutes, requests by the time of day with noise and now and then a burst. */
function fourWeeks(): string {
  let state = 7;
  const uniform = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const rows = Array.from({ length: (DAYS * DAY_MS) / SLOT_MS }, (_, slot) => {
    const hour = (slot % 288) / 12;
    const weekend = Math.floor(slot / 288) % 7 > 4 ? 0.4 : 1;
    const rate = 20 + 180 * weekend * Math.max(0, Math.sin((Math.PI * (hour - 6)) / 14));
    const burst = slot % 48 === 0 ? 3 : uniform() < 0.005 ? 4 : 1;
    return `${new Date(START_MS + slot * SLOT_MS).toISOString()},${Math.round(rate * burst * (0.7 + 0.6 * uniform()))}`;
  });
  return ['timestamp,invocations', ...rows].join('\n');
}

function run(node: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function least(costs: readonly Cost[]): string {
  const of = (key: keyof Cost) => Math.min(...costs.map((cost) => cost[key]));
  const most = Math.max(...costs.map(({ rssMb }) => rssMb));
  return `${of('wallMs').toFixed(0).padStart(6)} ms, processor ${of('cpuMs').toFixed(0).padStart(6)} ms, at most ${most.toFixed(0)} MB`;
}

const repeated = <T>(action: () => T): T[] => Array.from({ length: leastOf }, action);

function printReplay(folder: string): void {
  const metrics = join(folder, 'metrics.csv');
  writeFileSync(metrics, fourWeeks());
  const usage = join(folder, 'usage.json');
  const args = ['--import', new URL('usage.mjs', import.meta.url).href, fileOf('../bin/prewarm.mjs')];
  const cost = (...command: string[]): Cost => {
    run(process.execPath, [...args, ...command], { BENCH_USAGE: usage });
    return JSON.parse(readFileSync(usage, 'utf8')) as Cost;
  };
  cost('--version');
  const demand = ['--metrics', metrics, '--average-duration-ms', '2000'];
  console.log('prewarm --version'.padEnd(44), least(repeated(() => cost('--version'))));
  console.log('prewarm preview, 4 weeks'.padEnd(44), least(repeated(() => cost('preview', ...demand))));
  console.log('prewarm replay, 4,032 ticks'.padEnd(44), least(repeated(() => cost('replay', ...demand))));
}

async function printTicks(folder: string): Promise<void> {
  const { buildSync } = await import('esbuild');
  const { HANDLER_BUILD_OPTIONS } = await import('../scripts/build.mjs');
  const outfile = join(folder, 'tick.mjs');
  buildSync({
    ...HANDLER_BUILD_OPTIONS,
    entryPoints: [fileURLToPath(new URL('./tick-speed.ts', import.meta.url))],
    outfile,
    logLevel: 'error',
  });
  const runs = repeated(() => JSON.parse(run(options.node, [outfile])) as { first: Cost; warm: Cost[]; rssMb: number });
  const version = run(options.node, ['--version']).trim();
  const ofAll = (costs: Cost[], rssMb: number) => costs.map((cost) => ({ ...cost, rssMb }));
  const first = runs.flatMap((one) => ofAll([one.first], one.rssMb));
  const warm = runs.flatMap((one) => ofAll(one.warm, one.rssMb));
  const ordered = warm.toSorted((a, b) => a.cpuMs - b.cpuMs);
  console.log(`tick, 8 weeks, fresh process, Node.js ${version}`.padEnd(44), least(first));
  console.log(`tick, 8 weeks, warm, median`.padEnd(44), least([ordered[ordered.length >> 1]!]));
}

const folder = mkdtempSync(join(tmpdir(), 'prewarm-bench-'));
if (isAsked('replay')) printReplay(folder);
if (isAsked('tick')) await printTicks(folder);
if (isAsked('forecast')) await printSpeed();
rmSync(folder, { recursive: true });
