/** Questions to a person at the terminal, each with the answer that an empty line means. */
import { createInterface } from 'node:readline/promises';
import type { CommandIo } from './io.ts';

/** True where somebody is there to answer, and did not say `--yes` beforehand. */
export function mayAsk({ yes }: { yes?: boolean }, { stdin }: CommandIo): boolean {
  return stdin.isTTY && !yes;
}

export async function ask(question: string, byDefault: string, io: CommandIo): Promise<string> {
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const answer = (await prompt.question(`${question} [${byDefault}] `)).trim();
    return answer === '' ? byDefault : answer;
  } finally {
    prompt.close();
  }
}
