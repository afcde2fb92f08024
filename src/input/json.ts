/** Reads the JSON that `aws cloudwatch get-metric-data` prints. */
import { InputError } from '../errors.ts';
import { buildMetricGrid, countSteps, gridEndMs, type MetricPoints, type MetricSeriesName } from '../metric-grid.ts';
import type { MetricGrid, MetricReading } from '../model.ts';
import { isoUtc } from '../time.ts';
import { shown } from './faults.ts';
import { type MetricDataAnswer, type MetricDataResult, parseAnswers } from './json-documents.ts';
import { metricOf } from './metric-names.ts';
import { MAX_STEP_MS, MIN_STEP_MS, refuseLongGrid, refuseStep, refuseStrayMoments } from './step.ts';
import { parseTimestamp, TIMESTAMP_HINT } from './timestamps.ts';

/** `null`: a metric that is not read, but whose points show that something was heard. */
type Signal = MetricSeriesName | null;

interface SignalPoints extends MetricPoints {
  signal: Signal;
  timesMs: Float64Array;
}

/** Points of one period: their moments are multiples of `stepMs` apart (0 while there is only one moment). */
interface Period {
  fromMs: number;
  /** The last moment. */
  toMs: number;
  stepMs: number;
  points: SignalPoints[];
}

/**
 * Pages may come in any order. CloudWatch leaves out what is zero, so a missing `Invocations` is zero where any other metric
 * in the text has a point, and unknown elsewhere. The period is not in the JSON; the longest that fits all moments is taken.
 * Two calls with different periods for different times (5 minutes for the older weeks, 1 minute for the newest) become two
 * grids. Throws an InputError where the text, a result or the moments are not what CloudWatch prints.
 */
export function readMetricsJson(text: string, source: string): MetricReading {
  const answers = parseAnswers(text, source);
  const signals = signalsOf(answers, source);
  const pages = answers.map((answer) =>
    answer.MetricDataResults.map((result) => pointsOf(result, signals.get(nameOf(result)) ?? null, source)),
  );
  refuseStray(pages.flat(), source);
  const periods = joinPeriods(pages.flatMap(periodOf));
  if (periods.length === 0)
    throw new InputError(`${source} has no points. Ask for a range of time in which the function was invoked.`);
  const grids = periods
    .map((period, i) => gridOf(period, periods[i + 1]?.fromMs ?? Infinity, source))
    .filter((grid) => grid.invocations.length > 0);
  return { grids, reliableUntilMs: gridEndMs(grids.at(-1)!), notes: notesOf(answers, grids, source) };
}

function nameOf({ Label, Id }: MetricDataResult): string {
  return `${Label ?? ''} (Id ${Id ?? 'missing'})`;
}

/** What each result holds. One result alone needs no name: it is the invocations. */
function signalsOf(answers: readonly MetricDataAnswer[], source: string): Map<string, Signal> {
  const results = answers.flatMap((answer) => answer.MetricDataResults);
  const found = new Map(results.map((result) => [nameOf(result), metricOf(result)]));
  const names = [...found.keys()].join(', ');
  if (found.size === 1 && [...found.values()][0] === undefined) return new Map([[names, 'invocations']]);
  const signals = new Map([...found].map(([name, signal]) => [name, signal ?? null]));
  const read = [...signals.values()];
  if (results.length > 0 && !read.includes('invocations') && !read.includes('maxConcurrency'))
    throw new InputError(
      `${source} has no result for Invocations, only ${names}. The Label or Id of a result must contain the metric's name.`,
    );
  for (const answer of answers) refuseSeveral(answer.MetricDataResults, signals, source);
  return signals;
}

/** Two functions in one answer could be told apart only by their labels. */
function refuseSeveral(results: readonly MetricDataResult[], signals: Map<string, Signal>, source: string): void {
  for (const signal of new Set(signals.values())) {
    const same = results.map(nameOf).filter((name) => signals.get(name) === signal);
    if (signal !== null && same.length > 1)
      throw new InputError(
        `${source} has several results for ${signal}: ${same.join(', ')}. Keep one function or alias.`,
      );
  }
}

function pointsOf(result: MetricDataResult, signal: Signal, source: string): SignalPoints {
  const { Timestamps: stamps, Values: values } = result;
  const place = `${source}, result ${nameOf(result)}`;
  if (stamps.length !== values.length)
    throw new InputError(`${place} has ${stamps.length} Timestamps but ${values.length} Values. Is the file complete?`);
  const negative = values.findIndex((value) => value < 0);
  if (negative >= 0 && signal !== null)
    throw new InputError(
      `${place}: the value ${values[negative]!} at ${stamps[negative]!} is negative. Correct or remove it.`,
    );
  const timesMs = Float64Array.from(stamps, (stamp) => parseTimestamp(String(stamp)));
  const unreadable = timesMs.findIndex(Number.isNaN);
  if (unreadable >= 0)
    throw new InputError(
      `${place}: timestamp ${shown(String(stamps[unreadable]))} is not a moment: ${TIMESTAMP_HINT}.`,
    );
  return { signal, timesMs, values };
}

function refuseStray(points: readonly SignalPoints[], source: string): void {
  const timesMs = new Float64Array(points.reduce((sum, point) => sum + point.timesMs.length, 0));
  let at = 0;
  for (const point of points) {
    timesMs.set(point.timesMs, at);
    at += point.timesMs.length;
  }
  timesMs.sort();
  refuseStrayMoments({ source, timesMs, describe: (i) => `timestamp ${isoUtc(timesMs[i]!)}` });
}

function periodOf(points: SignalPoints[]): Period[] {
  let fromMs = Infinity;
  let toMs = -Infinity;
  let stepMs = 0;
  for (const { timesMs } of points) {
    for (const timeMs of timesMs) {
      if (toMs > -Infinity) stepMs = greatestCommonDivisor(Math.abs(timeMs - fromMs), stepMs);
      fromMs = Math.min(fromMs, timeMs);
      toMs = Math.max(toMs, timeMs);
    }
  }
  return toMs > -Infinity ? [{ fromMs, toMs, stepMs, points }] : [];
}

/** Pages that overlap or share their step belong to one period, as does a page with a single moment. */
function joinPeriods(pages: Period[]): Period[] {
  const joined: Period[] = [];
  for (const page of pages.sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    const apart = last && page.fromMs > last.toMs && last.stepMs !== page.stepMs && last.stepMs * page.stepMs > 0;
    if (!last || apart) {
      joined.push(page);
      continue;
    }
    const distance = page.fromMs - last.fromMs;
    last.stepMs = greatestCommonDivisor(distance, greatestCommonDivisor(last.stepMs, page.stepMs));
    last.toMs = Math.max(last.toMs, page.toMs);
    last.points.push(...page.points);
  }
  return joined;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function gridOf(period: Period, nextFromMs: number, source: string): MetricGrid {
  const { fromMs, toMs, points } = period;
  const stepMs = periodMs(period, source);
  const length = Math.min((toMs - fromMs) / stepMs + 1, Math.floor((nextFromMs - fromMs) / stepMs));
  refuseLongGrid(source, length, stepMs);
  const series: Partial<Record<MetricSeriesName, MetricPoints>> = {};
  for (const name of new Set(points.map(({ signal }) => signal)))
    if (name !== null) series[name] = concatenate(points.filter(({ signal }) => signal === name));
  const others = points.filter(({ signal }) => signal !== 'invocations');
  const grid = buildMetricGrid(
    { startMs: fromMs, stepSeconds: stepMs / 1000, length },
    series,
    others.map(({ timesMs }) => timesMs),
  );
  refuseContradictions(grid, points, source);
  return grid;
}

/** Overlapping pages must agree; pages of different periods for the same time would not add up. */
function refuseContradictions(grid: MetricGrid, points: readonly SignalPoints[], source: string): void {
  for (const { signal, timesMs, values } of points) {
    if (signal === null) continue;
    for (let i = 0; i < timesMs.length; i++) {
      const kept = grid[signal][(timesMs[i]! - grid.startMs) / (grid.stepSeconds * 1000)];
      if (kept !== undefined && kept !== values[i])
        throw new InputError(
          `${source} has both ${kept} and ${values[i]!} for ${signal} at ${isoUtc(timesMs[i]!)}. ` +
            'Keep one of the pages; those of one time must have the same period.',
        );
    }
  }
}

/** The longest whole number of minutes up to an hour that divides every distance. */
function periodMs({ stepMs, fromMs }: Period, source: string): number {
  if (stepMs === 0)
    throw new InputError(
      `${source} has only one moment (${isoUtc(fromMs)}), so its period is unknown. Ask for a longer time.`,
    );
  if (stepMs < MIN_STEP_MS) refuseStep(stepMs, source);
  if (stepMs % MIN_STEP_MS !== 0)
    throw new InputError(
      `${source}: the timestamps are ${stepMs / 1000} s apart, not whole minutes. Use a period of 60 or more.`,
    );
  let parts = Math.ceil(stepMs / MAX_STEP_MS);
  while ((stepMs / parts) % MIN_STEP_MS !== 0) parts++;
  return stepMs / parts;
}

function concatenate(points: readonly SignalPoints[]): MetricPoints {
  return {
    timesMs: points.flatMap(({ timesMs }) => Array.from(timesMs)),
    values: points.flatMap(({ values }) => Array.from(values)),
  };
}

function notesOf(answers: readonly MetricDataAnswer[], grids: readonly MetricGrid[], source: string): string[] {
  const notes: string[] = [];
  const last = answers.at(-1)!;
  if (last.NextToken !== undefined)
    notes.push(`${source} ends with a NextToken: there are more pages, older data are missing.`);
  const broken = answers
    .flatMap((answer) => answer.MetricDataResults)
    .filter(({ StatusCode }) => /^(InternalError|Forbidden)$/.test(StatusCode ?? ''));
  for (const result of broken)
    notes.push(`${source}: CloudWatch answered ${result.StatusCode!} for ${nameOf(result)}.`);
  const { all, unknown } = countSteps(grids);
  if (unknown > 0)
    notes.push(
      `${unknown} of ${all} steps in ${source} have no point of any metric: taken as unknown. More metrics (ConcurrentExecutions, Duration) tell zero from unknown.`,
    );
  return notes;
}
