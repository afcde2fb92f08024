/**
 * Installs what the checks need besides npm's packages into .tools/, at locked versions: a Python environment with SAM's
 * CLI, cfn-lint, moto and the worker's packages, and the Node.js release and runtime client that Lambda uses. Does
 * nothing when that is there already. Uses pip and npm as the machine has them configured.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOOLS = join(ROOT, '.tools');
const VENV_BIN = join(TOOLS, 'venv', process.platform === 'win32' ? 'Scripts' : 'bin');
const OLDEST_PYTHON = [3, 11];
const PYTHON_COMMANDS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];

const REQUIREMENTS = [
  'worker/requirements.txt',
  'scripts/requirements-tools.txt',
  'scripts/worker-image.requirements.txt',
];
const RUNTIME_FILES = ['scripts/runtime/package.json', 'scripts/runtime/package-lock.json', '.npmrc'];

class SetupError extends Error {}

function run(command, args, cwd = ROOT) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error || status !== 0)
    throw new SetupError(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}`);
}

/** The first Python on the path that is new enough and can make environments, with its version. */
function findPython() {
  const probe = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])';
  for (const command of PYTHON_COMMANDS) {
    const { status, stdout } = spawnSync(command, ['-c', probe], { encoding: 'utf8' });
    if (status !== 0) continue;
    const version = stdout.trim();
    const [major, minor] = version.split('.').map(Number);
    if (major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]))
      return { command, version };
  }
  throw new SetupError(
    `No Python ${OLDEST_PYTHON.join('.')} or newer with venv and ensurepip was found (tried ${PYTHON_COMMANDS.join(', ')}). Install it (Debian: python3 and python3-venv) and run this again.`,
  );
}

function installPython({ command }) {
  run(command, ['-m', 'venv', join(TOOLS, 'venv')]);
  // The locks are complete, so nothing is left to resolve; compiling 600 MB of modules ahead would double the time.
  const options = ['--quiet', '--no-compile', '--no-deps', '--require-hashes'];
  run(join(VENV_BIN, 'python'), ['-m', 'pip', 'install', ...options, ...REQUIREMENTS.flatMap((file) => ['-r', file])]);
}

function installRuntime() {
  const directory = join(TOOLS, 'runtime');
  mkdirSync(directory, { recursive: true });
  for (const file of RUNTIME_FILES) copyFileSync(join(ROOT, file), join(directory, file.split('/').at(-1)));
  // The client's own install script compiles a native part for minutes; test/build stands in for that part.
  run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], directory);
}

/** Runs `install` unless `.tools/<name>` was made from the same inputs. */
function ensure(name, inputs, install) {
  const directory = join(TOOLS, name);
  const stamp = join(directory, 'made-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return `${name}: up to date`;
  const started = process.hrtime.bigint();
  rmSync(directory, { recursive: true, force: true });
  install();
  writeFileSync(stamp, inputs);
  return `${name}: installed in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(0)} s`;
}

function fingerprint(files, ...extra) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(ROOT, file)));
  return [hash.digest('hex'), ...extra].join(' ');
}

try {
  const python = findPython();
  console.log(ensure('venv', fingerprint(REQUIREMENTS, python.version, TOOLS), () => installPython(python)));
  console.log(ensure('runtime', fingerprint(RUNTIME_FILES, process.platform, process.arch), installRuntime));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup-tools: ${error.message}`);
  process.exitCode = 1;
}
