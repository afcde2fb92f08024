import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { rankByReplay } from '../../src/first-steps/rank.ts';
import { replay } from '../../src/replay/replay.ts';
import { replaySchema } from '../../src/report/replay-json.ts';
import { type RankJson, rankSchema } from '../../src/report/rank-json.ts';
import { DAY_MS } from '../../src/time.ts';
import type { CommandResult } from '../command-line.ts';
import { coldMinutes, settingsOf, START_MS } from '../replay/support.ts';
import { csvOf, metricsFolder, prewarm, STEADY } from './support.ts';

const parsed = ({ out }: CommandResult): RankJson => rankSchema.parse(JSON.parse(out));

describe('prewarm rank', () => {
  let folder: string;
  let whole: CommandResult;
  beforeAll(async () => {
    folder = await metricsFolder();
    whole = await prewarm(['rank', folder, '--json', '--cold-start-price-usd', '0.3']);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));
  const one = (name: string) => parsed(whole).functions.find((ranked) => ranked.name === name)!;

  it('puts what is worth it first and what is too young last, and names what it could not read', () => {
    expect(whole.code).toBe(2);
    const { functions, failed } = parsed(whole);
    expect(functions.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['rush', 'worth it'],
      ['idle', 'leave on demand'],
      ['young', 'too little data'],
    ]);
    expect(failed).toEqual([
      { name: 'broken', metrics: join(folder, 'broken.csv'), error: expect.stringContaining('invocatons') as string },
    ]);
    expect(whole.err).toContain('error: could not be ranked: broken');
  });

  it('says what the replay of the same days says', async () => {
    const rush = one('rush');
    const replayed = await prewarm([
      ...['replay', '--metrics', join(folder, 'rush.csv'), '--json', '--cold-start-price-usd', '0.3'],
      ...['--evaluate-from', rush.evaluated!.from],
    ]);
    const { policies, evaluated } = replaySchema.parse(JSON.parse(replayed.out));
    expect(rush.basis).toBe('replay');
    expect(rush.evaluated).toEqual(evaluated);
    expect(policies).toMatchObject(rush.policies);
    expect(rush.policies).toHaveLength(policies.length);
    const [ours, onDemand] = policies;
    expect(rush.savedAgainstOnDemand!.coldStarts).toBeCloseTo(onDemand!.coldStarts - ours!.coldStarts, 5);
    expect(rush.savedAgainstOnDemand!.effectiveCostUsd).toBeCloseTo(
      onDemand!.effectiveCostUsd - ours!.effectiveCostUsd - rush.ownCostUsd,
      5,
    );
    expect(rush.highestCapacity).toBe(Math.max(...policies[0]!.timeline.map(({ capacity }) => capacity)));
  }, 60_000);

  it('tries nothing where nothing could pay', () => {
    expect(one('idle')).toMatchObject({ verdict: 'leave on demand', basis: 'none', savedAgainstOnDemand: null });
    expect(one('idle').policies.map(({ name }) => name)).toEqual(['on-demand']);
    expect(one('young')).toMatchObject({
      evaluated: null,
      policies: [],
      reason: expect.stringContaining('have 1.0 days') as string,
    });
  });

  it('shows people a table, the reasons, and what the worthy ones would have saved', async () => {
    const { code, out } = await prewarm(['rank', join(folder, 'idle.csv'), join(folder, 'young.csv')]);
    expect(code).toBe(0);
    expect(out).toMatch(/function +verdict +saves/);
    expect(out).toMatch(/idle +leave on demand/);
    expect(out).toMatch(/young +have 1\.0 days, need 3/);
    expect(out).toContain('None of them is worth it');
  });

  it('takes settings for all and for single functions, the latter first', async () => {
    const settings = join(folder, 'settings.list');
    await writeFile(
      settings,
      'name,functionName,alias,memoryMb,maxColdStartRate\nidle,idle-v2,blue,512,0.01\ngone,,,1,\n',
    );
    const files = ['idle', 'young'].map((name) => join(folder, `${name}.csv`));
    const result = await prewarm([
      ...['rank', ...files, '--settings', settings, '--json', '--memory-mb', '3008', '--cold-start-price-usd', '0.1'],
    ]);
    expect(result).toMatchObject({
      code: 0,
      err: expect.stringContaining('names what no file is called: gone') as string,
    });
    const [idle, young] = parsed(result).functions;
    expect(idle).toMatchObject({ name: 'idle', functionName: 'idle-v2', alias: 'blue' });
    expect(idle!.assumptions).toMatchObject({ memoryMb: 512, maxColdStartRate: 0.01, coldStartPriceUsd: null });
    expect(young).toMatchObject({
      functionName: 'young',
      alias: 'live',
      assumptions: { memoryMb: 3008, coldStartPriceUsd: 0.1 },
    });
  });

  it('replays the best alone where there are more than may be', async () => {
    const steady = join(folder, 'steady.text');
    await writeFile(steady, csvOf(4, STEADY));
    const files = [steady, join(folder, 'rush.csv')];
    const result = await prewarm(['rank', ...files, '--replay', '1', '--json', '--cold-start-price-usd', '0.3']);
    const bases = parsed(result).functions.map(({ name, basis }) => [name, basis]);
    expect(bases).toEqual([
      ['rush', 'replay'],
      ['steady.text', 'comparison'],
    ]);
    const text = await prewarm(['rank', ...files, '--replay', '0']);
    expect(text.out).toMatch(/~ rush.*--replay N replays more/s);
  }, 60_000);

  it.each<[string, (folder: string) => string[], RegExp]>([
    ['no files', () => ['rank'], /missing required argument 'files'/],
    ['an empty folder', () => ['rank', 'src/first-steps'], /has no metrics files in it/],
    [
      'settings that are not there',
      (at) => ['rank', at, '--settings', 'gone.csv'],
      /--settings = "gone\.csv": cannot be read/,
    ],
    [
      'a number of replays that is none',
      (at) => ['rank', at, '--replay', 'all'],
      /--replay = "all": must be a whole number/,
    ],
  ])('refuses %s', async (_, argv, message) => {
    expect(await prewarm(argv(folder))).toMatchObject({ code: 2, err: expect.stringMatching(message) as string });
  });

  it('skips what is JSON without metrics in a folder, with one remark, and refuses it where it is named', async () => {
    const around = await mkdtemp(join(tmpdir(), 'prewarm-index-'));
    const index = join(around, 'index.json');
    await writeFile(index, '[{"id":"idle","file":"idle.csv"}]');
    await writeFile(join(around, 'nothing.json'), 'null');
    await writeFile(
      join(around, 'idle.csv'),
      csvOf(4, () => 0),
    );
    const inFolder = await prewarm(['rank', around, '--json']);
    expect(inFolder).toMatchObject({ code: 0, err: 'note: skipped, JSON without metrics: index, nothing\n' });
    expect(parsed(inFolder)).toMatchObject({ functions: [{ name: 'idle' }], failed: [] });
    await writeFile(join(around, 'torn.json'), '{"MetricDataResults": [{"Timestamps": 3}]}');
    expect(await prewarm(['rank', around])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/failed +torn: .*Timestamps/) as string,
    });
    const named = await prewarm(['rank', index]);
    expect(named).toMatchObject({ code: 2, out: expect.stringContaining('index.json is not what') as string });
    await rm(around, { recursive: true });
  });

  it('names wrong settings by their function, without stopping the others', async () => {
    const settings = join(folder, 'wrong.list');
    await writeFile(settings, '{"idle":{"memoryMb":64}}');
    const files = ['idle', 'young'].map((name) => join(folder, `${name}.csv`));
    const result = await prewarm(['rank', ...files, '--settings', settings, '--json']);
    expect(result.code).toBe(2);
    expect(parsed(result).failed).toMatchObject([
      { name: 'idle', error: expect.stringMatching(/idle in the settings file: --memory-mb = "64"/) as string },
    ]);
    expect(parsed(result).functions.map(({ name }) => name)).toEqual(['young']);
  });
});

it('a ranking by replay learns how long a cold start takes from what comes before the ranked days', async () => {
  const settings = settingsOf({ maxCapacity: 60, horizonHours: 6 });
  const reading = coldMinutes(3.5, (atMs) => (atMs < START_MS + 2 * DAY_MS ? 20 : 0));
  const ranked = await rankByReplay({ name: 'function', reading, settings });
  expect(ranked.period?.fromMs).toBe(START_MS + 2 * DAY_MS);
  const { assumptions, policies, notes } = await replay(reading, settings, { evaluateFromMs: ranked.period!.fromMs });
  expect(assumptions.coldStartMs).toBeGreaterThan(14_000);
  expect(ranked.settings.coldStartMs).toBe(assumptions.coldStartMs);
  expect([ranked.scores, ranked.notes]).toEqual([policies, notes]);
});

describe('docs/first-steps.md', () => {
  it('names every field of prewarm/rank/1', () => {
    const page = readFileSync('docs/first-steps.md', 'utf8');
    const missing = fieldsIn(z.toJSONSchema(rankSchema)).filter((field) => !page.includes(`\`${field}\``));
    expect(missing).toEqual([]);
  });
});

function fieldsIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: Record<string, unknown> };
  return [
    ...Object.keys(properties),
    ...Object.values(schema).flatMap(fieldsIn),
    ...Object.values(properties).flatMap(fieldsIn),
  ];
}
