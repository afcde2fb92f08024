/**
 * What forecasting costs: `printSpeed` from the bench, and, run as a program, the first tick of a fresh process. Times are of
 * the wall clock on whatever else the machine is doing: the least of many is what the code needs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fitHoltWinters } from '../src/forecast/holt-winters-fit.ts';
import { createForecaster } from '../src/forecast/index.ts';
import type { DemandHistory } from '../src/model.ts';
import { DAY_MS, SLOT_MS } from '../src/time.ts';

const START_MS = Date.UTC(2026, 0, 5);
const WIDTH = 52;
const BASES = ['observed', 'rate'] as const;
const WALK_LEVELS = [0.5, 0.75, 0.9, 0.96, 0.99, 0.997, 0.999, 0.9999];

/** A working day's shape with noise, in counts. */
function syntheticHistory(days: number, peakBasis: DemandHistory['peakBasis']): DemandHistory {
  let state = 1;
  const noise = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
  const peak = Float64Array.from({ length: days * 288 }, (_, t) =>
    Math.round((30 - 20 * Math.cos((2 * Math.PI * t) / 288)) * (1 + noise())),
  );
  return {
    startMs: START_MS,
    stepSeconds: 300,
    invocations: peak.map((y) => y * 100),
    averageDurationMs: peak.map(() => 2000),
    meanConcurrency: peak.map((y) => 0.6 * y),
    peakConcurrency: peak,
    peakBasis,
    peakWindowSeconds: 60,
  };
}

/** All forecasting of one tick: a day ahead at the usual levels, and a day of window maxima at one. */
function tick(history: DemandHistory): void {
  const nowMs = START_MS + history.peakConcurrency.length * SLOT_MS;
  const forecaster = createForecaster(history);
  forecaster.forecastAt(nowMs, { horizonSlots: 288 });
  forecaster.forecastAt(nowMs, { horizonSlots: 288, levels: [0.99], windowSlots: 3 });
}

function timeMs(action: () => void): number {
  const startedMs = performance.now();
  action();
  return performance.now() - startedMs;
}

const sorted = (times: number[]) => times.sort((a, b) => a - b);
const show = (times: number[]) => `${sorted(times)[0]!.toFixed(2)} / ${times[times.length >> 1]!.toFixed(2)}`;

/** Two weeks, origin by origin, as replay does; times of readings that refit and of those that do not. */
function walk(history: DemandHistory): { refit: number[]; reading: number[] } {
  const forecaster = createForecaster(history);
  const times = { refit: [] as number[], reading: [] as number[] };
  const endMs = START_MS + history.peakConcurrency.length * SLOT_MS;
  for (let originMs = endMs - 14 * DAY_MS; originMs < endMs; originMs += SLOT_MS) {
    const ask = (windowSlots: number) =>
      forecaster.forecastAt(originMs, { horizonSlots: 3, levels: WALK_LEVELS, windowSlots });
    const elapsed = timeMs(() => [1, 3, 6].forEach(ask));
    times[originMs % DAY_MS === 0 ? 'refit' : 'reading'].push(elapsed);
  }
  return times;
}

/** What a process prints that has nothing else to do. */
function printWarm(): void {
  for (const basis of BASES) {
    const history = syntheticHistory(56, basis);
    const times = Array.from({ length: 150 }, () => timeMs(() => tick(history)));
    console.log(`tick, 8 weeks, ${basis} peaks, warm`.padEnd(WIDTH), show(times.slice(50)));
    const { refit, reading } = walk(history);
    console.log(`walk, ${basis} peaks, per refit (windows 1, 3, 6)`.padEnd(WIDTH), show(refit));
    console.log(`walk, ${basis} peaks, per origin (windows 1, 3, 6)`.padEnd(WIDTH), show(reading));
  }
  const load = syntheticHistory(14, 'observed').peakConcurrency;
  const fits = Array.from({ length: 300 }, () => timeMs(() => fitHoltWinters(load, 288)));
  console.log('Holt-Winters, 4,032 points, season 288'.padEnd(WIDTH), show(fits.slice(100)));
}

/** Everything is measured in bundles, as a Lambda function is one: the first tick of a process, and others once warm. */
export async function printSpeed(): Promise<void> {
  console.log(`\nms, least / median; Node.js ${process.version}\n`);
  const { buildSync } = await import('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-bench-'));
  const outfile = join(folder, 'speed.mjs');
  const entryPoints = [fileURLToPath(import.meta.url)];
  const external = ['esbuild'];
  buildSync({ entryPoints, outfile, external, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  for (const basis of BASES) {
    const first = Array.from({ length: 7 }, () => {
      const { stdout } = spawnSync(process.execPath, [outfile, '--first-tick', basis], { encoding: 'utf8' });
      return stdout === '' ? NaN : Number(stdout);
    });
    console.log(`tick, 8 weeks, ${basis} peaks, fresh process`.padEnd(WIDTH), show(first));
  }
  spawnSync(process.execPath, [outfile, '--warm'], { stdio: 'inherit' });
  rmSync(folder, { recursive: true });
}

if (process.argv[2] === '--first-tick') {
  const history = syntheticHistory(56, process.argv[3] === 'rate' ? 'rate' : 'observed');
  process.stdout.write(String(timeMs(() => tick(history))));
} else if (process.argv[2] === '--warm') printWarm();
