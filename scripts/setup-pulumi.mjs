/**
 * Installs the packages of infra/pulumi at their locked versions. Apart from the checkout's own, because they are larger than all
 * of these together. Does nothing when they are there already.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../infra/pulumi', import.meta.url));
const STAMP = join(PROGRAM, 'node_modules', '.made-from');

const inputs = createHash('sha256')
  .update(readFileSync(join(PROGRAM, 'package-lock.json')))
  .digest('hex');
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === inputs) {
  console.log('pulumi: up to date');
} else {
  const started = performance.now();
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: PROGRAM,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) {
    writeFileSync(STAMP, inputs);
    console.log(`pulumi: installed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } else {
    console.error(`setup-pulumi: npm ci in infra/pulumi: ${error?.message ?? `exit ${status}`}`);
    process.exitCode = 1;
  }
}
