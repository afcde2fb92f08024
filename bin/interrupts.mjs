// Ctrl-C, SIGTERM and a closed terminal: what was begun is put right, and the exit code is 128 and the signal's number.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A worker that does not answer for this long is in the middle of a computation, which nothing else can stop. */
const PATIENCE_MS = 300;

const exitCodeOf = (signal) => 128 + constants.signals[signal];

/** What is to be put right on an interrupt, the newest first. */
const pending = [];

/**
 * Adds something; must not wait. `path` is what it removes, for the supervisor to remove should this process be in the middle of a
 * computation. What it returns takes all of that back.
 */
export function onInterrupt(putRight, path) {
  if (path !== undefined && process.connected) process.send({ temporary: path });
  if (pending.length === 0) for (const signal of SIGNALS) process.on(signal, interrupted);
  const entry = { putRight };
  pending.push(entry);
  return () => {
    const index = pending.indexOf(entry);
    if (index >= 0) pending.splice(index, 1);
    if (path !== undefined && process.connected) process.send({ removed: path });
    if (pending.length === 0) for (const signal of SIGNALS) process.off(signal, interrupted);
  };
}

function interrupted(signal) {
  for (const { putRight } of pending.toReversed()) putRight();
  process.exit(exitCodeOf(signal));
}

/**
 * Where a person watches, runs the same command line in a process of its own and ends as that ends. False where this process is to do
 * the work: there is no terminal to tidy up then, and a signal may end it as it stands.
 */
export async function superviseOnTerminal() {
  if (!process.stderr.isTTY || process.connected) return false;
  const worker = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const temporary = new Set();
  worker.on('message', (message) => {
    if (message.temporary !== undefined) temporary.add(message.temporary);
    temporary.delete(message.removed);
  });
  for (const signal of SIGNALS) process.on(signal, () => endWorker(worker, signal, temporary));
  const { code, signal } = await new Promise((resolve) => {
    worker.on('error', () => resolve({ code: 1, signal: null }));
    worker.on('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  process.exitCode = signal === null ? code : exitCodeOf(signal);
  return true;
}

/** Ctrl-C reaches both; another signal only this one. */
function endWorker(worker, signal, temporary) {
  if (signal !== 'SIGINT') worker.kill(signal);
  setTimeout(() => {
    worker.kill('SIGKILL');
    for (const path of temporary) rmSync(path, { recursive: true, force: true });
    process.stderr.write('\r\u001b[2K');
    process.exit(exitCodeOf(signal));
  }, PATIENCE_MS).unref();
}
