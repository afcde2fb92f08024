/** What was fitted for one window of steps, made when it is first asked for and kept: regressions per lead, columns per target. */
import type { LeadFit, Range, Spread } from './lead-model.ts';
import { fitLead } from './lead-model.ts';
import { quantileOf } from './residual-quantiles.ts';
import type { SeasonalState } from './seasonal-state.ts';
import type { TargetRows, WindowView } from './window-view.ts';
import { daysBack, emptyRows, limitEvents, readTargets, targetRows, windowView } from './window-view.ts';

/** Lead times that get a regression of their own, in seconds; those between are interpolated in log lead. */
const ANCHOR_LEADS = [300, 900, 2700, 7200, 21_600, 84_000, 172_800] as const;
const MAX_ROWS = 600;
/** Strides between rows are whole numbers and this, the least rational of fractions. */
const GOLDEN = 0.618033988749895;
/** So many targets are read at once: about as many as there are between two fits. */
const CHUNK = 96;

export interface WindowFits {
  /** The regressions around a lead, mixed by how far it is from the first to the second in log lead. */
  atLead(lead: number): LeadReading;
  /** What is known of targets whose season was last completely known `days` before; rows are steps from `firstStep` on. */
  targetsAt(days: number, step: number): { firstStep: number; columns: Float64Array[] };
}

/** How a forecast is read from the columns at one lead. */
export interface LeadReading {
  days: number;
  coefficients: Float64Array;
  meanCoefficients: Float64Array;
  range: Range;
  meanRange: Range;
  meanVariance: number;
  /** The spread is mixed where it is read: it has a floor. */
  spreadA: Spread;
  spreadB: Spread;
  weight: number;
  /** Quantiles of the errors, in units of the spread. */
  quantilesAt(levels: readonly number[]): Float64Array;
}

/** Remembers the results of a function of a small integer. */
export function memo<T>(compute: (key: number) => T): (key: number) => T {
  const known: (T | undefined)[] = [];
  return (key) => (known[key] ??= compute(key));
}

/** Remembers the results of a function of levels, by the identity of their array. */
export function perLevels<T>(compute: (levels: readonly number[]) => T): (levels: readonly number[]) => T {
  const known = new Map<readonly number[], T>();
  return (levels) => {
    let table = known.get(levels);
    if (table === undefined) known.set(levels, (table = compute(levels)));
    return table;
  };
}

export function windowFits(state: SeasonalState, window: number): WindowFits {
  const nearRows = sharedRows(windowView(state, window, 1), 1);
  const near = limitEvents(nearRows.view, nearRows);
  const { rawLimit, smoothLimit } = near;
  const viewOf = (days: number, from: number) => ({ ...windowView(state, window, days, from), rawLimit, smoothLimit });
  const rowsOf = memo((days) => (days === 1 ? nearRows : sharedRows(viewOf(days, 0), days)));
  const fits: LeadFits = {
    anchors: anchorsOf(state, window),
    stepsADay: state.profile.m,
    daysAt: (lead) => daysBack(state, lead, window),
    fitOf: memo((lead) => withTables(fitAnchor(state, rowsOf(daysBack(state, lead, window)), lead))),
  };
  const chunksOf = memo((days) => targetChunks(days === 1 ? near : viewOf(days, state.fitEnd)));
  return {
    atLead: memo((lead) => leadReading(fits, lead)),
    targetsAt: (days, step) => chunksOf(days)(step),
  };
}

function anchorsOf(state: SeasonalState, window: number): number[] {
  const all = [...new Set(ANCHOR_LEADS.map((s) => Math.max(1, Math.floor(s / state.stepSeconds))))];
  return all.filter((lead, i) => i === 0 || hasRows(state, window, lead));
}

function sharedRows(view: WindowView, days: number): TargetRows {
  const range = rowRange(view.state, view.window, days);
  const least = (range.to - range.from) / MAX_ROWS;
  const stride = least <= 1 ? 1 : Math.ceil(least - GOLDEN) + GOLDEN;
  return targetRows(view, { ...range, stride });
}

function rowRange(state: SeasonalState, window: number, days: number): { from: number; to: number } {
  const { m, kind } = state.profile;
  // The profile's first days are copies of few days, and their errors not what they are later: left out when there is enough.
  const young = state.fitEnd >= 21 * m ? 3 : state.fitEnd > 5 * m ? 1 : 0;
  return { from: kind === 'flat' ? 0 : (days + young) * m, to: state.fitEnd - window + 1 };
}

/** A lead time gets its own regression once half a day of targets is there. */
function hasRows(state: SeasonalState, window: number, lead: number): boolean {
  const { from, to } = rowRange(state, window, daysBack(state, lead, window));
  return to - Math.max(from, lead) >= state.profile.m / 2;
}

function fitAnchor(state: SeasonalState, rows: TargetRows, lead: number): LeadFit {
  const length = rows.n > 0 ? rows.targets[rows.n - 1]! - rows.targets[0]! + 1 : 1;
  // Targets within a lead time of each other share their error: so many independent ones are there.
  const together = Math.max(1800 / state.stepSeconds, lead);
  const independent = length / together;
  return fitLead(rows, { lead, independent });
}

/** Many origins ask about the same targets: these are read once. */
function targetChunks(view: WindowView): (step: number) => { firstStep: number; columns: Float64Array[] } {
  const known = new Map<number, { firstStep: number; columns: Float64Array[] }>();
  const { fitEnd } = view.state;
  return (step) => {
    const chunk = Math.floor((step - fitEnd) / CHUNK);
    let read = known.get(chunk);
    if (!read) {
      const firstStep = fitEnd + chunk * CHUNK;
      const rows = emptyRows(CHUNK);
      rows.n = Math.max(0, Math.min(CHUNK, view.expected.length - view.window + 1 - firstStep));
      for (let r = 0; r < rows.n; r++) rows.targets[r] = firstStep + r;
      readTargets(view, rows);
      known.set(chunk, (read = { firstStep, columns: rows.columns }));
    }
    return read;
  };
}

interface AnchorFit extends LeadFit {
  /** Quantiles of the errors; of the same array of levels the same table. */
  tableAt(levels: readonly number[]): Float64Array;
}

function withTables(fit: LeadFit): AnchorFit {
  return {
    ...fit,
    tableAt: perLevels((levels) => Float64Array.from(levels, (level) => quantileOf(fit.quantiles, level))),
  };
}

interface LeadFits {
  anchors: readonly number[];
  stepsADay: number;
  daysAt(lead: number): number;
  fitOf(lead: number): AnchorFit;
}

function leadReading(fits: LeadFits, lead: number): LeadReading {
  const { anchors, stepsADay } = fits;
  let i = 0;
  while (i + 1 < anchors.length && anchors[i + 1]! <= lead) i++;
  const from = anchors[i]!;
  const next = anchors[i + 1] ?? Infinity;
  // Within a day the season is a day old; the anchor beyond, for which it is older, plays no part. At an anchor itself
  // the next one has no weight, and what its rows have seen is part of what the anchor's own have.
  const isAlone =
    next === Infinity ||
    (lead <= stepsADay && next > stepsADay) ||
    (lead === from && fits.daysAt(from) === fits.daysAt(next));
  const a = fits.fitOf(from);
  const b = isAlone ? a : fits.fitOf(next);
  const weight = isAlone ? 0 : (1 / Math.log(next / from)) * Math.log(lead / from);
  return {
    days: fits.daysAt(lead),
    coefficients: mixed(a.coefficients, b.coefficients, weight),
    meanCoefficients: mixed(a.meanCoefficients, b.meanCoefficients, weight),
    range: union(a.range, b.range),
    meanRange: union(a.meanRange, b.meanRange),
    meanVariance: mix(a.meanVariance, b.meanVariance, weight),
    spreadA: a.spread,
    spreadB: b.spread,
    weight,
    quantilesAt: perLevels((levels) => mixed(a.tableAt(levels), b.tableAt(levels), weight)),
  };
}

function mixed(a: Float64Array, b: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = mix(a[i]!, b[i]!, weight);
  return out;
}

export function mix(a: number, b: number, weight: number): number {
  return a + weight * (b - a);
}

function union(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}
