/** Asks the person at the terminal before anything is written. */
import { createInterface } from 'node:readline/promises';
import { InputError } from '../errors.ts';
import { type CommandIo, NotDoneError, printLine } from './io.ts';

/** Returns when the answer is yes. InputError without a terminal, NotDoneError for any other answer. */
export async function confirm(question: string, io: CommandIo): Promise<void> {
  if (!io.stdin.isTTY)
    throw new InputError('nothing was written: there is no terminal to ask on; give --yes to write without asking');
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  // The prompt reads keys one by one, Ctrl-C among them.
  prompt.on('SIGINT', () => {
    prompt.close();
    printLine(io.stderr, '');
    io.interrupt?.();
  });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new NotDoneError('nothing was written');
  } finally {
    prompt.close();
  }
}
