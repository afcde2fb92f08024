import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalGenerator } from '../../src/twin/arrivals.ts';
import { EnvironmentPool, type Outcome } from '../../src/twin/environments.ts';

const T0 = Date.UTC(2026, 0, 5);
const OPTIONS = { coldStartMs: 5000, idleTimeoutSeconds: 600 };

function pool(ready = 0, options = OPTIONS): EnvironmentPool {
  const environments = new EnvironmentPool(options);
  environments.setProvisioned(ready, T0);
  return environments;
}

describe('EnvironmentPool', () => {
  it.each<[string, number, [atSeconds: number, durationMs: number, outcome: Outcome][]]>([
    [
      'the first request is cold, the next one warm',
      0,
      [
        [0, 100, 'cold'],
        [6, 100, 'warm'],
      ],
    ],
    [
      'a request during another one is cold',
      0,
      [
        [0, 9000, 'cold'],
        [1, 100, 'cold'],
      ],
    ],
    [
      'initialisation keeps the environment busy',
      0,
      [
        [0, 100, 'cold'],
        [5.05, 100, 'cold'],
        [5.1, 100, 'warm'],
      ],
    ],
    [
      'an environment idle for the timeout is gone',
      0,
      [
        [0, 1000, 'cold'],
        [605.9, 1, 'warm'],
        [1205.901, 1, 'cold'],
      ],
    ],
    [
      'provisioned environments are taken first',
      1,
      [
        [0, 1000, 'provisioned'],
        [1, 1000, 'provisioned'],
      ],
    ],
    [
      'what they cannot take spills over',
      1,
      [
        [0, 9000, 'provisioned'],
        [1, 100, 'cold'],
        [8, 100, 'warm'],
        [9, 1, 'provisioned'],
      ],
    ],
    [
      'the newest idle environment is taken, so that surplus ones expire',
      0,
      // Two environments fall idle at 5.1 and 6.1; the second one serves on, the first expires at 605.1.
      [
        [0, 100, 'cold'],
        [1, 100, 'cold'],
        [300, 100, 'warm'],
        [605.1, 200, 'warm'],
        [605.2, 100, 'cold'],
      ],
    ],
  ])('%s', (_, ready, requests) => {
    const environments = pool(ready);
    const outcomes = requests.map(([at, durationMs]) => environments.invoke(T0 + at * 1000, durationMs));
    expect(outcomes).toEqual(requests.map(([, , outcome]) => outcome));
  });

  it('spills over beyond ten requests per second and provisioned environment', () => {
    const environments = pool(2);
    const outcomes = Array.from({ length: 22 }, (_, i) => environments.invoke(T0 + i * 40, 10));
    expect(outcomes.filter((outcome) => outcome === 'provisioned')).toHaveLength(20);
    expect(environments.invoke(T0 + 1000, 10)).toBe('provisioned');
    expect(environments.usage(T0 + 1000).spilloverInvocations).toBe(2);
  });

  it('throws environments away on a decrease, after their requests', () => {
    const environments = pool(2);
    environments.invoke(T0, 60_000);
    environments.invoke(T0, 60_000);
    environments.setProvisioned(1, T0 + 1000);
    expect(environments.snapshot(T0 + 1000)).toEqual({
      provisionedReady: 1,
      provisionedBusy: 2,
      onDemandBusy: 0,
      onDemandIdle: 0,
    });
    expect(environments.invoke(T0 + 60_000, 10)).toBe('provisioned');
    expect(environments.invoke(T0 + 60_001, 10)).toBe('cold');
  });

  it('uses more environments from the moment of an increase on', () => {
    const environments = pool(0);
    environments.setProvisioned(1, T0 + 1000);
    expect(environments.invoke(T0 + 1000, 10)).toBe('provisioned');
  });

  it('adds up what is billed', () => {
    const environments = pool(1);
    environments.invoke(T0, 10_000); // provisioned
    environments.invoke(T0 + 1000, 3000); // cold
    environments.invoke(T0 + 9000, 500); // warm
    environments.setProvisioned(0, T0 + 400_000);
    environments.invoke(T0 + 500_000, 200); // warm, not a spillover
    expect(environments.usage(T0 + 600_000)).toEqual({
      invocations: 4,
      provisionedInvocations: 1,
      spilloverInvocations: 2,
      coldStarts: 1,
      provisionedRunMs: 10_000,
      onDemandRunMs: 3700,
      initMs: 5000,
      provisionedMs: 400_000,
      billedProvisionedMs: 600_000,
    });
  });

  it('bills what is being allocated before it is ready', () => {
    const environments = pool(0);
    environments.setProvisioned(0, T0 + 60_000, 4);
    environments.setProvisioned(4, T0 + 180_000);
    expect(environments.invoke(T0 + 180_000, 1)).toBe('provisioned');
    expect(environments.usage(T0 + 240_000).provisionedMs).toBe(4 * 180_000);
  });

  it('refuses to go back in time', () => {
    const environments = pool(1);
    environments.invoke(T0 + 5, 1);
    expect(() => environments.invoke(T0 + 4, 1)).toThrow(RangeError);
    expect(() => environments.invoke(Number.NaN, 1)).toThrow(RangeError);
  });
});

/** Every environment as an object, searched linearly: slow, and plainly right. */
function referenceOutcomes(ready: number, requests: { atMs: number; durationMs: number }[]): Outcome[] {
  const provisioned = Array.from({ length: ready }, () => ({ freeAtMs: -Infinity }));
  const onDemand: { freeAtMs: number }[] = [];
  const starts = new Map<number, number>();
  return requests.map(({ atMs, durationMs }) => {
    const second = Math.floor(atMs / 1000);
    const started = starts.get(second) ?? 0;
    const idle = provisioned.find((environment) => environment.freeAtMs <= atMs);
    if (idle && started < ready * 10) {
      starts.set(second, started + 1);
      idle.freeAtMs = atMs + durationMs;
      return 'provisioned';
    }
    const warm = onDemand
      .filter(({ freeAtMs }) => freeAtMs <= atMs && atMs < freeAtMs + OPTIONS.idleTimeoutSeconds * 1000)
      .sort((a, b) => b.freeAtMs - a.freeAtMs)[0];
    if (warm) {
      warm.freeAtMs = atMs + durationMs;
      return 'warm';
    }
    onDemand.push({ freeAtMs: atMs + OPTIONS.coldStartMs + durationMs });
    return 'cold';
  });
}

describe('EnvironmentPool against one object per environment', () => {
  const requests = fc
    .array(
      fc.record({
        gapMs: fc.oneof({ weight: 8, arbitrary: fc.nat(300) }, fc.nat(3000), fc.nat(900_000)),
        durationMs: fc.oneof(fc.nat(20), fc.nat(2000), fc.nat(200_000), fc.constant(1000)),
      }),
      { maxLength: 300 },
    )
    .map((steps) => {
      let atMs = T0;
      return steps.map(({ gapMs, durationMs }) => ({ atMs: (atMs += gapMs), durationMs }));
    });

  it('decides every request alike', () => {
    fc.assert(
      fc.property(fc.nat(5), requests, (ready, given) => {
        const environments = pool(ready);
        const outcomes = given.map(({ atMs, durationMs }) => environments.invoke(atMs, durationMs));
        expect(outcomes).toEqual(referenceOutcomes(ready, given));
      }),
    );
  });

  it('serves every request once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), requests, (ready, given) => {
        const environments = pool(ready);
        for (const { atMs, durationMs } of given) environments.invoke(atMs, durationMs);
        const usage = environments.usage((given.at(-1)?.atMs ?? T0) + 1);
        expect(usage.provisionedInvocations + usage.spilloverInvocations).toBe(given.length);
        expect(usage.coldStarts).toBeLessThanOrEqual(usage.spilloverInvocations);
        expect(usage.provisionedRunMs + usage.onDemandRunMs).toBe(
          given.reduce((sum, { durationMs }) => sum + durationMs, 0),
        );
      }),
    );
  });
});

describe('EnvironmentPool on a Poisson stream', () => {
  // Not so request by request: an initialisation that a higher level saves may have warmed an environment for later.
  it('has fewer cold starts the higher the constant level, and none above the peak', () => {
    const coldStarts = [0, 4, 8, 12, 16, 20, 24, 40].map((level) => {
      const arrivals = new ArrivalGenerator({ seed: 3, stepSeconds: 60, durationVariation: 1 });
      const environments = pool(level);
      for (let minute = 0; minute < 2880; minute++) {
        const n = arrivals.generate(T0 + minute * 60_000, 300 * (1 - Math.cos(minute / 200)), 2000);
        for (let i = 0; i < n; i++) environments.invoke(arrivals.arrivalsMs[i]!, arrivals.durationsMs[i]!);
      }
      return environments.usage(T0 + 2880 * 60_000).coldStarts;
    });
    expect(coldStarts).toEqual(coldStarts.toSorted((a, b) => b - a));
    expect(coldStarts.at(-1)).toBe(0);
    expect(coldStarts[0]).toBeGreaterThan(100);
  });
});
