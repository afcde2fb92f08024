/** What CloudWatch's silence means before Prewarm is there. */
import type { MetricGrid, MetricReading } from '../model.ts';

/**
 * Steps of which nothing is known, from the first known one on, as idle. The controller's own runs are a sign of life every five
 * minutes, by which it tells idle from unknown; an account that it does not run in yet may be wholly silent when a function is.
 */
export function silenceAsIdle(reading: MetricReading): MetricReading {
  const first = reading.grids.findIndex(({ heard }) => heard.includes(1));
  if (first < 0) return reading;
  let steps = 0;
  let silent = 0;
  const grids = reading.grids.map((grid, i): MetricGrid => {
    const from = i < first ? grid.heard.length : i > first ? 0 : grid.heard.indexOf(1);
    const heard = grid.heard.slice().fill(1, from);
    steps += heard.length - from;
    silent += heard.reduce((sum, now, step) => sum + now - (grid.heard[step] ?? 0), 0);
    return { ...grid, heard };
  });
  if (silent === 0) return reading;
  const share = Math.max(1, Math.round((100 * silent) / steps));
  const note = `in ${share} % of the steps CloudWatch has nothing of the whole account: taken as idle, which the controller's own runs will prove once it is deployed`;
  return { ...reading, grids, notes: [...reading.notes, note] };
}
