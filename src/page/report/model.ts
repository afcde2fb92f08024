/** Either JSON as the one thing that the page shows. What an older JSON lacks is null here. */
import type { PreviewJson } from '../../report/preview-json.ts';
import type { ReplayJson } from '../../report/replay-json.ts';
import { type Change, type Grid, joined, levelsByChange, ontoGrid } from './series.ts';

export type Kind = 'on-demand' | 'constant' | 'repeat' | 'recent' | 'forecast' | 'policy';

/** A policy with what it would have cost and missed a day. */
export interface Point {
  name: string;
  kind: Kind;
  /** In a few words, for those that everybody looks for. */
  label: string | null;
  usdPerDay: number;
  coldStartsPerDay: number;
  coldStartRate: number;
  parameters: Parameters | null;
  /** True for what others did or do: it is compared with, but the price does not choose it. */
  fixed: boolean;
}

export type Parameters = NonNullable<NonNullable<ReplayJson['candidates']>[number]['parameters']>;

export interface Line {
  id: string;
  label: string;
  /** A custom property. */
  color: string;
  values: Float64Array;
  shown: boolean;
  dashed?: boolean;
}

export interface Timeline {
  grid: Grid;
  demand: Float64Array | null;
  /** The forecast's quantiles, ascending. */
  band: { level: number; values: Float64Array }[];
  /** Ours first. */
  lines: Line[];
  leadSeconds: number | null;
}

export interface Aim {
  /** One of both is null. */
  coldStartPriceUsd: number | null;
  maxColdStartRate: number | null;
}

export type Quality = NonNullable<ReplayJson['forecastQuality']>;

export interface ScheduleRow {
  atMs: number | null;
  when: string;
  minCapacity: number | null;
  maxCapacity: number | null;
  name: string;
  change: string;
}

export interface ReportModel {
  kind: 'preview' | 'replay';
  title: string;
  source: string | null;
  fromMs: number;
  toMs: number;
  /** The moment of a preview; null for a replay. */
  nowMs: number | null;
  aim: Aim;
  chosen: Point | null;
  points: Point[];
  timeline: Timeline;
  quality: Quality | null;
  schedule: ScheduleRow[];
  decisions: { atMs: number; policy: string }[];
  reason: string | null;
  assumptions: ReplayJson['assumptions'] | NonNullable<PreviewJson['assumptions']> | null;
  notes: string[];
  /** Kept for what only one of them has. */
  json: PreviewJson | ReplayJson;
}

const SLOT_MS = 300_000;
const DAY_MS = 86_400_000;

const COLORS = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--accent'];

export function modelOf(json: PreviewJson | ReplayJson): ReportModel {
  return json.schema === 'prewarm/preview/1' ? modelOfPreview(json) : modelOfReplay(json);
}

function titleOf(target: NonNullable<ReplayJson['target']> | undefined): { title: string; source: string | null } {
  const { functionName = null, alias = null, metrics = null } = target ?? {};
  if (functionName !== null)
    return { title: alias === null ? functionName : `${functionName}:${alias}`, source: metrics };
  if (metrics === null) return { title: 'No name', source: null };
  return { title: metrics.split(/[\\/]/).at(-1) ?? metrics, source: null };
}

type DemandJson = NonNullable<PreviewJson['demand']>;
type HeldJson = NonNullable<PreviewJson['heldForecast']>;

function demandOn(grid: Grid, demand: DemandJson | undefined): Float64Array | null {
  if (!demand) return null;
  const { from, peak } = demand;
  return ontoGrid({ startMs: Date.parse(from), stepMs: peak.stepSeconds * 1000, values: peak.values }, grid);
}

function heldOn(grid: Grid, held: HeldJson | undefined): Timeline['band'] {
  if (!held) return [];
  const [startMs, stepMs] = [Date.parse(held.from), held.stepSeconds * 1000];
  return held.quantiles.map(({ level, values }) => ({ level, values: ontoGrid({ startMs, stepMs, values }, grid) }));
}

function changesOf(timeline: readonly { at: string; capacity: number }[]): Change[] {
  return timeline.map(({ at, capacity }) => ({ atMs: Date.parse(at), level: capacity }));
}

// Replay

const POLICY_LABELS: Readonly<Record<string, string>> = {
  prewarm: 'Prewarm',
  'on-demand': 'On demand',
  'target-tracking': 'Target tracking',
  'best-constant': 'Best constant',
  'hourly-predictive': 'Hourly predictive',
  'last-week': 'Last week repeated',
  clairvoyant: 'Clairvoyant',
};

export function policyLabel(name: string): string {
  return POLICY_LABELS[name] ?? name;
}

function modelOfReplay(json: ReplayJson): ReportModel {
  const [fromMs, toMs] = [Date.parse(json.evaluated.from), Date.parse(json.evaluated.to)];
  const days = Math.max(1 / 24, (toMs - fromMs) / DAY_MS);
  const stepMs = (json.demand?.peak.stepSeconds ?? 300) * 1000;
  const grid: Grid = { startMs: fromMs, stepMs, length: Math.max(0, Math.round((toMs - fromMs) / stepMs)) };
  const policies = json.policies.map((policy): Point => ({
    name: policy.name,
    kind: 'policy',
    label: policyLabel(policy.name),
    usdPerDay: policy.costUsd / days,
    coldStartsPerDay: policy.coldStarts / days,
    coldStartRate: policy.coldStartRate,
    parameters: null,
    fixed: true,
  }));
  const candidates = (json.candidates ?? []).map((candidate): Point => ({
    name: candidate.name,
    kind: candidate.kind,
    label: null,
    usdPerDay: candidate.costUsd / days,
    coldStartsPerDay: candidate.coldStarts / days,
    coldStartRate: candidate.coldStartRate,
    parameters: candidate.parameters,
    fixed: false,
  }));
  const { coldStartPriceUsd, maxColdStartRate } = json.assumptions;
  return {
    kind: 'replay',
    ...titleOf(json.target),
    fromMs,
    toMs,
    nowMs: null,
    aim: { coldStartPriceUsd, maxColdStartRate },
    chosen: policies.find(({ name }) => name === 'prewarm') ?? null,
    points: [...candidates, ...policies],
    timeline: {
      grid,
      demand: demandOn(grid, json.demand),
      band: heldOn(grid, json.heldForecast),
      lines: json.policies.map(({ name, timeline }, i): Line => ({
        id: name,
        label: policyLabel(name),
        color: i === 0 ? '--plan' : (COLORS[(i - 1) % COLORS.length] ?? '--line-5'),
        values: levelsByChange(changesOf(timeline), grid, toMs),
        shown: i === 0,
        dashed: name === 'clairvoyant',
      })),
      leadSeconds: json.heldForecast?.leadSeconds ?? null,
    },
    quality: json.forecastQuality ?? null,
    schedule: (json.policies.find(({ name }) => name === 'prewarm')?.timeline ?? []).map(({ at, capacity }) => ({
      atMs: Date.parse(at),
      when: at,
      minCapacity: capacity,
      maxCapacity: capacity,
      name: '',
      change: '',
    })),
    decisions: (json.decisions ?? []).map(({ at, policy }) => ({ atMs: Date.parse(at), policy })),
    reason: null,
    assumptions: json.assumptions,
    notes: json.notes,
    json,
  };
}

// Preview

const KIND_LABELS: Readonly<Record<string, string>> = {
  'on-demand': 'On demand',
  constant: 'Best constant',
  repeat: 'Best repeat',
  recent: 'Best of tracking the recent peak',
  forecast: 'Best forecast plan',
};

function modelOfPreview(json: PreviewJson): ReportModel {
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
        color: COLORS[i % COLORS.length] ?? '--line-5',
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
