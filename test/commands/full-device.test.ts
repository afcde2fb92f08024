import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Linux has it: what is written to it finds no space. */
const FULL = '/dev/full';

it.skipIf(!existsSync(FULL))(
  'says so when the output cannot be written, and fails',
  () => {
    const full = openSync(FULL, 'w');
    const { status, stderr } = spawnSync(process.execPath, ['bin/prewarm.mjs', '--version'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(/^error: the output cannot be written \(ENOSPC.*\)\n$/);
    expect(status).toBe(1);
  },
  30_000,
);
