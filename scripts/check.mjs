/**
 * Everything that must hold before a change is taken: lint, format, types, unused code, all tests of both languages.
 * Every step runs even when one before it failed, two at a time where they allow it. The last line is `N passed, N failed`; a failed step that is not a
 * test runner counts as one failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'prewarm-check-'));
const VITEST_REPORT = join(reports, 'vitest.json');
const PYTEST_REPORT = join(reports, 'pytest.xml');
const PYTHON = join(ROOT, '.tools', 'venv', process.platform === 'win32' ? 'Scripts/python' : 'bin/python');

/** Python's tools are started dozens of times: compiled once, beside the sources of nobody, they start in half the time. */
const PYTHON_ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: '', PYTHONPYCACHEPREFIX: join(ROOT, '.tools', 'pycache') };

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

const PULUMI = { name: 'pulumi', command: node('scripts/setup-pulumi.mjs') };
const TOOLS = { name: 'tools', command: node('scripts/setup-tools.mjs') };
const STATIC = [
  { name: 'format', command: node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.') },
  { name: 'lint', command: node('node_modules/eslint/bin/eslint.js', '.') },
  { name: 'types', command: node('node_modules/typescript/bin/tsc', '-p', '.') },
  { name: 'page types', command: node('node_modules/typescript/bin/tsc', '-p', 'src/page') },
  { name: 'unused code', command: node('node_modules/knip/bin/knip.js', '--no-config-hints') },
];
const VITEST = {
  name: 'vitest',
  command: node('node_modules/vitest/vitest.mjs', 'run', ...VITEST_REPORTERS),
  report: VITEST_REPORT,
  count: countVitest,
};
const PYTEST = {
  name: 'pytest',
  command: [PYTHON, ['-m', 'pytest', 'worker', '-q', `--junitxml=${PYTEST_REPORT}`]],
  report: PYTEST_REPORT,
  count: countPytest,
};

/** Runs a command to its end; output is kept, so that two steps at once do not mix theirs. */
function finish([file, args]) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...PYTHON_ENVIRONMENT, PREWARM_TOOLS: 'required' };
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

async function runStep({ name, command, report, count }) {
  const started = performance.now();
  const { code, output } = await finish(command);
  const counts = report && existsSync(report) ? count() : NONE;
  const failed = code === 0 ? counts.failed : Math.max(1, counts.failed);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`\n== ${name}: ${failed === 0 ? 'ok' : 'FAILED'} after ${seconds} s\n${output}`);
  return { name, ...counts, failed, seconds };
}

async function inOrder(steps) {
  const results = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
}

// vitest uses every core and needs the tools: it comes alone, last.
const results = (await Promise.all([inOrder([TOOLS, PYTEST]), inOrder([PULUMI, ...STATIC])])).flat();
results.push(await runStep(VITEST));
rmSync(reports, { recursive: true });

console.log('');
for (const { name, passed, failed, skipped, seconds } of results) {
  const tests = passed + skipped > 0 ? `${passed} passed, ${skipped} skipped` : '';
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.padStart(4)} s  ${tests}`);
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
const skipped = total('skipped');
if (skipped > 0) console.log(`\n${skipped} skipped`);
console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
process.exitCode = total('failed') === 0 ? 0 : 1;
