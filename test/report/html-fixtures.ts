/** Replays and previews as JSON, made up without running anything: of any length, with any names. */
import type { PreviewJson } from '../../src/report/preview-json.ts';
import type { ReplayJson } from '../../src/report/replay-json.ts';
import { DAY_MS, isoUtc, MINUTE_MS, SLOT_MS } from '../../src/time.ts';

const START_MS = Date.UTC(2026, 9, 5);

/** A day's wave with some noise, never below zero. */
function demandAt(timeMs: number): number {
  const hour = (timeMs % DAY_MS) / 3_600_000;
  const noise = ((timeMs / MINUTE_MS) * 7919) % 11;
  return Math.max(0, Math.round(20 + 18 * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + noise - 5));
}

const series = (days: number, stepMs: number) => ({
  stepSeconds: stepMs / 1000,
  values: Array.from({ length: (days * DAY_MS) / stepMs }, (_, i) => demandAt(START_MS + i * stepMs)),
});

const PRICES = {
  onDemandGbSecondUsd: 0.0000166667,
  provisionedGbSecondUsd: 0.0000041667,
  provisionedDurationGbSecondUsd: 0.0000097222,
  requestUsd: 0.0000002,
};

/** What both kinds of report say that they assume. */
const ASSUMED = {
  averageDurationMs: 2000,
  coldStartMs: 5000,
  idleTimeoutSeconds: 600,
  memoryMb: 2048,
  architecture: 'x86_64' as const,
  region: 'us-east-1',
  prices: PRICES,
  coldStartPriceUsd: 0.02,
  maxColdStartRate: null,
  minCapacity: 0,
  maxCapacity: 900,
  leadTimeSeconds: 240,
};

/** From dear and good to cheap and bad, so that every price has a best of its own. */
const CANDIDATES = [
  { name: 'on demand', kind: 'on-demand', parameters: {}, cost: 1, colds: 400 },
  { name: 'constant 10', kind: 'constant', parameters: { level: 10 }, cost: 2.5, colds: 150 },
  { name: 'constant 40', kind: 'constant', parameters: { level: 40 }, cost: 9, colds: 0 },
  {
    name: 'peak of the last 15 min x 1.43',
    kind: 'recent',
    parameters: { recentSeconds: 900, recentFactor: 1.43 },
    cost: 3.4,
    colds: 90,
  },
  {
    name: 'last week repeated, hold 15 min',
    kind: 'repeat',
    parameters: { repeatedDays: 7, holdSeconds: 900 },
    cost: 3.1,
    colds: 60,
  },
  ...[0.5, 0.9, 0.99, 0.999].map((coverQuantile, i) => ({
    name: `forecast q${coverQuantile * 100}, hold 15 min`,
    kind: 'forecast' as const,
    parameters: { coverQuantile, holdSeconds: 900 },
    cost: 2 + i,
    colds: 100 / 4 ** i,
  })),
] as const;

const quality = {
  from: isoUtc(START_MS),
  to: isoUtc(START_MS + 7 * DAY_MS),
  origins: 64,
  levels: [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99],
  leads: [0, 900, 3600, 10_800, 43_200].map((fromSeconds, i, all) => ({
    fromSeconds,
    toSeconds: all[i + 1] ?? 86_400,
    scored: 192 * (i + 1),
    coverage: [0.12, 0.27, 0.52, 0.77, 0.91, 0.955, 0.985],
    pinballLoss: [0.4, 0.7, 0.9, 0.8, 0.5, 0.3, 0.1],
    medianError: 2 + i * 0.3,
    repeatedDayError: 3.5,
  })),
};

const held = (days: number) => ({
  leadSeconds: 600,
  from: isoUtc(START_MS),
  stepSeconds: 300,
  quantiles: [0.5, 0.9, 0.99].map((level, i) => ({
    level,
    values: series(days, SLOT_MS).values.map((value) => value + 4 * i),
  })),
});

/** In force, and the cheapest at the given price. */
const CHOSEN = 'forecast q90, hold 15 min';

export interface FixtureOptions {
  days?: number;
  /** Stands for every name that comes from outside. */
  name?: string;
}

export function replayFixture({ days = 7, name = 'checkout' }: FixtureOptions = {}): ReplayJson {
  const [from, to] = [isoUtc(START_MS), isoUtc(START_MS + days * DAY_MS)];
  const policy = (id: string, costUsd: number, coldStarts: number, level: number) => ({
    name: id,
    detail: name === 'checkout' ? id : name,
    costUsd: costUsd * days,
    coldStarts: coldStarts * days,
    coldStartRate: coldStarts / 20_000,
    effectiveCostUsd: (costUsd + coldStarts * 0.02) * days,
    provisionedHours: level * 24 * days,
    utilization: level === 0 ? null : 0.4,
    timeline: Array.from({ length: days * 24 }, (_, hour) => ({
      at: isoUtc(START_MS + hour * 3_600_000),
      capacity: level === 0 ? 0 : level + (hour % 24),
    })),
  });
  return {
    schema: 'prewarm/replay/1',
    evaluated: { from, to, invocations: 20_000 * days },
    assumptions: {
      seed: 1,
      ...ASSUMED,
      allocationDelaySeconds: 90,
      actionLatenessSeconds: 5,
    },
    policies: [
      policy('prewarm', 3.2, 20, 12),
      policy('on-demand', 1, 410, 0),
      policy('target-tracking', 4, 70, 14),
      policy('best-constant', 2.6, 140, 10),
      policy('clairvoyant', 2.1, 9, 9),
    ],
    notes: [name === 'checkout' ? 'prices as of 2026-11-01' : name],
    target: { functionName: name, alias: 'live', metrics: null },
    demand: { from, peak: series(days, MINUTE_MS), mean: series(days, SLOT_MS) },
    heldForecast: held(days),
    forecastQuality: quality,
    decisions: [{ at: from, policy: CHOSEN, outcome: 'planned', forecastTrusted: true }],
    candidates: CANDIDATES.map(({ name: own, kind, parameters, cost, colds }) => ({
      name: own,
      kind,
      parameters,
      costUsd: cost * days,
      coldStarts: colds * days,
      coldStartRate: colds / 20_000,
    })),
  };
}

export function previewFixture({ days = 7, name = 'checkout' }: FixtureOptions = {}): PreviewJson {
  const nowMs = START_MS + days * DAY_MS;
  const ahead = Array.from({ length: 288 }, (_, slot) => nowMs + slot * SLOT_MS);
  const actions = Array.from({ length: 40 }, (_, i) => ({
    name: name === 'checkout' ? `prewarm-1-${String(i).padStart(4, '0')}` : `${name}-${i}`,
    schedule: `at(${isoUtc(nowMs + (i + 1) * 30 * MINUTE_MS).slice(0, -1)})`,
    minCapacity: i % 24,
    maxCapacity: i % 24,
  }));
  return {
    schema: 'prewarm/preview/1',
    target: { functionName: name, alias: 'live', metrics: null },
    now: isoUtc(nowMs),
    history: { from: isoUtc(START_MS), to: isoUtc(nowMs), stepSeconds: 300, points: days * 288, missing: 0 },
    forecast: {
      model: 'Holt-Winters, day and week',
      stepSeconds: 300,
      slots: ahead.map((timeMs) => {
        const peak = demandAt(timeMs);
        return {
          at: isoUtc(timeMs),
          mean: peak / 2,
          peak: { p50: peak, p90: peak + 4, p95: peak + 5, p99: peak + 8, p999: peak + 11 },
        };
      }),
    },
    decision: {
      policy: CHOSEN,
      reason: `${CHOSEN} would have been the cheapest of 9 policies; on demand: more`,
      outcome: 'planned',
      forecastTrust: { trusted: true, coverage: 0.91, relativeLoss: 0.7 },
      candidates: CANDIDATES.map(({ name: own, kind, parameters, cost, colds }) => ({
        name: own,
        kind,
        chosen: own === CHOSEN,
        parameters,
        costUsdPerDay: cost,
        coldStartsPerDay: colds,
        coldStartRate: colds / 20_000,
        effectiveCostUsdPerDay: cost + colds * 0.02,
      })),
    },
    plan: ahead.map((timeMs) => ({ at: isoUtc(timeMs), capacity: demandAt(timeMs) + 5 })),
    actions,
    changes: {
      registerNow: { minCapacity: 3, maxCapacity: 3, reason: name },
      create: actions.map((action) => ({ ...action, reason: name })),
      update: [],
      delete: [],
      keep: [],
      foreign: [],
    },
    notes: [name === 'checkout' ? 'nothing is known of what is set up' : name],
    assumptions: {
      ...ASSUMED,
      monthlyBudgetUsd: null,
      horizonHours: 24,
      timeZone: 'UTC',
    },
    demand: { from: isoUtc(START_MS), peak: series(days, SLOT_MS), mean: series(days, SLOT_MS) },
    heldForecast: held(days),
    forecastQuality: quality,
    alternatives: CANDIDATES.slice(0, 5).map(({ name: own, kind }) => ({
      name: own,
      kind,
      levels: { from: isoUtc(START_MS), stepSeconds: 300, values: series(days, SLOT_MS).values },
    })),
  };
}

/** As they were before reports: no field that came later. */
export function olderReplay(): ReplayJson {
  const { schema, evaluated, assumptions, policies, notes } = replayFixture();
  return { schema, evaluated, assumptions, policies, notes };
}

export function olderPreview(): PreviewJson {
  const { schema, target, now, history, forecast, decision, plan, actions, changes, notes } = previewFixture();
  const candidates = decision.candidates.map((candidate) => {
    const older = { ...candidate };
    delete older.parameters;
    return older;
  });
  return {
    schema,
    target,
    now,
    history,
    forecast,
    decision: { ...decision, candidates },
    plan,
    actions,
    changes,
    notes,
  };
}

/** Ends a script, opens one, turns the reading direction, and is long. */
export const HOSTILE_NAMES = {
  'ends the script': '</script><script>document.documentElement.dataset.owned = "1"</script>',
  'opens an image': '<img src=x onerror="document.documentElement.dataset.owned = 1">',
  'opens a comment': '<!--<script>',
  'turns the direction': 'safe\u202egnp.exe\u2066\u2028',
  'looks like a placeholder': '$& ${name} $1 {{x}}',
  'is 10,000 characters long': 'W'.repeat(10_000),
} as const;
