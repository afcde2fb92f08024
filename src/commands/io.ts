/** The world as a command sees it: streams, clock, environment. Tests give their own. */
export interface CommandIo {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stdin: NodeJS.ReadStream;
  env: Readonly<Record<string, string | undefined>>;
  nowMs: () => number;
}

export function printLine(stream: NodeJS.WritableStream, text: string): void {
  stream.write(`${text}\n`);
}

/** Set by a command that ran through but did not achieve what it was asked for. */
export class NotDoneError extends Error {
  override readonly name = 'NotDoneError';
}
