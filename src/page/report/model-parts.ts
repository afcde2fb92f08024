/** What the model takes alike from either JSON. */
import type { PreviewJson } from '../../report/preview-json.ts';
import type { ReplayJson } from '../../report/replay-json.ts';
import type { Timeline } from './model.ts';
import { type Grid, ontoGrid } from './series.ts';

/** Custom properties for what is compared with ours. */
const COLORS = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--accent'];

export function lineColor(i: number): string {
  return COLORS[i % COLORS.length] ?? '--line-5';
}

export function titleOf(target: NonNullable<ReplayJson['target']> | undefined): {
  title: string;
  source: string | null;
} {
  const { functionName = null, alias = null, metrics = null } = target ?? {};
  if (functionName !== null)
    return { title: alias === null ? functionName : `${functionName}:${alias}`, source: metrics };
  if (metrics === null) return { title: 'No name', source: null };
  return { title: metrics.split(/[\\/]/).at(-1) ?? metrics, source: null };
}

type DemandJson = NonNullable<PreviewJson['demand']>;
type HeldJson = NonNullable<PreviewJson['heldForecast']>;

export function demandOn(grid: Grid, demand: DemandJson | undefined): Float64Array | null {
  if (!demand) return null;
  const { from, peak } = demand;
  return ontoGrid({ startMs: Date.parse(from), stepMs: peak.stepSeconds * 1000, values: peak.values }, grid);
}

export function heldOn(grid: Grid, held: HeldJson | undefined): Timeline['band'] {
  if (!held) return [];
  const [startMs, stepMs] = [Date.parse(held.from), held.stepSeconds * 1000];
  return held.quantiles.map(({ level, values }) => ({ level, values: ontoGrid({ startMs, stepMs, values }, grid) }));
}
