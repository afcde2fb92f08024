import { describe, expect, it } from 'vitest';
import { createPlanner } from '../../src/controller/planner.ts';
import type { MetricReading } from '../../src/model.ts';
import { causalDemand } from '../../src/replay/causal.ts';
import { cutTimeline } from '../../src/replay/timeline.ts';
import { walkController } from '../../src/replay/walk.ts';
import { DAY_MS, HOUR_MS, SLOT_MS } from '../../src/time.ts';
import { cutReading, measuredOf, mixedReading, START_MS } from './support.ts';

const fromMs = START_MS + 3 * DAY_MS;
const settings = measuredOf({ maxCapacity: 60, coldStartPriceUsd: 0.3, horizonHours: 6, averageDurationMs: 2000 });

/** Quiet nights and a working day, in steps of one length and then of another. */
function working(...parts: { stepSeconds: number; hours: number }[]): MetricReading {
  const steps = parts.flatMap(({ stepSeconds, hours }) =>
    Array.from({ length: (hours * 3600) / stepSeconds }, () => stepSeconds),
  );
  let seconds = 0;
  const counts = steps.map((stepSeconds, i) => {
    const hour = (seconds / 3600) % 24;
    seconds += stepSeconds;
    return Math.round((stepSeconds / 60) * (8 + (hour > 8 && hour < 18 ? 60 : 0) + ((i * 7919) % 5)));
  });
  return mixedReading(parts, (i) => counts[i]!);
}

/** What is asked for in the first hours of the evaluation. */
async function askedFor(reading: MetricReading) {
  const { history } = causalDemand(reading, { decidedFromMs: fromMs, averageDurationMs: 2000 });
  const planner = createPlanner(history, settings);
  const toMs = Math.min(reading.reliableUntilMs, fromMs + 12 * HOUR_MS);
  const walk = await walkController(() => planner, { history, settings, fromMs, toMs, actionLatenessMs: 5000 });
  return walk.timeline;
}

describe('a replay of a file with steps of several lengths', () => {
  it.each([
    ['older weeks in steps of five minutes, and minutes that soon are a good part', 300, 60],
    ['an hour a step that becomes five minutes', 3600, 300],
    ['five minutes a step that become an hour', 300, 3600],
  ])('plans the same up to a moment whether or not the file goes on: %s', async (_, older, newer) => {
    const source = working({ stepSeconds: older, hours: 74 }, { stepSeconds: newer, hours: 30 });
    const untilMs = fromMs + 10 * HOUR_MS;
    const whole = await askedFor(source);
    const cut = await askedFor(cutReading(source, untilMs));
    expect(cut.length).toBeGreaterThan(1);
    expect(cutTimeline(cut, fromMs, untilMs)).toEqual(cutTimeline(whole, fromMs, untilMs));
  });

  it('forecasts from the older, coarser part', () => {
    const { history } = causalDemand(working({ stepSeconds: 300, hours: 96 }, { stepSeconds: 60, hours: 48 }), {
      decidedFromMs: fromMs,
      averageDurationMs: 2000,
    });
    const known = history.peakConcurrency.filter((peak) => peak > 0);
    expect(known.length * SLOT_MS).toBe(6 * DAY_MS);
    // Before a day of minutes has gone by, too.
    const { kind } = createPlanner(history, settings).planAt(START_MS + 100 * HOUR_MS);
    expect(kind).toBe('planned');
  });
});
