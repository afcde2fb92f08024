/**
 * Builds the worker's image without Docker and invokes it: buildah in a chroot, with worker/Dockerfile as it is, on a base
 * image made of Debian's packages that stands in for AWS's (Python of the same version, Lambda's runtime interface client and
 * emulator, the same entry point). Then it sends one request by each of the three ways in, and prints sizes and the time of a
 * cold start. Needs Linux, root, and Debian's packages buildah and mmdebstrap; uses pip and apt as the machine has them
 * configured. The base is kept in .tools/worker-image/ for the next time.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where the image finds the packages to install, while it is built. */
const REQUIREMENTS_INSIDE = '/requirements.txt';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORK = join(ROOT, '.tools', 'worker-image');
const SUITE = 'trixie'; // Python 3.13, as in the Dockerfile's default base
const PACKAGES = ['python3', 'python3-pip', 'python-is-python3', 'ca-certificates', 'libstdc++6'];
const RUNTIME_CLIENT = join(ROOT, 'scripts', 'worker-image.requirements.txt');
const RUNTIME = '/var/runtime';
const BUILDAH = 'buildah';
const BASE = 'localhost/lambda-python';
const IMAGE = 'localhost/prewarm-worker';
// What pip needs to reach its index on this machine, and nothing that stays in the image.
const PIP_SETTINGS = ['/etc/pip.conf', '/etc/ssl/certs'].filter((path) => existsSync(path));
const MOUNTS = PIP_SETTINGS.flatMap((path) => ['--volume', `${path}:${path}:ro`]);
const ENTRYPOINT = `#!/bin/sh
# Lambda brings the Runtime API; anywhere else AWS's emulator stands in for it.
set -- python -m awslambdaric "$@"
[ -n "$AWS_LAMBDA_RUNTIME_API" ] && exec "$@"
exec /usr/local/bin/aws-lambda-rie --runtime-interface-emulator-address "127.0.0.1:$PORT" --runtime-api-address "127.0.0.1:$API_PORT" "$@"
`;

class ImageError extends Error {}

function run(command, args, stdio = ['ignore', 'pipe', 'inherit']) {
  const { status, error, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio, maxBuffer: 1e8 });
  if (error || status !== 0)
    throw new ImageError(`${command} ${args.slice(0, 4).join(' ')}: ${error?.message ?? `exit ${status}`}`);
  return stdout?.trim() ?? '';
}

const STORAGE = ['--root', join(WORK, 'storage'), '--runroot', join(WORK, 'run')];
const buildah = (...args) => run(BUILDAH, [...STORAGE, ...args]);

function requireTools() {
  if (process.platform !== 'linux' || process.getuid() !== 0)
    throw new ImageError('needs Linux and root: it changes root into the image');
  for (const tool of ['buildah', 'mmdebstrap']) {
    if (spawnSync(tool, ['--version']).error)
      throw new ImageError(`${tool} was not found. Install it (Debian: apt-get install buildah mmdebstrap).`);
  }
}

/** Ships inside aws-sam-cli, which `npm run setup-tools` installs. */
function emulator() {
  const name = { x64: 'aws-lambda-rie-x86_64', arm64: 'aws-lambda-rie-arm64' }[process.arch];
  const lib = join(ROOT, '.tools', 'venv', 'lib');
  const python = existsSync(lib) ? readdirSync(lib).find((entry) => entry.startsWith('python')) : undefined;
  const path = join(lib, python ?? '', 'site-packages', 'samcli', 'local', 'rapid', name ?? '');
  if (!name || !existsSync(path)) throw new ImageError('the emulator is missing: run `npm run setup-tools` first');
  return path;
}

function debianSystem() {
  const archive = join(WORK, 'debian.tar');
  const stamp = join(WORK, 'debian.made-from');
  const inputs = [SUITE, ...PACKAGES].join(' ');
  if (!existsSync(archive) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs) {
    const options = ['--quiet', '--variant=essential', `--include=${PACKAGES.join(',')}`];
    run('mmdebstrap', [...options, '--aptopt=APT::Install-Recommends "false"', SUITE, archive]);
    writeFileSync(stamp, inputs);
  }
  return archive;
}

/** The stand-in for AWS's base image. */
function buildBase() {
  const entrypoint = join(WORK, 'lambda-entrypoint.sh');
  writeFileSync(entrypoint, ENTRYPOINT);
  const container = buildah('from', 'scratch');
  buildah('add', '--quiet', container, debianSystem(), '/');
  buildah('copy', '--quiet', container, RUNTIME_CLIENT, REQUIREMENTS_INSIDE);
  const pip = ['python', '-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-deps', '--require-hashes'];
  const options = ['--only-binary', ':all:', '--root-user-action', 'ignore', '--target', RUNTIME];
  buildah('run', '--isolation=chroot', ...MOUNTS, container, '--', ...pip, ...options, '-r', REQUIREMENTS_INSIDE);
  buildah('copy', '--quiet', '--chmod', '755', container, emulator(), '/usr/local/bin/aws-lambda-rie');
  buildah('copy', '--quiet', '--chmod', '755', container, entrypoint, '/lambda-entrypoint.sh');
  const settings = ['--env', 'LAMBDA_TASK_ROOT=/var/task', '--env', `PYTHONPATH=${RUNTIME}`, '--env', 'LANG=C.UTF-8'];
  buildah('config', ...settings, '--workingdir', '/var/task', '--entrypoint', '["/lambda-entrypoint.sh"]', container);
  buildah('commit', '--quiet', '--rm', container, BASE);
}

function buildImage() {
  const options = ['--isolation=chroot', '--quiet', '--layers=false', ...MOUNTS];
  buildah('build', ...options, '--build-arg', `BASE_IMAGE=${BASE}`, '--tag', IMAGE, join(ROOT, 'worker'));
}

/** Megabytes as a registry stores them (gzipped layers): of the image's own layers, and of those that the base brings. */
function compressedMb() {
  const [own, base] = [IMAGE, BASE].map((image) => {
    const target = join(WORK, 'layers');
    rmSync(target, { recursive: true, force: true });
    buildah('push', '--quiet', image, `dir:${target}`);
    const { layers } = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
    const bytes = layers.reduce((sum, { digest }) => sum + statSync(join(target, digest.split(':')[1])).size, 0);
    rmSync(target, { recursive: true });
    return bytes / 1e6;
  });
  return { own: own - base, base };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const ROWS = [{ spend: 10 }, { spend: 30 }, { spend: 31 }, { spend: 11 }];
const REQUEST = { analysis: 'segments', rows: ROWS, segments: 2 };
const message = (messageId, body) => ({ eventSource: 'aws:sqs', messageId, body: JSON.stringify(body) });

/** What is sent, and what an answer must look like. */
const WAYS = [
  {
    name: 'synchronous (API Gateway)',
    event: { httpMethod: 'POST', path: '/analyze', body: JSON.stringify(REQUEST) },
    holds: ({ statusCode, body }) =>
      statusCode === 200 && JSON.stringify(JSON.parse(body).result.assignments) === '[0,1,1,0]',
  },
  {
    name: 'batch (SQS), one message of two is poison',
    event: { Records: [message('good', REQUEST), message('poison', { analysis: 'segments' })] },
    holds: ({ batchItemFailures }) => JSON.stringify(batchItemFailures) === '[{"itemIdentifier":"poison"}]',
  },
  {
    name: 'asynchronous (EventBridge)',
    event: { id: 'event-1', 'detail-type': 'Analyse', source: 'shop', detail: REQUEST },
    holds: ({ status, requestId }) => status === 'ok' && requestId === 'event-1',
  },
];

async function invoke(port, event) {
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await globalThis.fetch(url, { method: 'POST', body: JSON.stringify(event) });
      return await answer.json();
    } catch (error) {
      // The emulator is not listening yet.
      if (attempt === 100) throw new ImageError(`the image did not answer: ${error.message}`);
      await sleep(100);
    }
  }
}

/** Starts what the image says, as the user that it says, and sends it each event. Returns what it logged. */
async function invokeImage() {
  const { config } = JSON.parse(buildah('inspect', '--type', 'image', IMAGE)).OCIv1;
  const container = buildah('from', IMAGE);
  const port = await freePort();
  const environment = {
    PORT: port,
    API_PORT: await freePort(),
    AWS_LAMBDA_FUNCTION_NAME: 'worker',
    AWS_LAMBDA_FUNCTION_TIMEOUT: 60,
  };
  const settings = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const command = [...config.Entrypoint, ...config.Cmd];
  const args = [...STORAGE, 'run', '--isolation=chroot', ...settings, container, '--', ...command];
  const child = spawn(BUILDAH, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const exited = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  try {
    for (const { name, event, holds } of WAYS) {
      const answer = await invoke(port, event);
      if (!holds(answer)) throw new ImageError(`${name}: ${JSON.stringify(answer)}\n${log}`);
      console.log(`ok  ${name}`);
    }
    return { log, user: config.User };
  } finally {
    process.kill(-child.pid, 'SIGTERM');
    await exited;
    buildah('rm', container);
  }
}

try {
  requireTools();
  mkdirSync(WORK, { recursive: true });
  console.log('base: Debian with Python and the runtime client');
  buildBase();
  console.log('image: worker/Dockerfile');
  buildImage();
  const { log, user } = await invokeImage();
  const seconds = Number(log.match(/INIT REPORT\(durationMs: ([\d.]+)/)[1]) / 1000;
  const { own, base } = compressedMb();
  const size = JSON.parse(buildah('images', '--json')).find(({ names }) => names?.[0].startsWith(IMAGE)).size;
  console.log(`user ${user}; cold start ${seconds.toFixed(1)} s on this machine`);
  console.log(`size ${size}; compressed ${own.toFixed(0)} MB on a base of ${base.toFixed(0)} MB`);
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  console.error(`worker-image: ${error.message}`);
  process.exitCode = 1;
}
