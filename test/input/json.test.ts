import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricOf } from '../../src/input/metric-names.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';
import { problemOf } from './faulty.ts';

const START = Date.UTC(2026, 0, 5);
const read = (text: string) => readMetricsText(text, { source: 'm.json' });

/** Minutes after the start, with the value of each. */
type Points = Record<number, number>;

function result(Label: string, points: Points, other: object = {}) {
  const minutes = Object.keys(points).map(Number).reverse();
  return {
    Id: Label.toLowerCase().slice(0, 3),
    Label,
    Timestamps: minutes.map((minute) => new Date(START + minute * 60_000).toISOString().replace('.000Z', '+00:00')),
    Values: minutes.map((minute) => points[minute]),
    StatusCode: 'Complete',
    ...other,
  };
}

const answer = (...results: object[]) => ({ MetricDataResults: results, Messages: [] });
const json = (...results: object[]) => JSON.stringify(answer(...results), null, 4);

const problem = (text: string) => problemOf(text, 'm.json');

describe('readMetricsText on the JSON of the AWS CLI', () => {
  it('reads every metric, in descending order, with zero only where another metric was heard', () => {
    const { grids, reliableUntilMs, notes } = read(
      json(
        result('Invocations', { 0: 5, 2: 7 }),
        result('Duration', { 0: 100.5, 2: 200 }),
        result('ConcurrentExecutions', { 0: 1, 1: 0, 2: 3 }),
        result('Throttles', { 4: 2 }),
        result('ProvisionedConcurrencySpilloverInvocations', { 2: 1 }),
        result('ProvisionedConcurrentExecutions', { 2: 2 }),
      ),
    );
    expect(grids).toEqual([
      {
        startMs: START,
        stepSeconds: 60,
        invocations: Float64Array.of(5, NaN, 7, NaN, NaN),
        averageDurationMs: Float64Array.of(100.5, NaN, 200, NaN, NaN),
        maxConcurrency: Float64Array.of(1, 0, 3, NaN, NaN),
        throttles: Float64Array.of(NaN, NaN, NaN, NaN, 2),
        spilloverInvocations: Float64Array.of(NaN, NaN, 1, NaN, NaN),
        provisionedConcurrency: Float64Array.of(NaN, NaN, 2, NaN, NaN),
        heard: Uint8Array.of(1, 1, 1, 0, 1),
      },
    ]);
    expect(reliableUntilMs).toBe(START + 300_000);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('1 of 5 steps in m.json have no point of any metric: taken as unknown');
  });

  it('takes a single unnamed result for the invocations', () => {
    const { grids } = read(json(result('my-function', { 0: 1, 5: 2 }, { Id: 'm1' })));
    expect([...grids[0]!.invocations]).toEqual([1, 2]);
    expect(grids[0]!.stepSeconds).toBe(300);
  });

  it('hears metrics that it does not read', () => {
    const { grids } = read(
      json(result('Invocations', { 0: 1, 2: 2 }), result('Errors', { 1: 0 }), result('odd', { 2: 1 })),
    );
    expect([...grids[0]!.heard]).toEqual([0, 1, 1]);
  });

  it('reads concurrency without invocations', () => {
    const { grids } = read(json(result('ConcurrentExecutions', { 0: 1, 1: 2 })));
    expect([...grids[0]!.maxConcurrency]).toEqual([1, 2]);
  });

  const pages = [
    answer(result('Invocations', { 3: 3, 4: 4 }), result('Duration', { 4: 40 })),
    answer(result('Invocations', { 0: 1, 1: 1, 2: 2 }), result('Duration', { 0: 10 })),
  ];
  it.each([
    ['an array', JSON.stringify(pages)],
    ['one after the other', pages.map((page) => JSON.stringify(page, null, 2)).join('\n')],
    ['without a break', pages.map((page) => JSON.stringify(page)).join('')],
    ['with commas', pages.map((page) => JSON.stringify(page)).join(',\n')],
    ['in the other order', JSON.stringify(pages.toReversed())],
    ['that overlap', JSON.stringify([...pages, pages[0]])],
    ['after a byte order mark', `\uFEFF ${JSON.stringify(pages)}`],
  ])('joins pages: %s', (_name, text) => {
    const { grids } = read(text);
    expect(grids).toHaveLength(1);
    expect([...grids[0]!.invocations]).toEqual([1, 1, 2, 3, 4]);
    expect([...grids[0]!.averageDurationMs]).toEqual([10, NaN, NaN, NaN, 40]);
  });

  it('keeps two periods apart: five minutes for the older part, one for the newer', () => {
    const old = answer(result('Invocations', { 0: 50, 5: 51, 15: 52 }));
    const recent = answer(result('Invocations', { 20: 1, 21: 2, 24: 3 }));
    const { grids, reliableUntilMs } = read(JSON.stringify([recent, old]));
    expect(
      grids.map(({ stepSeconds, startMs, invocations }) => [stepSeconds, (startMs - START) / 60_000, ...invocations]),
    ).toEqual([
      [300, 0, 50, 51, NaN, 52],
      [60, 20, 1, 2, NaN, NaN, 3],
    ]);
    expect(reliableUntilMs).toBe(START + 25 * 60_000);
  });

  it('takes the longest period up to an hour that fits rare points', () => {
    const { grids } = read(json(result('Invocations', { 0: 1, 360: 2, 1080: 3 })));
    expect(grids[0]!.stepSeconds).toBe(3600);
    expect(grids[0]!.invocations).toHaveLength(19);
  });

  it.each([
    [
      'a NextToken on the last page',
      JSON.stringify({ ...answer(result('Invocations', { 0: 1, 1: 2 })), NextToken: 'x' }),
      'NextToken',
    ],
    [
      'a result that failed',
      json(result('Invocations', { 0: 1, 1: 2 }), result('Duration', {}, { StatusCode: 'InternalError' })),
      'CloudWatch answered InternalError for Duration',
    ],
  ])('notes %s', (_name, text, expected) => {
    expect(read(text).notes.join('\n')).toContain(expected);
  });

  it('does not depend on how the points are spread over pages', () => {
    const minutes = fc.uniqueArray(fc.nat({ max: 300 }), { minLength: 4, maxLength: 60 });
    fc.assert(
      fc.property(minutes, fc.nat({ max: 60 }), (all, cut) => {
        // Two neighbouring minutes on each page, so that the period is the same on all.
        const points = (list: number[]): Points => Object.fromEntries([...list, 0, 1].map((n) => [n, n * n]));
        const one = json(result('Invocations', points(all)));
        const two = [all.slice(0, cut), all.slice(cut)]
          .map((part) => json(result('Invocations', points(part))))
          .join('\n');
        expect(read(two)).toEqual(read(one));
      }),
      { numRuns: 30 },
    );
  });
});

describe('readMetricsText on faulty JSON', () => {
  const good = result('Invocations', { 0: 1, 1: 2 });
  it.each([
    ['an unfinished document', json(good).slice(0, -3), 'm.json is not valid JSON'],
    [
      'an unfinished second document',
      `${json(good)}\n${json(good).slice(0, -3)}`,
      /not valid JSON in the document that begins in line \d+/,
    ],
    [
      'another document',
      '{"Datapoints": []}',
      'm.json is not what "aws cloudwatch get-metric-data" prints: MetricDataResults',
    ],
    ['nothing', 'null', 'm.json is not what "aws cloudwatch get-metric-data" prints: document:'],
    ['a number', ' 12\n', 'm.json is not what "aws cloudwatch get-metric-data" prints: document:'],
    ['another second page', JSON.stringify([answer(good), { a: 1 }]), 'm.json, page 2 is not what'],
    ['a word for a value', json({ ...good, Values: [1, 'x'] }), 'MetricDataResults.0.Values.1: must be a number'],
    ['no results', json(), 'm.json has no points'],
    ['no pages', '[]', 'm.json has no points'],
    ['results without points', json(result('Invocations', {})), 'm.json has no points'],
    [
      'no invocations',
      json(result('Errors', { 0: 1 }), result('Throttles', { 0: 1 })),
      'm.json has no result for Invocations, only Errors (Id err), Throttles (Id thr)',
    ],
    [
      'two functions',
      json({ ...good, Id: 'a' }, { ...good, Id: 'b' }),
      'm.json has several results for invocations: Invocations (Id a), Invocations (Id b)',
    ],
    ['a missing value', json({ ...good, Values: [1] }), 'result Invocations (Id inv) has 2 Timestamps but 1 Values'],
    [
      'a negative value',
      json(result('Invocations', { 0: 1, 1: -2 })),
      'the value -2 at 2026-01-05T00:01:00+00:00 is negative',
    ],
    [
      'a timestamp that does not exist',
      json({ ...good, Timestamps: ['2026-02-30T00:00:00Z', '2026-02-28T00:00:00Z'] }),
      'timestamp "2026-02-30T00:00:00Z" is not a moment',
    ],
    ['a single moment', json(result('Invocations', { 3: 1 })), 'm.json has only one moment (2026-01-05T00:03:00Z)'],
    [
      'a period of 10 s',
      json({ ...good, Timestamps: [1767571200, 1767571210] }),
      'a step of 10 s; the shortest is 60 s',
    ],
    [
      'a period of 90 s',
      json({ ...good, Timestamps: [1767571200, 1767571290] }),
      'the timestamps are 90 s apart, not whole minutes',
    ],
    [
      'a stray 1970',
      json({ ...good, Timestamps: ['1970-01-01T00:00:00Z', '2026-01-05T00:00:00Z'] }),
      'timestamp 1970-01-01T00:00:00Z is 20458 days away',
    ],
  ])('refuses %s', (_name, text, expected) => {
    expect(problem(text)).toMatch(
      expected instanceof RegExp ? expected : new RegExp(expected.replaceAll(/[()[\].+]/g, '\\$&')),
    );
  });
});

describe('metricOf', () => {
  it.each([
    ['Invocations', 'q1', 'invocations'],
    ['orders Invocations', 'q1', 'invocations'],
    ['orders', 'm1_invocations', 'invocations'],
    ['AWS/Lambda orders:live invocations (Sum)', 'q1', 'invocations'],
    ['duration-checker Invocations', 'q1', 'invocations'],
    ['Duration', 'q1', 'averageDurationMs'],
    ['Duration Average', 'q1', 'averageDurationMs'],
    ['average_duration_ms', 'q1', 'averageDurationMs'],
    ['Duration Maximum', 'q1', null],
    ['Duration p99', 'q1', null],
    ['Concurrent executions', 'q1', 'maxConcurrency'],
    ['x', 'concurrent_executions', 'maxConcurrency'],
    ['Throttles', 'q1', 'throttles'],
    ['ProvisionedConcurrencySpilloverInvocations', 'q1', 'spilloverInvocations'],
    ['ProvisionedConcurrentExecutions', 'q1', 'provisionedConcurrency'],
    ['ProvisionedConcurrencyInvocations', 'q1', null],
    ['UnreservedConcurrentExecutions', 'q1', null],
    ['PostRuntimeExtensionsDuration', 'q1', null],
    ['Errors', 'invocations', null],
    ['x', 'q1', undefined],
    ['', undefined, undefined],
  ])('reads "%s" with Id %s as %s', (Label, Id, expected) => {
    expect(metricOf({ Label, Id })).toBe(expected);
  });
});
