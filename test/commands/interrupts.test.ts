import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MODULE = pathToFileURL('bin/interrupts.mjs').href;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program with a temporary file, which says "ready" and then does what it is given to do. */
function start(work: string, { onTerminal }: { onTerminal: boolean }): ChildProcess {
  const temporary = JSON.stringify(join(folder, 'half'));
  const program = `
    import { rmSync, writeFileSync } from 'node:fs';
    import { onInterrupt, superviseOnTerminal } from ${JSON.stringify(MODULE)};
    process.stderr.isTTY = ${onTerminal};
    if (!(await superviseOnTerminal())) {
      writeFileSync(${temporary}, '');
      const takeBack = onInterrupt(() => rmSync(${temporary}, { force: true }), ${temporary});
      process.stdout.write('ready');
      ${work}
    }`;
  writeFileSync(join(folder, 'program.mjs'), program);
  return spawn(process.execPath, [join(folder, 'program.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function endOf(
  child: ChildProcess,
  signal: NodeJS.Signals | null,
): Promise<{ code: number | null; err: string }> {
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (signal) child.stdout?.once('data', () => setTimeout(() => child.kill(signal), 50));
  return { code: await ended, err };
}

const WAITING = 'setInterval(() => undefined, 1000);';
/** Long enough to be killed, short enough not to outlive a test that fails. */
const COMPUTING = 'setTimeout(() => { const end = Date.now() + 20000; while (Date.now() < end); }, 10);';

describe('an interrupt', () => {
  it.each<[string, number, NodeJS.Signals, { work: string; onTerminal: boolean }]>([
    ['Ctrl-C in a script', 130, 'SIGINT', { work: WAITING, onTerminal: false }],
    ['SIGTERM in a script', 143, 'SIGTERM', { work: WAITING, onTerminal: false }],
    ['SIGTERM on a terminal', 143, 'SIGTERM', { work: WAITING, onTerminal: true }],
    ['Ctrl-C on a terminal in the middle of a computation', 130, 'SIGINT', { work: COMPUTING, onTerminal: true }],
    ['a closed terminal in the middle of a computation', 129, 'SIGHUP', { work: COMPUTING, onTerminal: true }],
  ])('by %s leaves nothing behind and says so by the exit code', async (_, expected, signal, { work, onTerminal }) => {
    const { code } = await endOf(start(work, { onTerminal }), signal);
    expect(code).toBe(expected);
    expect(existsSync(join(folder, 'half'))).toBe(false);
  });

  it.each([
    ['a script', false],
    ['a terminal', true],
  ])('that does not come leaves the exit code to the work, on %s', async (_, onTerminal) => {
    const { code, err } = await endOf(start('takeBack(); process.exitCode = 2;', { onTerminal }), null);
    expect({ code, err }).toEqual({ code: 2, err: '' });
  });
});
