/**
 * Runs a block of shell as a reader would: by bash, in a folder that looks like the checkout, where the tools that the
 * page names are stand-ins whose arguments a function of the test answers. What is not among them is not found.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../infra/tools.ts';

export interface Call {
  tool: string;
  args: string[];
  /** The folder that it was called in, as the shell names it. */
  folder: string;
  stdin: string | undefined;
}

export interface Answer {
  code: number;
  stdout?: string;
  stderr?: string;
}

export interface Box {
  folder: string;
  /** Runs the text and says how it ended; `env` is what a reader's shell would hold. */
  run(text: string, env: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

const STAND_INS = ['prewarm', 'aws', 'sam', 'pulumi', 'docker', 'npm', 'npx', 'node', 'curl', 'git'];
/** Never as in the checkout: what is run from there would be run for real. */
const LEFT_OUT = new Set(['.git', '.tools', 'node_modules', 'dist', '.aws-sam', 'coverage']);

/** Their pages write into them. */
const COPIED = new Set(['examples']);

/** Opens a folder in which `files` lie beside what the checkout holds. */
export async function openBox(files: Record<string, string>, answer: (call: Call) => Promise<Answer>): Promise<Box> {
  const base = mkdtempSync(join(tmpdir(), 'prewarm-snippets-'));
  const [folder, bin, calls] = ['checkout', 'bin', 'calls'].map((name) => join(base, name)) as [string, string, string];
  for (const path of [folder, bin, calls]) mkdirSync(path);
  for (const entry of readdirSync(ROOT)) {
    if (COPIED.has(entry)) cpSync(join(ROOT, entry), join(folder, entry), { recursive: true });
    else if (!LEFT_OUT.has(entry)) symlinkSync(join(ROOT, entry), join(folder, entry));
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const standIn = join(import.meta.dirname, 'stand-in.sh');
  for (const tool of STAND_INS) symlinkSync(standIn, join(bin, tool));
  mkdirSync(join(folder, '.tools', 'venv', 'bin'), { recursive: true });
  symlinkSync(standIn, join(folder, '.tools', 'venv', 'bin', 'python'));
  const server = await listen(async (call) => answer(call));
  const { port } = server.address() as { port: number };
  return {
    folder,
    run: (text, env) =>
      bash(text, folder, {
        ...env,
        PATH: `${bin}:/usr/bin:/bin`,
        HOME: base,
        TZ: 'UTC',
        SNIPPET_CALLS: calls,
        SNIPPET_PORT: String(port),
      }),
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function listen(answer: (call: Call) => Promise<Answer>): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (path) => {
      const folder = String(path).trim();
      void answer(readCall(folder))
        .catch((error: unknown) => ({ code: 70, stdout: '', stderr: String((error as Error).stack ?? error) }))
        .then(({ code, stdout = '', stderr = '' }) => {
          writeFileSync(join(folder, 'stdout'), stdout);
          writeFileSync(join(folder, 'stderr'), stderr);
          socket.end(`${code}\n`);
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function readCall(folder: string): Call {
  const [tool = '', cwd = '', ...args] = readFileSync(join(folder, 'argv'), 'utf8').split('\0').slice(0, -1);
  const stdin = join(folder, 'stdin');
  return { tool, args, folder: cwd, stdin: existsSync(stdin) ? readFileSync(stdin, 'utf8') : undefined };
}

function bash(text: string, cwd: string, env: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', text], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 70, stdout, stderr }));
  });
}
