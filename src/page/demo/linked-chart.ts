/** A chart over the simulated time. All charts show the same window and point at the same minute. */
import uPlot from 'uplot';
import { dateIn, mountChart, themedAxis, themedLine } from '../shared/chart.ts';
import { element } from '../shared/dom.ts';
import { color } from '../shared/theme.ts';
import type { Story } from './story.ts';

/** Seconds. */
export interface TimeWindow {
  min: number;
  max: number;
}

interface Line {
  label: string;
  column: keyof Story['columns'];
  /** A custom property of the theme. */
  color: string;
  series?: uPlot.Series;
}

export interface LinkedChartOptions {
  id: string;
  title: string;
  /** What the chart shows, for who cannot see it. */
  label: string;
  height: number;
  lines: readonly Line[];
  bands?: uPlot.Band[];
  /** Of a vertical axis' values. */
  format: (value: number) => string;
  /** The highest value of the vertical axis. */
  top: (story: Story) => number;
  /** What is true of a minute, in one line. */
  readout: (story: Story, minute: number) => string;
  /** The user chose a window by dragging, or (null) the whole. */
  onZoom: (window: TimeWindow | null) => void;
}

export interface LinkedChart {
  node: HTMLElement;
  /** Call once the node is in the document. */
  mount(story: Story): void;
  show(window: TimeWindow): void;
}

const AXIS_SIZE = 52;
const KEY_STEP_MINUTES: Record<string, number> = { ArrowLeft: -5, ArrowRight: 5, PageUp: -60, PageDown: 60 };

export function createLinkedChart(options: LinkedChartOptions): LinkedChart {
  const { id, title, label } = options;
  const keys = options.lines.map(({ label: text, color: property, series }) => {
    const swatch = element('span', { class: series?.dash ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
    swatch.style.setProperty('--swatch', `var(${property})`);
    return element('li', { class: 'key' }, swatch, text);
  });
  const readout = element('p', { class: 'readout small', id: `${id}-readout` });
  const spoken = element('p', { class: 'sr', role: 'status' });
  const host = element('div', {
    class: 'chart',
    id: `${id}-chart`,
    tabindex: 0,
    role: 'group',
    'aria-label': `${label} Arrow keys move through time.`,
  });
  host.style.height = `${options.height}px`;
  let chart: uPlot | null = null;
  let story: Story | null = null;
  let window: TimeWindow | null = null;
  let isInSight = true;

  // What is out of sight is drawn when it comes into sight: that leaves more time for the simulation.
  const draw = () => {
    if (!chart || !window || (!isInSight && !story?.end)) return;
    chart.setScale('x', window);
    showReadout();
  };
  const showReadout = () => {
    if (!story?.now || !chart) return;
    const pointed = chart.cursor.idx;
    readout.textContent = options.readout(story, pointed ?? newest(story));
  };
  host.addEventListener('keydown', (event) => {
    const step = KEY_STEP_MINUTES[event.key];
    if (step === undefined || !chart || !story) return;
    event.preventDefault();
    const minute = Math.max(0, Math.min(newest(story), (chart.cursor.idx ?? newest(story)) + step));
    const left = chart.valToPos(story.seconds[minute] ?? 0, 'x');
    chart.setCursor({ left, top: chart.bbox.height / devicePixelRatio / 2 });
    spoken.textContent = options.readout(story, minute);
  });

  return {
    node: element(
      'section',
      { class: 'card', id, 'aria-labelledby': `${id}-title` },
      element('h2', { id: `${id}-title` }, title),
      element('ul', { class: 'keys' }, ...keys),
      readout,
      host,
      spoken,
    ),
    mount(of) {
      story = of;
      chart = mountChart(host, uplotOptions(options, of, showReadout), [
        of.seconds,
        ...options.lines.map(({ column }) => of.columns[column]),
      ]);
      new IntersectionObserver(([entry]) => {
        isInSight = entry?.isIntersecting ?? true;
        draw();
      }).observe(host);
    },
    show(next) {
      window = next;
      draw();
    },
  };
}

/** The minute that ended last. */
export function newest({ now, run }: Story): number {
  return now ? Math.round((now.atMs - run.startMs) / 60_000) : 0;
}

function uplotOptions(options: LinkedChartOptions, story: Story, onPoint: () => void): Omit<uPlot.Options, 'width'> {
  return {
    height: options.height,
    tzDate: dateIn('UTC'),
    legend: { show: false },
    // Room for half of a label at both ends.
    padding: [8, 16, 0, 0],
    cursor: { y: false, sync: { key: 'demo' }, drag: { x: true, y: false, setScale: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: () => [0, options.top(story)] } },
    axes: [
      themedAxis({ size: 32, space: 70, values: clockLabels }),
      themedAxis({ size: AXIS_SIZE, space: 36, values: (_chart, values) => values.map(options.format) }),
    ],
    series: [{}, ...options.lines.map((line) => themedLine(line.color, { ...line.series, label: line.label }))],
    ...(options.bands && { bands: options.bands }),
    hooks: {
      setCursor: [onPoint],
      setSelect: [(chart) => options.onZoom(selected(chart))],
      draw: [(chart) => drawNow(chart, story)],
      ready: [(chart) => chart.over.addEventListener('dblclick', () => options.onZoom(null))],
    },
  };
}

function selected(chart: uPlot): TimeWindow | null {
  const { left, width } = chart.select;
  if (width < 4) return null;
  const window = { min: chart.posToVal(left, 'x'), max: chart.posToVal(left + width, 'x') };
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  return window;
}

/** Hours of the day, and the date where a day begins. */
function clockLabels(_chart: uPlot, seconds: number[]): string[] {
  return seconds.map((second) => {
    const time = new Date(second * 1000).toISOString();
    return second % 86_400 === 0 ? time.slice(5, 10) : time.slice(11, 16);
  });
}

function drawNow(chart: uPlot, { now, end }: Story): void {
  if (!now || end) return;
  const { ctx, bbox } = chart;
  const x = Math.round(chart.valToPos(now.atMs / 1000, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = color('--ink-3');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
