/**
 * The correction at one lead time: how far the season's expectation for a target is off, regressed on what was known
 * `lead` steps before, and the distribution of what is left.
 */
import { addCrossProducts, ridge, subtractFitted } from './linear-algebra.ts';
import type { ResidualQuantiles } from './residual-quantiles.ts';
import { residualQuantiles } from './residual-quantiles.ts';
import type { TargetRows } from './window-view.ts';
import { FEATURES, RECENT_SIZE, USUAL_SIZE, readOrigins } from './window-view.ts';

/** The spread never falls below this share of its mean. */
const SPREAD_FLOOR = 0.15;
/** One error counts in the spread for no more than this many times the mean. */
const SPREAD_CAP = 6;
/** The spread's own regression is held back by this share of its rows, against collinearity only. */
const SPREAD_RIDGE = 0.02;
/** An error of the mean counts for no more than this many times its expected size. */
const EXTREME = 4;
/** Each of so many stretches of the past is forecast from regressions on the others. */
const FOLDS = 8;

export interface LeadFit {
  /** Of the peak, then of the mean; FEATURES of each. */
  coefficients: Float64Array;
  meanCoefficients: Float64Array;
  /** Smallest and largest (target - base) seen at this lead: a correction beyond them is not believed. */
  range: Range;
  meanRange: Range;
  spread: Spread;
  /** Of errors in units of the spread. */
  quantiles: ResidualQuantiles;
  /** Mean square of the mean's errors, in units of the spread. */
  meanVariance: number;
}

export interface Range {
  low: number;
  high: number;
}

/** The expected size of an error: intercept, share of the usual size, share of the recent size, and the least it can be. */
export interface Spread {
  intercept: number;
  usual: number;
  recent: number;
  floor: number;
}

export interface LeadOptions {
  lead: number;
  /** Ridge: each coefficient is held back as by this share of the rows showing no effect. */
  ridgeShare: number;
  /** Errors further apart than a lead time are independent of each other: so many are there. */
  independent: number;
}

interface Rows {
  from: number;
  to: number;
}

export function fitLead(shared: TargetRows, { lead, ridgeShare, independent }: LeadOptions): LeadFit {
  const { columns, error, meanError, n } = shared;
  const rows = { from: firstAt(shared, lead), to: n };
  readOrigins(shared.view.state, shared, lead, rows.from);
  const range = rangeOf(error, rows);
  const meanRange = rangeOf(meanError, rows);
  const errors = error.slice(0, n);
  const meanErrors = meanError.slice(0, n);
  const hasMean = shared.view.window === 1;
  const targetsOf = hasMean ? [errors, meanErrors] : [errors];
  const [coefficients, meanCoefficients] = crossFit(columns.slice(0, FEATURES), targetsOf, rows, ridgeShare);
  const spread = fitSpread(errors, columns, rows);
  const meanVariance = standardize(errors, meanErrors, { shared, rows, spread });
  return {
    coefficients: coefficients!,
    meanCoefficients: meanCoefficients ?? new Float64Array(FEATURES),
    range,
    meanRange,
    spread,
    quantiles: residualQuantiles(errors.subarray(rows.from), independent),
    meanVariance,
  };
}

function firstAt({ targets, n }: TargetRows, step: number): number {
  let r = 0;
  while (r < n && targets[r]! < step) r++;
  return r;
}

/**
 * Regresses the errors on the features and takes from each what the regression on the other stretches of the past
 * explains: what is left are errors as of data that the coefficients have not seen (cross-conformal, Vovk 2015).
 */
function crossFit(
  features: readonly Float64Array[],
  errors: readonly Float64Array[],
  rows: Rows,
  ridgeShare: number,
): Float64Array[] {
  const columns = [...features, ...errors];
  const size = columns.length ** 2;
  const parts = new Float64Array(FOLDS * size);
  const total = new Float64Array(size);
  const bound = (k: number) => rows.from + Math.floor((k * (rows.to - rows.from)) / FOLDS);
  for (let k = 0; k < FOLDS; k++) {
    addCrossProducts(columns, { from: bound(k), to: bound(k + 1) }, parts.subarray(k * size, (k + 1) * size));
  }
  for (let i = 0; i < parts.length; i++) total[i % size]! += parts[i]!;
  const shape = { columns: columns.length, features: FEATURES, share: ridgeShare };
  for (let k = 0; k < FOLDS; k++) {
    const coefficients = ridge(total, shape, parts.subarray(k * size, (k + 1) * size));
    for (let e = 0; e < errors.length; e++) {
      subtractFitted(errors[e]!, coefficients[e]!, features, { from: bound(k), to: bound(k + 1) });
    }
  }
  return ridge(total, shape);
}

/** Divides errors by their expected size; returns the mean square of the mean's errors likewise, single events capped. */
function standardize(
  errors: Float64Array,
  meanErrors: Float64Array,
  { shared, rows, spread }: { shared: TargetRows; rows: Rows; spread: Spread },
): number {
  const usual = shared.columns[USUAL_SIZE]!;
  const recent = shared.columns[RECENT_SIZE]!;
  let sum = 0;
  for (let r = rows.from; r < rows.to; r++) {
    const size = spreadOf(spread, usual[r]!, recent[r]!);
    errors[r]! /= size;
    const ratio = meanErrors[r]! / size;
    sum += Math.min(ratio * ratio, EXTREME * EXTREME);
  }
  return rows.to > rows.from ? sum / (rows.to - rows.from) : 0;
}

/** Zero belongs to it: no correction is always believed. */
function rangeOf(errors: Float64Array, rows: Rows): Range {
  const range = { low: 0, high: 0 };
  for (let r = rows.from; r < rows.to; r++) {
    const error = errors[r]!;
    if (error < range.low) range.low = error;
    if (error > range.high) range.high = error;
  }
  return range;
}

export function spreadOf(spread: Spread, usual: number, recent: number): number {
  const size = spread.intercept + spread.usual * usual + spread.recent * recent;
  return size > spread.floor ? size : spread.floor;
}

/** Mean absolute error regressed on [1, usual size, recent size]. */
function fitSpread(errors: Float64Array, columns: readonly Float64Array[], rows: Rows): Spread {
  const sizes = new Float64Array(errors.length);
  let sum = 0;
  for (let r = rows.from; r < rows.to; r++) sum += sizes[r] = Math.abs(errors[r]!);
  const mean = rows.to > rows.from ? sum / (rows.to - rows.from) : 0;
  for (let r = rows.from; r < rows.to; r++) if (sizes[r]! > SPREAD_CAP * mean) sizes[r] = SPREAD_CAP * mean;
  const cross = new Float64Array(16);
  addCrossProducts([columns[0]!, columns[USUAL_SIZE]!, columns[RECENT_SIZE]!, sizes], rows, cross);
  const [c] = ridge(cross, { columns: 4, features: 3, share: SPREAD_RIDGE });
  return { intercept: c![0]!, usual: c![1]!, recent: c![2]!, floor: Math.max(SPREAD_FLOOR * mean, 1e-9) };
}
