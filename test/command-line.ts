/** The command line in a world of its own: what it says, and how it ends. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../src/cli.ts';
import type { CommandIo } from '../src/commands/io.ts';

export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

export interface Surroundings extends Partial<Omit<CommandIo, 'stdout' | 'stderr'>> {
  /** What standard input holds, unless `stdin` is given. */
  input?: string;
  /** For whoever listens while the command runs. */
  stderr?: PassThrough;
}

export async function runCommand(argv: readonly string[], around: Surroundings = {}): Promise<CommandResult> {
  const { input = '', stderr = new PassThrough(), ...io } = around;
  const stdout = new PassThrough();
  const texts = Promise.all([text(stdout), text(stderr)]);
  const stdin = Readable.from(input === '' ? [] : [Buffer.from(input)]) as unknown as NodeJS.ReadStream;
  const code = await run(argv, { stdout, stderr, stdin, env: {}, nowMs: () => 0, ...io });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  return { code, out, err };
}

/** The words of a command line without quotes. */
export const words = (line: string): string[] => line.split(' ').filter(Boolean);
