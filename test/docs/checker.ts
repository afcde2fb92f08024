/** The checks that tools of Python do, in one process that lives as long as a test file. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TOOLS } from '../infra/tools.ts';

export interface Verdict {
  faults: string[];
  output: string | null;
}

export interface Checker {
  ask(check: string, ...args: unknown[]): Promise<Verdict>;
  close(): void;
}

export function startChecker(): Checker {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(TOOLS.python, [join(import.meta.dirname, 'checker.py')], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const waiting: ((verdict: Verdict) => void)[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Tools print banners, too.
    if (line.startsWith('{"faults"')) waiting.shift()?.(JSON.parse(line) as Verdict);
  });
  child.on('close', () => {
    for (const resolve of waiting.splice(0)) resolve({ faults: [`the checker ended: ${stderr}`], output: null });
  });
  return {
    ask: (check, ...args) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify({ check, arguments: args })}\n`);
      }),
    close: () => child.stdin.end(),
  };
}
