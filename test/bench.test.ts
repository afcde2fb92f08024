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

it('a benchmark over a part of the traces that is none says so', () => {
  const { status, stderr } = bench('tsx bench/economics.ts', 'no-such-trace');
  expect(stderr).toMatch(/^error: no trace in data\/traces has "no-such-trace" in its id/);
  expect(status).toBe(2);
});
