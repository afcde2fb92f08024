import { describe, expect, it } from 'vitest';
import { objectiveOf } from '../../src/controller/objective.ts';
import type { AliasUse, FunctionFound, HourlyUse } from '../../src/first-steps/account.ts';
import { aliasOf, candidatesAmong, excludedBy, provisionedNotes } from '../../src/first-steps/candidates.ts';

const HOURS = 14 * 24;
const found = (name: string, given: Partial<FunctionFound> = {}): FunctionFound => ({
  ...{ name, memoryMb: 1024, architecture: 'x86_64', timeoutSeconds: 30, snapStart: false, unsupported: null },
  ...given,
});
/** The same in every hour. */
const use = (invocations: number, maxConcurrency: number, averageDurationMs = 1000): HourlyUse => ({
  invocations: new Float64Array(HOURS).fill(invocations),
  maxConcurrency: new Float64Array(HOURS).fill(maxConcurrency),
  averageDurationMs: new Float64Array(HOURS).fill(averageDurationMs),
});
const given = { objectiveOf: () => objectiveOf({ coldStartPriceUsd: 0.03, memoryMb: 1024 }), coldStartMs: 5000 };
const among = (uses: Record<string, HourlyUse>) =>
  candidatesAmong(
    Object.keys(uses).map((name) => found(name)),
    new Map(Object.entries(uses)),
    given,
  ).map(({ fn }) => fn.name);

describe('candidates', () => {
  it('come by how many cold starts they could have: no more than requests, nor than environments in ten minutes', () => {
    expect(among({ narrow: use(1000, 1), wide: use(1000, 30), few: use(5, 30) })).toEqual(['wide', 'narrow', 'few']);
  });

  it('are not what no plan could pay for, nor what is silent', () => {
    const silent = use(NaN, NaN, NaN);
    const rare = { ...use(0, 0), invocations: new Float64Array(HOURS).map((_, hour) => (hour % 24 === 9 ? 1 : 0)) };
    expect(among({ silent, rare, busy: use(100, 10) })).toEqual(['busy']);
  });

  it('count requests where concurrency is not known', () => {
    expect(among({ known: use(100, 2), unknown: use(100, NaN) })).toEqual(['unknown', 'known']);
  });
});

describe('an alias', () => {
  const aliases = (...list: [string, number][]): AliasUse[] =>
    list.map(([name, invocations]) => ({ name, version: '1', invocations }));
  const hours = use(10, 1);
  const all = 10 * HOURS;
  const choose = (list: AliasUse[], wanted?: string) =>
    aliasOf(found('orders'), list, hours, { wanted, usual: 'live' });

  it.each<[string, { list: AliasUse[]; wanted?: string }, { alias: string; why: RegExp | null }]>([
    ['is the busiest', { list: aliases(['blue', 10], ['green', all - 10]) }, { alias: 'green', why: null }],
    ['is the first by name where all are idle', { list: aliases(['b', 0], ['a', 0]) }, { alias: 'a', why: /only 0 %/ }],
    [
      'is the one that was named',
      { list: aliases(['blue', all], ['green', 10]), wanted: 'green' },
      { alias: 'green', why: /only 0 %/ },
    ],
    ['serves half of the requests at least', { list: aliases(['blue', all / 2]) }, { alias: 'blue', why: null }],
    ['is missing', { list: [] }, { alias: 'live', why: /^has no alias: / }],
    [
      'is missing under the name that was given',
      { list: aliases(['blue', all]), wanted: 'red' },
      { alias: 'red', why: /^has no alias red: / },
    ],
  ])('%s', (_, { list, wanted }, { alias, why }) => {
    const choice = choose(list, wanted);
    expect(choice.alias).toBe(alias);
    if (why === null) expect(choice.obstacle).toBeNull();
    else expect(choice.obstacle?.why).toMatch(why);
  });

  it('is made by the commands that are told', () => {
    expect(choose([]).obstacle?.remedy).toEqual([
      'aws lambda publish-version --function-name orders',
      expect.stringContaining('create-alias --function-name orders --name live --function-version 1'),
      expect.stringContaining('orders:live'),
    ]);
  });

  it('tells whose capacity is there already', () => {
    expect(
      provisionedNotes('live', [
        { qualifier: 'live', requested: 3 },
        { qualifier: '7', requested: 2 },
      ]),
    ).toEqual([
      expect.stringMatching(/^live has 3 provisioned already: take ProvisionedConcurrencyConfig out/),
      expect.stringMatching(/^2 provisioned on 7, beside the alias live/),
    ]);
  });
});

describe('what excludes provisioned concurrency', () => {
  it.each([
    ['SnapStart', { snapStart: true }, /has SnapStart/],
    ['Managed Instances', { unsupported: 'a capacity provider (Managed Instances)' }, /runs with a capacity provider/],
  ])('is %s', (_, given, why) => {
    expect(excludedBy(found('orders', given))?.why).toMatch(why);
  });

  it('is nothing about an ordinary function', () => {
    expect(excludedBy(found('orders'))).toBeNull();
  });
});
