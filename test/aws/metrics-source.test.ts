import { afterEach, describe, expect, it } from 'vitest';
import { createMetricsSource, type MetricsSourceOptions } from '../../src/aws/metrics-source.ts';
import { InputError, RefusedError, TransientError } from '../../src/errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { clientsOf, type FakeAnswer, type FakeEndpoint, startFake } from './fake-endpoint.ts';

let fake: FakeEndpoint | undefined;
afterEach(() => fake?.close());

const target = { functionName: 'worker', alias: 'live' };
const NOW = Date.parse('2026-11-22T14:07:30Z');
const LAST_HOUR = { fromMs: Date.parse('2026-11-22T13:00:00Z'), toMs: NOW };

/** A query as the endpoint sees it: metric, dimensions and period in one text. */
interface SeenQuery {
  id: string;
  metric: string;
  period: number;
}
interface Asked {
  queries: SeenQuery[];
  startMs: number;
  endMs: number;
  token: string | undefined;
}
type Points = [timeMs: number, value: unknown][];

async function read(
  answer: (asked: Asked, index: number) => FakeAnswer,
  range = LAST_HOUR,
  options: MetricsSourceOptions = {},
) {
  const asked: Asked[] = [];
  fake = await startFake(({ operation, input }) => {
    if (operation === 'GetFunctionConfiguration') return { body: { Timeout: 30 } };
    asked.push(parse(input));
    return answer(asked.at(-1)!, asked.length - 1);
  });
  const source = createMetricsSource(clientsOf(fake.endpoint), { now: () => NOW, ...options });
  return { reading: await source.read(target, range), asked };
}

function parse(input: Record<string, unknown>): Asked {
  const queries = input.MetricDataQueries as {
    Id: string;
    MetricStat: {
      Metric: { MetricName: string; Dimensions?: { Name: string; Value: string }[] };
      Period: number;
      Stat: string;
    };
  }[];
  return {
    queries: queries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => ({
      id: Id,
      metric: [Metric.MetricName, Stat, ...(Metric.Dimensions ?? []).map(({ Name, Value }) => `${Name}=${Value}`)].join(
        ' ',
      ),
      period: Period,
    })),
    startMs: (input.StartTime as number) * 1000,
    endMs: (input.EndTime as number) * 1000,
    token: input.NextToken as string | undefined,
  };
}

/** An answer with these points for the queries of these ids, nothing for the others. */
function data(series: Record<string, Points>, rest: object = {}, status = 'Complete'): FakeAnswer {
  const MetricDataResults = Object.entries(series).map(([Id, points]) => ({
    Id,
    StatusCode: status,
    Timestamps: points.map(([timeMs]) => timeMs / 1000),
    Values: points.map(([, value]) => value),
  }));
  return { body: { MetricDataResults, ...rest } };
}

const minute = (n: number) => LAST_HOUR.fromMs + n * MINUTE_MS;

describe('the request', () => {
  it('asks for the six metrics of the alias and two that tell zero from unknown, once', async () => {
    const { asked } = await read(() => data({ invocations: [[minute(0), 1]] }));
    const alias = 'FunctionName=worker Resource=worker:live';
    expect(asked).toHaveLength(1);
    expect(asked[0]!.queries.map(({ metric }) => metric)).toEqual([
      `Invocations Sum ${alias}`,
      `Duration Average ${alias}`,
      `ConcurrentExecutions Maximum ${alias}`,
      `Throttles Sum ${alias}`,
      `ProvisionedConcurrencySpilloverInvocations Sum ${alias}`,
      `ProvisionedConcurrentExecutions Maximum ${alias}`,
      'Invocations Sum FunctionName=worker',
      'ConcurrentExecutions Maximum',
    ]);
  });

  it('asks for one minute over the last 14 days and for five minutes before, on the periods', async () => {
    const range = { fromMs: NOW - 56 * DAY_MS, toMs: NOW };
    const { asked, reading } = await read(() => data({ invocations: [[NOW - DAY_MS, 1]] }), range);
    expect(asked.map(({ queries, startMs, endMs }) => [queries[0]!.period, startMs, endMs])).toEqual([
      [300, Date.parse('2026-09-27T14:05:00Z'), Date.parse('2026-11-08T15:00:00Z')],
      [60, Date.parse('2026-11-08T15:00:00Z'), Date.parse('2026-11-22T14:07:00Z')],
    ]);
    expect(
      reading.grids.map(({ startMs, stepSeconds, invocations }) => [stepSeconds, startMs, invocations.length]),
    ).toEqual([
      [
        300,
        Date.parse('2026-09-27T14:05:00Z'),
        (Date.parse('2026-11-08T15:00:00Z') - Date.parse('2026-09-27T14:05:00Z')) / 300_000,
      ],
      [
        60,
        Date.parse('2026-11-08T15:00:00Z'),
        (Date.parse('2026-11-22T14:07:00Z') - Date.parse('2026-11-08T15:00:00Z')) / 60_000,
      ],
    ]);
  });

  it('asks for five minutes alone when the range ended long ago', async () => {
    const range = { fromMs: NOW - 40 * DAY_MS, toMs: NOW - 20 * DAY_MS };
    const { asked } = await read(() => data({ invocations: [[range.fromMs + HOUR_MS, 1]] }), range);
    expect(asked.map(({ queries }) => queries[0]!.period)).toEqual([300]);
  });

  it('does not ask for what CloudWatch has forgotten, and says so', async () => {
    const range = { fromMs: NOW - 200 * DAY_MS, toMs: NOW };
    const { asked, reading } = await read(() => data({ invocations: [[NOW - DAY_MS, 1]] }), range);
    expect(asked[0]!.startMs).toBe(Date.parse('2026-09-21T15:00:00Z'));
    expect(reading.notes).toContainEqual(expect.stringContaining('begins at 2026-09-21T15:00:00Z'));
  });

  it('asks nothing for a range without a whole step', async () => {
    const { asked, reading } = await read(() => data({}), { fromMs: minute(0), toMs: minute(0) + 30_000 });
    expect([asked, reading.grids]).toEqual([[], []]);
  });

  it('is not made for $LATEST', async () => {
    fake = await startFake(() => ({ body: {} }));
    const source = createMetricsSource(clientsOf(fake.endpoint));
    await expect(source.read({ ...target, alias: '$LATEST' }, LAST_HOUR)).rejects.toThrow(InputError);
    expect(fake.requests).toEqual([]);
  });
});

describe('the answer', () => {
  it('is put on the grid in any order, with gaps unknown', async () => {
    const { reading } = await read(() =>
      data({
        invocations: [
          [minute(3), 30],
          [minute(1), 10],
        ],
        averageDurationMs: [[minute(1), 250]],
        provisionedConcurrency: [[minute(3), 2]],
      }),
    );
    const grid = reading.grids[0]!;
    expect([...grid.invocations.slice(0, 5)]).toEqual([NaN, 10, NaN, 30, NaN]);
    expect([...grid.averageDurationMs.slice(0, 3)]).toEqual([NaN, 250, NaN]);
    expect(grid.provisionedConcurrency[3]).toBe(2);
    expect(grid.startMs).toBe(minute(0));
  });

  it('keeps the more complete of two values at one time, floors times inside a step, and leaves the impossible out', async () => {
    const { reading } = await read(() =>
      data({
        invocations: [
          [minute(1), 7],
          [minute(1), 5],
          [minute(2) + 30_000, 4],
          [minute(3), -1],
          [minute(4), 'NaN'],
          [minute(5), 'Infinity'],
          [minute(6), 1e300],
          [minute(-1), 9],
          [minute(67), 9],
        ],
        averageDurationMs: [[minute(1), 1e9]],
      }),
    );
    const grid = reading.grids[0]!;
    expect([...grid.invocations.slice(0, 8)]).toEqual([NaN, 7, 4, NaN, NaN, NaN, NaN, NaN]);
    expect(grid.averageDurationMs.every(Number.isNaN)).toBe(true);
    expect(grid.invocations.filter((value) => value === 9)).toHaveLength(0);
    expect(reading.notes).toEqual([expect.stringContaining('7 datapoints')]);
  });

  it.each<[string, object]>([
    ['no results', {}],
    ['empty results', { MetricDataResults: [] }],
    [
      'results without id, times or values',
      { MetricDataResults: [{}, { Id: 'invocations' }, { Id: 'nobody', Values: [1] }] },
    ],
    [
      'fewer values than times',
      { MetricDataResults: [{ Id: 'invocations', Timestamps: [minute(1) / 1000], Values: [] }] },
    ],
    ['fewer times than values', { MetricDataResults: [{ Id: 'invocations', Timestamps: [], Values: [3] }] }],
  ])('with %s is unknown throughout', async (_, body) => {
    const { reading } = await read(() => ({ body }));
    expect(reading.grids[0]!.invocations.every(Number.isNaN)).toBe(true);
    expect(reading.grids[0]!.heard.every((value) => value === 0)).toBe(true);
    expect(reading.notes).toContainEqual(expect.stringContaining('no datapoints for function "worker"'));
  });

  it('whose times cannot be read is an error, not an empty history', async () => {
    const body = { MetricDataResults: [{ Id: 'invocations', Timestamps: ['soon'], Values: [1] }] };
    await expect(read(() => ({ body }))).rejects.toThrow(/GetMetricData/);
  });

  it('passes on what CloudWatch remarks', async () => {
    const { reading } = await read(() =>
      data({ invocations: [[minute(1), 1]] }, { Messages: [{ Code: 'MaxMetricsExceeded', Value: 'too many' }] }),
    );
    expect(reading.notes).toEqual(['CloudWatch remarked MaxMetricsExceeded: too many']);
  });
});

describe('pages', () => {
  it('are joined, with PartialData on all but the last', async () => {
    const { reading, asked } = await read(({ token }) =>
      token === undefined
        ? data({ invocations: [[minute(2), 2]] }, { NextToken: 'more' }, 'PartialData')
        : data({ invocations: [[minute(1), 1]] }),
    );
    expect([...reading.grids[0]!.invocations.slice(0, 4)]).toEqual([NaN, 1, 2, NaN]);
    expect(asked.map(({ token }) => token)).toEqual([undefined, 'more']);
  });

  it.each<[string, (index: number) => string, number]>([
    ['the same page twice', () => 'again', 2],
    ['another page for ever', (index) => `page ${index}`, 500],
  ])('end when the answer names %s', async (_, token, requests) => {
    const reading = read((_asked, index) => data({}, { NextToken: token(index) }));
    await expect(reading).rejects.toThrow(TransientError);
    expect(fake!.operations().filter((operation) => operation === 'GetMetricData')).toHaveLength(requests);
  });
});

describe('a series that CloudWatch', () => {
  it.each(['InternalError', 'PartialData'])('answers with %s is asked for again', async (status) => {
    const { reading, asked } = await read((_asked, index) =>
      index < 2 ? data({ invocations: [] }, {}, status) : data({ invocations: [[minute(1), 1]] }),
    );
    expect(reading.grids[0]!.invocations[1]).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['InternalError', TransientError],
    ['PartialData', TransientError],
    ['Forbidden', RefusedError],
  ])('answers with %s to the end is an error', async (status, Kind) => {
    await expect(read(() => data({ invocations: [] }, {}, status))).rejects.toThrow(Kind);
  });
});

describe('heard', () => {
  const spans = (points: number[]) => points.map((n): [number, number] => [minute(n), 1]);

  it('marks steps in which the alias, the function or the account was heard', async () => {
    const { reading } = await read(() =>
      data({ throttles: spans([0]), functionInvocations: spans([20]), accountConcurrency: spans([40]) }),
    );
    const heard = [...reading.grids[0]!.heard.keys()].filter((i) => reading.grids[0]!.heard[i] === 1);
    expect(heard).toEqual([0, 20, 40]);
  });

  it('reaches across ten minutes between two signs of life, not further, and not beyond the last', async () => {
    const { reading } = await read(() => data({ invocations: spans([0]), accountConcurrency: spans([10, 21]) }));
    const { heard } = reading.grids[0]!;
    expect([...heard.slice(0, 23)]).toEqual([...Array<number>(11).fill(1), ...Array<number>(10).fill(0), 1, 0]);
  });
});

describe('an alias without data', () => {
  const ofFunction = (asked: Asked) =>
    asked.queries.some(({ metric }) => metric === 'Duration Average FunctionName=worker');

  it('is stood in for by the whole function, with a note', async () => {
    const { reading, asked } = await read((request) =>
      ofFunction(request)
        ? data({ averageDurationMs: [[minute(1), 80]], maxConcurrency: [[minute(1), 3]] })
        : data({ functionInvocations: [[minute(1), 12]] }),
    );
    const grid = reading.grids[0]!;
    expect([grid.invocations[1], grid.averageDurationMs[1], grid.maxConcurrency[1]]).toEqual([12, 80, 3]);
    expect(reading.notes).toEqual([expect.stringContaining('whole function "worker" stand in')]);
    expect(asked[1]!.queries.map(({ metric }) => metric)).toEqual([
      'Duration Average FunctionName=worker',
      'ConcurrentExecutions Maximum FunctionName=worker',
      'Throttles Sum FunctionName=worker',
    ]);
  });

  it('is not stood in for once any of its metrics has a point', async () => {
    const { reading, asked } = await read(() =>
      data({ throttles: [[minute(0), 1]], functionInvocations: [[minute(1), 12]] }),
    );
    expect(reading.grids[0]!.invocations[1]).toBeNaN();
    expect(asked).toHaveLength(1);
  });
});

describe('what is reliable', () => {
  it.each([
    ['three minutes back for a short function', 30, NOW, NOW - 180_000],
    ['the timeout back for a long one', 900, NOW, NOW - 900_000],
    ['everything in a range that ended long ago', 900, NOW - DAY_MS, NOW - DAY_MS],
  ])('is %s', async (_, functionTimeoutSeconds, toMs, expected) => {
    const range = { fromMs: toMs - HOUR_MS, toMs };
    const { reading } = await read(() => data({}), range, { functionTimeoutSeconds });
    expect(reading.reliableUntilMs).toBe(expected);
    expect(fake!.operations()).not.toContain('GetFunctionConfiguration');
  });

  it('takes the timeout from the function when it is not given', async () => {
    const { reading } = await read(() => data({}));
    expect(fake!.operations()[0]).toBe('GetFunctionConfiguration');
    expect(reading.reliableUntilMs).toBe(NOW - 180_000);
  });
});
