/** The charts over time: levels, cold starts and dollars, under one choice of what part of the run they show. */
import uPlot from 'uplot';
import { element, segments } from '../shared/dom.ts';
import { number } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import { createLinkedChart, newest, type TimeWindow } from './linked-chart.ts';
import { cents } from './scoreboard.ts';
import type { Story } from './story.ts';

export interface Timeline {
  levels: HTMLElement;
  totals: HTMLElement;
  mount(story: Story): void;
  show(story: Story): void;
}

/** Hours that move along with the present, or the whole run. */
type View = number | 'whole' | TimeWindow;

const VIEWS: readonly (readonly [string, number | 'whole'])[] = [
  ['Whole run', 'whole'],
  ['12 h', 12],
  ['3 h', 3],
];
/** Of a window that moves along, this much lies ahead. */
const SHARE_AHEAD = 0.3;

const stepped = uPlot.paths.stepped?.({ align: -1 });
const STEPPED: uPlot.Series = stepped ? { paths: stepped } : {};

export function createTimeline(): Timeline {
  let view: View = 'whole';
  let drawn: Story | null = null;
  const choose = (next: View) => {
    view = next;
    views.select(typeof next === 'object' ? null : next);
    if (drawn) show(drawn);
  };
  const views = segments('Part of the run that is shown', VIEWS, choose);
  choose('whole');
  const onZoom = (window: TimeWindow | null) => choose(window ?? 'whole');

  const levels = createLinkedChart({
    id: 'levels',
    title: 'Demand, forecast and what is kept warm',
    label:
      'Chart over time: concurrent executions, what was forecast two hours before, environments that are provisioned, and those that are scheduled.',
    height: 340,
    lines: [
      {
        label: 'busiest moment of each minute',
        column: 'demand',
        color: '--demand',
        series: { width: 1.2, fill: () => color('--demand-soft') },
      },
      {
        label: 'forecast two hours before: mean',
        column: 'mean',
        color: '--band',
        series: { spanGaps: true, width: 1.2 },
      },
      {
        label: 'to the peak’s 99 % quantile',
        column: 'high',
        color: '--band',
        series: { spanGaps: true, width: 1, dash: [2, 3] },
      },
      { label: 'provisioned and ready', column: 'ready', color: '--plan', series: { ...STEPPED, width: 2 } },
      { label: 'scheduled ahead', column: 'scheduled', color: '--plan', series: { ...STEPPED, dash: [5, 4] } },
    ],
    bands: [{ series: [3, 2], fill: () => color('--band-soft') }],
    format: (value) => number(value, 0),
    top: ({ highest }) => niceTop(highest, 20),
    readout: levelsAt,
    onZoom,
  });
  const coldStarts = createLinkedChart({
    id: 'cold-starts',
    title: 'Cold starts so far',
    label: 'Chart over time: cold starts since the beginning, with Prewarm and on demand.',
    height: 200,
    lines: [
      { label: 'with Prewarm', column: 'coldStarts', color: '--plan', series: { width: 2 } },
      { label: 'on demand', column: 'coldStartsOnDemand', color: '--demand', series: { width: 2 } },
    ],
    format: (value) => number(value, 0),
    top: ({ now }) => niceTop(Math.max(now?.withPrewarm.coldStarts ?? 0, now?.onDemand.coldStarts ?? 0), 20),
    readout: (story, minute) =>
      `${clock(story, minute)}: ${value(story.columns.coldStarts[minute])} with Prewarm, ${value(story.columns.coldStartsOnDemand[minute])} on demand`,
    onZoom,
  });
  const dollars = createLinkedChart({
    id: 'dollars',
    title: 'Dollars so far',
    label: 'Chart over time: the bill and the bill with cold starts at their price, with Prewarm and on demand.',
    height: 200,
    lines: [
      { label: 'with Prewarm, all in', column: 'allIn', color: '--plan', series: { width: 2 } },
      { label: 'its bill', column: 'cost', color: '--plan', series: { width: 1.2, dash: [5, 4] } },
      { label: 'on demand, all in', column: 'allInOnDemand', color: '--demand', series: { width: 2 } },
      { label: 'its bill', column: 'costOnDemand', color: '--demand', series: { width: 1.2, dash: [5, 4] } },
    ],
    format: (value) => `$${number(value, value % 1 === 0 ? 0 : 1)}`,
    top: ({ now }) => niceTop(Math.max(now?.withPrewarm.effectiveCostUsd ?? 0, now?.onDemand.effectiveCostUsd ?? 0), 2),
    readout: dollarsAt,
    onZoom,
  });
  levels.node.prepend(element('div', { class: 'views' }, views.node));
  const all = [levels, coldStarts, dollars];
  const show = (story: Story) => {
    drawn = story;
    const window = windowOf(view, story);
    for (const chart of all) chart.show(window);
  };
  return {
    levels: levels.node,
    totals: element('div', { class: 'cards' }, coldStarts.node, dollars.node),
    mount: (story) => all.forEach((chart) => chart.mount(story)),
    show,
  };
}

function windowOf(view: View, { run, now }: Story): TimeWindow {
  const [start, end] = [run.startMs / 1000, run.endMs / 1000];
  if (typeof view === 'object') return view;
  if (view === 'whole' || end - start <= view * 3600) return { min: start, max: end };
  const max = Math.max(
    start + view * 3600,
    Math.min(end, (now?.atMs ?? run.startMs) / 1000 + view * 3600 * SHARE_AHEAD),
  );
  return { min: max - view * 3600, max };
}

/** The next round number, in steps of which a few make up the whole, so that the axis seldom changes. */
function niceTop(highest: number, least: number): number {
  const wanted = Math.max(least, highest * 1.05);
  const step = 10 ** Math.floor(Math.log10(wanted)) / 5;
  return Math.ceil(wanted / step) * step;
}

function clock({ seconds }: Story, minute: number): string {
  return new Date((seconds[minute] ?? 0) * 1000).toISOString().slice(11, 16);
}

function value(of: number | null | undefined, format = (known: number) => number(known, 0)): string {
  return of === null || of === undefined ? '–' : format(of);
}

function levelsAt(story: Story, minute: number): string {
  const { demand, ready, scheduled, mean, high } = story.columns;
  // A forecast stands in the middle of its five minutes.
  const slot = Math.floor(Math.max(0, minute - 1) / 5) * 5 + 2;
  const forecast = `forecast ${value(mean[slot], (known) => number(known, 1))} to ${value(high[slot])}`;
  const level =
    minute <= newest(story) ? `${value(ready[minute])} provisioned` : `${value(scheduled[minute])} scheduled`;
  return `${clock(story, minute)}: demand ${value(demand[minute])}, ${forecast}, ${level}`;
}

function dollarsAt({ columns, ...story }: Story, minute: number): string {
  const side = (allIn: number | null | undefined, cost: number | null | undefined) =>
    `${value(allIn, cents)} (bill ${value(cost, cents)})`;
  const withPrewarm = side(columns.allIn[minute], columns.cost[minute]);
  const onDemand = side(columns.allInOnDemand[minute], columns.costOnDemand[minute]);
  return `${clock({ columns, ...story }, minute)}: ${withPrewarm} with Prewarm, ${onDemand} on demand`;
}
