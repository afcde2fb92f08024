import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };

const BENCHES = Object.entries<string>(packageJson.scripts).filter(([name]) => name.startsWith('bench:'));

function bench(command: string, ...argv: string[]) {
  const [, file = ''] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(BENCHES)('npm run %s', (name, command) => {
  it('prints its usage for --help and measures nothing', () => {
    const { status, stdout } = bench(command, '--help');
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name} -- \\[`));
    expect(stdout).not.toMatch(/NaN|\d+ cases/);
    expect(status).toBe(0);
  });

  it('refuses an option that it does not have in one message', () => {
    const { status, stdout, stderr } = bench(command, '--nonsense');
    expect(stderr).toMatch(/^error: Unknown option '--nonsense'[^\n]*\n\nUsage: /);
    expect([status, stdout]).toEqual([2, '']);
  });
});

it.each([
  ['economics.ts no-such-trace', 'no trace in data/traces has "no-such-trace" in its id'],
  ['forecast.ts no-such-trace', 'no trace in data/traces has "no-such-trace" in its id'],
  ['forecast.ts --only acuracy', '--only = "acuracy": must be one of accuracy, windows, peers, speed'],
  ['speed.ts --only replays', '--only = "replays": must be one of replay, tick, forecast'],
  ['speed.ts --runs x', '--runs = "x": must be a whole number from 1 on'],
  ['speed.ts --runs 0', '--runs = "0": must be a whole number from 1 on'],
  ['value.ts --trace no-such-trace', 'no trace in data/traces has "no-such-trace" in its id'],
  ['value.ts --days 0.3', '--days = "0.3": must be a whole number from 1 on'],
  ['value.ts --duration-ms 0', '--duration-ms = "0": must be a whole number from 1 on'],
  ['value.ts --cold-start-ms 5s', '--cold-start-ms = "5s": must be a whole number from 0 on'],
])('%s is refused and measures nothing', (line, message) => {
  const [file, ...argv] = line.split(' ');
  const { status, stdout, stderr } = bench(`tsx bench/${file}`, ...argv);
  expect(stderr.split('\n')[0]).toBe(`error: ${message}`);
  expect([status, stdout]).toEqual([2, '']);
});
