import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaySchema } from '../../src/report/replay-json.ts';
import { runCommand } from '../command-line.ts';
import { START_MS, workingDays } from './support.ts';

let folder = '';
let file = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prewarm-replay-'));
  file = join(folder, 'requests.csv');
  const rows = workingDays(3).map((count, i) => `${new Date(START_MS + i * 300_000).toISOString()},${count}`);
  await writeFile(file, ['timestamp,invocations', ...rows].join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const prewarm = (...argv: string[]) => runCommand(argv, { nowMs: () => START_MS });

describe('prewarm replay', () => {
  it('prints one JSON object on standard output, and nothing else where nobody watches', async () => {
    const { code, out, err } = await prewarm(
      ...['replay', '--metrics', file, '--average-duration-ms', '2000', '--evaluate-from', '2026-11-04T18:00:00Z'],
      ...['--cold-start-price-usd', '0.2', '--cold-start-ms', '3000', '--memory-mb', '1024', '--architecture', 'arm64'],
      ...['--idle-timeout-seconds', '300', '--horizon-hours', '6', '--json'],
    );
    expect(code).toBe(0);
    const json = replaySchema.parse(JSON.parse(out));
    expect(json.assumptions).toMatchObject({
      averageDurationMs: 2000,
      coldStartPriceUsd: 0.2,
      coldStartMs: 3000,
      memoryMb: 1024,
      architecture: 'arm64',
      idleTimeoutSeconds: 300,
    });
    expect(json.evaluated).toMatchObject({ from: '2026-11-04T18:00:00Z', to: '2026-11-05T00:00:00Z' });
    expect(json.policies[0]!.name).toBe('prewarm');
    expect(err).toBe('');
  });

  it('exits with 1 where there is too little to replay, and says what it needs on either output', async () => {
    const short = join(folder, 'short.csv');
    const rows = workingDays(1).map((count, i) => `${new Date(START_MS + i * 300_000).toISOString()},${count}`);
    await writeFile(short, ['timestamp,invocations', ...rows].join('\n'));
    const command = ['replay', '--metrics', short, '--average-duration-ms', '2000'];
    const [text, json] = [await prewarm(...command), await prewarm(...command, '--json')];
    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.out).toMatch(/^nothing to replay\nnote .*have 24 hours, need 49/);
    expect(text.err).toBe('error: nothing could be replayed: too little data\n');
    expect(replaySchema.parse(JSON.parse(json.out)).policies).toEqual([]);
  });

  it.each([
    ['no source', ['replay'], /give --metrics FILE, or --function/],
    ['a missing alias', ['replay', '--function', 'f'], /--alias is missing/],
    ...['replay', 'preview'].flatMap((command): [string, string[], RegExp][] => [
      [
        `a file and an alias to ${command}`,
        [command, '--metrics', 'FILE', '--function', 'f', '--alias', 'live'],
        /^error: --metrics and --function, --alias exclude each other/,
      ],
      [
        `a file and half an alias to ${command}`,
        [command, '--metrics', 'FILE', '--alias', 'live'],
        /^error: --metrics and --alias exclude each other/,
      ],
    ]),
    [
      'a price and a ceiling',
      ['replay', '--metrics', 'FILE', '--cold-start-price-usd', '1', '--max-cold-start-rate', '0.1'],
      /give one of them/,
    ],
    ['a moment that is none', ['replay', '--metrics', 'FILE', '--evaluate-from', 'soon'], /--evaluate-from = "soon"/],
    [
      'a moment outside the data',
      ['replay', '--metrics', 'FILE', '--average-duration-ms', '1', '--evaluate-from', '2026-12-24'],
      /outside the data, which reaches from 2026-11-02T00:00:00Z to 2026-11-05T00:00:00Z/,
    ],
    ['no duration', ['replay', '--metrics', 'FILE'], /--average-duration-ms/],
    ['a file that is not there', ['replay', '--metrics', 'missing.csv'], /missing\.csv does not exist/],
    ['a negative duration', ['replay', '--metrics', 'FILE', '--average-duration-ms', '-5'], /--average-duration-ms/],
  ])('answers %s with one message and exit code 2', async (_, argv, message) => {
    const { code, out, err } = await prewarm(...argv.map((text) => (text === 'FILE' ? file : text)));
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });
});
