/** moto, an AWS by other people (https://github.com/getmoto/moto), as a local server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const PROGRAM = path.join(
  import.meta.dirname,
  '../../.tools/venv',
  process.platform === 'win32' ? 'Scripts/moto_server.exe' : 'bin/moto_server',
);
const START_SECONDS = 60;

export const isMotoInstalled = existsSync(PROGRAM);
/** Where tools must be there, a test that cannot run has failed. */
export const isMotoRequired = Boolean(process.env.CI) || process.env.PREWARM_TOOLS === 'required';

export interface MotoServer {
  endpoint: string;
  stop: () => Promise<void>;
}

/** Starts a server of our own on a free loopback port, and waits until it answers. */
export async function startMoto(): Promise<MotoServer> {
  if (!isMotoInstalled) throw new Error(`moto is not installed (${PROGRAM}): run node scripts/setup-tools.mjs`);
  const port = await freePort();
  const server = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  server.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2000)));
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () => stopProcess(server);
  for (let tries = 0; tries < START_SECONDS * 5; tries++) {
    if (server.exitCode !== null) throw new Error(`moto_server ended at once: ${complaints}`);
    if (await answers(endpoint)) return { endpoint, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`moto_server did not answer within ${START_SECONDS} s: ${complaints}`);
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/moto-api/`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
