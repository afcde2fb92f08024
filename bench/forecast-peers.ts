/** Forecasts of other people's models at the same origins: @bsull/augurs in this process, Python's in one of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoETS, initSync as initEts } from '@bsull/augurs/ets';
import { MSTL, initSync as initMstl } from '@bsull/augurs/mstl';
import type { Series } from './forecast-traces.ts';

/** A window of history that ends at an origin. */
export interface PeerTask {
  series: Series;
  origin: number;
  leads: readonly number[];
}

/** quantiles[task][lead][level]; null where the model failed. */
export interface PeerForecasts {
  name: string;
  quantiles: (number[][] | null)[];
  /** Median of one fit and forecast. */
  medianMs: number;
}

const WINDOW_DAYS = 14;
const root = fileURLToPath(new URL('..', import.meta.url));

/** The last two weeks before the origin; what is unknown lies on a line between its neighbours, since peers take no gaps. */
function windowOf({ series, origin }: PeerTask): { m: number; values: number[] } {
  const m = 86_400 / series.stepSeconds;
  const values = [...series.values.subarray(Math.max(0, origin - WINDOW_DAYS * m), origin)];
  let before = values.findIndex((y) => !Number.isNaN(y));
  values.fill(values[before] ?? 0, 0, Math.max(0, before));
  for (let t = before + 1; t <= values.length; t++) {
    if (t < values.length && Number.isNaN(values[t]!)) continue;
    const end = values[t] ?? values[before]!;
    for (let j = before + 1; j < t; j++) {
      values[j] = values[before]! + ((end - values[before]!) * (j - before)) / (t - before);
    }
    before = t;
  }
  return { m, values };
}

interface AugursModel {
  fit(values: Float64Array): void;
  predict(horizon: number, level: number): { point: number[]; intervals: { upper: number[] } | undefined };
  free(): void;
}

/** A season of 288 is beyond augurs' ETS as well: it chooses among the models without one. */
const AUGURS: Record<string, (m: number) => AugursModel> = {
  'augurs ETS': () => new AutoETS(1, 'ZZN'),
  'augurs MSTL': (m) => MSTL.ets([m]),
};

export function augursForecasts(tasks: readonly PeerTask[], levels: readonly number[]): PeerForecasts[] {
  const wasm = (name: string) =>
    readFileSync(fileURLToPath(import.meta.resolve(`@bsull/augurs/${name}`)).replace(/\.js$/, '_bg.wasm'));
  initEts({ module: wasm('ets') });
  initMstl({ module: wasm('mstl') });
  return Object.entries(AUGURS).map(([name, make]) => {
    const times: number[] = [];
    const quantiles = tasks.map((task) => {
      const { m, values } = windowOf(task);
      const startedMs = performance.now();
      try {
        const rows = augursQuantiles(make(m), Float64Array.from(values), task.leads, levels);
        times.push(performance.now() - startedMs);
        return rows;
      } catch {
        return null;
      }
    });
    return { name, quantiles, medianMs: median(times) };
  });
}

function augursQuantiles(
  model: AugursModel,
  values: Float64Array,
  leads: readonly number[],
  levels: readonly number[],
): number[][] {
  model.fit(values);
  const horizon = Math.max(...leads);
  const byLevel = levels.map((level) => {
    if (level <= 0.5) return model.predict(horizon, 0.8).point;
    const upper = model.predict(horizon, 2 * level - 1).intervals?.upper;
    if (!upper) throw new Error('no intervals');
    return upper;
  });
  model.free();
  return leads.map((lead) => byLevel.map((path) => path[lead - 1]!));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

interface Answer {
  model: string;
  window: number;
  quantiles?: number[][];
  ms?: number;
}

/** All models of bench/forecast-peers.py; a reason when there is no Python to run them. */
export function pythonForecasts(
  tasks: readonly PeerTask[],
  levels: readonly number[],
): PeerForecasts[] | { skipped: string } {
  const python = preparePython();
  if (typeof python !== 'string') return python;
  const input = JSON.stringify({ levels, leads: tasks.map((t) => t.leads), windows: tasks.map(windowOf) });
  const script = join(root, 'bench/forecast-peers.py');
  const output = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  const answers = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
  return [...new Set(answers.map((a) => a.model))].map((name) => {
    const own = answers.filter((a) => a.model === name);
    const byWindow = new Map(own.map((a) => [a.window, a.quantiles ?? null]));
    return {
      name,
      quantiles: tasks.map((_, i) => byWindow.get(i) ?? null),
      medianMs: median(own.flatMap((a) => a.ms ?? [])),
    };
  });
}

/** Makes .tools/peers from scripts/requirements-peers.txt unless it is there; returns its Python. */
function preparePython(): string | { skipped: string } {
  const home = join(root, '.tools/peers');
  const python = join(home, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const lock = join(root, 'scripts/requirements-peers.txt');
  const stamp = join(home, 'made-from');
  const fingerprint = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return python;
  const probe = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
  const found = ['python3', 'python'].find((command) => spawnSync(command, ['-c', probe]).status === 0);
  if (!found) return { skipped: 'no Python 3.11 or newer with venv was found' };
  console.log('installing statsforecast and statsmodels into .tools/peers (once, about a minute) ...');
  rmSync(home, { recursive: true, force: true });
  const options = ['--quiet', '--no-deps', '--require-hashes', '-r', lock];
  for (const [command, args] of [
    [found, ['-m', 'venv', home]],
    [python, ['-m', 'pip', 'install', ...options]],
  ] as const) {
    const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) return { skipped: `${command} ${args.slice(0, 3).join(' ')} failed` };
  }
  writeFileSync(stamp, fingerprint);
  return python;
}
