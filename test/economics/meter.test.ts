import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BILLING_STEP_MS, ProvisionedMeter } from '../../src/economics/meter.ts';

const T0 = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;

function measure(changes: [minute: number, amount: number][], untilMinute: number) {
  const meter = new ProvisionedMeter();
  for (const [minute, amount] of changes) meter.set(amount, T0 + minute * MINUTE);
  const { provisionedMs, billedProvisionedMs } = meter.read(T0 + untilMinute * MINUTE);
  return { exact: provisionedMs / MINUTE, billed: billedProvisionedMs / MINUTE };
}

describe('ProvisionedMeter', () => {
  it.each<[string, [number, number][], number, { exact: number; billed: number }]>([
    ['nothing', [], 60, { exact: 0, billed: 0 }],
    [
      'whole steps at whole steps',
      [
        [0, 2],
        [10, 0],
      ],
      60,
      { exact: 20, billed: 20 },
    ],
    [
      'a part of a step as a whole one',
      [
        [1, 3],
        [2, 0],
      ],
      60,
      { exact: 3, billed: 15 },
    ],
    [
      'a step at its highest number',
      [
        [0, 1],
        [2, 4],
        [3, 1],
      ],
      5,
      { exact: 1 * 4 + 4, billed: 20 },
    ],
    [
      'a change at a boundary in the new step only',
      [
        [0, 4],
        [5, 1],
      ],
      10,
      { exact: 25, billed: 25 },
    ],
    [
      'steps without any change in between',
      [
        [2, 2],
        [33, 0],
      ],
      60,
      { exact: 62, billed: 70 },
    ],
    ['the step under way as a whole', [[0, 1]], 6, { exact: 6, billed: 10 }],
    ['no step that has not begun', [[0, 1]], 5, { exact: 5, billed: 5 }],
    [
      'nothing for a number replaced at once',
      [
        [0, 9],
        [0, 1],
      ],
      5,
      { exact: 5, billed: 5 },
    ],
    [
      'one enabling across midnight',
      [
        [-7, 1],
        [8, 0],
      ],
      60,
      { exact: 15, billed: 20 },
    ],
  ])('bills %s', (_, changes, untilMinute, expected) => {
    expect(measure(changes, untilMinute)).toEqual(expected);
  });

  it('bills whole steps, never less than was held, never more than the peak throughout', () => {
    const changes = fc.array(fc.tuple(fc.nat(400_000), fc.nat(20)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(changes, (steps) => {
        const meter = new ProvisionedMeter();
        let atMs = T0;
        for (const [gapMs, amount] of steps) meter.set(amount, (atMs += gapMs));
        const { provisionedMs, billedProvisionedMs } = meter.read(atMs);
        const peak = Math.max(...steps.map(([, amount]) => amount));
        const steppedMs = Math.ceil((atMs - T0) / BILLING_STEP_MS) * BILLING_STEP_MS;
        expect(billedProvisionedMs % BILLING_STEP_MS).toBe(0);
        expect(billedProvisionedMs).toBeGreaterThanOrEqual(provisionedMs);
        expect(billedProvisionedMs).toBeLessThanOrEqual(peak * steppedMs);
      }),
    );
  });

  it('refuses to go back in time', () => {
    const meter = new ProvisionedMeter();
    meter.set(1, T0);
    expect(() => meter.read(T0 - 1)).toThrow(RangeError);
  });
});
