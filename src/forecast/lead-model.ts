/**
 * The correction at one lead time: how far the season's expectation for step `target` is off, regressed on what was known
 * `lead` steps before, and the distribution of what is left.
 */
import { solveCholesky } from './linear-solve.ts';
import type { ResidualQuantiles } from './residual-quantiles.ts';
import { residualQuantiles } from './residual-quantiles.ts';

/** 1, week - day, and the raw and the smooth residual of the same step a day earlier; the levels follow. */
const SEASON_FEATURES = 4;
/** 1, the usual size of errors at that time of day, and their recent size. */
const SPREAD_FEATURES = 3;
/** The spread never falls below this share of its mean. */
const SPREAD_FLOOR = 0.15;

/** What the regression at a lead reads. All arrays are indexed by step. */
export interface LeadData {
  /** What is forecast, and its expectation by the season at this lead. */
  target: Float64Array;
  base: Float64Array;
  /** A second target with the same features, e.g. the mean beside the peak, and its expectation. */
  second: { target: Float64Array; base: Float64Array } | null;
  /** Week minus day profile at the target. */
  weekly: Float64Array;
  /** Raw minus smooth, and smooth minus base, of the target's step `lag` steps earlier. */
  rawExcess: Float64Array;
  smoothExcess: Float64Array;
  lag: number;
  /** Levels at the origin, fastest first. */
  levels: readonly Float64Array[];
  /** Usual size of errors at the target's time of day; recent size of errors at the origin. */
  usualSize: Float64Array;
  /** The usual size is read this many steps (whole days) before the target. */
  usualLag: number;
  recentSize: Float64Array;
}

export interface LeadFit {
  lead: number;
  coefficients: Float64Array;
  secondCoefficients: Float64Array;
  spread: Spread;
  /** Of errors in units of the spread. */
  quantiles: ResidualQuantiles;
  /** Mean square of the second target's errors, in units of the spread. */
  secondVariance: number;
}

export interface LeadRows {
  lead: number;
  /** Targets from..to (exclusive) in strides. */
  from: number;
  to: number;
  stride: number;
  /** Ridge: each coefficient is held back as by this share of the rows showing no effect. */
  ridgeShare: number;
}

/** Unknown (NaN, or outside the data) counts as "nothing unusual". */
const orZero = (x: number | undefined) => x || 0;

/** Writes the features of one (origin, target) pair at `at`. Unknown features count as "nothing unusual". */
export function writeFeatures(data: LeadData, pair: { origin: number; target: number }, out: Float64Array, at: number) {
  const { origin, target } = pair;
  out[at] = 1;
  out[at + 1] = orZero(data.weekly[target]);
  out[at + 2] = orZero(data.rawExcess[target - data.lag]);
  out[at + 3] = orZero(data.smoothExcess[target - data.lag]);
  for (let k = 0; k < data.levels.length; k++) out[at + SEASON_FEATURES + k] = orZero(data.levels[k]![origin]);
}

export function featureCount(data: LeadData): number {
  return SEASON_FEATURES + data.levels.length;
}

export function fitLead(data: LeadData, rows: LeadRows): LeadFit {
  const p = featureCount(data);
  const capacity = Math.max(0, Math.ceil((rows.to - rows.from) / rows.stride));
  const features = new Float64Array(capacity * p);
  const targets = new Int32Array(capacity);
  const errors = new Float64Array(capacity);
  const secondErrors = new Float64Array(capacity);
  let n = 0;
  for (let target = rows.from; target < rows.to; target += rows.stride) {
    const error = data.target[target]! - data.base[target]!;
    if (error !== error) continue;
    errors[n] = error;
    if (data.second) secondErrors[n] = orZero(data.second.target[target]! - data.second.base[target]!);
    writeFeatures(data, { origin: target - rows.lead, target }, features, n * p);
    targets[n++] = target;
  }
  const gram = gramMatrix(features, n, p);
  const coefficients = ridge(gram, features, errors.subarray(0, n), rows.ridgeShare);
  const secondCoefficients = ridge(gram, features, secondErrors.subarray(0, n), rows.ridgeShare);
  subtractFitted(errors, features, coefficients, n);
  subtractFitted(secondErrors, features, secondCoefficients, n);
  const spread = fitSpread(data, targets.subarray(0, n), errors, rows.lead);
  let secondVariance = 0;
  for (let i = 0; i < n; i++) {
    const size = spreadAt(spread, data, { origin: targets[i]! - rows.lead, target: targets[i]! });
    errors[i]! /= size;
    const second = Math.max(-4, Math.min(4, secondErrors[i]! / size));
    secondVariance += (second * second) / n;
  }
  return {
    lead: rows.lead,
    coefficients,
    secondCoefficients,
    spread,
    quantiles: residualQuantiles(errors.subarray(0, n)),
    secondVariance,
  };
}

/** Lower triangle of X'X. */
function gramMatrix(features: Float64Array, n: number, p: number): Float64Array {
  const gram = new Float64Array(p * p);
  for (let row = 0; row < n * p; row += p) {
    for (let i = 0; i < p; i++) {
      const x = features[row + i]!;
      if (x === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * p + j]! += x * features[row + j]!;
    }
  }
  return gram;
}

/** Ridge regression with a penalty in units of each feature's own sum of squares. */
function ridge(gram: Float64Array, features: Float64Array, errors: Float64Array, share: number): Float64Array {
  const p = Math.round(Math.sqrt(gram.length));
  const a = gram.slice();
  const b = new Float64Array(p);
  for (let r = 0; r < errors.length; r++) {
    const error = errors[r]!;
    for (let i = 0; i < p; i++) b[i]! += error * features[r * p + i]!;
  }
  for (let i = 0; i < p; i++) a[i * p + i] = a[i * p + i]! * (1 + share) + 1e-9;
  solveCholesky(a, b);
  return b;
}

function subtractFitted(errors: Float64Array, features: Float64Array, coefficients: Float64Array, n: number): void {
  const p = coefficients.length;
  for (let r = 0; r < n; r++) {
    let fitted = 0;
    for (let i = 0; i < p; i++) fitted += coefficients[i]! * features[r * p + i]!;
    errors[r]! -= fitted;
  }
}

export interface Spread {
  coefficients: Float64Array;
  floor: number;
}

/** Expected size of the error for one (origin, target) pair. */
export function spreadAt(spread: Spread, data: LeadData, pair: { origin: number; target: number }): number {
  const [a, b, c] = spread.coefficients as unknown as [number, number, number];
  const size = a + b * orZero(data.usualSize[pair.target - data.usualLag]) + c * orZero(data.recentSize[pair.origin]);
  return size > spread.floor ? size : spread.floor;
}

/** Mean absolute error regressed on [1, usual size, recent size], single events capped. */
function fitSpread(data: LeadData, targets: Int32Array, errors: Float64Array, lead: number): Spread {
  const n = targets.length;
  let mean = 0;
  for (let r = 0; r < n; r++) mean += Math.abs(errors[r]!) / n;
  const gram = new Float64Array(SPREAD_FEATURES * SPREAD_FEATURES);
  const b = new Float64Array(SPREAD_FEATURES);
  for (let r = 0; r < n; r++) {
    const size = Math.min(Math.abs(errors[r]!), 6 * mean);
    const usual = orZero(data.usualSize[targets[r]! - data.usualLag]);
    const recent = orZero(data.recentSize[targets[r]! - lead]);
    gram[0]! += 1;
    gram[3]! += usual;
    gram[4]! += usual * usual;
    gram[6]! += recent;
    gram[7]! += recent * usual;
    gram[8]! += recent * recent;
    b[0]! += size;
    b[1]! += size * usual;
    b[2]! += size * recent;
  }
  for (const i of [0, 4, 8]) gram[i] = gram[i]! * 1.02 + 1e-9;
  solveCholesky(gram, b);
  return { coefficients: b, floor: Math.max(SPREAD_FLOOR * mean, 1e-9) };
}
