/** The policies that compete at every decision. */

export type Candidate =
  /** Nothing provisioned but the minimum. */
  | { kind: 'on-demand' }
  /** The same level at all times. */
  | { kind: 'constant'; level: number; released?: true }
  /** The peaks of the same time a day or a week ago, held around, and for `afterSlots` more afterwards. */
  | RepeatPlan
  /** A multiple of the highest peak in the last slots. */
  | { kind: 'recent'; recent: RecentPeak; released?: true }
  /**
   * Covers a quantile of the highest demand in the next `holdSlots` slots and holds it for as long afterwards; never
   * less than the floor, nor than a multiple of the recent peak where there is one.
   */
  | ({ kind: 'forecast' } & ForecastPlan);

export interface RepeatPlan {
  kind: 'repeat';
  days: 1 | 7;
  holdSlots: number;
  afterSlots?: number;
}

export interface ForecastPlan {
  coverQuantile: CoverQuantile;
  holdSlots: HoldSlots;
  floor: number;
  recent: RecentPeak | null;
  /** The floor, not the forecast, is let go in idle hours (idle-hours.ts), as the levels of other kinds are. */
  released?: true;
}

export interface RecentPeak {
  slots: number;
  factor: number;
}

/** Also what a candidate's past is remembered by: equal names, equal candidates. */
export function candidateName(candidate: Candidate): string {
  switch (candidate.kind) {
    case 'on-demand':
      return 'on demand';
    case 'constant':
      return `constant ${candidate.level}${releaseName(candidate)}`;
    case 'repeat':
      return `last ${candidate.days === 1 ? 'day' : 'week'} repeated, hold ${candidate.holdSlots * 5} min${candidate.afterSlots ? ` and ${candidate.afterSlots * 5} after` : ''}`;
    case 'recent':
      return `${recentName(candidate.recent)}${releaseName(candidate)}`;
    case 'forecast': {
      const { coverQuantile, holdSlots, floor, recent } = candidate;
      const atLeast = [
        ...(floor > 0 ? [`floor ${floor}${releaseName(candidate)}`] : []),
        ...(recent ? [`or ${recentName(recent)}`] : []),
      ];
      return [`forecast q${+(coverQuantile * 100).toFixed(2)}, hold ${holdSlots * 5} min`, ...atLeast].join(', ');
    }
  }
}

function releaseName({ released }: { released?: true }): string {
  return released ? ' but in idle hours' : '';
}

function recentName({ slots, factor }: RecentPeak): string {
  const minutes = slots * 5;
  return `peak of the last ${minutes > 120 ? `${minutes / 60} h` : `${minutes} min`} x ${factor}`;
}

export const COVER_QUANTILES = [0.5, 0.75, 0.9, 0.96, 0.99, 0.997, 0.999, 0.9999] as const;
export const HOLD_SLOTS = [1, 3, 6, 12] as const;
export type CoverQuantile = (typeof COVER_QUANTILES)[number];
export type HoldSlots = (typeof HOLD_SLOTS)[number];
const FLOORED_HOLD_SLOTS: readonly HoldSlots[] = [1, 3];
/** Shares of the history's 99.9 % peak that serve as floors. */
const FLOOR_SHARES = [0.1, 0.25, 0.5];
/** A little afterwards alone, since a release comes a minute early: for what comes on the clock, once. */
const REPEAT_HOLDS = [{ holdSlots: 1 }, { holdSlots: 1, afterSlots: 1 }, { holdSlots: 3 }, { holdSlots: 6 }];
const RECENT_SLOTS = [3, 6, 12, 24];
/** 1.43 is the headroom of a utilisation of 0.7, AWS's example for target tracking. */
const RECENT_FACTORS = [0.7, 1, 1.2, 1.43, 2];
/** Six hours and a day: for bursts that come again, nobody knows when. */
const LONG_RECENT_SLOTS = [72, 288];
const LONG_RECENT_FACTORS = [0.7, 1];
const RELEASED_HOLD_SLOTS = 3;
const RAISED_QUANTILES: readonly CoverQuantile[] = [0.75, 0.96];
const RAISED_HOLD_SLOTS = 3;
const RAISED_RECENT_SLOTS = [3, 12, 24];
const RAISED_FACTORS = [1, 1.2];
const MOST_CONSTANTS = 32;
/** Levels lie on grids of their own, so that those of one day are mostly those of the next. */
const LEVEL_RATIO = 1.12;
const CONSTANT_RATIOS = [1.02, 1.04, 1.08, 1.16, 1.35, 1.8, 3];

/**
 * All candidates; `peaks` are those seen in the period of the comparison, from which constants and floors are taken. Where there
 * are idle hours, what a policy holds whatever the forecast competes with and without its release in them.
 */
export function allCandidates(peaks: Float64Array, idleHours = false): Candidate[] {
  const sorted = peaks.toSorted();
  const high = sorted[Math.floor((sorted.length - 1) * 0.999)] ?? 0;
  const floors = [...new Set(FLOOR_SHARES.map((share) => onGrid(high * share)))].filter((level) => level > 0);
  const candidates = forecastCandidates(floors);
  return [...simpleCandidates(peaks, idleHours), ...candidates, ...(idleHours ? candidates.flatMap(released) : [])];
}

/** Those that need no forecast. */
export function simpleCandidates(peaks: Float64Array, idleHours = false): Candidate[] {
  const steady = [
    ...constantLevels(peaks).map((level): Candidate => ({ kind: 'constant', level })),
    ...recentCandidates(LONG_RECENT_SLOTS, LONG_RECENT_FACTORS),
  ];
  return [
    { kind: 'on-demand' },
    ...steady,
    ...(idleHours ? steady.flatMap(released) : []),
    ...REPEAT_HOLDS.flatMap((hold): Candidate[] => [
      { kind: 'repeat', days: 1, ...hold },
      { kind: 'repeat', days: 7, ...hold },
    ]),
    ...recentCandidates(RECENT_SLOTS, RECENT_FACTORS),
  ];
}

/** The candidate with the release of what it holds in idle hours; none where that is nothing. Of floors, those of one hold are enough. */
function released(candidate: Candidate): Candidate[] {
  const holds =
    candidate.kind === 'constant' ||
    candidate.kind === 'recent' ||
    (candidate.kind === 'forecast' && candidate.floor > 0 && candidate.holdSlots === RELEASED_HOLD_SLOTS);
  return holds ? [{ ...candidate, released: true }] : [];
}

function recentCandidates(windows: readonly number[], factors: readonly number[]): Candidate[] {
  return windows.flatMap((slots) =>
    factors.map((factor): Candidate => ({ kind: 'recent', recent: { slots, factor } })),
  );
}

function forecastCandidates(floors: readonly number[]): Candidate[] {
  return [
    ...COVER_QUANTILES.flatMap((coverQuantile) =>
      HOLD_SLOTS.flatMap((holdSlots) =>
        [0, ...(FLOORED_HOLD_SLOTS.includes(holdSlots) ? floors : [])].map((floor): Candidate => ({
          kind: 'forecast',
          coverQuantile,
          holdSlots,
          floor,
          recent: null,
        })),
      ),
    ),
    ...RAISED_QUANTILES.flatMap((coverQuantile) =>
      RAISED_RECENT_SLOTS.flatMap((slots) =>
        RAISED_FACTORS.map((factor): Candidate => ({
          kind: 'forecast',
          coverQuantile,
          holdSlots: RAISED_HOLD_SLOTS,
          floor: 0,
          recent: { slots, factor },
        })),
      ),
    ),
  ];
}

/** Levels of the finest grid that has few enough between half of what is nearly always needed and the highest peak. */
function constantLevels(peaks: Float64Array): number[] {
  const sorted = peaks.toSorted();
  const top = sorted.at(-1) ?? 0;
  const least = (sorted[Math.floor(sorted.length * 0.05)] ?? 0) / 2;
  let levels: number[] = [];
  for (const ratio of CONSTANT_RATIOS) {
    levels = [...gridBetween(least, top, ratio)];
    if (levels.length <= MOST_CONSTANTS) break;
  }
  return levels;
}

/** The levels of the grid from 1 on that are at least `least`, and what reaches `top`. */
function* gridBetween(least: number, top: number, ratio: number): Generator<number> {
  if (!(top > 0)) return;
  let level = 1;
  for (; level < top; level = nextOnGrid(level, ratio)) if (level >= least) yield level;
  yield Math.ceil(top);
}

function nextOnGrid(level: number, ratio = LEVEL_RATIO): number {
  return Math.max(level + 1, Math.round(level * ratio));
}

/** The nearest level of the grid from below; 0 below 1. */
function onGrid(level: number): number {
  if (level < 1) return 0;
  let found = 1;
  for (let next = nextOnGrid(found); next <= level; next = nextOnGrid(next)) found = next;
  return found;
}
