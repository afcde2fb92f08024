/** Demand against forecast band and plan: one chart from six weeks to an hour, and the slot under cursor or keyboard. */
import uPlot from 'uplot';
import { dateIn, fittingSize, mountChart, themedAxis, themedLine, timeLabels } from '../shared/chart.ts';
import { append, byId, element, segments, seriesKey } from '../shared/dom.ts';
import { type Clock, number } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import type { ReportModel } from './model.ts';
import { endOf, greatest, windowOf } from './series.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 300_000;
const HEIGHT = 340;

const RANGES = [
  ['All', Infinity],
  ['Week', 168 * HOUR_MS],
  ['Day', 24 * HOUR_MS],
  ['6 h', 6 * HOUR_MS],
  ['1 h', HOUR_MS],
] as const;

/** The line that everything is about. */
const OURS: ReadonlySet<string> = new Set(['plan', 'prewarm']);

interface Drawn {
  id: string;
  label: string;
  color: string;
  values: Float64Array;
  shown: boolean;
  area?: boolean;
  peaks?: boolean;
  dashed?: boolean;
}

export interface TimelineView {
  fromMs: number;
  toMs: number;
}

export interface TimelineChart {
  select: (slotMs: number) => void;
}

export function mountTimeline(model: ReportModel, clock: Clock, onSelect: (slotMs: number) => void): TimelineChart {
  const host = byId('timeline-chart');
  const { grid } = model.timeline;
  const series = drawnSeries(model);
  const [firstMs, endMs] = [grid.startMs, endOf(grid)];
  let view: TimelineView = { fromMs: firstMs, toMs: endMs };
  let selectedMs = initialSlot(model);
  let chart = null as uPlot | null;

  const pixels = () => Math.max(200, host.clientWidth) * Math.min(2, devicePixelRatio);
  const dataOf = (): uPlot.AlignedData => {
    const { times, values } = windowOf(series, grid, { ...view, most: pixels() });
    return [times, ...values] as uPlot.AlignedData;
  };
  const highest = () =>
    Math.max(1, ...series.filter(({ shown }) => shown).map(({ values }) => greatest(values, grid, view))) * 1.06;

  const ranges = segments(
    'Range',
    RANGES.filter(([, ms]) => ms === Infinity || ms < endMs - firstMs),
    (ms) => zoomTo(ms),
  );
  const draw = () => {
    if (!chart) return;
    const { fromMs, toMs } = view;
    const target = chart;
    const isThinned = (toMs - fromMs) / grid.stepMs > pixels();
    series.forEach(({ id }, i) => {
      const line = target.series[i + 1];
      if (!line || !OURS.has(id)) return;
      line.width = isThinned ? 1 : 2.25;
      line.stroke = () => color(isThinned ? '--plan-soft' : '--plan');
    });
    target.batch(() => {
      target.setData(dataOf(), false);
      target.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
      target.setScale('y', { min: 0, max: highest() });
    });
    ranges.select(
      RANGES.find(([, ms]) => Math.abs(Math.min(ms, endMs - firstMs) - (toMs - fromMs)) < 1000)?.[1] ?? null,
    );
    byId('timeline-range').textContent = `${clock.moment(fromMs)} to ${clock.moment(toMs)} ${clock.zone}`;
  };
  const setView = (fromMs: number, toMs: number) => {
    const width = Math.min(endMs - firstMs, Math.max(Math.min(HOUR_MS, endMs - firstMs), toMs - fromMs));
    const middle = (fromMs + toMs) / 2;
    const start = Math.min(endMs - width, Math.max(firstMs, middle - width / 2));
    view = { fromMs: start, toMs: start + width };
    draw();
  };
  /** Around the selected slot, else around the end. */
  const zoomTo = (ms: number) => {
    if (ms === Infinity) {
      setView(firstMs, endMs);
      return;
    }
    const inside = selectedMs >= view.fromMs && selectedMs <= view.toMs;
    const middle = inside ? selectedMs : (view.fromMs + view.toMs) / 2;
    setView(middle - ms / 2, middle + ms / 2);
  };
  const select = (slotMs: number, follow = true) => {
    selectedMs = Math.min(endMs - grid.stepMs, Math.max(firstMs, Math.floor(slotMs / SLOT_MS) * SLOT_MS));
    const width = view.toMs - view.fromMs;
    if (follow && (selectedMs < view.fromMs || selectedMs > view.toMs))
      setView(selectedMs - width / 2, selectedMs + width / 2);
    chart?.redraw(false, false);
    onSelect(selectedMs);
  };

  const options = chartOptions({
    series,
    clock,
    onHover: (timeMs) => select(timeMs, false),
    onZoom: setView,
    onReset: () => setView(firstMs, endMs),
    marker: () => selectedMs,
    nowMs: model.nowMs,
  });
  chart = mountChart(host, options, dataOf());
  new ResizeObserver(draw).observe(host);

  const rank = ({ id }: Drawn) => (id === 'demand' ? 0 : OURS.has(id) ? 1 : id === 'band' ? 2 : 3);
  const toggles = series.filter(({ id }) => id !== 'band-low').sort((a, b) => rank(a) - rank(b));
  append(byId('timeline-keys'), [
    ...toggles.map((one) =>
      seriesKey(one.label, { color: one.color, checked: one.shown, area: one.area === true }, (shown) => {
        const ids = one.area ? ['band-low', one.id] : [one.id];
        series.forEach((other, i) => {
          if (!ids.includes(other.id)) return;
          other.shown = shown;
          chart.setSeries(i + 1, { show: shown });
        });
        draw();
      }),
    ),
  ]);
  append(byId('timeline-tools'), [
    ranges.node,
    ...zoomButtons(
      (factor) => {
        const half = ((view.toMs - view.fromMs) * factor) / 2;
        const middle =
          factor < 1 && selectedMs >= view.fromMs && selectedMs <= view.toMs
            ? selectedMs
            : (view.fromMs + view.toMs) / 2;
        setView(middle - half, middle + half);
      },
      (share) => {
        const shift = (view.toMs - view.fromMs) * share;
        setView(view.fromMs + shift, view.toMs + shift);
      },
    ),
  ]);
  host.addEventListener('keydown', (event) => {
    const action = keyAction(event, { selectedMs, firstMs, endMs, view });
    if (!action) return;
    event.preventDefault();
    if ('slotMs' in action) select(action.slotMs);
    else setView(action.fromMs, action.toMs);
  });
  if (model.kind === 'preview' && endMs - firstMs > 8 * 24 * HOUR_MS) setView(endMs - 8 * 24 * HOUR_MS, endMs);
  else draw();
  select(selectedMs, false);
  return { select };
}

/** The present, or the busiest moment of a replay. */
function initialSlot({ nowMs, timeline: { grid, demand } }: ReportModel): number {
  if (nowMs !== null) return nowMs;
  let at = 0;
  demand?.forEach((value, i) => {
    if (value > (demand[at] ?? 0)) at = i;
  });
  return grid.startMs + at * grid.stepMs;
}

function drawnSeries({ timeline: { demand, band, lines }, nowMs }: ReportModel): Drawn[] {
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

interface OptionsSource {
  series: readonly Drawn[];
  clock: Clock;
  onHover: (timeMs: number) => void;
  onZoom: (fromMs: number, toMs: number) => void;
  onReset: () => void;
  marker: () => number;
  nowMs: number | null;
}

function chartOptions({ series, clock, onHover, onZoom, onReset, marker, nowMs }: OptionsSource) {
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

function zoomButtons(zoom: (factor: number) => void, pan: (share: number) => void): HTMLElement[] {
  const button = (label: string, text: string, onclick: () => void) =>
    element('button', { type: 'button', class: 'button', 'aria-label': label, title: label, onclick }, text);
  return [
    element(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'Zoom and move' },
      button('Zoom in', '+', () => zoom(0.5)),
      button('Zoom out', '−', () => zoom(2)),
      button('Earlier', '←', () => pan(-0.5)),
      button('Later', '→', () => pan(0.5)),
    ),
  ];
}

interface KeyContext {
  selectedMs: number;
  firstMs: number;
  endMs: number;
  view: TimelineView;
}

/** What a key on the chart asks for: another slot, or another view. */
function keyAction(
  { key, shiftKey }: KeyboardEvent,
  { selectedMs, firstMs, endMs, view: { fromMs, toMs } }: KeyContext,
): { slotMs: number } | TimelineView | null {
  const width = toMs - fromMs;
  const step = shiftKey ? HOUR_MS : SLOT_MS;
  const around = (size: number) => ({ fromMs: selectedMs - size / 2, toMs: selectedMs + size / 2 });
  const actions: Record<string, () => { slotMs: number } | TimelineView> = {
    ArrowLeft: () => ({ slotMs: selectedMs - step }),
    ArrowRight: () => ({ slotMs: selectedMs + step }),
    Home: () => ({ slotMs: firstMs }),
    End: () => ({ slotMs: endMs - 1 }),
    '+': () => around(width / 2),
    '=': () => around(width / 2),
    '-': () => around(width * 2),
    PageUp: () => ({ fromMs: fromMs - width / 2, toMs: toMs - width / 2 }),
    PageDown: () => ({ fromMs: fromMs + width / 2, toMs: toMs + width / 2 }),
    Escape: () => ({ fromMs: firstMs, toMs: endMs }),
  };
  return actions[key]?.() ?? null;
}
