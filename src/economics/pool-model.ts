/** A demand prepared for the pool model: everything that does not depend on a plan. */
import { type BusySteps, type ColdStartModel, emptySteps } from './cold-starts.ts';
import { drawPeaks } from './draw-peaks.ts';
import { type PoolDemand, substepLoad, varianceRatio } from './load.ts';
import { LossTable } from './loss.ts';
import { highestOfPaths, type SpannedModel, type Spans, spansOf } from './pool-spans.ts';

export interface PoolAssumptions {
  coldStartMs: number;
  /** At least two minutes. */
  idleTimeoutSeconds: number;
  /** Standard deviation of durations over their average. It matters for durations of many seconds only. */
  durationVariation?: number;
  /** Plans are only tried from here on; default: from the beginning. */
  fromMs?: number;
  /** A level that falls does so this long before its span ends, and is paid for until then. Default: 0. */
  releaseAheadSeconds?: number;
}

/** A demand with all that does not depend on a plan. */
export interface PoolModel extends ColdStartModel, SpannedModel {
  startMs: number;
  stepSeconds: number;
  releaseAheadSeconds: number;
  /** Rows of `losses` for the share that spills over. */
  spillRow: Int32Array;
  /** Levels are divided by it before their row is asked: less varied than Poisson, a load needs fewer. */
  spillScale: Float64Array;
  /** By the number of steps of a span. */
  spansOf: (steps: number) => Spans;
  /** Used by one plan after the other. */
  scratch: BusySteps;
  /** The window that was looked at last: plans that are compared have the same. */
  lastWindow: { from: number; to: number; model: PoolModel } | null;
}

const DEFAULT_DURATION_VARIATION = 0.5;
/** Whatever ran so long before a moment has no part in the load from there on. */
const SETTLING_SECONDS = 86_400;

/** Everything about a demand that plans share: tens of milliseconds for two weeks of minutes. */
export function poolModel(demand: PoolDemand, assumptions: PoolAssumptions): PoolModel {
  const { durationVariation = DEFAULT_DURATION_VARIATION, coldStartMs, idleTimeoutSeconds } = assumptions;
  const spread = Math.min(1, durationVariation ** 2);
  const earlierSteps = ((assumptions.fromMs ?? demand.startMs) - demand.startMs) / 1000 / demand.stepSeconds;
  const settlingSteps = SETTLING_SECONDS / demand.stepSeconds;
  const load = substepLoad(demand, spread, Math.max(0, Math.floor(earlierSteps - settlingSteps)));
  const losses = new LossTable();
  const length = load.known.length;
  const from = Math.min(length, Math.max(0, Math.floor(earlierSteps * load.perStep)));
  const peaks = drawPeaks(demand, load, { durationSpread: spread, from });
  const model: PoolModel = {
    startMs: demand.startMs,
    stepSeconds: load.stepSeconds,
    releaseAheadSeconds: assumptions.releaseAheadSeconds ?? 0,
    length,
    coldStartMs,
    idleTimeoutSeconds,
    load,
    losses,
    spillRow: new Int32Array(length),
    busyRow: new Int32Array(length),
    spillScale: new Float64Array(length),
    enough: new Float64Array(length),
    peaks,
    highestPeak: highestOfPaths(peaks, from),
    spansOf: remembered((steps) => spansOf(model, steps)),
    scratch: emptySteps(length),
    lastWindow: null,
  };
  let seconds = NaN;
  let scale = 0;
  for (let i = from; i < length; i++) {
    // The minutes of a step have the same.
    if (load.durationSeconds[i] !== seconds) {
      seconds = load.durationSeconds[i]!;
      scale = Math.sqrt(varianceRatio(seconds / load.countedSeconds, spread));
    }
    model.spillScale[i] = scale;
    model.spillRow[i] = losses.row(load.meanLoad[i]! / scale);
    model.busyRow[i] = losses.row(load.endLoad[i]!);
    model.enough[i] = load.requestsPerSecond[i]! * load.countedSeconds + (load.endLoad[i - 1] ?? 0);
  }
  return model;
}

function remembered<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = compute(key)));
    return value;
  };
}

/** The steps [from, to) of a model alone: views, not copies. */
export function poolWindow(model: PoolModel, from: number, to: number): PoolModel {
  const { lastWindow } = model;
  if (lastWindow?.from === from && lastWindow.to === to) return lastWindow.model;
  const window = windowOf(model, from, to);
  model.lastWindow = { from, to, model: window };
  return window;
}

function windowOf(model: PoolModel, from: number, to: number): PoolModel {
  const { load } = model;
  const window: PoolModel = {
    ...model,
    lastWindow: null,
    startMs: model.startMs + from * model.stepSeconds * 1000,
    length: to - from,
    load: {
      ...load,
      known: load.known.subarray(from, to),
      requestsPerSecond: load.requestsPerSecond.subarray(from, to),
      durationSeconds: load.durationSeconds.subarray(from, to),
      endLoad: load.endLoad.subarray(from, to),
      meanLoad: load.meanLoad.subarray(from, to),
    },
    spillRow: model.spillRow.subarray(from, to),
    busyRow: model.busyRow.subarray(from, to),
    spillScale: model.spillScale.subarray(from, to),
    enough: model.enough.subarray(from, to),
    peaks: model.peaks.map((path) => path.subarray(from, to)),
    highestPeak: model.highestPeak.subarray(from, to),
    spansOf: remembered((steps) => spansOf(window, steps)),
  };
  return window;
}
