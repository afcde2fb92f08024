/** What is not to be learned from becomes unknown. */
import type { DemandHistory } from '../model.ts';
import type { TimeRange } from './resolve.ts';

/**
 * The history with every step that touches a span unknown (NaN): events have their own plan, outages are not demand.
 * The same object when nothing is touched; else new arrays.
 */
export function maskTraining(history: DemandHistory, spans: readonly TimeRange[]): DemandHistory {
  const stepMs = history.stepSeconds * 1000;
  const length = history.meanConcurrency.length;
  const touched = spans
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .map(({ fromMs, toMs }) => ({
      from: Math.max(0, Math.floor((fromMs - history.startMs) / stepMs)),
      to: Math.min(length, Math.ceil((toMs - history.startMs) / stepMs)),
    }))
    .filter(({ from, to }) => from < to);
  if (touched.length === 0) return history;
  const masked = (values: Float64Array) => {
    const copy = values.slice();
    for (const { from, to } of touched) copy.fill(NaN, from, to);
    return copy;
  };
  return {
    ...history,
    invocations: masked(history.invocations),
    averageDurationMs: masked(history.averageDurationMs),
    meanConcurrency: masked(history.meanConcurrency),
    peakConcurrency: masked(history.peakConcurrency),
  };
}
