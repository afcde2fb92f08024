/** `prewarm demo` as a process: what it leaves behind, and how it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInBrowser } from '../../src/commands/open-browser.ts';
import { runCommand, words } from '../command-line.ts';
import { listen, open } from './listen.ts';

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-test-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(...flags: string[]) {
  const env = { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder };
  const child = spawn(process.execPath, ['bin/prewarm.mjs', 'demo', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  child.stdout.resume();
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, said: () => said, ended };
}

const left = () => readdirSync(folder).filter((name) => name.startsWith('prewarm-demo-'));
const PATIENCE = { timeout: 60_000, interval: 20 };

describe('an interrupt', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'while the controller is built: %s leaves no folder behind',
    async (signal) => {
      const { child, ended } = start();
      await expect.poll(() => left().length, PATIENCE).toBe(1);
      child.kill(signal);
      expect(await ended).toEqual({ code: signal === 'SIGINT' ? 130 : 143, signal: null });
      expect(left()).toEqual([]);
    },
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'while the page is served: %s ends page, server and process',
    async (signal) => {
      const { child, said, ended } = start('--serve');
      await expect.poll(said, PATIENCE).toContain('live at ');
      const url = /live at (\S+)/.exec(said())?.[1] ?? '';
      expect(await text((await open(url)).response)).toContain('<script src="/page.js"');
      const page = await listen(url);
      await page.until('run');
      expect(left()).toEqual([]);
      child.kill(signal);
      await page.ended;
      expect(page.frames.at(-1)).toMatchObject({ kind: 'bye' });
      expect(await ended).toEqual({ code: null, signal });
      await expect(open(url)).rejects.toThrow('ECONNREFUSED');
    },
  );
});

const prewarm = (line: string) => runCommand(words(line));

describe('flags of the live demo', () => {
  it.each([
    ['a port without a page', 'demo --port 8080', /--port is for the live page: give --open or --serve, too/],
    ['a port that is none', 'demo --serve --port x', /--port = "x": must be a whole number from 0 to 65535/],
    ['a port that is too high', 'demo --open --port 65536', /--port = "65536": must be/],
  ])('%s is refused with what to do', async (_, line, expected) => {
    const { code, err } = await prewarm(line);
    expect(err).toMatch(expected);
    expect(code).toBe(2);
  });

  it('refuses a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, err } = await prewarm(`demo --serve --port ${port}`);
    expect(err).toContain(`--port = ${port}: something else listens there; leave it out for a free one`);
    expect(code).toBe(2);
    other.close();
  });

  it.each([
    ['nothing', {}],
    ['empty names of displays', { DISPLAY: '', WAYLAND_DISPLAY: '' }],
  ])('opens no browser on a machine with %s', async (_, env) => {
    expect(await openInBrowser('http://127.0.0.1:1/', env, 'linux')).toBe(false);
  });
});
