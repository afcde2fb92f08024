/** The policies that compete at every decision. */

export type Candidate =
  /** Nothing provisioned but the minimum. */
  | { kind: 'on-demand' }
  /** The same level at all times. */
  | { kind: 'constant'; level: number }
  /** The peaks of the same time a day or a week ago, held around. */
  | { kind: 'repeat'; days: 1 | 7; holdSlots: number }
  /** A multiple of the highest peak in the last `recentSlots` slots. */
  | { kind: 'recent'; recent: RecentPeak }
  /**
   * Covers a quantile of the highest demand in the next `holdSlots` slots and holds it for as long afterwards; never
   * less than the floor, nor than a multiple of the recent peak where there is one.
   */
  | { kind: 'forecast'; coverQuantile: number; holdSlots: number; floor: number; recent: RecentPeak | null };

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
      return `constant ${candidate.level}`;
    case 'repeat':
      return `last ${candidate.days === 1 ? 'day' : 'week'} repeated, hold ${candidate.holdSlots * 5} min`;
    case 'recent':
      return recentName(candidate.recent);
    case 'forecast': {
      const { coverQuantile, holdSlots, floor, recent } = candidate;
      const atLeast = [...(floor > 0 ? [`floor ${floor}`] : []), ...(recent ? [`or ${recentName(recent)}`] : [])];
      return [`forecast q${+(coverQuantile * 100).toFixed(2)}, hold ${holdSlots * 5} min`, ...atLeast].join(', ');
    }
  }
}

function recentName({ slots, factor }: RecentPeak): string {
  const minutes = slots * 5;
  return `peak of the last ${minutes > 120 ? `${minutes / 60} h` : `${minutes} min`} x ${factor}`;
}

export const COVER_QUANTILES = [0.5, 0.75, 0.9, 0.96, 0.99, 0.997, 0.999, 0.9999] as const;
export const HOLD_SLOTS = [1, 3, 6, 12] as const;
const FLOORED_HOLD_SLOTS = [1, 3];
/** Shares of the history's 99.9 % peak that serve as floors. */
const FLOOR_SHARES = [0.1, 0.25, 0.5];
const RECENT_SLOTS = [3, 6, 12, 24];
/** 1.43 is the headroom of a utilisation of 0.7, AWS's example for target tracking. */
const RECENT_FACTORS = [0.7, 1, 1.2, 1.43, 2];
/** Six hours and a day: for bursts that come again, nobody knows when. */
const LONG_RECENT_SLOTS = [72, 288];
const LONG_RECENT_FACTORS = [0.7, 1];
const RAISED_QUANTILES = [0.75, 0.96];
const RAISED_HOLD_SLOTS = 3;
const RAISED_RECENT_SLOTS = [3, 12, 24];
const RAISED_FACTORS = [1, 1.2];
const MOST_CONSTANTS = 24;
/** Levels lie on a grid of their own, so that those of one day are mostly those of the next. */
const LEVEL_RATIO = 1.12;

/** All candidates; `peaks` are those seen in the period of the comparison, from which constants and floors are taken. */
export function allCandidates(peaks: Float64Array): Candidate[] {
  const sorted = peaks.toSorted();
  const high = sorted[Math.floor((sorted.length - 1) * 0.999)] ?? 0;
  const floors = [...new Set(FLOOR_SHARES.map((share) => onGrid(high * share)))].filter((level) => level > 0);
  return [...simpleCandidates(peaks), ...forecastCandidates(floors)];
}

/** Those that need no forecast. */
export function simpleCandidates(peaks: Float64Array): Candidate[] {
  const top = peaks.reduce((highest, peak) => Math.max(highest, peak), 0);
  return [
    { kind: 'on-demand' },
    ...constantLevels(top).map((level): Candidate => ({ kind: 'constant', level })),
    ...[1, 3, 6].flatMap((holdSlots): Candidate[] => [
      { kind: 'repeat', days: 1, holdSlots },
      { kind: 'repeat', days: 7, holdSlots },
    ]),
    ...recentCandidates(RECENT_SLOTS, RECENT_FACTORS),
    ...recentCandidates(LONG_RECENT_SLOTS, LONG_RECENT_FACTORS),
  ];
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

/** At most so many levels of the grid up to the highest peak, evenly spaced by ratio, the lowest ones among them. */
function constantLevels(top: number): number[] {
  const levels = [...new Set(gridUpTo(top))];
  const every = Math.max(1, Math.ceil(levels.length / MOST_CONSTANTS));
  return levels.filter((_, i) => (levels.length - 1 - i) % every === 0);
}

function* gridUpTo(top: number): Generator<number> {
  for (let level = 1; ; level = nextOnGrid(level)) {
    if (level >= top) {
      if (top > 0) yield level;
      return;
    }
    yield level;
  }
}

function nextOnGrid(level: number): number {
  return Math.max(level + 1, Math.round(level * LEVEL_RATIO));
}

/** The nearest level of the grid from below; 0 below 1. */
function onGrid(level: number): number {
  if (level < 1) return 0;
  let found = 1;
  for (let next = nextOnGrid(found); next <= level; next = nextOnGrid(next)) found = next;
  return found;
}
