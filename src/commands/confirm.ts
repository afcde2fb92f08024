/** Asks the person at the terminal before anything is written. */
import { InputError } from '../errors.ts';
import { ask } from './ask.ts';
import { type CommandIo, NotDoneError } from './io.ts';

/** Returns when the answer is yes. InputError without a terminal, NotDoneError for any other answer, and for none. */
export async function confirm(question: string, io: CommandIo): Promise<void> {
  if (!io.stdin.isTTY)
    throw new InputError('nothing was written: there is no terminal to ask on; give --yes to write without asking');
  const answer = await ask(question, 'y/N', io);
  if (!/^y(es)?$/i.test(answer)) throw new NotDoneError('nothing was written');
}
