import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { previewSchema } from '../src/report/preview-json.ts';
import { runCommand, words } from './command-line.ts';
import { openStage, type Stage } from './local-aws.ts';

const TRACE = 'data/traces/nab-aws-elb-request-count-8c0756.csv.gz';

const NOW_MS = Date.parse('2026-03-02T10:00:00Z');

/** One command line; `input` is what standard input holds. */
function prewarm(line: string | string[], input = '', nowMs = NOW_MS) {
  return runCommand(typeof line === 'string' ? words(line) : line, { input, nowMs: () => nowMs });
}

describe('wrong input', () => {
  it.each<[string, string | string[], string, RegExp]>([
    ['no command', '', '', /Usage: prewarm/],
    ['an unknown command', 'previw', '', /unknown command 'previw'.*preview/s],
    [
      'help for an unknown command',
      'help preveiw',
      '',
      /^error: unknown command 'preveiw'\n\(Did you mean preview\?\)/,
    ],
    ['an unknown flag', 'preview --metric x', '', /unknown option '--metric'.*--metrics/s],
    ['nothing to preview', 'preview', '', /nothing to preview: give --metrics FILE, or --function NAME --alias ALIAS/],
    ['a function without alias', 'preview --function f', '', /--alias is missing/],
    [
      '$LATEST',
      ['preview', '--function', 'f', '--alias', '$LATEST'],
      '',
      /--alias = "\$LATEST".*does not exist for \$LATEST/,
    ],
    ['a file that is not there', 'preview --metrics gone.csv', '', /gone\.csv does not exist/],
    ['a directory', 'preview --metrics src', '', /src is a directory/],
    ['a time that is none', `preview --metrics ${TRACE} --at yesterday`, '', /--at = "yesterday": is not a time/],
    ['a number that is none', `preview --metrics ${TRACE} --max-capacity lots`, '', /--max-capacity = "lots"/],
    ['a number out of bounds', `preview --metrics ${TRACE} --horizon-hours 72`, '', /--horizon-hours = "?72"?.*48/],
    ['no duration anywhere', `preview --metrics ${TRACE}`, '', /--average-duration-ms/],
    [
      'an unknown column',
      'preview --metrics -',
      'timestamp,invocatons\n2026-01-01T00:00:00Z,1\n',
      /invocatons.*invocations/,
    ],
    ['a bad timestamp', 'preview --metrics -', 'timestamp,value\n2026-01-01T00:00:00Z,1\nsoon,2\n', /line 3.*soon/],
    [
      'acting without a cap',
      'apply --function f --alias live --yes',
      '',
      /--max-capacity = nothing: must be given in act mode/,
    ],
    [
      'a word that is none',
      ['preview', '--metrics', TRACE, '--scaling-mode', 'pim'],
      '',
      /--scaling-mode.*did you mean pin\?/,
    ],
    [
      'a zone that is none',
      'preview --metrics - --time-zone Europe/Berln',
      '',
      /--time-zone.*did you mean Europe\/Berlin\?/,
    ],
    [
      'a zone to show that is none',
      'preview --metrics - --timezone Berlim',
      '',
      /--timezone.*did you mean Europe\/Berlin\?/,
    ],
    ['a report without a name', ['preview', '--metrics', '-', '--html', ''], '', /--html = "": give a file name/],
    [
      'a report over what is read',
      `report README.md --html README.md`,
      '',
      /--html = ".*README\.md": is the file that is read; give another name/,
    ],
    [
      'a replay of concurrency alone',
      'replay --metrics - --average-duration-ms 2000',
      'timestamp,invocations,maxConcurrency\n2026-11-01T00:00:00Z,,3\n2026-11-01T00:05:00Z,,4\n',
      /nothing to replay: these metrics tell concurrency and count no requests; add Invocations/,
    ],
    ['quiet and verbose', 'demo --quiet --verbose', '', /--quiet and --verbose exclude each other/],
    ['a shell that is none', 'completion bsh', '', /Allowed choices are bash, zsh, fish, powershell/],
    ['too many demo days', 'demo --days 99', '', /--days = "99": must be a whole number from 1 to 7/],
  ])('%s exits with 2 and one message that says what to do', async (_, line, input, expected) => {
    const { code, out, err } = await prewarm(line, input);
    expect(err).toMatch(expected);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.each([
    '--help',
    'help',
    'help preview',
    'help help',
    'preview --help',
    'apply --help',
    'export --help',
    'demo --help',
  ])('%s is fine and goes to stdout', async (line) => {
    const { code, out, err } = await prewarm(line);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Usage: prewarm');
  });
});

describe('prewarm completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])(
    'knows for %s every command, its flags and their words',
    async (shell) => {
      const { code, out, err } = await prewarm(`completion ${shell}`);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const word of ['preview', 'eject', 'time-zone', 'provisioned', 'keep', 'floor']) expect(out).toContain(word);
    },
  );

  it('completes in bash', async () => {
    const { out } = await prewarm('completion bash');
    const complete = (...words: string[]) =>
      execFileSync('bash', [
        '--norc',
        '-c',
        `${out}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _prewarm; echo "\${COMPREPLY[*]}"`,
        'bash',
        'prewarm',
        ...words,
      ])
        .toString()
        .trim();
    expect(complete('prev')).toBe('preview');
    expect(complete('preview', '--met')).toBe('--metrics');
    expect(complete('preview', '--scaling-mode', '')).toBe('pin floor');
    expect(complete('preview', '--scaling-mode', '=', 'f')).toBe('floor');
    expect(complete('eject', '--function', 'f', '--provisioned', 'd')).toBe('delete');
    expect(complete('preview', '--metrics', 'LICEN')).toBe('LICENSE');
    expect(complete('help', 'ex')).toBe('export');
  });
});

describe('against AWS', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.server.close());
  const on = (line: string, input = '') => prewarm(line, input, stage.world.nowMs);

  it('previews a function without a single writing call', async () => {
    const { code, out } = await on('preview --function scorer --alias live --cold-start-price-usd 1 --json');
    expect(code).toBe(0);
    const preview = previewSchema.parse(JSON.parse(out));
    expect(preview.target).toEqual({ functionName: 'scorer', alias: 'live', metrics: null });
    expect(preview.changes.create.length).toBeGreaterThan(2);
    expect(stage.writes()).toEqual([]);
  });

  it('applies a tick, and the second time has nothing to write', async () => {
    const first = await on('apply --function scorer --alias live --max-capacity 50 --cold-start-price-usd 1 --yes');
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^(\d+) of \1 writes done/) as string });
    const second = await on('apply --function scorer --alias live --max-capacity 50 --cold-start-price-usd 1 --yes');
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('nothing to write') as string });
  });

  it('shows what apply would do and writes nothing where nobody can be asked', async () => {
    const { code, err } = await on('apply --function scorer --alias live --max-capacity 50 --cold-start-price-usd 1');
    expect(code).toBe(2);
    expect(err).toMatch(/would write: .*give --yes/s);
    expect(stage.writes()).toEqual([]);
  });

  const PREVIEW = 'preview --function scorer --alias live';
  const APPLY = 'apply --function scorer --alias live --max-capacity 9 --cold-start-price-usd 1 --yes';
  const denied = () => stage.server.inject({ operation: 'GetMetricData', kind: 'access-denied' });
  const expired = () => stage.server.inject({ operation: '*', kind: 'expired-token' });
  const weighted = () => stage.world.setAliasWeight('scorer', { version: '2', weight: 0.5 });

  it.each([
    {
      what: 'a function that is not there',
      line: 'preview --function gone --alias live',
      expected: [2, /gone/] as const,
    },
    {
      what: 'an alias that is not there',
      line: PREVIEW,
      expected: [2, /live/] as const,
      arrange: () => stage.world.deleteAlias('scorer'),
    },
    { what: 'access denied', line: PREVIEW, expected: [1, /cloudwatch:GetMetricData/] as const, arrange: denied },
    { what: 'expired credentials', line: PREVIEW, expected: [1, /expired/] as const, arrange: expired },
    { what: 'an alias with weights', line: APPLY, expected: [1, /second version/] as const, arrange: weighted },
  ])('$what exits with the right code and one message, and nothing is written', async ({ line, expected, arrange }) => {
    arrange?.();
    const { code, err } = await on(line);
    expect(err).toMatch(expected[1]);
    expect(code).toBe(expected[0]);
    expect(stage.writes()).toEqual([]);
  });

  it('exports what preview can read again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prewarm-test-'));
    const file = join(folder, 'metrics.csv');
    expect((await on(`export --function scorer --alias live --history-days 13 --output ${file}`)).code).toBe(0);
    expect((await readFile(file, 'utf8')).split('\n')[0]).toMatch(/^timestamp,/);
    const live = await on('preview --function scorer --alias live --history-days 13 --json');
    const at = new Date(stage.world.nowMs).toISOString();
    const again = await on(`preview --metrics ${file} --at ${at} --json`);
    expect(again.err).toBe('');
    const [a, b] = [live, again].map(({ out }) => previewSchema.parse(JSON.parse(out)));
    expect(b!.forecast).toEqual(a!.forecast);
    expect(b!.plan).toEqual(a!.plan);
  });

  it('names a file that cannot be written', async () => {
    const { code, err } = await on(
      'export --function scorer --alias live --history-days 2 --output no/such/folder/x.csv',
    );
    expect(code).toBe(2);
    expect(err).toContain('no/such/folder/x.csv');
  });
});

it('reads a year of minutes', async () => {
  const startMs = Date.parse('2025-01-01T00:00:00Z');
  const rows = Array.from({ length: 525_600 }, (_, i) => `${startMs / 1000 + i * 60},${10 + (i % 1440 > 720 ? 5 : 0)}`);
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-test-'));
  await writeFile(join(folder, 'year.csv'), ['timestamp,value', ...rows].join('\n'));
  const { code, out } = await prewarm(
    `preview --metrics ${join(folder, 'year.csv')} --average-duration-ms 1000 --json`,
  );
  expect(code).toBe(0);
  expect(previewSchema.parse(JSON.parse(out)).history.to).toBe('2026-01-01T00:00:00Z');
}, 60_000);
