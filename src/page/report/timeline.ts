/** Demand against forecast band and plan: one chart from six weeks to an hour, and the slot under cursor or keyboard. */
import type uPlot from 'uplot';
import { mountChart } from '../shared/chart.ts';
import { append, byId, segments, seriesKey } from '../shared/dom.ts';
import type { Clock } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import type { ReportModel } from './model.ts';
import { endOf, greatest, windowOf } from './series.ts';
import { chartOptions } from './timeline-chart.ts';
import { keyAction, type TimelineView, zoomButtons } from './timeline-moves.ts';
import { type Drawn, drawnSeries } from './timeline-series.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 300_000;

const RANGES = [
  ['All', Infinity],
  ['Week', 168 * HOUR_MS],
  ['Day', 24 * HOUR_MS],
  ['6 h', 6 * HOUR_MS],
  ['1 h', HOUR_MS],
] as const;

/** The line that everything is about. */
const OURS: ReadonlySet<string> = new Set(['plan', 'prewarm']);

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
