/** A file knows its whole period; a controller knew only what came before. What would leak backwards is settled here. */
import { demandGrid } from '../controller/demand-resample.ts';
import { demandHistory } from '../controller/demand.ts';
import { InputError } from '../errors.ts';
import type { DemandHistory, MetricGrid, MetricReading } from '../model.ts';
import { DAY_MS } from '../time.ts';

/** How much of the past an unknown duration is averaged over. */
const DURATION_WINDOW_MS = DAY_MS;

/** No plan is made before there is a day of history, so whatever the first day says was known to every plan. */
const FIRST_KNOWN_MS = DAY_MS;

export interface CausalOptions {
  /** The first moment at which something was decided. */
  decidedFromMs: number;
  /** Where no duration was measured before. */
  averageDurationMs?: number;
}

export interface CausalDemand {
  /** With a duration in every step that has requests. */
  reading: MetricReading;
  history: DemandHistory;
}

/**
 * The demand of the whole file such that its part before any moment from `decidedFromMs` on is the demand of the file
 * cut at that moment. `demandHistory` alone interpolates unknown durations from both sides and
 * chooses its step and the window and basis of peaks from the whole file; here durations come from before (the average of the last
 * 24 hours, else `averageDurationMs`, else all before), step and window stay what suited the file best when deciding began, and
 * maxima that were not known well enough then are not used later either. A source step longer than the history's is spread
 * over all of it, also before it is over.
 */
export function causalDemand(source: MetricReading, options: CausalOptions): CausalDemand {
  const reading = withDurations(source, options);
  const firstMs = reading.grids[0]?.startMs ?? 0;
  const untilMs = Math.max(options.decidedFromMs, firstMs + FIRST_KNOWN_MS);
  const like = demandHistory(reading, { untilMs });
  const history = demandHistory(reading, { like });
  if (history.peakBasis === like.peakBasis || like.peakBasis === 'observed') return { reading, history };
  const grids = reading.grids.map((grid) => ({ ...grid, maxConcurrency: grid.maxConcurrency.map(() => NaN) }));
  return { reading, history: demandHistory({ ...reading, grids }, { like }) };
}

/** Average duration weighted by requests, over a sliding window of the past and over all of it. */
class PastDurations {
  private readonly endsMs: number[] = [];
  private readonly weights: number[] = [0];
  private readonly weighted: number[] = [0];
  private oldest = 0;

  add(endMs: number, weight: number, durationMs: number): void {
    this.endsMs.push(endMs);
    this.weights.push((this.weights.at(-1) ?? 0) + weight);
    this.weighted.push((this.weighted.at(-1) ?? 0) + weight * durationMs);
  }

  /** NaN when nothing was measured. `atMs` must not go back. */
  averageSince(sinceMs: number): number {
    while (this.oldest < this.endsMs.length && (this.endsMs[this.oldest] ?? 0) <= sinceMs) this.oldest++;
    return this.average(this.oldest);
  }

  averageOfAll(): number {
    return this.average(0);
  }

  private average(from: number): number {
    const weight = (this.weights.at(-1) ?? 0) - (this.weights[from] ?? 0);
    return weight > 0 ? ((this.weighted.at(-1) ?? 0) - (this.weighted[from] ?? 0)) / weight : NaN;
  }
}

interface Step {
  startMs: number;
  endMs: number;
  requests: number;
  served: number;
  durationMs: number;
}

function* stepsOf(grid: MetricGrid): Generator<Step> {
  const { requests, served, stepMs, startMs } = demandGrid(grid, true);
  for (let i = 0; i < requests.length; i++) {
    yield {
      startMs: startMs + i * stepMs,
      endMs: startMs + (i + 1) * stepMs,
      requests: requests[i] ?? NaN,
      served: served[i] ?? NaN,
      durationMs: grid.averageDurationMs[i] ?? NaN,
    };
  }
}

function withDurations(reading: MetricReading, { decidedFromMs, averageDurationMs }: CausalOptions): MetricReading {
  const isKnown = (step: Step) => step.served > 0 && step.durationMs >= 0;
  const before = new PastDurations();
  for (const grid of reading.grids) {
    for (const step of stepsOf(grid)) {
      if (step.endMs <= decidedFromMs && isKnown(step)) before.add(step.endMs, step.served, step.durationMs);
    }
  }
  const past = new PastDurations();
  const fill = (step: Step): number => {
    const choices = [past.averageSince(step.startMs - DURATION_WINDOW_MS), averageDurationMs, past.averageOfAll()];
    const found = [...choices, before.averageOfAll()].find((durationMs) => durationMs !== undefined && durationMs >= 0);
    if (found !== undefined) return found;
    throw new InputError(
      'The metrics have invocations but no duration before the evaluation, so their concurrency is unknown. Give --average-duration-ms.',
    );
  };
  const grids = reading.grids.map((grid) => {
    const durations = grid.averageDurationMs.slice();
    let i = 0;
    for (const step of stepsOf(grid)) {
      if (isKnown(step)) past.add(step.endMs, step.served, step.durationMs);
      else if (step.requests > 0 && !(step.durationMs >= 0)) durations[i] = fill(step);
      i++;
    }
    return { ...grid, averageDurationMs: durations };
  });
  return { ...reading, grids };
}
