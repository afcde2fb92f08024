import fc from 'fast-check';
import { expect, it } from 'vitest';
import { watchTick } from '../../src/commands/watch-tick.ts';
import { allCandidates, candidateName } from '../../src/controller/candidates.ts';
import type { MetricsSource } from '../../src/controller/ports.ts';

const silent: MetricsSource = { read: () => Promise.reject(new Error('nothing is read')) };

/** Shares that are told while so many policies are compared one after the other. */
function sharesWith(peaks: Float64Array, idleHours: boolean): number[] {
  const shares: number[] = [];
  const update = (share?: number) => void shares.push(share!);
  const { memory } = watchTick(silent, { update, redraw: () => undefined, done: () => undefined });
  for (const candidate of allCandidates(peaks, idleHours)) memory.usages.set(candidateName(candidate), new Map());
  return shares;
}

function expectEachToCount(shares: readonly number[]): void {
  expect(shares.length).toBeGreaterThan(70);
  expect(shares.slice(1).filter((share, i) => !(share > shares[i]!))).toEqual([]);
  expect(shares.at(-1)).toBeLessThan(1);
}

it('the line moves with each policy that is compared, at any demand', () => {
  const peaks = fc.array(fc.oneof(fc.nat(50), fc.nat(10_000)), { maxLength: 300 });
  fc.assert(
    fc.property(peaks, fc.boolean(), (some, idle) => expectEachToCount(sharesWith(Float64Array.from(some), idle))),
  );
});

it('the line moves with each policy that is compared, at demand of every height up to the highest', () => {
  for (let highest = 1; highest <= 300; highest++)
    expectEachToCount(
      sharesWith(
        Float64Array.from({ length: highest }, (_, i) => i + 1),
        true,
      ),
    );
});
