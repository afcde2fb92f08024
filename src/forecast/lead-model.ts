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
const SPREAD_RIDGE = Float64Array.of(0.02, 0.02, 0.02);
/** An error of the mean counts for no more than this many times its expected size. */
const EXTREME = 4;
/** Fewer errors than these have no distribution of their own. */
const MIN_LIVELY = 20;
/** A coefficient is held back as by so many independent errors without effect. */
const RIDGE_STRETCHES = 7.5;
/** A feature that says something in n rows only is held back by this over n^2. */
const FEW_ROWS = 10;
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
  /** Errors further apart than a lead time are independent of each other: so many are there. */
  independent: number;
}

interface Rows {
  from: number;
  to: number;
}

export function fitLead(shared: TargetRows, { lead, independent }: LeadOptions): LeadFit {
  const { columns, error, meanError, n } = shared;
  const rows = { from: firstAt(shared, lead), to: n };
  readOrigins(shared.view.state, shared, lead, rows.from);
  const range = rangeOf(error, rows);
  const meanRange = rangeOf(meanError, rows);
  const errors = error.slice(0, n);
  const meanErrors = meanError.slice(0, n);
  const hasMean = shared.view.window === 1;
  const targetsOf = hasMean ? [errors, meanErrors] : [errors];
  const [coefficients, meanCoefficients] = crossFit(columns.slice(0, FEATURES), targetsOf, rows, independent);
  const spread = fitSpread(errors, columns, rows);
  const sizes = expectedSizes(spread, columns, rows);
  const meanVariance = standardize(errors, meanErrors, { sizes, rows });
  return {
    coefficients: coefficients!,
    meanCoefficients: meanCoefficients ?? new Float64Array(FEATURES),
    range,
    meanRange,
    spread,
    quantiles: residualQuantiles(livelyErrors(errors, sizes, spread.floor, rows), independent),
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
  independent: number,
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
  const shape = { columns: columns.length, features: FEATURES, shares: ridgeShares(features, rows, independent) };
  for (let k = 0; k < FOLDS; k++) {
    const coefficients = ridge(total, shape, parts.subarray(k * size, (k + 1) * size));
    for (let e = 0; e < errors.length; e++) {
      subtractFitted(errors[e]!, coefficients[e]!, features, { from: bound(k), to: bound(k + 1) });
    }
  }
  return ridge(total, shape);
}

/**
 * Each coefficient is held back as by RIDGE_STRETCHES independent errors without effect, relative to how many there are. A feature
 * that is 0 in all but a few rows, which (sum x^2)^2 / sum x^4 counts, is held back by their number as well.
 */
function ridgeShares(features: readonly Float64Array[], rows: Rows, independent: number): Float64Array {
  const shares = new Float64Array(features.length).fill(RIDGE_STRETCHES / independent);
  for (let i = 0; i < shares.length; i++) {
    const x = features[i]!;
    let squares = 0;
    let fourths = 0;
    for (let r = rows.from; r < rows.to; r++) {
      const square = x[r]! * x[r]!;
      squares += square;
      fourths += square * square;
    }
    if (squares > 0) shares[i]! += FEW_ROWS * (fourths / (squares * squares)) ** 2;
  }
  return shares;
}

/** Divides errors by their expected size; returns the mean square of the mean's errors likewise, single events capped. */
function standardize(
  errors: Float64Array,
  meanErrors: Float64Array,
  { sizes, rows }: { sizes: Float64Array; rows: Rows },
): number {
  let sum = 0;
  for (let r = rows.from; r < rows.to; r++) {
    const size = sizes[r]!;
    errors[r]! /= size;
    const ratio = meanErrors[r]! / size;
    sum += Math.min(ratio * ratio, EXTREME * EXTREME);
  }
  return rows.to > rows.from ? sum / (rows.to - rows.from) : 0;
}

/**
 * The errors of times at which something happens: where most of the day is idle its errors are all zero, and say nothing
 * about the rest of it.
 */
function livelyErrors(errors: Float64Array, sizes: Float64Array, floor: number, rows: Rows): Float64Array {
  const lively = new Float64Array(rows.to - rows.from);
  let n = 0;
  for (let r = rows.from; r < rows.to; r++) if (sizes[r]! > floor) lively[n++] = errors[r]!;
  return n >= MIN_LIVELY ? lively.subarray(0, n) : errors.subarray(rows.from, rows.to);
}

function expectedSizes(spread: Spread, columns: readonly Float64Array[], rows: Rows): Float64Array {
  const usual = columns[USUAL_SIZE]!;
  const recent = columns[RECENT_SIZE]!;
  const sizes = new Float64Array(rows.to);
  for (let r = rows.from; r < rows.to; r++) sizes[r] = spreadOf(spread, usual[r]!, recent[r]!);
  return sizes;
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
  const [c] = ridge(cross, { columns: 4, features: 3, shares: SPREAD_RIDGE });
  return { intercept: c![0]!, usual: c![1]!, recent: c![2]!, floor: Math.max(SPREAD_FLOOR * mean, 1e-9) };
}
