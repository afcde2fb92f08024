import { describe, expect, it } from 'vitest';
import { rememberHistory } from '../../src/controller/remembering-source.ts';
import type { MetricsSource } from '../../src/controller/ports.ts';
import { buildMetricGrid } from '../../src/metric-grid.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../src/time.ts';

const TARGET = { functionName: 'f', alias: 'live' };
const START = Date.parse('2026-03-01T00:00:00Z');

/** Five-minute data older than two days, one-minute data since; values say their time. */
function source() {
  const ranges: { fromMs: number; toMs: number }[] = [];
  const gridOf = (fromMs: number, toMs: number, stepSeconds: number) => {
    const stepMs = stepSeconds * 1000;
    const startMs = floorTo(fromMs, stepMs);
    const length = Math.max(0, Math.floor((toMs - startMs) / stepMs));
    const timesMs = Array.from({ length }, (_, i) => startMs + i * stepMs);
    const points = { timesMs, values: timesMs.map((timeMs) => (timeMs / MINUTE_MS) % 1000) };
    return buildMetricGrid({ startMs, stepSeconds, length }, { invocations: points }, [timesMs]);
  };
  const inner: MetricsSource = {
    read: (_, { fromMs, toMs }) => {
      ranges.push({ fromMs, toMs });
      const splitMs = floorTo(toMs - 2 * DAY_MS, HOUR_MS);
      const grids = [gridOf(fromMs, Math.min(toMs, splitMs), 300), gridOf(Math.max(fromMs, splitMs), toMs, 60)];
      const reliableUntilMs = toMs - 3 * MINUTE_MS;
      return Promise.resolve({
        grids: grids.filter((grid) => grid.invocations.length > 0),
        reliableUntilMs,
        notes: [],
      });
    },
  };
  return { inner, ranges };
}

const weekUntil = (toMs: number) => ({ fromMs: toMs - 7 * DAY_MS, toMs });

describe('rememberHistory', () => {
  it('answers as the source would, while asking for two to three hours only', async () => {
    const { inner, ranges } = source();
    const remembering = rememberHistory(inner);
    for (let tick = 0; tick < 30; tick++) {
      const range = weekUntil(START + tick * 5 * MINUTE_MS);
      const remembered = await remembering.read(TARGET, range);
      const asked = ranges.at(-1)!;
      if (tick > 0) expect(asked.toMs - asked.fromMs).toBeLessThanOrEqual(3 * HOUR_MS + 5 * MINUTE_MS);
      const all = await inner.read(TARGET, range);
      expect(remembered.reliableUntilMs).toBe(all.reliableUntilMs);
      // The older half of the remembered data is finer than what the source still has; the newest two days are the same.
      const fine = all.grids.at(-1)!;
      const kept = remembered.grids.at(-1)!;
      expect(Array.from(kept.invocations.slice(-fine.invocations.length))).toEqual(Array.from(fine.invocations));
      expect(kept.heard).toHaveLength(kept.invocations.length);
      expect(remembered.grids[0]!.startMs).toBeGreaterThanOrEqual(range.fromMs);
      expect(remembered.grids[0]!.startMs).toBeLessThan(range.fromMs + 5 * MINUTE_MS);
    }
  });

  it.each([
    ['the clock jumped back', (now: number) => weekUntil(now - HOUR_MS)],
    ['the clock jumped ahead', (now: number) => weekUntil(now + 3 * HOUR_MS)],
    ['more history is asked for', (now: number) => ({ fromMs: now - 8 * DAY_MS, toMs: now })],
  ])('reads everything again when %s', async (_, next) => {
    const { inner, ranges } = source();
    const remembering = rememberHistory(inner);
    await remembering.read(TARGET, weekUntil(START));
    await remembering.read(TARGET, next(START));
    expect(ranges[1]).toEqual(next(START));
  });

  it('reads everything again every six hours', async () => {
    const { inner, ranges } = source();
    const remembering = rememberHistory(inner);
    for (let minute = 0; minute <= 12 * 60; minute += 5)
      await remembering.read(TARGET, weekUntil(START + minute * MINUTE_MS));
    expect(ranges.filter(({ fromMs, toMs }) => toMs - fromMs === 7 * DAY_MS)).toHaveLength(3);
  });

  it('reads everything again where the newest hours alone would take an idle alias for a new one', async () => {
    const { inner, ranges } = source();
    const shortSighted: MetricsSource = {
      read: async (target, range) => ({
        ...(await inner.read(target, range)),
        standIn: range.toMs - range.fromMs < DAY_MS,
      }),
    };
    const remembering = rememberHistory(shortSighted);
    await remembering.read(TARGET, weekUntil(START));
    const second = await remembering.read(TARGET, weekUntil(START + 5 * MINUTE_MS));
    expect(second.standIn).toBe(false);
    expect(ranges.at(-1)).toEqual(weekUntil(START + 5 * MINUTE_MS));
  });

  it('keeps targets apart', async () => {
    const { inner, ranges } = source();
    const remembering = rememberHistory(inner);
    await remembering.read(TARGET, weekUntil(START));
    await remembering.read({ ...TARGET, alias: 'blue' }, weekUntil(START));
    expect(ranges[1]).toEqual(weekUntil(START));
  });

  it('remembers nothing of a read that failed', async () => {
    const { inner, ranges } = source();
    let fail = true;
    const flaky: MetricsSource = {
      read: (target, range) => (fail ? Promise.reject(new Error('down')) : inner.read(target, range)),
    };
    const remembering = rememberHistory(flaky);
    await expect(remembering.read(TARGET, weekUntil(START))).rejects.toThrow('down');
    fail = false;
    await remembering.read(TARGET, weekUntil(START));
    expect(ranges[0]).toEqual(weekUntil(START));
  });
});
