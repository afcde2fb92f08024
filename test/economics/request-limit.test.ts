import { describe, expect, it } from 'vitest';
import { compareLevels, type Counts } from '../../bench/economics-validation.ts';
import { spillOfMinute } from '../../src/economics/request-limit.ts';
import { runInMinutes } from '../../src/replay/minute-model.ts';
import { constantTimeline } from '../../src/replay/timeline.ts';

const START_MS = Date.parse('2026-01-05T00:00:00Z');

/** Twelve hours of `quiet` requests a second with a sudden hour of `busy` ones in the middle. */
function burst(quiet: number, busy: number): Counts {
  const counts = Float64Array.from({ length: 144 }, (_, step) => 300 * (step >= 60 && step < 72 ? busy : quiet));
  return { id: 'burst', startMs: START_MS, stepSeconds: 300, counts };
}

/** The same by the minute model of a replay, with the highest concurrency that such a load has in a minute. */
function inMinutes({ counts }: Counts, durationMs: number, level: number): number {
  const perMinute = Float64Array.from(
    { length: counts.length * 5 },
    (_, minute) => counts[Math.floor(minute / 5)]! / 5,
  );
  const load = perMinute.map((requests) => (requests * durationMs) / 60_000);
  const record = {
    startMs: START_MS,
    requests: perMinute,
    meanConcurrency: load,
    maxConcurrency: load.map((mean) => Math.ceil(mean + 4 * Math.sqrt(mean))),
    stepSeconds: new Uint16Array(perMinute.length).fill(300),
  };
  const policy = { name: 'constant', scheduled: constantTimeline(START_MS, level) };
  // The level is there after the first minute, what was started before it counts for nothing.
  const span = { warmUpFromMs: START_MS, fromMs: START_MS + 3_600_000, toMs: START_MS + counts.length * 300_000 };
  const lambda = { coldStartMs: 5000, idleTimeoutSeconds: 600, seed: 1, actionLatenessMs: 0, allocationDelayMs: 0 };
  return runInMinutes(record, policy, { ...span, ...lambda }).coldStarts;
}

describe('requests too short to occupy the environments that they need', () => {
  const trace = burst(2, 100);

  // 100 requests a second of 20 ms: a load of 2, and 10 environments on average.
  it.each([3, 5, 8])('cost as many cold starts as the simulation has, in both models: %i environments', (level) => {
    const [comparison] = compareLevels(trace, 20, { levels: [level], seeds: 3 });
    const { simulated, modelled } = comparison!;
    expect(simulated.coldStarts).toBeGreaterThan(80);
    expect(modelled.coldStarts / simulated.coldStarts).toBeGreaterThan(0.8);
    expect(modelled.coldStarts / simulated.coldStarts).toBeLessThan(1.25);
    expect(inMinutes(trace, 20, level) / simulated.coldStarts).toBeGreaterThan(0.75);
    expect(inMinutes(trace, 20, level) / simulated.coldStarts).toBeLessThan(1.3);
    expect(Math.abs(modelled.costUsd / simulated.costUsd - 1)).toBeLessThan(0.02);
  });

  it.each([10, 11, 12, 13])('cost some also where the limit is met in few seconds: %i environments', (level) => {
    const [{ simulated, modelled }] = compareLevels(trace, 20, { levels: [level], seeds: 3 }) as [
      ReturnType<typeof compareLevels>[0],
    ];
    expect(modelled.coldStarts).toBeGreaterThan(simulated.coldStarts / 2.5);
    expect(modelled.coldStarts).toBeLessThan(2.5 * simulated.coldStarts + 5);
  });

  it('cost none where no second comes near the limit, though fewer would hold their concurrency', () => {
    const [{ simulated, modelled }] = compareLevels(trace, 20, { levels: [18], seeds: 1 }) as [
      ReturnType<typeof compareLevels>[0],
    ];
    expect([simulated.coldStarts, Math.round(modelled.coldStarts), inMinutes(trace, 20, 18)]).toEqual([0, 0, 0]);
  });
});

describe('spillOfMinute', () => {
  const load = { requestsPerSecond: 100, share: 1, level: 5, durationSeconds: 0.02, peak: 8 };

  it.each([
    ['long requests', { durationSeconds: 0.1 }],
    ['no environment', { level: 0 }],
    ['far fewer requests than the limit', { level: 30 }],
    ['no request that would take one', { share: 0 }],
  ])('is none with %s', (_, changed) => {
    expect(spillOfMinute({ ...load, ...changed }, 7)).toBeNull();
  });

  it('is what a second has beyond the limit, and needs no more than run', () => {
    for (let draw = 0; draw < 200; draw++) {
      const { need, requestsPerSecond, inBusiest, inUsual } = spillOfMinute(load, draw)!;
      expect(requestsPerSecond).toBeCloseTo(50, 3);
      expect(inBusiest).toBeGreaterThan(60);
      expect(inBusiest).toBeLessThan(100);
      expect(inUsual).toBeCloseTo(50, 3);
      expect(need).toBeGreaterThan(2);
      expect(need).toBeLessThanOrEqual(8);
    }
  });
});
