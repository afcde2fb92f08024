import { describe, expect, it } from 'vitest';
import { parseTargetConfig } from '../../src/config.ts';
import { decide } from '../../src/controller/tick.ts';
import { ringName } from '../../src/controller/ring.ts';
import { buildMetricGrid } from '../../src/metric-grid.ts';
import type { MetricReading, ScalingState, ScheduledAction } from '../../src/model.ts';
import { DAY_MS, formatAt, HOUR_MS } from '../../src/time.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const NOW = START + 6 * DAY_MS + 12 * HOUR_MS;
const config = (overrides: Record<string, unknown> = {}) =>
  parseTargetConfig(
    { functionName: 'f', alias: 'live' },
    { coldStartPriceUsd: 1, maxCapacity: 60, ...overrides },
    (path) => ({
      name: String(path[0]),
      value: undefined,
    }),
  );

/** A grid to `NOW`, as CloudWatch's is; known until `knownUntilMs`, with a working day of 12 concurrent executions. */
function reading(knownUntilMs = NOW): MetricReading {
  const length = (NOW - START) / 300_000;
  const timesMs = Array.from({ length }, (_, i) => START + i * 300_000).filter((timeMs) => timeMs < knownUntilMs);
  const busy = (timeMs: number) => (timeMs % DAY_MS >= 8 * HOUR_MS && timeMs % DAY_MS < 18 * HOUR_MS ? 12 : 1);
  const series = (value: (timeMs: number) => number) => ({ timesMs, values: timesMs.map(value) });
  const grid = buildMetricGrid(
    { startMs: START, stepSeconds: 300, length },
    {
      invocations: series((t) => busy(t) * 150),
      averageDurationMs: series(() => 2000),
      maxConcurrency: series((t) => busy(t) + 2),
    },
    [timesMs],
  );
  return { grids: [grid], reliableUntilMs: NOW, notes: [] };
}

const state = (level: number, actions: ScheduledAction[] = []): ScalingState => ({
  scalableTarget: { minCapacity: level, maxCapacity: level, scheduledScalingSuspended: false },
  actions,
  aliasHasWeights: false,
  provisioned: null,
});
const action = (name: string, atMs: number, level: number): ScheduledAction => ({
  name,
  schedule: formatAt(atMs),
  minCapacity: level,
  maxCapacity: level,
});
const own = (hoursAhead: number, level: number) =>
  action(ringName('prewarm', NOW + hoursAhead * HOUR_MS), NOW + hoursAhead * HOUR_MS, level);

describe('decide', () => {
  it('plans from fresh data', () => {
    const report = decide({ reading: reading(), state: state(14) }, config(), NOW);
    expect(report).toMatchObject({ outcome: 'planned', dataAgeSeconds: 0 });
  });

  it.each([
    ['twelve hours a constant level', 13, 'constant', 'nothing is known of the demand for hours'],
    ['two days the minimum', 49, 'released', 'back to the minimum'],
  ])('holds after %s without news, and says why', (_, hoursOld, outcome, why) => {
    const report = decide({ reading: reading(NOW - hoursOld * HOUR_MS), state: state(14) }, config(), NOW);
    expect(report.outcome).toBe(outcome);
    expect(report.reason).toContain(why);
    expect(new Set(report.plan!.capacity).size).toBe(1);
    expect(report.changes.registerNow?.minCapacity ?? 14).toBe(report.plan!.capacity[0]);
  });

  it('lets nothing fall when the grid reaches to now but nothing arrived for hours', () => {
    const report = decide({ reading: reading(NOW - 6 * HOUR_MS), state: state(40) }, config(), NOW);
    expect(report).toMatchObject({ outcome: 'held', dataAgeSeconds: 6 * 3600 });
    expect(report.changes.registerNow).toBeNull();
  });

  it('releases nothing that requests are using', () => {
    const report = decide({ reading: reading(), state: state(12) }, config({ coldStartPriceUsd: 0 }), NOW);
    expect(report.changes.registerNow?.minCapacity ?? 12).toBeGreaterThanOrEqual(12);
  });

  it.each([
    ['with fresh data', NOW, {}],
    ['with stale data', NOW - 6 * HOUR_MS, {}],
    ['by the budget', NOW, { maxCapacity: 60, monthlyBudgetUsd: 22 * 9 }],
  ])('brings what is above the cap down to it, and says what caps it, %s', (_, knownUntilMs, overrides) => {
    const report = decide(
      { reading: reading(knownUntilMs), state: state(55) },
      config({ maxCapacity: 9, ...overrides }),
      NOW,
    );
    expect(report.changes.registerNow?.maxCapacity).toBeLessThanOrEqual(9);
    const cap = 'monthlyBudgetUsd' in overrides ? 'monthlyBudgetUsd' : 'maxCapacity';
    expect(report.changes.registerNow?.reason).toMatch(
      new RegExp(`; the present floor is 55, above the [0-9]+ that ${cap} allows$`),
    );
    for (const each of report.actions) expect(each.maxCapacity).toBeLessThanOrEqual(9);
  });

  it('keeps its actions, and says so, where others leave no room for new ones', () => {
    const foreign = Array.from({ length: 195 }, (_, i) => action(`theirs-${i}`, NOW + HOUR_MS, 1));
    const mine = [own(2, 5), own(8, 0)];
    const report = decide({ reading: reading(), state: state(30, [...foreign, ...mine]) }, config(), NOW);
    expect(report.changes).toMatchObject({ registerNow: null, create: [], update: [], delete: [] });
    expect(report.changes.keep).toHaveLength(2);
    expect(report.notes.join()).toContain('leave no room');
  });
});
