/** The walk through the past against the live tick: the same function of the same knowledge, minute by minute. */
import { describe, expect, it } from 'vitest';
import type { TargetConfig } from '../../src/config.ts';
import { emptyMemory } from '../../src/controller/planner-memory.ts';
import { decide, isCarriedOut } from '../../src/controller/tick.ts';
import type { CapacityBounds, MetricReading, ScheduledAction } from '../../src/model.ts';
import { prepareEvaluation } from '../../src/replay/evaluate.ts';
import { replay, walkThrough } from '../../src/replay/replay.ts';
import { cutTimeline, type Timeline, TimelineBuilder } from '../../src/replay/timeline.ts';
import { DATA_DELAY_MS } from '../../src/replay/walk.ts';
import { DAY_MS, HOUR_MS, isoUtc, MINUTE_MS, parseAt, SLOT_MS, TICK_OFFSET_MS } from '../../src/time.ts';
import { cutReading, measuredOf, readingOf, settingsOf, START_MS, workingDays } from './support.ts';

const LATE_MS = 5000;
/** In the morning, when the level is about to rise. */
const GAP_MS = START_MS + 3 * DAY_MS + 7 * HOUR_MS;
const base = { maxCapacity: 60, coldStartPriceUsd: 0.3, horizonHours: 6, averageDurationMs: 2000 };

/** A live controller of one target, tick by tick, on an Application Auto Scaling of a few lines. */
function liveTimeline(
  reading: MetricReading,
  config: TargetConfig,
  { dataDelayMs = DATA_DELAY_MS, ...span }: { fromMs: number; toMs: number; dataDelayMs?: number },
) {
  const timeline = new TimelineBuilder();
  const outcomes = new Set<string>();
  const memory = emptyMemory();
  let bounds: CapacityBounds = { minCapacity: config.minCapacity, maxCapacity: config.maxCapacity };
  let capacity = config.minCapacity;
  let actions: ScheduledAction[] = [];
  let firedUntilMs = span.fromMs;
  const set = (change: Partial<CapacityBounds>, atMs: number) => {
    bounds = { ...bounds, ...change };
    capacity = Math.min(bounds.maxCapacity, Math.max(bounds.minCapacity, capacity));
    timeline.push(atMs, capacity);
  };
  const fire = (nowMs: number) => {
    for (const { schedule, minCapacity, maxCapacity } of actions) {
      const atMs = parseAt(schedule)!;
      if (atMs + LATE_MS > firedUntilMs && atMs + LATE_MS <= nowMs)
        set({ minCapacity: minCapacity!, maxCapacity: maxCapacity! }, atMs);
    }
    firedUntilMs = nowMs;
  };
  for (let nowMs = span.fromMs + TICK_OFFSET_MS; nowMs < span.toMs; nowMs += SLOT_MS) {
    fire(nowMs);
    const state = {
      scalableTarget: { ...bounds, scheduledScalingSuspended: false },
      actions,
      aliasHasWeights: false,
      provisioned: null,
    };
    const known = { ...reading, reliableUntilMs: nowMs - dataDelayMs };
    const report = decide({ reading: known, state, memory }, config, nowMs);
    outcomes.add(report.outcome);
    if (!isCarriedOut(report.outcome)) continue;
    actions = report.actions;
    const { registerNow } = report.changes;
    if (registerNow) set({ minCapacity: registerNow.minCapacity, maxCapacity: registerNow.maxCapacity }, nowMs);
  }
  fire(span.toMs);
  return { timeline: timeline.read(), outcomes };
}

/** Working days; with `gapHours` nothing is known so long after GAP_MS. */
function readingWithGap(gapHours: number): MetricReading {
  const inGap = (i: number) => i >= GAP_MS && i < GAP_MS + gapHours * HOUR_MS;
  const invocations = workingDays(7).map((count, i) => (inGap(START_MS + i * SLOT_MS) ? NaN : count));
  return readingOf({ stepSeconds: 300, invocations });
}

/** Half an hour after GAP_MS demand becomes five times as much as usual. */
function readingWithSurprise(): MetricReading {
  const isSurprise = (i: number) => i * SLOT_MS >= GAP_MS - START_MS + HOUR_MS / 2;
  return readingOf({
    stepSeconds: 300,
    invocations: workingDays(7).map((count, i) => (isSurprise(i) ? 5 * count : count)),
  });
}

interface Case {
  gapHours?: number;
  /** Compared, from GAP_MS on. */
  hours: [number, number];
  overrides?: Record<string, unknown>;
}

describe('the walk and the live tick', () => {
  it.each([
    ['without gaps', { hours: [1, 5] }, ['planned']],
    [
      'under a budget, in floor mode',
      { hours: [1, 3], overrides: { monthlyBudgetUsd: 100, scalingMode: 'floor' } },
      ['planned'],
    ],
    ['where cold starts cost nothing', { hours: [1, 3], overrides: { coldStartPriceUsd: 0 } }, ['planned']],
    ['into a gap and out of it', { gapHours: 3, hours: [0, 5] }, ['planned', 'held']],
    ['after half a day without metrics', { gapHours: 50, hours: [11, 14] }, ['held', 'constant']],
    [
      'after two days without metrics, and when they are back',
      { gapHours: 50, hours: [47, 52] },
      ['constant', 'released', 'planned'],
    ],
  ] as [string, Case, string[]][])('hold the same at every minute %s', async (_, what, expected) => {
    const { gapHours = 0, hours, overrides } = what;
    const [fromMs, toMs] = [GAP_MS + hours[0] * HOUR_MS, GAP_MS + hours[1] * HOUR_MS];
    const reading = readingWithGap(gapHours);
    const config = measuredOf({ ...base, ...overrides });
    const evaluation = prepareEvaluation(reading, { fromMs, toMs }, config);
    const walk = await walkThrough(evaluation, config);
    const live = liveTimeline(reading, config, { fromMs: evaluation.warmUpFromMs, toMs });
    expect([...live.outcomes]).toEqual(expected);
    expect([...new Set(walk.decisions.map(({ outcome }) => outcome))]).toEqual(expected);
    expect(cutTimeline(walk.timeline, fromMs, toMs)).toEqual(cutTimeline(live.timeline, fromMs, toMs));
  });
});

describe('a function whose timeout is 15 minutes', () => {
  it('is replayed as it is planned for live: a surprise is known that late', async () => {
    const [fromMs, toMs] = [GAP_MS, GAP_MS + 2.5 * HOUR_MS];
    const reading = readingWithSurprise();
    const config = measuredOf({ ...base, coldStartPriceUsd: 3 });
    const evaluation = prepareEvaluation(reading, { fromMs, toMs }, config);
    const delay = { dataDelayMs: 15 * MINUTE_MS };
    const walk = await walkThrough(evaluation, config, delay);
    const live = liveTimeline(reading, config, { fromMs: evaluation.warmUpFromMs, toMs, ...delay });
    // A plan begins with the first slot that is not known, live with that of now: a hold that reaches back may differ by a little.
    for (let atMs = fromMs; atMs < toMs; atMs += MINUTE_MS)
      expect(Math.abs(levelAt(walk.timeline, atMs) - levelAt(live.timeline, atMs)), isoUtc(atMs)).toBeLessThanOrEqual(
        1,
      );
  });
});

function levelAt(timeline: Timeline, atMs: number): number {
  return timeline.findLast((entry) => entry.atMs <= atMs)?.capacity ?? 0;
}

describe('a replay', () => {
  it('says how its plan was degraded in a gap, from when to when', async () => {
    const options = { evaluateFromMs: GAP_MS + 6 * HOUR_MS };
    const { notes, walked } = await replay(
      cutReading(readingWithGap(50), GAP_MS + 52 * HOUR_MS),
      settingsOf(base),
      options,
    );
    expect(notes.join('\n')).toMatch(
      /nothing was known after 2026-11-05T07:00:00Z.*held.* for 6\.1 h, then a constant level for 36\.0 h, then the minimum for 2\.1 h; plans again from 2026-11-07T09:08:20Z/,
    );
    const steps = new Set(walked!.decisions.map(({ outcome }) => outcome));
    expect([...steps]).toEqual(['held', 'constant', 'released', 'planned']);
  });

  it('says nothing of the kind where all is known', async () => {
    const reading = cutReading(readingWithGap(0), GAP_MS + 4 * HOUR_MS);
    const { notes } = await replay(reading, settingsOf(base), { evaluateFromMs: GAP_MS });
    expect(notes.join('\n')).not.toMatch(/nothing was known|not trusted/);
  });
});
