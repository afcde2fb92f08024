import { describe, expect, it } from 'vitest';
import { createPlanner, type Planner } from '../../src/controller/planner.ts';
import type { MetricReading } from '../../src/model.ts';
import { causalDemand } from '../../src/replay/causal.ts';
import { cutTimeline } from '../../src/replay/timeline.ts';
import { DATA_DELAY_MS, dataDelayMsOf, walkController } from '../../src/replay/walk.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, SLOT_MS, TICK_OFFSET_MS } from '../../src/time.ts';
import { cutReading, measuredOf, readingOf, settingsOf, START_MS, workingDays } from './support.ts';

const settings = settingsOf({ maxCapacity: 60 });

/** Always plans the same levels by time of day. */
function plannerOf(levelAt: (slotMs: number) => number, asked: number[] = []): Pick<Planner, 'planAt'> {
  return {
    planAt(nowMs) {
      asked.push(nowMs);
      const startMs = floorTo(nowMs, SLOT_MS);
      const capacity = Int32Array.from({ length: 288 }, (_, slot) => levelAt(startMs + slot * SLOT_MS));
      const plan = { policy: 'made up', reason: '', startMs, stepSeconds: 300, capacity, baseline: 0 };
      return { kind: 'planned', plan, trust: { trusted: true } } as unknown as ReturnType<Planner['planAt']>;
    },
  };
}

const { history } = causalDemand(
  readingOf({ stepSeconds: 300, invocations: workingDays(1), averageDurationMs: workingDays(1).map(() => 2000) }),
  { decidedFromMs: START_MS },
);
const period = { history, fromMs: START_MS, toMs: START_MS + 6 * HOUR_MS, settings, actionLatenessMs: 5000 };

describe('the walk', () => {
  it('asks for what a slot needs the lead time ahead, and lets go a minute before it ends', async () => {
    const busyMs = START_MS + 3 * HOUR_MS;
    const busy = plannerOf((slotMs) => (slotMs >= busyMs && slotMs < busyMs + HOUR_MS ? 7 : 2));
    const { timeline, ticks, policies } = await walkController(() => busy, period);
    expect(timeline).toEqual([
      { atMs: START_MS + TICK_OFFSET_MS, capacity: 2 },
      { atMs: busyMs - settings.leadTimeSeconds * 1000, capacity: 7 },
      { atMs: busyMs + HOUR_MS - MINUTE_MS, capacity: 2 },
    ]);
    expect(ticks).toBe(72);
    expect([...policies]).toEqual([['made up', 72]]);
  });

  it('raises at once what no scheduled action could raise in time', async () => {
    const surpriseMs = START_MS + HOUR_MS;
    const asked: number[] = [];
    const surprised = plannerOf(() => ((asked.at(-1) ?? 0) >= surpriseMs ? 9 : 1), asked);
    const { timeline } = await walkController(() => surprised, period);
    const tickMs = timeline.find(({ capacity }) => capacity === 9)!.atMs;
    expect(tickMs).toBeGreaterThan(surpriseMs);
    expect(tickMs).toBeLessThan(surpriseMs + DATA_DELAY_MS + SLOT_MS);
  });

  it('shows the planner nothing younger than the newest reliable metrics', async () => {
    const asked: number[] = [];
    await walkController(() => plannerOf(() => 1, asked), period);
    expect(asked[0]).toBe(START_MS + TICK_OFFSET_MS - DATA_DELAY_MS);
    expect(asked).toHaveLength(72);
  });

  it.each<[string, number, number[], number]>([
    ['three minutes, of a file of short requests', 0, [2000, 2000], 180],
    ['as much as its average request, by their number, of a file of long ones', 0, [100_000, 700_000], 550],
    ['no more than the longest timeout, whatever the file says', 0, [7_200_000, 7_200_000], 900],
    ['three minutes, where no duration is known', 0, [NaN, NaN], 180],
    ['the timeout, to the minute, of a source that holds it back', 883, [2000, 2000], 900],
    ['three minutes, of a source that holds less back', 42, [2000, 2000], 180],
  ])('learns as late as a live controller would: %s', (_, heldBackSeconds, averageDurationMs, seconds) => {
    const reading = readingOf({ stepSeconds: 60, invocations: new Array<number>(60).fill(1) });
    const reliableUntilMs = reading.reliableUntilMs - heldBackSeconds * 1000;
    const past = {
      ...history,
      invocations: Float64Array.of(10, 30),
      averageDurationMs: Float64Array.from(averageDurationMs),
    };
    expect(dataDelayMsOf({ ...reading, reliableUntilMs }, past) / 1000).toBe(seconds);
  });

  it('holds the minimum while there is not enough history', async () => {
    const ignorant: Pick<Planner, 'planAt'> = {
      planAt: () => ({ kind: 'insufficient-history', haveSeconds: 0, needSeconds: 86_400 }),
    };
    const { timeline, policies } = await walkController(() => ignorant, {
      ...period,
      settings: settingsOf({ minCapacity: 3 }),
    });
    expect(timeline).toEqual([{ atMs: START_MS, capacity: 3 }]);
    expect(policies.size).toBe(0);
  });

  it('waits for its listener at every tick', async () => {
    const shares: number[] = [];
    await walkController(
      () => plannerOf(() => 1),
      period,
      (share) => void shares.push(share),
    );
    expect(shares).toHaveLength(72);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});

describe('no look-ahead', () => {
  const fromMs = START_MS + 3 * DAY_MS;
  const endMs = fromMs + DAY_MS;
  const known = measuredOf({ maxCapacity: 60, coldStartPriceUsd: 0.3, horizonHours: 6 });
  const constant = workingDays(4).map(() => 2000);
  const measured = workingDays(4).map((_, i) => (i % 3 === 0 ? NaN : 1500 + (i % 288) * 10));

  const readingWith = (averageDurationMs: readonly number[]) =>
    readingOf({ stepSeconds: 300, invocations: workingDays(4), averageDurationMs });

  /** What is asked for from the evaluation's start to `untilMs`. */
  async function askedUntil(untilMs: number, reading: MetricReading) {
    const { history: past } = causalDemand(reading, { decidedFromMs: fromMs });
    const planner = createPlanner(past, known);
    const walk = await walkController(() => planner, {
      history: past,
      settings: known,
      fromMs,
      toMs: untilMs,
      actionLatenessMs: 5000,
    });
    return walk.timeline;
  }

  /** The same past, another future. */
  function busierFrom(changeMs: number, source: MetricReading): MetricReading {
    const grid = source.grids[0]!;
    const invocations = grid.invocations.map((count, i) =>
      grid.startMs + i * SLOT_MS >= changeMs ? count * 5 : count,
    );
    return { ...source, grids: [{ ...grid, invocations }] };
  }

  it('the plan up to a moment is the same whether or not the file goes on', async () => {
    const source = readingWith(measured);
    const whole = await askedUntil(endMs, source);
    expect(whole.length).toBeGreaterThan(5);
    for (const hours of [9, 17.25]) {
      const untilMs = floorTo(fromMs + hours * HOUR_MS, MINUTE_MS);
      const cut = await askedUntil(untilMs, cutReading(source, untilMs));
      expect(cutTimeline(cut, fromMs, untilMs)).toEqual(cutTimeline(whole, fromMs, untilMs));
    }
  });

  async function expectIndifferentToTheFuture(durations: readonly number[]) {
    const changeMs = fromMs + 12 * HOUR_MS;
    const source = readingWith(durations);
    const asIs = await askedUntil(endMs, source);
    const busier = await askedUntil(endMs, busierFrom(changeMs, source));
    expect(cutTimeline(busier, fromMs, changeMs)).toEqual(cutTimeline(asIs, fromMs, changeMs));
    expect(cutTimeline(busier, changeMs, endMs)).not.toEqual(cutTimeline(asIs, changeMs, endMs));
  }

  it('another future changes what comes after it and nothing before', () => expectIndifferentToTheFuture(constant));

  // controller/slot-demand.ts draws peaks by the average duration of the week that ends with each step.
  it('neither where durations vary and are measured', () => expectIndifferentToTheFuture(measured));
});
