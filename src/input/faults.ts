/** Collects what is wrong with a file, so that one message names several faults at once. */
import { InputError } from '../errors.ts';

const LISTED_FAULTS = 5;

export interface Faults {
  add(line: number, fault: string): void;
  /** Throws an InputError with the first five faults and the number of the others; does nothing where there are none. */
  throwIfAny(): void;
}

export function collectFaults(source: string): Faults {
  const listed: string[] = [];
  let count = 0;
  return {
    add(line, fault) {
      count++;
      if (listed.length < LISTED_FAULTS) listed.push(`line ${line}: ${fault}`);
    },
    throwIfAny() {
      if (count === 0) return;
      if (count === 1) throw new InputError(`${source}, ${listed[0] ?? ''}`);
      const rest = count > listed.length ? `\n  and ${count - listed.length} more` : '';
      throw new InputError(`${source} has ${count} faults:\n  ${listed.join('\n  ')}${rest}`);
    },
  };
}

/** A value as a message shows it: one line, quoted, of bounded length. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
