import { describe, expect, it } from 'vitest';
import {
  coldStartError,
  compareLevels,
  costError,
  DURATIONS_MS,
  readCounts,
} from '../../bench/economics-validation.ts';
import { traceEntries } from '../../bench/traces.ts';

const SHARES = [0, 0.2, 0.5, 0.8, 1] as const;
const MOST_REQUESTS = 60_000;

/** All traces are in `npm run bench:economics`; these are one of each kind: web, bursts, one function, sparse, idle for hours. */
const TRACES = [
  'nab-aws-elb-request-count-8c0756',
  'azure2019-5d-24b667b0',
  'azure2019-5d-4be8e60d',
  'nab-tweets-goog',
  'servegen-m-large-c0',
  'servegen-m-small-c13',
];

const comparisons = TRACES.map((id) => {
  const trace = readCounts(
    traceEntries().find((entry) => entry.id === id)!,
    MOST_REQUESTS,
  );
  return DURATIONS_MS.flatMap((durationMs) => compareLevels(trace, durationMs, { shares: SHARES, seeds: 4 }));
});

describe('the pool model against the simulation of every request', () => {
  it.each(TRACES.map((id, i) => [id, comparisons[i]!] as const))(
    'costs the same, within 2 percent, on %s',
    (_, cases) => {
      for (const comparison of cases) expect(costError(comparison), JSON.stringify(comparison)).toBeLessThan(0.02);
    },
  );

  it.each(TRACES.map((id, i) => [id, comparisons[i]!] as const))('has as many cold starts on %s', (_, cases) => {
    // No case is off by more than a quarter; the simulation's own number is uncertain by a few percent.
    for (const comparison of cases) expect(coldStartError(comparison), JSON.stringify(comparison)).toBeLessThan(2.5);
  });

  it('has as many cold starts within 10 percent, or 5 in number, in 19 of 20 cases', () => {
    const cases = comparisons.flat();
    const close = cases.filter((comparison) => coldStartError(comparison) <= 1);
    expect(cases.length).toBeGreaterThan(70);
    expect(close.length / cases.length).toBeGreaterThan(0.95);
  });
});
