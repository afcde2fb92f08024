/** The frontier: every candidate as a point, dollars against cold starts, and the ones that everybody looks for by name. */
import uPlot from 'uplot';
import { fittingSize, mountChart, themedAxis } from '../shared/chart.ts';
import { byId, cleanName, element, fill } from '../shared/dom.ts';
import { number, percent, usd } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import { bestFor, effectiveUsd, frontierOf } from './choice.ts';
import type { Aim, Kind, Point, ReportModel } from './model.ts';

const HEIGHT = 380;

const KINDS: Readonly<Record<Kind, { label: string; color: string }>> = {
  forecast: { label: 'Forecast plans', color: '--band' },
  constant: { label: 'Constants', color: '--line-1' },
  recent: { label: 'Multiples of the recent peak', color: '--line-2' },
  repeat: { label: 'Day or week repeated', color: '--line-4' },
  'on-demand': { label: 'On demand', color: '--line-5' },
  policy: { label: 'Replayed policies', color: '--ink' },
};

export interface FrontierChart {
  setAim: (aim: Aim) => void;
}

interface State {
  aim: Aim;
  /** What the aim chooses; at the JSON's own aim what was chosen. */
  chosen: Point | null;
  hovered: Point | null;
}

export function mountFrontier(model: ReportModel): FrontierChart | null {
  const { points } = model;
  const host = byId('frontier-chart');
  if (points.length === 0) {
    fill(host, element('p', { class: 'lead' }, 'No candidates were compared, or the JSON does not carry them.'));
    return null;
  }
  const sorted = points.toSorted((a, b) => a.usdPerDay - b.usdPerDay);
  const state: State = { aim: model.aim, chosen: model.chosen, hovered: null };
  const labels = element('div', { class: 'labels', 'aria-hidden': 'true' });
  const options = {
    height: HEIGHT,
    legend: { show: false },
    padding: [16, 20, 0, 4] as uPlot.Padding,
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: costRange(sorted), ...(isWide(sorted) ? { distr: 3 as const } : {}) },
      y: { distr: 4 as const, asinh: 1, range: coldRange(sorted) },
    },
    axes: [
      themedAxis({
        space: 60,
        ...(isWide(sorted) ? { splits: () => costSplits(sorted), filter: (_: uPlot, splits: number[]) => splits } : {}),
        label: 'USD a day',
        values: (_: uPlot, ticks: number[]) => ticks.map((tick) => usd(tick)),
      }),
      themedAxis({
        label: 'cold starts a day',
        size: fittingSize(),
        splits: () => coldSplits(sorted),
        filter: (_: uPlot, splits: number[]) => splits,
        values: (_: uPlot, ticks: number[]) => ticks.map((tick) => number(tick)),
      }),
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(chart: uPlot) => drawPoints(chart, sorted, state)],
      drawClear: [],
      ready: [(chart: uPlot) => chart.over.append(labels)],
    },
  };
  const chart = mountChart(host, options, [
    sorted.map(({ usdPerDay }) => usdPerDay),
    sorted.map((p) => p.coldStartsPerDay),
  ]);
  const show = (point: Point | null) => {
    state.hovered = point;
    chart.redraw(false, false);
    fill(byId('frontier-point'), describe(point ?? state.chosen, state.aim));
  };
  const place = () => placeLabels(chart, { host: labels, labels: labelled(sorted, state), points: sorted });
  chart.over.addEventListener('mousemove', (event) => show(nearest(chart, sorted, event)));
  chart.over.addEventListener('mouseleave', () => show(null));
  host.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = sorted.indexOf(state.hovered ?? state.chosen ?? (sorted[0] as Point));
    show(sorted[Math.min(sorted.length - 1, Math.max(0, at + step))] ?? null);
  });
  new ResizeObserver(place).observe(host);
  fill(byId('frontier-keys'), ...keysOf(sorted));
  place();
  show(null);
  return {
    setAim(aim) {
      state.aim = aim;
      state.chosen = isSame(aim, model.aim) ? model.chosen : bestFor(points, aim);
      place();
      show(null);
    },
  };
}

function isSame(a: Aim, b: Aim): boolean {
  return a.coldStartPriceUsd === b.coldStartPriceUsd && a.maxColdStartRate === b.maxColdStartRate;
}

/** Costs that span a decade or so are told apart on a scale of ratios. */
function isWide(points: readonly Point[]): boolean {
  const values = points.map(({ usdPerDay }) => usdPerDay);
  return Math.min(...values) > 0 && Math.max(...values) > 5 * Math.min(...values);
}

function costRange(points: readonly Point[]): [number, number] {
  const values = points.map(({ usdPerDay }) => usdPerDay);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (isWide(points)) return [least / 1.15, most * 1.15];
  const pad = Math.max(most - least, most * 0.02, 1e-6) * 0.06;
  return [Math.max(0, least - pad), most + pad];
}

/** 1, 2, 5, 10, ... where the scale is one of ratios; otherwise uPlot's own. */
function costSplits(points: readonly Point[]): number[] {
  const [least, most] = costRange(points);
  const splits: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most; power *= 10)
    splits.push(...[1, 2, 5].map((digit) => digit * power).filter((tick) => tick >= least && tick <= most));
  return splits;
}

function coldRange(points: readonly Point[]): [number, number] {
  const most = Math.max(1, ...points.map(({ coldStartsPerDay }) => coldStartsPerDay));
  return [-0.15, most * 1.5];
}

/** None, one, and powers of ten. */
function coldSplits(points: readonly Point[]): number[] {
  const most = coldRange(points)[1];
  const splits = [0];
  for (let tick = 1; tick <= most; tick *= 10)
    splits.push(...[tick, ...(most < 300 ? [3 * tick] : [])].filter((t) => t <= most));
  return splits;
}

function drawPoints(chart: uPlot, points: readonly Point[], { chosen, hovered }: State): void {
  const { ctx } = chart;
  const ratio = devicePixelRatio;
  const at = (point: Point): [number, number] => [
    chart.valToPos(point.usdPerDay, 'x', true),
    chart.valToPos(point.coldStartsPerDay, 'y', true),
  ];
  ctx.save();
  const front = frontierOf(points.filter(({ fixed }) => !fixed)).map(at);
  ctx.strokeStyle = color('--rule');
  ctx.lineWidth = 2 * ratio;
  ctx.beginPath();
  front.forEach(([x, y], i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.stroke();
  for (const point of points)
    dot(ctx, at(point), {
      radius: point.fixed ? 5 : 3.5,
      fill: color(KINDS[point.kind].color),
      alpha: point.fixed ? 1 : 0.6,
    });
  if (chosen) dot(ctx, at(chosen), { radius: 7, fill: color('--plan'), alpha: 1, ring: color('--paper') });
  if (hovered)
    dot(ctx, at(hovered), { radius: 6, fill: color(KINDS[hovered.kind].color), alpha: 1, ring: color('--accent') });
  ctx.restore();
}

function dot(
  ctx: CanvasRenderingContext2D,
  [x, y]: [number, number],
  { radius, fill: inside, alpha, ring }: { radius: number; fill: string; alpha: number; ring?: string },
): void {
  const ratio = devicePixelRatio;
  ctx.globalAlpha = alpha;
  ctx.fillStyle = inside;
  ctx.beginPath();
  ctx.arc(x, y, radius * ratio, 0, 2 * Math.PI);
  ctx.fill();
  if (ring === undefined) return;
  ctx.strokeStyle = ring;
  ctx.lineWidth = 2 * ratio;
  ctx.stroke();
}

function nearest(chart: uPlot, points: readonly Point[], { offsetX, offsetY }: MouseEvent): Point | null {
  let best: Point | null = null;
  let least = 26 ** 2;
  for (const point of points) {
    const dx = chart.valToPos(point.usdPerDay, 'x') - offsetX;
    const dy = chart.valToPos(point.coldStartsPerDay, 'y') - offsetY;
    const distance = dx * dx + dy * dy;
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}

interface Label {
  point: Point;
  text: string;
  strong: boolean;
}

function labelled(points: readonly Point[], { chosen }: State): Label[] {
  const named = points.filter(({ label }) => label !== null && label !== '');
  return [
    ...(chosen
      ? [
          {
            point: chosen,
            text: chosen.kind === 'policy' ? (chosen.label ?? chosen.name) : `Chosen: ${chosen.name}`,
            strong: true,
          },
        ]
      : []),
    ...named.filter((point) => point !== chosen).map((point) => ({ point, text: point.label ?? '', strong: false })),
  ];
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Beside their points, over as few others as can be, the chosen one first; what finds no place is left to hovering. */
function placeLabels(
  chart: uPlot,
  { host, labels, points }: { host: HTMLElement; labels: readonly Label[]; points: readonly Point[] },
): void {
  fill(host);
  const [width, height] = [chart.over.clientWidth, chart.over.clientHeight];
  const boxOf = (point: Point, radius: number): Box => {
    const [x, y] = [chart.valToPos(point.usdPerDay, 'x'), chart.valToPos(point.coldStartsPerDay, 'y')];
    return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
  };
  const taken = labels.map(({ point }) => boxOf(point, 6));
  const dots = points.map((point) => boxOf(point, 3));
  labels.forEach(({ point, text, strong }, i) => {
    const node = element('span', { class: strong ? 'label strong' : 'label' }, cleanName(text));
    host.append(node);
    const size = { width: node.offsetWidth, height: node.offsetHeight };
    const free = placesAround(boxOf(point, 0), size)
      .filter(({ left, right, top, bottom }) => left >= 0 && right <= width + 16 && top >= -14 && bottom <= height)
      .filter((box) => !taken.some((other, j) => j !== i && overlaps(box, other)))
      .map((box, order) => ({ box, cost: order / 16 + dots.filter((other) => overlaps(box, other)).length }))
      .sort((a, b) => a.cost - b.cost)[0];
    if (!free) {
      node.remove();
      return;
    }
    node.style.transform = `translate(${free.box.left}px, ${free.box.top}px)`;
    taken.push(free.box);
  });
}

/** Right, left, above, below, at the corners, and the same a little farther away. */
function placesAround({ left: x, top: y }: Box, { width, height }: { width: number; height: number }): Box[] {
  return [10, 22, 40, 64].flatMap((gap) => {
    const [right, left] = [x + gap, x - width - gap];
    const [above, below] = [y - height - gap * 0.8, y + gap * 0.8];
    return [
      [right, y - height / 2],
      [left, y - height / 2],
      [x - width / 2, above],
      [x - width / 2, below],
      [right, above],
      [right, below],
      [left, above],
      [left, below],
    ].map(([at = 0, top = 0]) => ({ left: at, top, right: at + width, bottom: top + height }));
  });
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function describe(point: Point | null, aim: Aim): string {
  if (!point) return '';
  const allIn = aim.maxColdStartRate === null ? `, ${usd(effectiveUsd(point, aim))} all in` : '';
  const name = point.kind === 'policy' ? (point.label ?? point.name) : point.name;
  return `${cleanName(name)}: ${usd(point.usdPerDay)} and ${number(point.coldStartsPerDay, 1)} cold starts a day (${percent(point.coldStartRate)} of requests)${allIn}`;
}

function keysOf(points: readonly Point[]): HTMLElement[] {
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => points.some((point) => point.kind === kind));
  const key = (label: string, property: string) => {
    const swatch = element('span', { class: 'swatch round', 'aria-hidden': 'true' });
    swatch.style.setProperty('--swatch', `var(${property})`);
    return element('span', { class: 'key' }, swatch, label);
  };
  return [key('Chosen', '--plan'), ...kinds.map((kind) => key(KINDS[kind].label, KINDS[kind].color))];
}
