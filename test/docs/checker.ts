/** The checks that tools of Python do, in one process that lives as long as a test file. */
import { join } from 'node:path';
import { startPython } from '../infra/python-lines.ts';

export interface Verdict {
  faults: string[];
  output: string | null;
}

export interface Checker {
  ask(check: string, ...args: unknown[]): Promise<Verdict>;
  close(): void;
}

export function startChecker(): Checker {
  const python = startPython<Verdict>(join(import.meta.dirname, 'checker.py'), '{"faults"');
  return { ask: (check, ...args) => python.ask({ check, arguments: args }), close: () => python.close() };
}
