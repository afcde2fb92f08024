/** Questions to a person at the terminal, each with the answer that an empty line means. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type CommandIo, NotDoneError, printLine } from './io.ts';

/** True where somebody is there to answer, and did not say `--yes` beforehand. */
export function mayAsk({ yes }: { yes?: boolean }, { stdin }: CommandIo): boolean {
  return stdin.isTTY && !yes;
}

/** Throws NotDoneError where the input ends instead (Ctrl-D). */
export async function ask(question: string, byDefault: string, io: CommandIo): Promise<string> {
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  // The prompt reads keys one by one, Ctrl-C among them.
  prompt.on('SIGINT', () => {
    prompt.close();
    io.interrupt?.();
  });
  const closed = once(prompt, 'close').then(() => null);
  try {
    const answer = await Promise.race([prompt.question(`${question} [${byDefault}] `), closed]);
    if (answer === null) {
      printLine(io.stderr, '');
      throw new NotDoneError('nothing was written: there was no answer');
    }
    return answer.trim() === '' ? byDefault : answer.trim();
  } finally {
    prompt.close();
  }
}
