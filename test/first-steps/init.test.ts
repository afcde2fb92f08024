import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromEnv } from '../../src/config-env.ts';
import { createHandler } from '../../src/handler.ts';
import { openAccount } from './account.ts';
import { csvOf, prewarm, RUSH, START_MS } from './support.ts';

const NOW_MS = START_MS + 1_800_000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prewarm-init-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = (name: string) => ({
  targets: JSON.parse(readFileSync(join(folder, name, 'targets.json'), 'utf8')) as Record<string, unknown>[],
  parameters: parametersIn(readFileSync(join(folder, name, 'parameters.yaml'), 'utf8')),
});

function parametersIn(yaml: string): Record<string, string> {
  const lines = yaml.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const entries = lines.map((line): [string, unknown] => [
    line.slice(0, line.indexOf(':')),
    JSON.parse(line.slice(line.indexOf(' '))),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What the policy in the documentation allows. */
function documentedActions(): string[] {
  const page = readFileSync('docs/first-steps.md', 'utf8');
  const [, policy = ''] = /```json\n(\{\n {2}"Version"[^`]*)```/.exec(page) ?? [];
  const { Statement } = JSON.parse(policy) as { Statement: { Effect: string; Action: string[] }[] };
  return Statement.flatMap(({ Action }) => Action).sort();
}

describe('prewarm init on an account', () => {
  it('chooses what is worth it and can be switched on, says what the others lack, and writes nothing on AWS', async () => {
    const { world, server, called } = await openAccount(['rush', 'bare', 'snappy', 'quiet']);
    const argv = ['init', '--yes', '--output-dir', join(folder, 'account'), '--cold-start-price-usd', '0.3'];
    const { code, out, err } = await prewarm(argv, undefined, NOW_MS);
    expect([code, out, err]).toEqual([0, expect.any(String), expect.any(String)]);

    expect(err).toMatch(/us-east-1: 3 functions\..*at most 114 metrics of CloudWatch, \$0\.0011/);
    const metricsRead = server.calls.reduce((sum, { metrics = 0 }) => sum + metrics, 0);
    expect(metricsRead).toBeLessThanOrEqual(114);
    expect(out).toMatch(/rush:live +worth it/);
    expect(out).toMatch(/bare:live +worth it/);
    expect(out).not.toMatch(/quiet:live/);
    expect(out).toContain('1 of 3 are called so little that no plan could pay for itself');
    expect(out).toMatch(
      /bare has no alias: .*not for \$LATEST\n.*publish-version --function-name bare\n.*create-alias/,
    );
    expect(out).toMatch(/snappy has SnapStart/);

    const { targets, parameters } = written('account');
    expect(targets).toEqual([
      { functionName: 'rush', alias: 'live', coldStartPriceUsd: 0.3, maxCapacity: expect.any(Number) as number },
    ]);
    expect(parameters).toEqual({
      Targets: 'rush:live',
      Mode: 'observe',
      MaxCapacity: String(targets[0]!.maxCapacity),
      ColdStartPriceUsd: '0.3',
    });
    expect(out).toContain(`sam deploy --stack-name prewarm --region us-east-1 --parameter-overrides file://`);

    const calls = called();
    expect(calls).toEqual(documentedActions());
    expect(calls.filter((action) => !/:(Get|List)/.test(action))).toEqual([]);

    const env = { PREWARM_TARGETS: JSON.stringify(targets), PREWARM_MODE: 'act' };
    expect(configFromEnv(env)[0]).toMatchObject({ mode: 'act', coldStartPriceUsd: 0.3 });
    const log: string[] = [];
    const handler = createHandler({
      env: { PREWARM_TARGETS: JSON.stringify(targets) },
      nowMs: () => world.nowMs,
      log: { write: (line) => log.push(line) },
    });
    await expect(handler({})).resolves.toMatchObject({ targets: [{ target: 'rush:live' }] });
    expect(log.join('')).not.toMatch(/misconfigured|tick failed/);
  }, 180_000);

  it('lists page by page, within its limits', async () => {
    const many = Array.from({ length: 60 }, (_, i) => `fn-${String(i).padStart(2, '0')}`);
    const { server } = await openAccount(many);
    const argv = ['init', '--yes', '--output-dir', join(folder, 'many')];
    const { code, out } = await prewarm([...argv, '--most-functions', '55'], undefined, NOW_MS);
    expect(code).toBe(0);
    expect(out).toContain('the first 55 functions were looked at; --most-functions N looks at more');
    expect(out).toContain('55 of 55 are called so little');
    expect(out).toContain('Nothing to write.');
    expect(existsSync(join(folder, 'many'))).toBe(false);
    const count = (operation: string) => server.calls.filter((call) => call.operation === operation).length;
    expect([count('ListFunctions'), count('GetMetricData'), count('ListAliases')]).toEqual([2, 1, 0]);
  });

  it('takes its time when AWS throttles, and names what it may not do', async () => {
    const { server } = await openAccount(['quiet']);
    const argv = ['init', '--yes', '--output-dir', join(folder, 'throttled')];
    server.inject({ operation: 'ListFunctions', kind: 'throttling', times: 1 });
    expect(await prewarm(argv, undefined, NOW_MS)).toMatchObject({ code: 0 });
    server.inject({ operation: 'ListFunctions', kind: 'access-denied', times: 9 });
    const denied = await prewarm(argv, undefined, NOW_MS);
    expect(denied).toMatchObject({ code: 1, err: expect.stringContaining('lambda:ListFunctions') as string });
  });

  it('names a function that it may not look at, and goes on with the others', async () => {
    const { server } = await openAccount(['quiet', 'bare']);
    server.inject({ operation: 'ListAliases', kind: 'access-denied', times: 1 });
    const argv = [
      'init',
      '--yes',
      '--functions',
      'bare,quiet',
      '--replay',
      '0',
      '--output-dir',
      join(folder, 'denied'),
    ];
    const { code, out, err } = await prewarm(argv, undefined, NOW_MS);
    expect([code, err]).toEqual([1, expect.stringContaining('could not be ranked: bare')]);
    expect(out).toMatch(/failed +bare: Access denied: .*lambda:ListAliases/);
    expect(written('denied').targets).toMatchObject([{ functionName: 'quiet' }]);
  });

  it('takes functions that are named, whatever it thinks of them, but not without their alias', async () => {
    const { called } = await openAccount(['quiet', 'bare', 'direct']);
    const argv = ['init', '--yes', '--functions', 'quiet,bare,direct', '--max-capacity', '7', '--replay', '0'];
    const { code, out } = await prewarm([...argv, '--output-dir', join(folder, 'named')], undefined, NOW_MS);
    expect([code, out]).toEqual([0, expect.stringContaining('bare has no alias')]);
    expect(out).toMatch(/direct only 0 % of its requests come by way of the alias live/);
    expect(written('named').targets).toEqual([{ functionName: 'quiet', alias: 'live', maxCapacity: 7 }]);
    expect(called()).not.toContain('lambda:ListFunctions');
    const gone = await prewarm(['init', '--yes', '--functions', 'gone'], undefined, NOW_MS);
    expect(gone).toMatchObject({ code: 2, err: expect.stringContaining('function "gone"') as string });
  });
});

describe('prewarm init on what AWS knows of a function', () => {
  it('takes the initialisation that Lambda Insights reports, in each Region that is named', async () => {
    const { world } = await openAccount(['quiet']);
    for (const [minutes, init_duration] of [
      [90, 4000],
      [100, 5000],
    ] as const) {
      const metrics = {
        Namespace: 'LambdaInsights',
        Dimensions: [['function_name']],
        Metrics: [{ Name: 'init_duration' }],
      };
      const _aws = { Timestamp: START_MS - minutes * 60_000, CloudWatchMetrics: [metrics] };
      world.log(JSON.stringify({ _aws, function_name: 'quiet', init_duration }));
    }
    const argv = ['init', '--yes', '--functions', 'quiet', '--replay', '0', '--region', 'us-east-1,eu-west-1'];
    const { code, out } = await prewarm([...argv, '--output-dir', join(folder, 'regions')], undefined, NOW_MS);
    expect(code).toBe(0);
    for (const region of ['us-east-1', 'eu-west-1']) {
      expect(out).toContain(`sam deploy --stack-name prewarm-${region} --region ${region}`);
      expect(written(join('regions', region)).parameters).toMatchObject({ Targets: 'quiet:live', ColdStartMs: '4500' });
    }
  });
});

describe('prewarm init at a terminal', () => {
  it('asks for what matters, shows what it would write, and writes upon yes alone', async () => {
    await openAccount(['quiet']);
    const at = join(folder, 'asked');
    const argv = ['init', '--functions', 'quiet', '--replay', '0', '--output-dir', at];
    const refused = await prewarm(argv, ['0.5', '', 'n'], NOW_MS);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /worth, in USD\? \[0\.03\].*Read them\? \[y\].*Targets: "quiet:live".*nothing was written/s,
      ) as string,
    });
    expect(existsSync(at)).toBe(false);
    const agreed = await prewarm(argv, ['0.5', '', 'y'], NOW_MS);
    expect(agreed.code).toBe(0);
    expect(written('asked').parameters).toMatchObject({ Targets: 'quiet:live', ColdStartPriceUsd: '0.5' });
    const over = await prewarm(argv, ['0.7', '', 'y'], NOW_MS);
    expect(over.err).toContain('Write these, over ');
    expect(written('asked').parameters.ColdStartPriceUsd).toBe('0.7');
  });

  it('goes no further where the input ends', async () => {
    const { server } = await openAccount(['quiet']);
    const { code, err } = await prewarm(['init'], [], NOW_MS);
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was written: there was no answer')]);
    expect(server.calls).toEqual([]);
  });

  it('reads nothing that costs when told so', async () => {
    const { server } = await openAccount(['quiet']);
    const { code, err } = await prewarm(['init'], ['', 'n'], NOW_MS);
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was read or written')]);
    expect(server.calls.map(({ operation }) => operation)).toEqual(['ListFunctions']);
  });
});

describe('prewarm init on exported metrics', () => {
  const file = () => join(folder, 'orders.csv');
  beforeAll(() => writeFile(file(), csvOf(4, RUSH)));
  const fast = ['--replay', '0', '--functions', 'orders', '--yes'];

  it('takes settings of single functions, and writes what differs from the defaults', async () => {
    const settings = join(folder, 'settings.json');
    await writeFile(
      settings,
      '{"orders":{"functionName":"orders-v2","alias":"blue","coldStartMs":4000,"memoryMb":512}}',
    );
    const at = join(folder, 'offline');
    const argv = ['init', '--metrics', file(), '--settings', settings, ...fast, '--time-zone', 'Europe/Berlin'];
    const { code, out } = await prewarm([...argv, '--output-dir', at]);
    expect([code, out]).toEqual([0, expect.stringContaining('is for `prewarm doctor` to check')]);
    expect(written('offline')).toEqual({
      targets: [
        { functionName: 'orders-v2', alias: 'blue', maxCapacity: 10, coldStartMs: 4000, timeZone: 'Europe/Berlin' },
      ],
      parameters: {
        Targets: 'orders-v2:blue',
        Mode: 'observe',
        MaxCapacity: '10',
        ColdStartMs: '4000',
        TimeZone: 'Europe/Berlin',
      },
    });
    const again = await prewarm([...argv, '--output-dir', at]);
    expect(again).toMatchObject({
      code: 2,
      err: expect.stringMatching(/targets\.json and .*parameters\.yaml exist: give --force/) as string,
    });
    expect(await prewarm([...argv, '--output-dir', at, '--force'])).toMatchObject({ code: 0 });
  });

  it('sizes the cap by what the replayed plan held', async () => {
    const at = join(folder, 'sized');
    const { code, out } = await prewarm([
      'init',
      '--metrics',
      file(),
      '--yes',
      '--cold-start-price-usd',
      '0.3',
      '--output-dir',
      at,
    ]);
    expect([code, out]).toEqual([0, expect.stringMatching(/orders +worth it/)]);
    const { MaxCapacity } = written('sized').parameters;
    expect(Number(MaxCapacity)).toBeGreaterThanOrEqual(20);
    expect(Number(MaxCapacity)).toBeLessThan(100);
  }, 60_000);

  it('has the parameters of the whole application for a function that is yet to be made', async () => {
    const at = join(folder, 'new');
    const argv = ['init', '--metrics', file(), ...fast, '--new', '--memory-mb', '256', '--architecture', 'arm64'];
    const { code, out } = await prewarm([...argv, '--output-dir', at]);
    expect([code, out]).toEqual([0, expect.stringContaining('sam build --parameter-overrides file://')]);
    expect(existsSync(join(at, 'targets.json'))).toBe(false);
    expect(parametersIn(readFileSync(join(at, 'parameters.yaml'), 'utf8'))).toEqual({
      WorkerArchitecture: 'arm64',
      WorkerMemoryMb: '512',
      Mode: 'observe',
      MaxCapacity: '10',
    });
  });

  it('writes nothing where there is nobody to ask', async () => {
    const at = join(folder, 'nobody');
    const { code, err } = await prewarm(['init', '--metrics', file(), ...fast.slice(0, 4), '--output-dir', at]);
    expect([code, err]).toEqual([2, expect.stringContaining('give --yes to write without asking')]);
    expect(existsSync(at)).toBe(false);
  });
});
