/** The world as a command sees it: streams, clock, environment. Tests give their own. */
import { neutralise } from '../report/text.ts';

export interface CommandIo {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stdin: NodeJS.ReadStream;
  env: Readonly<Record<string, string | undefined>>;
  nowMs: () => number;
  /** IANA name of the zone that the user's clock is in; UTC where it is not given. */
  timeZone?: string;
  /** Has something put right should the user interrupt; must not wait. What it returns takes that back. */
  onInterrupt?: (putRight: () => void) => () => void;
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

/** Runs `work`; `putRight` is run when it ends in any way, an interrupt included. */
export async function cleaningUp<T>(io: CommandIo, putRight: () => void, work: () => Promise<T>): Promise<T> {
  const takeBack = io.onInterrupt?.(putRight);
  try {
    return await work();
  } finally {
    takeBack?.();
    putRight();
  }
}
