/** What the page shows, whichever JSON it is made of. What an older JSON lacks is null here. */
import type { PreviewJson } from '../../report/preview-json.ts';
import type { ReplayJson } from '../../report/replay-json.ts';
import { modelOfPreview } from './preview-model.ts';
import { modelOfReplay } from './replay-model.ts';
import type { Grid } from './series.ts';

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

export function modelOf(json: PreviewJson | ReplayJson): ReportModel {
  return json.schema === 'prewarm/preview/1' ? modelOfPreview(json) : modelOfReplay(json);
}
