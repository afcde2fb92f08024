/** uPlot as Prewarm's pages use it: themed, as wide as its place, drawn anew when either changes. */
import uPlot from 'uplot';
import type { Clock } from './format.ts';
import { color, onThemeChange } from './theme.ts';

export type ChartOptions = Omit<uPlot.Options, 'width'>;

/** A chart in `host`, which must be in the document. It lives as long as the page. */
export function mountChart(host: HTMLElement, options: ChartOptions, data: uPlot.AlignedData): uPlot {
  const chart = new uPlot({ ...options, width: Math.max(120, host.clientWidth) }, data, host);
  new ResizeObserver(() => {
    const width = host.clientWidth;
    if (width > 0 && Math.abs(width - chart.width) >= 1) chart.setSize({ width, height: chart.height });
  }).observe(host);
  onThemeChange(() => chart.redraw(false, true));
  return chart;
}

/** An axis in the theme's colours. */
export function themedAxis(axis: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: () => color('--ink-3'),
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    labelSize: 20,
    ...axis,
    grid: { stroke: () => color('--grid'), width: 1, ...axis.grid },
    ticks: { stroke: () => color('--rule'), width: 1, size: 5, ...axis.ticks },
  };
}

/** A line in a theme's colour, given as a custom property. */
export function themedLine(property: string, series: uPlot.Series = {}): uPlot.Series {
  return { stroke: () => color(property), width: 1.5, points: { show: false }, ...series };
}

/** Labels of a time axis: hours of the zone's clock, and the day below where it begins. */
export function timeLabels(clock: Clock): (chart: uPlot, splits: number[]) => string[] {
  return (_chart, splits) => {
    let before = '';
    const increment = (splits[1] ?? Infinity) - (splits[0] ?? 0);
    return splits.map((seconds) => {
      const day = clock.day(seconds * 1000).replace(',', '');
      if (increment >= 86_400) return day;
      const label = day === before ? clock.hour(seconds * 1000) : `${clock.hour(seconds * 1000)}\n${day}`;
      before = day;
      return label;
    });
  };
}

/** Room for the widest label of a vertical axis. */
export function fittingSize(least = 38): (chart: uPlot, values: string[] | null) => number {
  return (_chart, values) => {
    const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
    return Math.max(least, longest * 7 + 14);
  };
}

/** Seconds, as uPlot's time axis counts, to a date whose local parts are those of the zone. */
export function dateIn(zone: string): (seconds: number) => Date {
  return (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone);
}
