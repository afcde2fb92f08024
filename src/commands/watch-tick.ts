/** How far a tick has come, seen from what it reads and what it remembers: the loop itself knows nothing of progress. */
import { allCandidates } from '../controller/candidates.ts';
import { COMPARED_DAYS } from '../controller/comparison.ts';
import { emptyMemory, type PlannerMemory } from '../controller/planner-memory.ts';
import type { MetricsSource } from '../controller/ports.ts';
import { gridEndMs } from '../metric-grid.ts';
import type { MetricReading } from '../model.ts';
import type { Progress } from '../report/progress.ts';
import { readingTrail } from '../report/trail-text.ts';
import { DAY_MS, SLOT_MS } from '../time.ts';
import type { Output } from './output.ts';

/** The most policies that are compared: with idle hours, and peaks of so many heights. The line is never full too early. */
const MOST_CANDIDATES = allCandidates(
  Float64Array.from({ length: 32 }, (_, i) => i + 1),
  true,
).length;
/** Reading, fitting and the last steps are so much of the whole. */
const OUTSIDE_COMPARISON = 0.12;

/** A metrics source that tells when it reads, and a planner's memory that tells how much of the comparison is in it. */
export function watchTick(
  metrics: MetricsSource,
  progress: Progress,
): { metrics: MetricsSource; memory: PlannerMemory } {
  const memory = emptyMemory();
  let expectedCovers = 0;
  const tell = () => {
    const compared = Math.min(1, memory.usages.size / MOST_CANDIDATES);
    const covered = expectedCovers === 0 ? compared : Math.min(1, memory.covers.size / expectedCovers);
    const share = (compared + covered) / 2;
    progress.update(OUTSIDE_COMPARISON + (1 - OUTSIDE_COMPARISON) * 0.99 * share, 'comparing policies');
  };
  watchAdditions(memory.usages, tell);
  watchAdditions(memory.covers, tell);
  return {
    memory,
    metrics: {
      async read(target, range) {
        progress.update(undefined, 'reading metrics');
        const reading = await metrics.read(target, range);
        expectedCovers = coversOf(reading);
        progress.update(OUTSIDE_COMPARISON / 4, 'fitting the forecast');
        return reading;
      },
    },
  };
}

/** A metrics source that tells on --verbose what it gave. */
export function tellingSource(metrics: MetricsSource, output: Pick<Output, 'detail'>): MetricsSource {
  return {
    async read(target, range) {
      const reading = await metrics.read(target, range);
      output.detail(() => readingTrail(reading));
      return reading;
    },
  };
}

/** Forecasts that the comparison looks back on: one per slot, once a day has been learned from. */
function coversOf({ grids }: MetricReading): number {
  const spanMs = Math.max(0, ...grids.map(gridEndMs)) - (grids[0]?.startMs ?? 0);
  return Math.max(0, Math.min(COMPARED_DAYS * DAY_MS, spanMs - DAY_MS)) / SLOT_MS;
}

function watchAdditions<K, V>(map: Map<K, V>, tell: () => void): void {
  const set = map.set.bind(map);
  map.set = (key, value) => {
    set(key, value);
    tell();
    return map;
  };
}
