import { describe, expect, it } from 'vitest';
import { billUsd, breakEvenUtilization, listPrices } from '../../src/economics/prices.ts';

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
