import { describe, expect, it } from 'vitest';
import { TargetTracking } from '../../src/replay/target-tracking.ts';

const OPTIONS = { target: 0.7, minCapacity: 1, maxCapacity: 50 };

/** Capacity after each minute, given the environments that requests want in it (null: no requests). */
function follow(wanted: readonly (number | null)[], options: Partial<typeof OPTIONS> = {}): number[] {
  const tracking = new TargetTracking({ ...OPTIONS, ...options });
  return wanted.map((want) => {
    const provisioned = tracking.capacity;
    return tracking.endMinute({ meanInUse: Math.min(want ?? 0, provisioned), provisioned, invoked: want !== null });
  });
}

const minutes = (count: number, want: number | null) => Array.from({ length: count }, () => want);

describe('target tracking', () => {
  it.each([
    ['scales out after three points above the target, in proportion', minutes(5, 20), [1, 1, 2, 3, 5]],
    ['does not see bursts of less than three minutes', [20, 20, 0, 20, 20, 0], [1, 1, 1, 1, 1, 1]],
    ['never exceeds the maximum', minutes(40, 200), [50]],
    ['starts anew after a minute without requests', [20, 20, null, 20, 20, 20], [1, 1, 1, 1, 1, 2]],
  ])('%s', (_, wanted, expected) => {
    expect(follow(wanted).slice(-expected.length)).toEqual(expected);
  });

  it('scales in after 15 points below 90 % of the target, a tenth at a time, and not past the target', () => {
    const capacities = follow([...minutes(30, 20), ...minutes(60, 7)]);
    const high = capacities[29]!;
    expect(high).toBe(Math.ceil(20 / 0.7));
    expect(capacities.slice(30, 44)).toEqual(minutes(14, high));
    expect(capacities[44]).toBe(high - 2);
    expect(capacities.at(-1)).toBe(Math.floor(7 / (0.9 * 0.7)));
  });

  it('is stuck while the function is idle, since there are no points', () => {
    const capacities = follow([...minutes(30, 20), ...minutes(600, null)]);
    expect(capacities.at(-1)).toBe(capacities[29]);
  });
});
