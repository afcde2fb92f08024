import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetricsText } from '../../src/input/metrics-text.ts';
import { writeMetricsCsv } from '../../src/input/write-csv.ts';
import { buildMetricGrid, gridEndMs } from '../../src/metric-grid.ts';
import type { MetricGrid } from '../../src/model.ts';

const START = Date.UTC(2026, 0, 5);
const read = (text: string) => readMetricsText(text, { source: 'export.csv' });

describe('writeMetricsCsv', () => {
  const grid = buildMetricGrid(
    { startMs: START, stepSeconds: 300, length: 3 },
    {
      invocations: { timesMs: [START], values: [12] },
      averageDurationMs: { timesMs: [START], values: [1234.5] },
    },
    [[START, START + 600_000]],
  );

  it('writes one line for each step, with empty cells for the unknown', () => {
    expect(writeMetricsCsv({ grids: [grid], reliableUntilMs: Infinity })).toBe(
      [
        'timestamp,stepSeconds,invocations,averageDurationMs,maxConcurrency,throttles,spilloverInvocations,provisionedConcurrency,heard',
        '2026-01-05T00:00:00Z,300,12,1234.5,,,,,1',
        '2026-01-05T00:05:00Z,300,,,,,,,0',
        '2026-01-05T00:10:00Z,300,,,,,,,1',
        '',
      ].join('\n'),
    );
  });

  it('leaves out steps that may still under-report', () => {
    const text = writeMetricsCsv({ grids: [grid], reliableUntilMs: gridEndMs(grid) - 1 });
    expect(read(text).reliableUntilMs).toBe(START + 600_000);
  });

  it('is read back as it was', () => {
    const value = fc.oneof(
      fc.constant(NaN),
      fc.nat(),
      fc.double({ min: 0, max: 1e15, noNaN: true }).map((x) => x + 0),
    );
    const part = fc.record({
      rows: fc.array(fc.tuple(fc.array(value, { minLength: 6, maxLength: 6 }), fc.nat({ max: 1 })), {
        minLength: 1,
        maxLength: 12,
      }),
      gapSeconds: fc.nat({ max: 100_000 }),
    });
    const grids = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat({ max: 86_400_000 }))
      .map(([parts, offset]) => {
        const list: MetricGrid[] = [];
        for (const [k, { rows, gapSeconds }] of parts.entries()) {
          const startMs = (list.length > 0 ? gridEndMs(list.at(-1)!) : START + offset) + gapSeconds * 1000;
          const column = (c: number) => Float64Array.from(rows, ([values]) => values[c]!);
          list.push({
            startMs,
            stepSeconds: [3600, 300, 60][k]!,
            invocations: column(0),
            averageDurationMs: column(1),
            maxConcurrency: column(2),
            throttles: column(3),
            spilloverInvocations: column(4),
            provisionedConcurrency: column(5),
            heard: Uint8Array.from(rows, ([, heard]) => heard),
          });
        }
        return list;
      });
    fc.assert(
      fc.property(grids, (list) => {
        const back = read(writeMetricsCsv({ grids: list, reliableUntilMs: Infinity }));
        expect(back.grids).toEqual(list);
        expect(back.reliableUntilMs).toBe(gridEndMs(list.at(-1)!));
      }),
    );
  });
});
