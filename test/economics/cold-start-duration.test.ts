import { describe, expect, it } from 'vitest';
import { learnColdStart } from '../../src/economics/cold-start-duration.ts';
import type { MetricGrid } from '../../src/model.ts';
import { ArrivalGenerator } from '../../src/twin/arrivals.ts';
import { EnvironmentPool } from '../../src/twin/environments.ts';

const T0 = Date.UTC(2026, 0, 5);
const QUESTION = { configuredMs: 3000, idleTimeoutSeconds: 600 };

interface Scenario {
  coldStartMs: number;
  durationMs: number;
  provisioned?: number;
  requests: (minute: number) => number;
  /** Moves arrivals within their minute. */
  bunch?: (withinMs: number) => number;
  minutes?: number;
}

/** What CloudWatch would have shown of a simulated alias. */
function metricsOf({
  coldStartMs,
  durationMs,
  provisioned = 0,
  requests,
  bunch = (ms) => ms,
  minutes = 4320,
}: Scenario) {
  const array = () => new Float64Array(minutes).fill(NaN);
  const grid: MetricGrid = {
    startMs: T0,
    stepSeconds: 60,
    invocations: array(),
    averageDurationMs: array(),
    maxConcurrency: array(),
    throttles: array(),
    spilloverInvocations: array(),
    provisionedConcurrency: array(),
    heard: new Uint8Array(minutes).fill(1),
  };
  const arrivals = new ArrivalGenerator({ seed: 11, stepSeconds: 60, durationVariation: 0 });
  const pool = new EnvironmentPool({ coldStartMs, idleTimeoutSeconds: 600 });
  pool.setProvisioned(provisioned, T0);
  for (let minute = 0; minute < minutes; minute++) {
    const startMs = T0 + minute * 60_000;
    const before = pool.usage(startMs);
    const n = arrivals.generate(startMs, requests(minute), durationMs);
    if (n === 0) continue;
    grid.maxConcurrency[minute] = 0;
    if (provisioned > 0) grid.provisionedConcurrency[minute] = 0;
    for (let i = 0; i < n; i++) {
      pool.invoke(startMs + bunch(arrivals.arrivalsMs[i]! - startMs), arrivals.durationsMs[i]!);
      grid.maxConcurrency[minute] = Math.max(grid.maxConcurrency[minute]!, pool.concurrency);
      if (provisioned > 0) {
        grid.provisionedConcurrency[minute] = Math.max(
          grid.provisionedConcurrency[minute]!,
          pool.provisionedConcurrency,
        );
      }
    }
    grid.invocations[minute] = n;
    grid.averageDurationMs[minute] = durationMs;
    if (provisioned > 0)
      grid.spilloverInvocations[minute] =
        pool.usage(startMs + 60_000).spilloverInvocations - before.spilloverInvocations;
  }
  return grid;
}

/** Twenty busy minutes an hour, silence in between. */
const BURSTS = (minute: number) => (minute % 60 < 20 ? 90 : 0);

describe('learnColdStart', () => {
  it.each([
    ['5 s from bursts on a cold pool', { coldStartMs: 5000, durationMs: 2000, requests: BURSTS }, 5],
    ['12 s', { coldStartMs: 12_000, durationMs: 500, requests: BURSTS }, 12],
    [
      '5 s of spillover beside provisioned environments',
      {
        coldStartMs: 5000,
        durationMs: 2000,
        provisioned: 6,
        requests: (m: number) => (m % 60 < 10 ? 600 : m % 60 < 30 ? 0 : 30),
        minutes: 8640,
      },
      5,
    ],
  ])('learns %s', (_, scenario: Scenario, seconds) => {
    const learned = learnColdStart(metricsOf(scenario), QUESTION);
    expect(learned.reason).toContain('about');
    expect(learned.source).toBe('learned');
    expect(Math.abs(learned.coldStartMs / 1000 / seconds - 1)).toBeLessThan(0.25);
  });

  it.each<[string, Scenario, string]>([
    ['there are no cold minutes', { coldStartMs: 5000, durationMs: 500, requests: () => 60 }, 'only 0 minutes'],
    ['nothing was invoked', { coldStartMs: 5000, durationMs: 500, requests: () => 0 }, 'only 0 minutes'],
    ['they are short', { coldStartMs: 200, durationMs: 2000, requests: BURSTS }, 'too short'],
    [
      'requests come in bunches',
      { coldStartMs: 1000, durationMs: 2000, requests: BURSTS, bunch: (ms) => 30_000 + ms / 20 },
      'random moments',
    ],
  ])('keeps the configured duration when %s', (_, scenario, reason) => {
    const kept = learnColdStart(metricsOf(scenario), QUESTION);
    expect(kept).toMatchObject({ coldStartMs: 3000, source: 'configured' });
    expect(kept.reason).toContain(reason);
  });

  it('asks for metrics of one minute', () => {
    const grid = { ...metricsOf({ coldStartMs: 5000, durationMs: 2000, requests: BURSTS }), stepSeconds: 300 };
    expect(learnColdStart(grid, QUESTION).reason).toContain('one minute');
  });
});
