/** The last day's own distribution: what can be said before a season can be learned. */
import { mean, quantileSorted } from 'simple-statistics';
import type { DemandHistory } from '../model.ts';
import { DAY_MS } from '../time.ts';

/** Mean and peak quantiles of the known steps in the day before the last known one. */
export function recentLevel(
  history: DemandHistory,
  nowMs: number,
  levels: readonly number[],
): { haveSeconds: number; mean: number; peak: number[] } {
  const stepMs = history.stepSeconds * 1000;
  const end = Math.min(history.peakConcurrency.length, Math.floor((nowMs - history.startMs) / stepMs));
  const dayMeans: number[] = [];
  const dayPeaks: number[] = [];
  let known = 0;
  for (let i = end - 1; i >= 0; i--) {
    const peak = history.peakConcurrency[i]!;
    const average = history.meanConcurrency[i]!;
    if (!(peak >= 0 && peak < Infinity && average >= 0 && average < Infinity)) continue;
    known++;
    if (known * stepMs <= DAY_MS) {
      dayMeans.push(average);
      dayPeaks.push(peak);
    }
  }
  dayPeaks.sort((a, b) => a - b);
  return {
    haveSeconds: known * history.stepSeconds,
    mean: known > 0 ? mean(dayMeans) : 0,
    peak: known > 0 ? levels.map((level) => quantileSorted(dayPeaks, level)) : levels.map(() => 0),
  };
}
