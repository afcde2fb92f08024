/** Metrics files of functions that differ in what they are worth, and the command line on them. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { isoUtc } from '../../src/time.ts';
import { type CommandResult, runCommand } from '../command-line.ts';

export const START_MS = Date.parse('2026-03-02T00:00:00Z');

/** One command line; with `answers` a person sits at the terminal and types them. */
export function prewarm(
  argv: readonly string[],
  answers?: readonly string[],
  nowMs = START_MS,
): Promise<CommandResult> {
  const stderr = new PassThrough();
  const stdin = answers && (typing(answers, stderr) as unknown as NodeJS.ReadStream);
  if (stdin) stdin.isTTY = true;
  return runCommand(argv, { stderr, nowMs: () => nowMs, ...(stdin && { stdin }) });
}

/** Types the next line whenever something is asked: a prompt ends in "] ". */
function typing(answers: readonly string[], stderr: PassThrough): PassThrough {
  const stdin = new PassThrough();
  const left = [...answers];
  stderr.on('data', (chunk: Buffer) => {
    if (!/\] $/.test(chunk.toString())) return;
    const next = left.shift();
    setImmediate(() => (next === undefined ? stdin.end() : stdin.write(`${next}\n`)));
  });
  return stdin;
}

/** A row for every five minutes. */
export function csvOf(days: number, invocations: (slot: number) => number): string {
  const rows = Array.from(
    { length: days * 288 },
    (_, slot) => `${isoUtc(START_MS + slot * 300_000)},${invocations(slot % 288)},2000`,
  );
  return `timestamp,invocations,averageDurationMs\n${rows.join('\n')}\n`;
}

/** Every day from 9 to 10 in bursts that an on-demand pool meets cold, else hardly anything. */
export const RUSH = (slot: number): number =>
  slot >= 108 && slot < 120 && slot % 3 === 0 ? 3000 : slot % 72 === 0 ? 1 : 0;
/** One request after the other, day and night. */
export const STEADY = (): number => 600;

/** `rush`, `idle`, `young` and `broken` as CSV in a folder of their own. */
export async function metricsFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-first-steps-'));
  const files = {
    rush: csvOf(4, RUSH),
    idle: csvOf(4, () => 0),
    young: csvOf(1, STEADY),
    broken: 'timestamp,invocatons\n2026-01-01T00:00:00Z,1\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.csv`), text);
  return folder;
}
