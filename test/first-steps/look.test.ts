import { describe, expect, it } from 'vitest';
import { listPrices } from '../../src/economics/prices.ts';
import { lookAt, mostSavedUsd } from '../../src/first-steps/look.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';
import { DAY_MS, isoUtc } from '../../src/time.ts';

const START_MS = Date.parse('2026-03-02T00:00:00Z');

function readingOf(days: number, cell: (slot: number) => string) {
  const rows = Array.from(
    { length: days * 288 },
    (_, slot) => `${isoUtc(START_MS + slot * 300_000)},${cell(slot)},2000`,
  );
  return readMetricsText(`timestamp,invocations,averageDurationMs\n${rows.join('\n')}\n`, { source: 'test' });
}

describe('a look at the data', () => {
  it.each<[number, string | [number, number]]>([
    [0.5, 'have 0.5 days, need 3: two to learn from and one to compare on'],
    [2.5, 'have 2.5 days, need 3: two to learn from and one to compare on'],
    [3, [2, 3]],
    [10, [2, 10]],
    [30, [16, 30]],
  ])('of %d days takes the last two weeks that two days come before', (days, expected) => {
    const look = lookAt(
      readingOf(days, () => '10'),
      {},
    );
    if (typeof expected === 'string') expect(look).toEqual({ kind: 'too little', reason: expected });
    else {
      expect(look.kind === 'enough' && [look.fromMs, look.toMs].map((at) => (at - START_MS) / DAY_MS)).toEqual(
        expected,
      );
      expect(look).toMatchObject({ invocations: 10 * 288 * (expected[1] - expected[0]) });
    }
  });

  it('begins with what is known, and does not go by a few hours of it', () => {
    const young = lookAt(
      readingOf(20, (slot) => (slot < 10 * 288 ? '' : '10')),
      {},
    );
    expect(young.kind === 'enough' && (young.fromMs - START_MS) / DAY_MS).toBe(12);
    const office = lookAt(
      readingOf(10, (slot) => (slot % 288 < 100 ? '10' : '')),
      {},
    );
    expect(office).toMatchObject({ kind: 'enough', invocations: 8000 });
    const patchy = lookAt(
      readingOf(10, (slot) => (slot % 288 < 30 ? '10' : '')),
      {},
    );
    expect(patchy).toEqual({ kind: 'too little', reason: 'of the last 8 days only 20 hours are known' });
    const nothing = lookAt(
      readingOf(10, () => ''),
      {},
    );
    expect(nothing).toEqual({ kind: 'too little', reason: 'nothing is known of its requests' });
  });

  it('takes a silent function for what it is', () => {
    const look = lookAt(
      readingOf(10, () => '0'),
      {},
    );
    expect(look).toMatchObject({ kind: 'enough', invocations: 0, runMs: 0 });
  });
});

describe('the most that any plan can save', () => {
  const prices = listPrices('x86_64');
  const objective = { coldStartPriceUsd: 0.03, maxColdStartRate: undefined, memoryMb: 1024, prices };

  it('is every cold start and every idle second', () => {
    const perColdStart = 0.03 + 5 * 16.6667e-6;
    const perSecond = (16.6667 - 4.1667 - 9.7222) * 1e-6;
    expect(mostSavedUsd({ invocations: 100, runMs: 50_000 }, objective, 5000)).toBeCloseTo(
      100 * perColdStart + 50 * perSecond,
      9,
    );
  });

  it('is nothing where nothing was invoked, and has no bound where no price is', () => {
    const ceiling = { ...objective, maxColdStartRate: 0.01 };
    expect(mostSavedUsd({ invocations: 0, runMs: 0 }, ceiling, 5000)).toBe(0);
    expect(mostSavedUsd({ invocations: 1, runMs: 1 }, ceiling, 5000)).toBe(Infinity);
  });
});
