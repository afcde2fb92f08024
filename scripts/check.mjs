/**
 * Everything that must hold before a change is taken: lint, format, types, unused code, all tests of both languages.
 * Every step runs even when one before it failed. The last line is `N passed, N failed`; a failed step that is not a
 * test runner counts as one failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'prewarm-check-'));
const VITEST_REPORT = join(reports, 'vitest.json');
const PYTEST_REPORT = join(reports, 'pytest.xml');
const PYTHON = join(ROOT, '.tools', 'venv', process.platform === 'win32' ? 'Scripts/python' : 'bin/python');

const NONE = { passed: 0, failed: 0, skipped: 0 };

/** Files that could not even be loaded have no failed test of their own: the runner's exit code covers those. */
function countVitest() {
  const report = JSON.parse(readFileSync(VITEST_REPORT, 'utf8'));
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped };
}

function countPytest() {
  const suite = readFileSync(PYTEST_REPORT, 'utf8').match(/<testsuite [^>]*>/)[0];
  const count = (name) => Number(suite.match(new RegExp(`\\b${name}="(\\d+)"`))[1]);
  const failed = count('failures') + count('errors');
  return { passed: count('tests') - failed - count('skipped'), failed, skipped: count('skipped') };
}

const node = (script, ...args) => [process.execPath, [join(ROOT, script), ...args]];
const VITEST_REPORTERS = ['--reporter=dot', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`];

const STEPS = [
  { name: 'tools', command: node('scripts/setup-tools.mjs') },
  { name: 'format', command: node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.') },
  { name: 'lint', command: node('node_modules/eslint/bin/eslint.js', '.') },
  { name: 'types', command: node('node_modules/typescript/bin/tsc', '-p', '.') },
  { name: 'unused code', command: node('node_modules/knip/bin/knip.js') },
  { name: 'vitest', command: node('node_modules/vitest/vitest.mjs', 'run', ...VITEST_REPORTERS), count: countVitest },
  {
    name: 'pytest',
    command: [PYTHON, ['-m', 'pytest', 'worker', '-q', `--junitxml=${PYTEST_REPORT}`]],
    count: countPytest,
  },
];

function runStep({ name, command: [file, args], count }) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const env = { ...process.env, PREWARM_TOOLS: 'required' };
  const { status, error } = spawnSync(file, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(error.message);
  const report = name === 'vitest' ? VITEST_REPORT : PYTEST_REPORT;
  const counts = count && existsSync(report) ? count() : NONE;
  const failed = status === 0 ? counts.failed : Math.max(1, counts.failed);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  return { name, ...counts, failed, seconds };
}

const results = STEPS.map(runStep);
rmSync(reports, { recursive: true });

console.log('');
for (const { name, passed, failed, skipped, seconds } of results) {
  const tests = passed + skipped > 0 ? `${passed} passed, ${skipped} skipped` : '';
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.padStart(4)} s  ${tests}`);
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const skipped = total('skipped');
console.log(`\n${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = total('failed') === 0 ? 0 : 1;
