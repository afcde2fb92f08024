/** Where a workload begins that was not there from the start of its metrics. */
import type { DemandHistory } from '../model.ts';
import { DAY_MS } from '../time.ts';

/** Zeros for longer than this are no pause of a workload: a night and a weekend are shorter, and tell when it rests. */
const LONGEST_PAUSE_MS = 3 * DAY_MS;

/**
 * The step of the first request, where a long silence comes before it: the zeros before a launch would be taken for the usual day for
 * weeks. 0 where there is none, or no request at all. `knownBefore[t]` is how many steps before t are known.
 */
export function launchStep(history: DemandHistory, knownBefore: Int32Array): number {
  const { peakConcurrency, meanConcurrency, stepSeconds } = history;
  const isKnown = (t: number) => knownBefore[t + 1]! > knownBefore[t]!;
  const first = meanConcurrency.findIndex((mean, t) => isKnown(t) && (mean > 0 || peakConcurrency[t]! > 0));
  return first > 0 && knownBefore[first]! * stepSeconds * 1000 > LONGEST_PAUSE_MS ? first : 0;
}
