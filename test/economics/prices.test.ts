import { describe, expect, it } from 'vitest';
import { billUsd, breakEvenUtilization, listPrices, priceNotes } from '../../src/economics/prices.ts';

const HOUR_MS = 3_600_000;
const NOTHING = { invocations: 0, billedProvisionedMs: 0, provisionedRunMs: 0, onDemandRunMs: 0, initMs: 0 };
const X86 = listPrices('x86_64');

describe('billUsd', () => {
  it.each([
    ['an idle provisioned GB for a month of 730 h', { billedProvisionedMs: 730 * HOUR_MS }, 1024, 10.95],
    ['a GB-hour on demand', { onDemandRunMs: HOUR_MS }, 1024, 0.06],
    ['the same with half of it spent starting', { onDemandRunMs: HOUR_MS / 2, initMs: HOUR_MS / 2 }, 1024, 0.06],
    [
      'a GB fully used on provisioned, for an hour',
      { billedProvisionedMs: HOUR_MS, provisionedRunMs: HOUR_MS },
      1024,
      0.05,
    ],
    ['twice the memory', { onDemandRunMs: HOUR_MS }, 2048, 0.12],
    ['a million requests', { invocations: 1_000_000 }, 1024, 0.2],
  ])('%s', (_, usage, memoryMb, expected) => {
    expect(billUsd({ ...NOTHING, ...usage }, memoryMb, X86)).toBeCloseTo(expected, 3);
  });
});

it.each(['x86_64', 'arm64'] as const)('%s breaks even at a utilisation of 0.600', (architecture) => {
  expect(breakEvenUtilization(listPrices(architecture))).toBeCloseTo(0.6, 3);
});

describe('listPrices', () => {
  it.each([
    ['us-east-1', 'x86_64', [0.0000166667, 0.0000041667, 0.0000097222, 2e-7]],
    ['us-east-1', 'arm64', [0.0000133334, 0.0000033334, 0.0000077778, 2e-7]],
    ['eu-west-1', 'x86_64', [0.0000166667, 0.000004646, 0.0000108407, 2e-7]],
    ['eu-west-1', 'arm64', [0.0000133334, 0.0000037168, 0.0000086726, 2e-7]],
    ['ap-east-1', 'arm64', [0.0000183, 0.0000045723, 0.0000106687, 2.8e-7]],
    ['sa-east-1', 'x86_64', [0.0000166667, 0.0000066372, 0.0000154867, 2e-7]],
  ] as const)('knows those of %s on %s', (region, architecture, [onDemand, provisioned, duration, request]) => {
    expect(listPrices(architecture, { region })).toEqual({
      onDemandGbSecondUsd: onDemand,
      provisionedGbSecondUsd: provisioned,
      provisionedDurationGbSecondUsd: duration,
      requestUsd: request,
    });
    expect(priceNotes({ region })).toEqual([]);
  });

  it('replaces only the prices that are given', () => {
    const prices = listPrices('x86_64', { region: 'eu-west-1', prices: { provisionedGbSecondUsd: 0.0000036 } });
    expect(prices).toEqual({ ...listPrices('x86_64', { region: 'eu-west-1' }), provisionedGbSecondUsd: 0.0000036 });
  });

  it('uses those of us-east-1 for a Region that it does not know, and says so', () => {
    expect(listPrices('arm64', { region: 'mx-central-1' })).toEqual(listPrices('arm64'));
    expect(priceNotes({ region: 'mx-central-1' })[0]).toMatch(/mx-central-1 are not known: those of us-east-1/);
    expect(priceNotes({ region: 'mx-central-1', prices: { requestUsd: 0 } })[0]).toMatch(/not known/);
    expect(priceNotes({ region: 'mx-central-1', prices: listPrices('x86_64') })).toEqual([]);
    expect(priceNotes({})).toEqual([]);
  });

  it('tells where provisioned concurrency never pays by itself', () => {
    expect(breakEvenUtilization(listPrices('x86_64', { region: 'eu-west-1' }))).toBeCloseTo(0.797, 3);
    expect(breakEvenUtilization(listPrices('x86_64', { region: 'sa-east-1' }))).toBeGreaterThan(1);
  });
});
