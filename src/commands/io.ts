/** The world as a command sees it: streams, clock, environment. Tests give their own. */
import { rmSync } from 'node:fs';
import { neutralise } from '../report/text.ts';

export interface CommandIo {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stdin: NodeJS.ReadStream;
  env: Readonly<Record<string, string | undefined>>;
  nowMs: () => number;
  /** IANA name of the zone that the user's clock is in; UTC where it is not given. */
  timeZone?: string;
  /**
   * Has something put right should the user interrupt; must not wait. `path` is what it removes, if that is all it does. What it
   * returns takes that back.
   */
  onInterrupt?: (putRight: () => void, path?: string) => () => void;
  /** As if the user had pressed Ctrl-C, where something else has heard it. */
  interrupt?: () => void;
}

/** A line with nothing in it that could act on the terminal. For text in tones, folded and in the user's zone see output.ts. */
export function printLine(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${neutralise(text)}\n`);
}

/** Set by a command that ran through but did not achieve what it was asked for. */
export class NotDoneError extends Error {
  override readonly name = 'NotDoneError';
}

/** Runs `work` with a temporary file or folder, which is gone when it ends in any way, an interrupt included. */
export async function withTemporary<T>(path: string, io: CommandIo, work: () => Promise<T>): Promise<T> {
  const remove = () => {
    rmSync(path, { recursive: true, force: true });
  };
  const takeBack = io.onInterrupt?.(remove, path);
  try {
    return await work();
  } finally {
    remove();
    takeBack?.();
  }
}
