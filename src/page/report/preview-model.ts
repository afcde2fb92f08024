/** The JSON of a preview as the page's model. */
import type { PreviewJson } from '../../report/preview-json.ts';
import { demandOn, heldOn, lineColor, titleOf } from './model-parts.ts';
import type { Line, Point, ReportModel, ScheduleRow, Timeline } from './model.ts';
import { type Grid, joined, ontoGrid } from './series.ts';

const SLOT_MS = 300_000;

const KIND_LABELS: Readonly<Record<string, string>> = {
  'on-demand': 'On demand',
  constant: 'Best constant',
  repeat: 'Best repeat',
  recent: 'Best of tracking the recent peak',
  forecast: 'Best forecast plan',
};

export function modelOfPreview(json: PreviewJson): ReportModel {
  const { candidates } = json.decision;
  const best = new Set<string>();
  const points = candidates.map((candidate): Point => {
    const first = !best.has(candidate.kind);
    best.add(candidate.kind);
    return {
      name: candidate.name,
      kind: candidate.kind,
      label: first ? (KIND_LABELS[candidate.kind] ?? null) : null,
      usdPerDay: candidate.costUsdPerDay,
      coldStartsPerDay: candidate.coldStartsPerDay,
      coldStartRate: candidate.coldStartRate,
      parameters: candidate.parameters ?? null,
      fixed: false,
    };
  });
  const nowMs = Date.parse(json.now);
  const timeline = timelineOfPreview(json);
  const { target } = json;
  return {
    kind: 'preview',
    ...titleOf(target),
    fromMs: timeline.grid.startMs,
    toMs: timeline.grid.startMs + timeline.grid.length * timeline.grid.stepMs,
    nowMs,
    aim: {
      coldStartPriceUsd: json.assumptions?.coldStartPriceUsd ?? impliedPrice(json),
      maxColdStartRate: json.assumptions?.maxColdStartRate ?? null,
    },
    chosen: points[candidates.findIndex(({ chosen }) => chosen)] ?? null,
    points,
    timeline,
    quality: json.forecastQuality ?? null,
    schedule: scheduleOf(json),
    decisions: [],
    reason: json.decision.reason,
    assumptions: json.assumptions ?? null,
    notes: json.notes,
    json,
  };
}

/** Before assumptions were told: effective cost = bill + price x cold starts. */
function impliedPrice({ decision }: PreviewJson): number | null {
  const clearest = decision.candidates.toSorted((a, b) => b.coldStartsPerDay - a.coldStartsPerDay)[0];
  if (!clearest || clearest.coldStartsPerDay <= 0) return null;
  const price = (clearest.effectiveCostUsdPerDay - clearest.costUsdPerDay) / clearest.coldStartsPerDay;
  return price > 0 ? Number(price.toPrecision(3)) : null;
}

function timelineOfPreview(json: PreviewJson): Timeline {
  const { forecast, demand, heldForecast } = json;
  const grid = gridOfPreview(json);
  const held = heldOn(grid, heldForecast);
  return {
    grid,
    demand: demandOn(grid, demand),
    band: forecast.slots.length > 0 || held.length > 0 ? bandOfPreview(json, held, grid) : [],
    lines: linesOfPreview(json, grid),
    leadSeconds: heldForecast?.leadSeconds ?? null,
  };
}

/** From the first demand to the last slot planned, which may both be missing. */
function gridOfPreview({ demand, plan, forecast, now }: PreviewJson): Grid {
  const msOf = (times: readonly (string | undefined)[]) =>
    times.flatMap((at) => (at === undefined ? [] : [Date.parse(at)]));
  const firstMs = Math.min(...msOf([demand?.from, plan[0]?.at, forecast.slots[0]?.at, now]));
  const lastMs = Math.max(...msOf([plan.at(-1)?.at, forecast.slots.at(-1)?.at, now]));
  const startMs = Math.floor(firstMs / SLOT_MS) * SLOT_MS;
  return { startMs, stepMs: SLOT_MS, length: Math.floor((lastMs - startMs) / SLOT_MS) + 1 };
}

/** What was forecast of the past, and what is of the time ahead. */
function bandOfPreview(
  { forecast: { slots }, now }: PreviewJson,
  held: Timeline['band'],
  grid: Grid,
): Timeline['band'] {
  const startMs = Date.parse(slots[0]?.at ?? now);
  return (
    [
      [0.5, 'p50'],
      [0.9, 'p90'],
      [0.99, 'p99'],
    ] as const
  ).map(([level, key]) => {
    const ahead = ontoGrid({ startMs, stepMs: SLOT_MS, values: slots.map(({ peak }) => peak[key]) }, grid);
    const past = held.find((quantile) => quantile.level === level)?.values;
    return { level, values: past ? joined(ahead, past) : ahead };
  });
}

function linesOfPreview({ plan, alternatives = [], decision, now }: PreviewJson, grid: Grid): Line[] {
  const levelsOf = ({ levels: { from, stepSeconds, values } }: (typeof alternatives)[number]) =>
    ontoGrid({ startMs: Date.parse(from), stepMs: stepSeconds * 1000, values }, grid);
  const planned = {
    startMs: Date.parse(plan[0]?.at ?? now),
    stepMs: SLOT_MS,
    values: plan.map(({ capacity }) => capacity),
  };
  const ahead = ontoGrid(planned, grid);
  const ours = alternatives.find(({ name }) => name === decision.policy);
  return [
    { id: 'plan', label: 'Plan', color: '--plan', values: ours ? joined(ahead, levelsOf(ours)) : ahead, shown: true },
    ...alternatives
      .filter((alternative) => alternative !== ours)
      .map((alternative, i): Line => ({
        id: alternative.kind,
        label: alternative.name,
        color: lineColor(i),
        values: levelsOf(alternative),
        shown: false,
      })),
  ];
}

function scheduleOf({ actions, changes }: PreviewJson): ScheduleRow[] {
  const fate = new Map<string, string>();
  for (const { name } of changes.create) fate.set(name, 'create');
  for (const { name } of changes.update) fate.set(name, 'update');
  for (const { name } of changes.keep) fate.set(name, 'keep');
  const rowOf =
    (change: string) =>
    (action: PreviewJson['actions'][number]): ScheduleRow => ({
      atMs: atOf(action.schedule),
      when: action.schedule,
      minCapacity: action.minCapacity ?? null,
      maxCapacity: action.maxCapacity ?? null,
      name: action.name,
      change: change === '' ? (fate.get(action.name) ?? 'keep') : change,
    });
  return [
    ...actions.map(rowOf('')),
    ...changes.delete.map(rowOf('delete')),
    ...changes.foreign.map(rowOf('of others')),
  ];
}

function atOf(schedule: string): number | null {
  const match = /^at\((.{19})\)$/.exec(schedule);
  const atMs = Date.parse(`${match?.[1] ?? ''}Z`);
  return Number.isNaN(atMs) ? null : atMs;
}
