/** How uPlot draws the timeline: axes, lines, the band, the marks of the present and of the selected slot. */
import uPlot from 'uplot';
import { dateIn, fittingSize, themedAxis, themedLine, timeLabels } from '../shared/chart.ts';
import { type Clock, number } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import type { Drawn } from './timeline-series.ts';

const HEIGHT = 340;

interface OptionsSource {
  series: readonly Drawn[];
  clock: Clock;
  onHover: (timeMs: number) => void;
  onZoom: (fromMs: number, toMs: number) => void;
  onReset: () => void;
  marker: () => number;
  nowMs: number | null;
}

export function chartOptions({ series, clock, onHover, onZoom, onReset, marker, nowMs }: OptionsSource) {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const low = series.findIndex(({ id }) => id === 'band-low') + 1;
  let hovering = false;
  return {
    height: HEIGHT,
    padding: [8, 36, 0, 0] as uPlot.Padding,
    tzDate: dateIn(clock.zone),
    legend: { show: false },
    scales: {
      x: { time: true, auto: false },
      y: { auto: false, range: (_: uPlot, min: number, max: number) => [min, max] as [number, number] },
    },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => (onReset(), null) },
    },
    axes: [
      themedAxis({ space: 76, size: 46, values: timeLabels(clock) }),
      themedAxis({ size: fittingSize(), values: (_: uPlot, ticks: number[]) => ticks.map((tick) => number(tick)) }),
    ],
    series: [
      {},
      ...series.map((one) =>
        themedLine(one.color, {
          label: one.label,
          show: one.shown,
          ...(stepped ? { paths: stepped } : {}),
          width: one.id.startsWith('band') ? 0 : 1.25,
          ...(one.id === 'demand' ? { fill: () => color('--demand-soft') } : {}),
          ...(one.dashed ? { dash: [5, 4] } : {}),
        }),
      ),
    ],
    ...(low > 0 ? { bands: [{ series: [low + 1, low] as [number, number], fill: () => color('--band-soft') }] } : {}),
    hooks: {
      init: [
        (chart: uPlot) => {
          chart.over.addEventListener('mouseenter', () => (hovering = true));
          chart.over.addEventListener('mouseleave', () => (hovering = false));
        },
      ],
      setCursor: [
        (chart: uPlot) => {
          const { left } = chart.cursor;
          if (hovering && left !== undefined && left >= 0) onHover(chart.posToVal(left, 'x') * 1000);
        },
      ],
      setSelect: [
        (chart: uPlot) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const [fromMs, toMs] = [left, left + width].map((x) => chart.posToVal(x, 'x') * 1000);
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (fromMs !== undefined && toMs !== undefined) onZoom(fromMs, toMs);
        },
      ],
      draw: [
        (chart: uPlot) => {
          if (nowMs !== null) verticalLine(chart, nowMs, { stroke: color('--ink-3'), dash: [3, 3] });
          verticalLine(chart, marker(), { stroke: color('--accent'), dash: [] });
        },
      ],
    },
  };
}

function verticalLine(chart: uPlot, timeMs: number, { stroke, dash }: { stroke: string; dash: number[] }): void {
  const { ctx, bbox } = chart;
  const x = Math.round(chart.valToPos(timeMs / 1000, 'x', true)) + 0.5;
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
