import { GetMetricDataCommand, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BEHAVIOUR, type TwinBehaviour } from '../../src/twin/behaviour.ts';
import { getMetricData } from '../../src/twin/metric-query.ts';
import { MetricStore } from '../../src/twin/metric-store.ts';
import { clientsOn, codeOf, failureOf, MINUTE, ordersWorld, START_MS } from './support.ts';

const DAY = 1440 * MINUTE;
const ALIAS = { FunctionName: 'orders', Resource: 'orders:live' };

interface Result {
  Id: string;
  Label: string;
  Timestamps: number[];
  Values: number[];
  StatusCode: string;
}

/** Two samples in each given minute (counted from the start): of the value itself and of half of it. */
function storeOf(minutes: [minute: number, value: number][]): MetricStore {
  const store = new MetricStore();
  const series = store.ofAll(ALIAS);
  for (const [minute, value] of minutes) {
    series.Invocations.add(START_MS / MINUTE + minute, 1, value, value);
    series.Invocations.add(START_MS / MINUTE + minute, 1, value / 2, value / 2);
  }
  return store;
}

const wire = (dimensions: Record<string, string>) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

function stat(statistic: string, period = 60, more: object = {}) {
  const Metric = { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions: wire(ALIAS) };
  return { Id: statistic.toLowerCase(), MetricStat: { Metric, Period: period, Stat: statistic, ...more } };
}

/** Minutes from the start; now is the end of the range unless given. */
interface Ask {
  from: number;
  to: number;
  now?: number;
  queries?: unknown[];
  behaviour?: Partial<TwinBehaviour>;
  more?: object;
}

function ask(store: MetricStore, { from, to, now = to, queries = [stat('Sum')], behaviour = {}, more = {} }: Ask) {
  const input = {
    StartTime: START_MS / 1000 + from * 60,
    EndTime: START_MS / 1000 + to * 60,
    MetricDataQueries: queries,
    ScanBy: 'TimestampAscending',
    ...more,
  };
  const options = { store, behaviour: { ...DEFAULT_BEHAVIOUR, ...behaviour }, nowMs: START_MS + now * MINUTE };
  return JSON.parse(getMetricData(input, options)) as { MetricDataResults: Result[]; NextToken?: string };
}

/** `[minute, value]` of the first result. */
const pointsOf = (results: { MetricDataResults: Result[] }) =>
  results.MetricDataResults[0]!.Timestamps.map((at, i) => [
    (at - START_MS / 1000) / 60,
    results.MetricDataResults[0]!.Values[i],
  ]);

const SOME = storeOf([
  [0, 4],
  [1, 8],
  [4, 2],
  [5, 6],
  [9, 10],
]);

describe('GetMetricData', () => {
  it.each([
    [
      'Sum',
      [
        [0, 21],
        [5, 24],
      ],
    ],
    [
      'Maximum',
      [
        [0, 8],
        [5, 10],
      ],
    ],
    [
      'Average',
      [
        [0, 3.5],
        [5, 6],
      ],
    ],
    [
      'SampleCount',
      [
        [0, 6],
        [5, 4],
      ],
    ],
  ])('aggregates minutes to the %s of a period', (statistic, expected) => {
    expect(pointsOf(ask(SOME, { from: 0, to: 10, queries: [stat(statistic, 300)] }))).toEqual(expected);
  });

  it('has no datapoint where nothing was sent', () => {
    expect(pointsOf(ask(SOME, { from: 0, to: 10 }))).toEqual([
      [0, 6],
      [1, 12],
      [4, 3],
      [5, 9],
      [9, 15],
    ]);
  });

  it('includes the start and excludes the end', () => {
    expect(pointsOf(ask(SOME, { from: 1, to: 9 }))).toEqual([
      [1, 12],
      [4, 3],
      [5, 9],
    ]);
    expect(pointsOf(ask(SOME, { from: 1, to: 9.5 })).at(-1)).toEqual([9, 15]);
  });

  it('rounds the start down to the minute', () => {
    expect(pointsOf(ask(SOME, { from: 1.9, to: 5 }))).toEqual([
      [1, 12],
      [4, 3],
    ]);
  });

  it('gives the newest first unless asked otherwise', () => {
    const minutes = pointsOf(ask(SOME, { from: 0, to: 10, more: { ScanBy: undefined } })).map(([minute]) => minute);
    expect(minutes).toEqual([9, 5, 4, 1, 0]);
  });

  it('keeps metrics apart by name, namespace and the whole set of dimensions', () => {
    const metric = (change: object) => {
      const Metric = { Namespace: 'AWS/Lambda', MetricName: 'Invocations', Dimensions: wire(ALIAS), ...change };
      return pointsOf(
        ask(SOME, { from: 0, to: 10, queries: [{ Id: 'a', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }] }),
      ).length;
    };
    expect(metric({})).toBe(5);
    expect(metric({ Dimensions: wire(ALIAS).reverse() })).toBe(5);
    expect(metric({ Dimensions: wire({ FunctionName: 'orders' }) })).toBe(0);
    expect(metric({ Dimensions: [] })).toBe(0);
    expect(metric({ MetricName: 'Errors' })).toBe(0);
    expect(metric({ MetricName: 'Nonsense' })).toBe(0);
    expect(metric({ Namespace: 'AWS/EC2' })).toBe(0);
  });

  it('finds nothing under another unit', () => {
    const count = (Unit: string) =>
      pointsOf(ask(SOME, { from: 0, to: 10, queries: [stat('Sum', 60, { Unit })] })).length;
    expect([count('Count'), count('Seconds')]).toEqual([5, 0]);
  });

  it('labels a result with the metric or as asked, and leaves out what is not to be returned', () => {
    const queries = [stat('Sum'), { ...stat('Average'), Label: 'mine' }, { ...stat('Maximum'), ReturnData: false }];
    const { MetricDataResults } = ask(SOME, { from: 0, to: 10, queries });
    expect(MetricDataResults.map(({ Id, Label, StatusCode }) => [Id, Label, StatusCode])).toEqual([
      ['sum', 'Invocations', 'Complete'],
      ['average', 'mine', 'Complete'],
    ]);
  });

  it('sees what is sent after it was asked once', () => {
    const store = storeOf([[0, 4]]);
    const before = pointsOf(ask(store, { from: 0, to: 10 }));
    store.ofAll(ALIAS).Invocations.add(START_MS / MINUTE, 1, 100, 100);
    expect([before, pointsOf(ask(store, { from: 0, to: 10 }))]).toEqual([[[0, 6]], [[0, 106]]]);
  });

  it('agrees with a plain computation for any points, range and period', () => {
    const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 99 })), {
      selector: ([minute]) => minute,
      maxLength: 60,
    });
    const range = fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 1, max: 4000 }));
    const period = fc.constantFrom(1, 2, 5, 7, 15, 60, 77, 1440, 2880);
    fc.assert(
      fc.property(points, range, period, (minutes, [from, length], periodMinutes) => {
        const found = pointsOf(
          ask(storeOf(minutes), { from, to: from + length, queries: [stat('Sum', periodMinutes * 60)] }),
        );
        const origin = START_MS / MINUTE;
        const bins = new Map<number, number>();
        for (const [minute, value] of minutes) {
          const bin = Math.floor((origin + minute) / periodMinutes) * periodMinutes - origin;
          if (bin >= from && bin < from + length) bins.set(bin, (bins.get(bin) ?? 0) + value * 1.5);
        }
        expect(found).toEqual([...bins].sort(([a], [b]) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe('old datapoints', () => {
  const store = storeOf(Array.from({ length: 20 * 1440 }, (_, minute) => [minute, 2]));
  const now = 70 * 1440;
  const count = (ageDays: number, period: number, tooFinePeriod: TwinBehaviour['tooFinePeriod'] = 'no-data') => {
    const from = now - ageDays * 1440;
    return pointsOf(ask(store, { from, to: now, now, queries: [stat('Sum', period)], behaviour: { tooFinePeriod } }))
      .length;
  };

  it.each([
    [70, 3600, 20 * 24],
    [70, 300, 0],
    [63, 300, 13 * 288],
    [64, 300, 0],
    [63, 60, 0],
    [455, 3600, 20 * 24],
  ])('from %i days on, by %i seconds, are %i', (ageDays, period, expected) => {
    expect(count(ageDays, period)).toBe(expected);
  });

  it('may cost a range only its old part, as the switch says', () => {
    expect(count(70, 300, 'recent-data-only')).toBe(13 * 288);
  });

  it('of one minute are there for 15 days', () => {
    const recent = (days: number) => pointsOf(ask(store, { from: 20 * 1440 - days * 1440, to: 20 * 1440 })).length;
    expect([recent(15), recent(15.1)]).toEqual([15 * 1440, 0]);
  });

  it('are gone after 455 days', () => {
    const late = 465 * 1440;
    expect(pointsOf(ask(store, { from: 0, to: late, queries: [stat('Sum', 3600)] })).length).toBe(10 * 24);
  });

  it.each([
    [
      20,
      2,
      [
        [0, 3 * 5],
        [5, 3 * 5],
      ],
    ],
    [64, 2, [[0, 3 * 60]]],
  ])('of an age of %i days begin at a start rounded down to 5 minutes or an hour', (ageDays, from, expected) => {
    const period = ageDays > 63 ? 3600 : 300;
    const asked = ask(store, { from, to: 10, now: ageDays * 1440 + 10, queries: [stat('Sum', period)] });
    expect(pointsOf(asked)).toEqual(expected);
  });
});

describe('paging', () => {
  const store = storeOf(Array.from({ length: 3000 }, (_, minute) => [minute, minute]));
  const queries = [stat('Sum'), stat('Maximum'), stat('Average')];

  function allPages(more: object, behaviour: Partial<TwinBehaviour>) {
    const found = new Map<string, number[]>();
    const statuses: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = ask(store, { from: 0, to: 3000, queries, behaviour, more: { ...more, NextToken } });
      for (const { Id, Timestamps } of page.MetricDataResults) found.set(Id, [...(found.get(Id) ?? []), ...Timestamps]);
      statuses.push(page.MetricDataResults.map(({ StatusCode }) => (StatusCode === 'Complete' ? 'C' : 'P')).join(''));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return { found, statuses };
  }

  it.each([
    ['as the account allows', {}, { datapointsPerPage: 4000 }, ['CPP', 'CP', 'C']],
    ['as asked for', { MaxDatapoints: 4000 }, {}, ['CPP', 'CP', 'C']],
    ['newest first too', { ScanBy: 'TimestampDescending' }, { datapointsPerPage: 5000 }, ['CPP', 'CC']],
    ['not at all below the limit', {}, { datapointsPerPage: 9000 }, ['CCC']],
  ])('cuts %s, in the middle of a metric, and loses and repeats nothing', (_, more, behaviour, statuses) => {
    const pages = allPages(more, behaviour);
    expect(pages.statuses).toEqual(statuses);
    const whole = ask(store, { from: 0, to: 3000, queries, more: { ...more, MaxDatapoints: undefined } });
    for (const { Id, Timestamps } of whole.MetricDataResults) expect(pages.found.get(Id)).toEqual(Timestamps);
  });

  it('stays below 100,800 points by default', () => {
    const long = storeOf(Array.from({ length: 15 * 1440 }, (_, minute) => [minute, 1]));
    const five = Array.from({ length: 5 }, (_, i) => ({ ...stat('Sum'), Id: `q${i}` }));
    const page = ask(long, { from: 0, to: 15 * 1440, queries: five });
    expect(page.MetricDataResults.reduce((sum, { Values }) => sum + Values.length, 0)).toBe(100_800);
    expect(page.NextToken).toBeDefined();
  });

  it('works with the paginator of the SDK', async () => {
    const world = ordersWorld({ behaviour: { datapointsPerPage: 100 } });
    const invocations = new Float64Array(250).fill(3);
    world.fillHistory('orders', {
      startMs: START_MS - 250 * MINUTE,
      stepSeconds: 60,
      invocations,
      averageDurationMs: 50,
    });
    const { cloudWatch } = await clientsOn(world);
    const input = {
      StartTime: new Date(START_MS - 250 * MINUTE),
      EndTime: new Date(START_MS),
      MetricDataQueries: [stat('Sum')],
    };
    const points: [Date, number][] = [];
    for await (const page of paginateGetMetricData({ client: cloudWatch }, input)) {
      const { Timestamps = [], Values = [] } = page.MetricDataResults?.[0] ?? {};
      Timestamps.forEach((at, i) => points.push([at, Values[i]!]));
    }
    // The last two minutes are still under way.
    expect(points).toEqual(Array.from({ length: 248 }, (_, i) => [new Date(START_MS - (i + 3) * MINUTE), 3]));
  });
});

describe('a request is refused', () => {
  it.each([
    ['without queries', { MetricDataQueries: [] }],
    [
      'with 501 queries',
      { MetricDataQueries: Array.from({ length: 501 }, (_, i) => ({ ...stat('Sum'), Id: `q${i}` })) },
    ],
    ['that ends where it starts', { EndTime: START_MS / 1000 }],
    ['without a start', { StartTime: undefined }],
    ['with two queries of one id', { MetricDataQueries: [stat('Sum'), stat('Sum')] }],
    ['with an id that begins with a capital', { MetricDataQueries: [{ ...stat('Sum'), Id: 'Sum' }] }],
    ['with a period of 30 s', { MetricDataQueries: [stat('Sum', 30)] }],
    ['with a period of 90 s', { MetricDataQueries: [stat('Sum', 90)] }],
    ['with a period of 0', { MetricDataQueries: [stat('Sum', 0)] }],
    ['for a statistic that is not stored', { MetricDataQueries: [stat('p99')] }],
    ['for metric math', { MetricDataQueries: [{ Id: 'e', Expression: 'm1 / m2' }] }],
    ['without a metric', { MetricDataQueries: [{ Id: 'e' }] }],
    ['with MaxDatapoints of 0', { MaxDatapoints: 0 }],
    ['with MaxDatapoints above 100,800', { MaxDatapoints: 100_801 }],
    ['in an order that is none', { ScanBy: 'Random' }],
  ])('%s', (_, more) => {
    expect(codeOf(() => ask(SOME, { from: 0, to: 10, more }))).toBe('ValidationException');
  });

  it.each(['nonsense', '***', btoa('1:x')])('with the token %s', (NextToken) => {
    expect(codeOf(() => ask(SOME, { from: 0, to: 10, more: { NextToken } }))).toBe('InvalidNextToken');
  });

  it('over HTTP with the code of the query protocol', async () => {
    const { cloudWatch } = await clientsOn(ordersWorld());
    const times = { StartTime: new Date(START_MS), EndTime: new Date(START_MS + DAY) };
    const asking = cloudWatch.send(
      new GetMetricDataCommand({ ...times, MetricDataQueries: [stat('Sum')], NextToken: 'x' }),
    );
    expect(await failureOf(asking)).toBe('InvalidNextToken 400');
  });
});
