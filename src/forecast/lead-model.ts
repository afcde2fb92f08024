/**
 * The correction at one lead time: how far the season's expectation for step `target` is off, regressed on what was known
 * `lead` steps before, and the distribution of what is left.
 */
import { dot, gather, gramMatrix, ridge, subtractMultiple } from './linear-algebra.ts';
import type { ResidualQuantiles } from './residual-quantiles.ts';
import { residualQuantiles } from './residual-quantiles.ts';

/** The spread never falls below this share of its mean. */
const SPREAD_FLOOR = 0.15;
/** One error counts in the spread for no more than this many times the mean. */
const SPREAD_CAP = 6;
/** The spread's own regression is held back by this share of its rows, against collinearity only. */
const SPREAD_RIDGE = 0.02;
/** An error of the mean counts for no more than this many times its expected size. */
const EXTREME = 4;

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
  coefficients: Float64Array;
  secondCoefficients: Float64Array;
  /** Smallest and largest (target - base) seen at this lead: a correction beyond them is not believed. */
  range: Range;
  secondRange: Range;
  spread: Spread;
  /** Of errors in units of the spread. */
  quantiles: ResidualQuantiles;
  /** Mean square of the second target's errors, in units of the spread. */
  secondVariance: number;
}

export interface Range {
  low: number;
  high: number;
}

export interface LeadRows {
  lead: number;
  /** Targets from..to (exclusive) in strides. */
  from: number;
  to: number;
  stride: number;
  /** Ridge: each coefficient is held back as by this share of the rows showing no effect. */
  ridgeShare: number;
  /** Share of a target's error that one coefficient explains away because the target itself was learned from. */
  leverage: number;
}

/** Writes the features of one (origin, target) pair; unknown ones count as "nothing unusual". */
export function writeFeatures(out: Float64Array, data: LeadData, pair: { origin: number; target: number }): void {
  const { origin, target } = pair;
  const yesterday = target - data.lag;
  out[0] = 1;
  out[1] = data.weekly[target] || 0;
  out[2] = data.rawExcess[yesterday] || 0;
  out[3] = data.smoothExcess[yesterday] || 0;
  for (let k = 0; k < data.levels.length; k++) out[4 + k] = data.levels[k]![origin] || 0;
}

export function fitLead(data: LeadData, rows: LeadRows): LeadFit {
  const targets = knownTargets(data, rows);
  const columns = [
    new Float64Array(targets.length).fill(1),
    gather(data.weekly, targets, 0),
    gather(data.rawExcess, targets, data.lag),
    gather(data.smoothExcess, targets, data.lag),
    ...data.levels.map((level) => gather(level, targets, rows.lead)),
  ];
  const gram = gramMatrix(columns);
  const regress = (target: Float64Array, base: Float64Array) => {
    const errors = gather(target, targets, 0);
    subtractMultiple(errors, 1, gather(base, targets, 0));
    const range = rangeOf(errors);
    const coefficients = ridge(gram, columns, errors, rows.ridgeShare);
    for (let i = 0; i < columns.length; i++) subtractMultiple(errors, coefficients[i]!, columns[i]!);
    return { coefficients, errors, range };
  };
  const first = regress(data.target, data.base);
  const usual = gather(data.usualSize, targets, data.usualLag);
  const recent = gather(data.recentSize, targets, rows.lead);
  const spread = fitSpread(first.errors, [columns[0]!, usual, recent]);
  const sizes = usual;
  const leftOut = 1 - rows.leverage * columns.length;
  for (let r = 0; r < sizes.length; r++) {
    sizes[r] = spreadOf(spread, usual[r]!, recent[r]!);
    first.errors[r]! /= sizes[r]! * leftOut;
  }
  const second = data.second && regress(data.second.target, data.second.base);
  return {
    coefficients: first.coefficients,
    secondCoefficients: second?.coefficients ?? new Float64Array(columns.length),
    range: first.range,
    secondRange: second?.range ?? { low: 0, high: 0 },
    spread,
    quantiles: residualQuantiles(first.errors),
    secondVariance: second ? meanSquare(second.errors, sizes) : 0,
  };
}

/** Zero belongs to it: no correction is always believed. */
function rangeOf(errors: Float64Array): Range {
  const range = { low: 0, high: 0 };
  for (const error of errors) {
    if (error < range.low) range.low = error;
    if (error > range.high) range.high = error;
  }
  return range;
}

/** Every `stride`-th target of the range whose value and expectation are known. */
function knownTargets(data: LeadData, rows: LeadRows): Int32Array {
  const targets = new Int32Array(Math.max(0, Math.ceil((rows.to - rows.from) / rows.stride)));
  let n = 0;
  for (let t = rows.from; t < rows.to; t += rows.stride) {
    const error = data.target[t]! - data.base[t]!;
    if (error === error) targets[n++] = t;
  }
  return targets.subarray(0, n);
}

/** Mean of (error / size)^2, single events capped. */
function meanSquare(errors: Float64Array, sizes: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < errors.length; r++) {
    const ratio = errors[r]! / sizes[r]!;
    sum += Math.min(ratio * ratio, EXTREME * EXTREME);
  }
  return errors.length > 0 ? sum / errors.length : 0;
}

/** The expected size of an error: intercept, share of the usual size, share of the recent size, and the least it can be. */
interface Spread {
  coefficients: Float64Array;
  floor: number;
}

/** Expected size of the error for one (origin, target) pair. */
export function spreadAt(spread: Spread, data: LeadData, pair: { origin: number; target: number }): number {
  return spreadOf(spread, data.usualSize[pair.target - data.usualLag] || 0, data.recentSize[pair.origin] || 0);
}

function spreadOf(spread: Spread, usual: number, recent: number): number {
  const c = spread.coefficients;
  const size = c[0]! + c[1]! * usual + c[2]! * recent;
  return size > spread.floor ? size : spread.floor;
}

/** Mean absolute error regressed on [1, usual size, recent size]. */
function fitSpread(errors: Float64Array, columns: readonly Float64Array[]): Spread {
  const sizes = new Float64Array(errors.length);
  for (let r = 0; r < sizes.length; r++) sizes[r] = Math.abs(errors[r]!);
  const mean = sizes.length > 0 ? dot(sizes, columns[0]!) / sizes.length : 0;
  for (let r = 0; r < sizes.length; r++) if (sizes[r]! > SPREAD_CAP * mean) sizes[r] = SPREAD_CAP * mean;
  const coefficients = ridge(gramMatrix(columns), columns, sizes, SPREAD_RIDGE);
  return { coefficients, floor: Math.max(SPREAD_FLOOR * mean, 1e-9) };
}
