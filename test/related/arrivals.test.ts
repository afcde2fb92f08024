import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArrivalSeries, ArrivalsSource, MetricsSource } from '../../src/controller/ports.ts';
import { demandHistory } from '../../src/controller/demand.ts';
import type { MetricGrid } from '../../src/model.ts';
import { correctGrid, queueFedSource } from '../../src/related/arrivals.ts';

const START = Date.UTC(2026, 10, 23);
const target = { functionName: 'worker', alias: 'live' };

function gridOf(invocations: number[], own: Partial<MetricGrid> = {}): MetricGrid {
  const unknown = () => new Float64Array(invocations.length).fill(NaN);
  return {
    startMs: START,
    stepSeconds: 60,
    invocations: Float64Array.from(invocations),
    averageDurationMs: new Float64Array(invocations.length).fill(6000),
    maxConcurrency: unknown(),
    throttles: unknown(),
    spilloverInvocations: unknown(),
    provisionedConcurrency: unknown(),
    heard: new Uint8Array(invocations.length).fill(1),
    ...own,
  };
}

function seriesOf(length: number, own: Partial<Record<keyof ArrivalSeries, number[]>>): ArrivalSeries {
  const of = (values: number[] | undefined) => Float64Array.from(values ?? Array<number>(length).fill(NaN));
  return {
    messagesSent: of(own.messagesSent),
    oldestAgeSeconds: of(own.oldestAgeSeconds),
    apiRequests: of(own.apiRequests),
  };
}

/** Invocations and throttled requests of each step. */
function demandOf(grid: MetricGrid): number[] {
  return [...grid.invocations].map((count, i) => count + (grid.throttles[i]! || 0));
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('demand of a queue-fed function', () => {
  it('is what was sent when it was sent, and not again when it is worked off', () => {
    const grid = gridOf([5, 30, 30, 30, 5, 0]);
    const series = seriesOf(6, { messagesSent: [1000, 0, 0, 0, 0, 0], oldestAgeSeconds: [59, 118, 170, 230, 250, 0] });
    expect(demandOf(correctGrid(grid, series, 10))).toEqual([100, 0, 0, 0, 0, 0]);
  });

  it('books what waits as throttled, so that the peak has it, too', () => {
    const grid = gridOf([5, 5, 90], { maxConcurrency: Float64Array.of(5, 5, 9) });
    const series = seriesOf(3, { messagesSent: [1000, 0, 0], oldestAgeSeconds: [60, 120, 0] });
    const corrected = correctGrid(grid, series, 10);
    expect([...corrected.invocations]).toEqual([5, 0, 0]);
    expect(corrected.throttles[0]).toBe(95);
    const { peakConcurrency } = demandHistory({ grids: [corrected], reliableUntilMs: Infinity, notes: [] });
    // 95 x 6 s / 60 s on top of the five that ran.
    expect(peakConcurrency[0]).toBeCloseTo(14.5);
  });

  it('halves the maximum of concurrent executions where half of the invocations were of earlier messages', () => {
    const grid = gridOf([0, 20], { maxConcurrency: Float64Array.of(0, 8) });
    const series = seriesOf(2, { messagesSent: [10, 10], oldestAgeSeconds: [60, 0] });
    const corrected = correctGrid(grid, series, 1);
    expect([corrected.invocations[1], corrected.maxConcurrency[1]]).toEqual([10, 4]);
  });

  it('is never less than was invoked where batches were not full', () => {
    const series = seriesOf(3, { messagesSent: [20, 20, 20], oldestAgeSeconds: [0, 1, 0] });
    expect(demandOf(correctGrid(gridOf([20, 20, 20]), series, 10))).toEqual([20, 20, 20]);
  });

  it.each([
    ['no age is known: a burst may count twice, which errs on the high side', {}, [100, 50, 50]],
    ['the queue is empty at the end of the step', { oldestAgeSeconds: [0, 0, 0] }, [100, 50, 50]],
  ])('credits no backlog where %s', (_, ages, expected) => {
    const series = seriesOf(3, { messagesSent: [100, 0, 0], ...ages });
    expect(demandOf(correctGrid(gridOf([0, 50, 50]), series, 1))).toEqual(expected);
  });

  it('counts as waiting only what arrived within the age of the oldest message', () => {
    // The first 1,000 were deleted unread: nothing older than two minutes waits.
    const series = seriesOf(4, { messagesSent: [1000, 10, 10, 0], oldestAgeSeconds: [60, 60, 120, 0] });
    expect(demandOf(correctGrid(gridOf([0, 0, 0, 50]), series, 1))).toEqual([1000, 10, 10, 30]);
  });

  it.each([
    ['an API that fills the queue: counted once', 50, 50, 5],
    ['an API that sends several messages at a time', 50, 20, 5],
    ['an API that also calls the function: each of these is an invocation', 50, 80, 35],
    ['messages alone', 50, NaN, 5],
    ['an API of whose queue nothing is known yet', NaN, 80, 8],
  ])('takes from %s', (_, messages, requests, invocations) => {
    const series = seriesOf(1, { messagesSent: [messages], apiRequests: [requests] });
    expect(demandOf(correctGrid(gridOf([0]), series, 10))).toEqual([invocations]);
  });

  it('sees what the queue holds back while the function is called directly, too', () => {
    // 500 jobs, of which 20 invocations let 200 through; 40 calls by the API, served at once.
    const series = seriesOf(2, { messagesSent: [500, 0], apiRequests: [540, 40], oldestAgeSeconds: [60, 0] });
    expect(demandOf(correctGrid(gridOf([60, 70]), series, 10))).toEqual([90, 40]);
  });

  it('leaves a throttled request that waits in the queue counted once', () => {
    const grid = gridOf([10], { throttles: Float64Array.of(40) });
    expect(demandOf(correctGrid(grid, seriesOf(1, { messagesSent: [60] }), 1))).toEqual([60]);
    expect(demandOf(correctGrid(grid, seriesOf(1, { messagesSent: [20] }), 1))).toEqual([50]);
  });

  it('knows demand where the invocations are lost but messages were sent', () => {
    const grid = gridOf([NaN, NaN], { heard: Uint8Array.of(0, 0) });
    const corrected = correctGrid(grid, seriesOf(2, { messagesSent: [30, 0] }), 1);
    expect(demandOf(corrected)).toEqual([30, NaN]);
  });

  it('changes nothing where nothing is known of what arrived, or no such number is possible', () => {
    const grid = gridOf([7, NaN, 9]);
    for (const values of [
      [NaN, NaN, NaN],
      [-1, -Infinity, -1e300],
      [Infinity, 1e300, NaN],
    ]) {
      expect(correctGrid(grid, seriesOf(3, { messagesSent: values, oldestAgeSeconds: values }), 10)).toEqual(grid);
    }
  });

  it('is finite, no less than what arrived, and with a known backlog no more than arrived and was invoked', () => {
    const hostile = fc.oneof(fc.nat(1000), fc.constantFrom(NaN, -5, Infinity, -Infinity, 1e300));
    const steps = fc.array(fc.tuple(fc.nat(1000), hostile, hostile), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10_000 }), (rows, batchSize) => {
        const column = (k: 0 | 1 | 2) => rows.map((row) => row[k]);
        const series = seriesOf(rows.length, { messagesSent: column(1), oldestAgeSeconds: column(2) });
        const demand = demandOf(correctGrid(gridOf(column(0)), series, batchSize));
        const arrived = column(1).map((count) => (count >= 0 && count <= 1e12 ? count / batchSize : 0));
        demand.forEach((count, i) => {
          expect(Number.isFinite(count)).toBe(true);
          expect(count).toBeGreaterThanOrEqual(arrived[i]! - 1e-6);
        });
        expect(sum(demand)).toBeLessThanOrEqual(sum(column(0)) + sum(arrived) + 1e-6);
      }),
    );
  });
});

describe('a source behind a queue', () => {
  const source: MetricsSource = {
    read: () => Promise.resolve({ grids: [gridOf([5, 5])], reliableUntilMs: START, notes: ['as it was'] }),
  };
  const range = { fromMs: START, toMs: START + 120_000 };

  it('is the source itself where no queue and no API is named', () => {
    const never: ArrivalsSource = { read: () => Promise.reject(new Error('was asked')) };
    expect(queueFedSource(source, never, {})).toBe(source);
  });

  it('asks for the grid of the reading, and says what it changed', async () => {
    const asked: unknown[] = [];
    const arrivals: ArrivalsSource = {
      read: (of, grid) => {
        asked.push({ of, grid });
        return Promise.resolve(seriesOf(2, { messagesSent: [100, 0] }));
      },
    };
    const queue = { name: 'jobs', batchSize: 10 };
    const reading = await queueFedSource(source, arrivals, { queue }).read(target, range);
    expect(asked).toEqual([
      { of: { target, queue, api: undefined }, grid: { startMs: START, stepSeconds: 60, length: 2 } },
    ]);
    expect(demandOf(reading.grids[0]!)).toEqual([10, 5]);
    expect(reading.notes).toEqual(['as it was', expect.stringMatching(/^in 1 steps more arrived/)]);
  });
});
