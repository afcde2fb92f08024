/** What the timeline draws, from the back to the front. */
import type { ReportModel } from './model.ts';

export interface Drawn {
  id: string;
  label: string;
  color: string;
  values: Float64Array;
  shown: boolean;
  area?: boolean;
  peaks?: boolean;
  dashed?: boolean;
}

export function drawnSeries({ timeline: { demand, band, lines }, nowMs }: ReportModel): Drawn[] {
  const [low, high] = [band[0], band.at(-1)];
  const bands: Drawn[] =
    low && high
      ? [
          { id: 'band-low', label: '', color: '--band', values: low.values, shown: true },
          {
            id: 'band',
            label: `Forecast p${low.level * 100}–p${high.level * 100}${nowMs === null ? ', minutes before' : ''}`,
            color: '--band',
            values: high.values,
            shown: true,
            area: true,
          },
        ]
      : [];
  const demands: Drawn[] = demand
    ? [{ id: 'demand', label: 'Demand, busiest moment', color: '--demand', values: demand, shown: true, peaks: true }]
    : [];
  const [ours, ...others] = lines.map((line): Drawn => line);
  return [...bands, ...demands, ...others, ...(ours ? [ours] : [])];
}
