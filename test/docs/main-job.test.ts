/** The first command of the README, as it stands there: `npm run demo` in a process of its own. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT, run } from '../infra/tools.ts';

it('npm run demo lives through a day and says what it was worth', async () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const [command, ...args] = scripts.demo!.split(' ');
  expect(command).toBe('node');
  const { code, stdout, stderr } = await run(process.execPath, args, { PWD: ROOT });
  expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
  expect(code).toBe(0);
  expect(stdout).toMatch(/cold starts/i);
  expect(stdout).toMatch(/on demand/i);
}, 300_000);
