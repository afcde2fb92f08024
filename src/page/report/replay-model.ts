/** The JSON of a replay as the page's model. */
import type { ReplayJson } from '../../report/replay-json.ts';
import { demandOn, heldOn, lineColor, titleOf } from './model-parts.ts';
import type { Line, Point, ReportModel } from './model.ts';
import { type Change, type Grid, levelsByChange } from './series.ts';

const DAY_MS = 86_400_000;

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

export function modelOfReplay(json: ReplayJson): ReportModel {
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
        color: i === 0 ? '--plan' : lineColor(i - 1),
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

function changesOf(timeline: readonly { at: string; capacity: number }[]): Change[] {
  return timeline.map(({ at, capacity }) => ({ atMs: Date.parse(at), level: capacity }));
}
