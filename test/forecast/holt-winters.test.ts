import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decomposeStart, fitHoltWinters } from '../../src/forecast/holt-winters-fit.ts';
import type { Gains, HoltWintersState } from '../../src/forecast/holt-winters.ts';
import {
  copyState,
  forecastHoltWinters,
  gainsOfEts,
  gainsOfHoltWinters,
  levelSeasonSse,
  runHoltWinters,
} from '../../src/forecast/holt-winters.ts';

interface Case {
  source: 'r_HoltWinters' | 'r_ets' | 'sm' | 'bats';
  name: string;
  call?: string;
  m: number | number[];
  input: string;
  alpha: number;
  beta: number | null;
  gamma: number | number[];
  phi: number | null;
  ar: number | null;
  par: { alpha: number; beta?: number; gamma: number };
  start: { level: number; trend: number; season: number[] } | null;
  initialState: number[];
  seed: number[];
  l0: number;
  b0: number | null;
  s0: number[];
  fitted: number[];
  sse: number;
  forecast: number[];
}
const file = new URL('../vectors/holt-winters.json.gz', import.meta.url);
const vectors = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
  inputs: Record<string, number[]>;
  cases: Case[];
};

const inputOf = (c: Case) => Float64Array.from(vectors.inputs[c.input]!);
const none = new Float64Array(0);
/** ETS and BATS list seasonal states most recent first; ours are indexed by phase. */
const byPhase = (recentFirst: number[]) => Float64Array.from(recentFirst).reverse();

type SetUp = (c: Case) => { gains: Gains; state: HoltWintersState; from: number };

/** The documented conversion from each program's parameters and states to ours, and the first fitted step. */
const setUps: Record<Case['source'], SetUp> = {
  r_HoltWinters: (c) => {
    const start = c.start ?? { level: 14, trend: 0.5, season: [-4, 0, -6, 10] };
    const trend = c.beta === null ? 0 : start.trend;
    return {
      gains: gainsOfHoltWinters({ alpha: c.alpha, beta: c.beta ?? 0, gamma: c.gamma as number }),
      state: { level: start.level, trend, season: Float64Array.from(start.season), season2: none, error: 0 },
      from: c.m as number,
    };
  },
  r_ets: (c) => {
    const hasTrend = c.par.beta !== undefined;
    const [level, trend] = [c.initialState[0]!, hasTrend ? c.initialState[1]! : 0];
    const season = byPhase(c.initialState.slice(hasTrend ? 2 : 1));
    const gains = gainsOfEts({ ...c.par, phi: c.phi ?? 1 });
    return { gains, state: { level, trend, season, season2: none, error: 0 }, from: 0 };
  },
  sm: (c) => {
    const beta = c.alpha * (c.beta ?? 0);
    return {
      gains: gainsOfEts({ alpha: c.alpha, beta, gamma: c.gamma as number, phi: c.phi ?? 1 }),
      state: { level: c.l0, trend: c.b0 ?? 0, season: Float64Array.from(c.s0), season2: none, error: 0 },
      from: 0,
    };
  },
  bats: (c) => {
    const [m1, m2] = c.m as [number, number];
    const [gamma, gamma2] = c.gamma as [number, number];
    const season = byPhase(c.seed.slice(1, 1 + m1));
    const season2 = byPhase(c.seed.slice(1 + m1, 1 + m1 + m2));
    const gains = gainsOfEts({ alpha: c.alpha, gamma, gamma2, ar: c.ar ?? 0 });
    return { gains, state: { level: c.seed[0]!, trend: 0, season, season2, error: 0 }, from: 0 };
  },
};

function expectClose(actual: ArrayLike<number>, expected: number[], skip: (i: number) => boolean = () => false) {
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => {
    if (!skip(i)) expect(Math.abs(actual[i]! - value) / Math.max(Math.abs(value), 0.01 * scale)).toBeLessThan(1e-9);
  });
}

describe('the Holt-Winters recursion', () => {
  it.each(vectors.cases.map((c) => [`${c.source} ${c.name}`, c] as const))('agrees with %s', (_, c) => {
    const { gains, state, from } = setUps[c.source](c);
    const values = inputOf(c);
    const fitted = new Float64Array(values.length);
    const sse = runHoltWinters(values, gains, state, { from, fitted });
    expectClose(fitted.subarray(from), c.fitted);
    expectClose([sse], [c.sse]);
    const forecast = forecastHoltWinters(state, gains, { from: values.length, steps: c.forecast.length });
    expectClose(forecast, c.forecast, (i) => c.source === 'sm' && (i + 1) % (c.m as number) === 0);
  });

  it('gives the same squared error in its fast form without a trend', () => {
    const c = vectors.cases.find((x) => x.name === 'syn288_nobeta')!;
    const { state, from } = setUps[c.source](c);
    const sse = levelSeasonSse(inputOf(c), from, state, { alpha: c.alpha, gamma: c.gamma as number });
    expectClose([sse], [c.sse]);
  });

  it('moves on over unknown values and learns nothing from them', () => {
    const gains = gainsOfHoltWinters({ alpha: 0.5, beta: 0.1, gamma: 0.3, phi: 0.9 });
    const state: HoltWintersState = {
      level: 10,
      trend: 1,
      season: Float64Array.of(-1, 0, 1),
      season2: none,
      error: 0,
    };
    const expected = forecastHoltWinters(state, gains, { from: 6, steps: 6 });
    const after = copyState(state);
    runHoltWinters(new Float64Array(9).fill(NaN), gains, after, { from: 6 });
    expect(after.season).toEqual(state.season);
    expectClose(forecastHoltWinters(after, gains, { from: 9, steps: 3 }), [...expected.slice(3)]);
  });
});

describe('estimation', () => {
  const fromR = vectors.cases.filter((c) => c.source === 'r_HoltWinters' && c.start);

  it.each(fromR.map((c) => [c.name, c] as const))("starts from R's decomposition: %s", (_, c) => {
    const start = decomposeStart(inputOf(c), c.m as number);
    expectClose([start.level, start.trend], [c.start!.level, c.start!.trend]);
    expectClose(start.season, c.start!.season);
  });

  it.each(fromR.map((c) => [c.call!, c] as const))('is as good as %s', (_, c) => {
    const fit = fitHoltWinters(inputOf(c), c.m as number, c.beta === null ? 'none' : 'linear');
    expect(fit.sse).toBeLessThan(1.01 * c.sse);
    const replayed = runHoltWinters(inputOf(c), fit.gains, copyState(fit.start), { from: fit.from });
    expectClose([replayed], [fit.sse]);
  });

  it('keeps the damping of a damped trend within its bounds', () => {
    const c = fromR.find((x) => x.name === 'accdeaths_opt')!;
    const fit = fitHoltWinters(inputOf(c), 12, 'damped');
    expect(fit.phi).toBeGreaterThanOrEqual(0.8);
    expect(fit.phi).toBeLessThanOrEqual(0.98);
  });

  it('starts and fits with a day of unknown values in the history', () => {
    const m = 48;
    const values = Float64Array.from({ length: 10 * m }, (_, t) => 50 + 20 * Math.sin((2 * Math.PI * t) / m) + (t % 7));
    values.fill(NaN, 3, m + 5);
    const fit = fitHoltWinters(values, m);
    expect(Number.isFinite(fit.sse)).toBe(true);
    const state = copyState(fit.start);
    runHoltWinters(values, fit.gains, state, { from: fit.from });
    const ahead = forecastHoltWinters(state, fit.gains, { from: values.length, steps: m });
    ahead.forEach((y, h) => expect(Math.abs(y - (53 + 20 * Math.sin((2 * Math.PI * h) / m)))).toBeLessThan(5));
  });
});
