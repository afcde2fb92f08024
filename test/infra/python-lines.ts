/** A script of Python that answers each line of JSON with one, in a process that lives as long as a test file: its imports take seconds. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { TOOLS } from './tools.ts';

export interface PythonLines<Answer> {
  ask: (question: unknown) => Promise<Answer>;
  close: () => void;
}

/** Answers begin with `beginning`: what tools print besides is passed over. Where the script ends, `ask` rejects with what it said. */
export function startPython<Answer>(script: string, beginning: string): PythonLines<Answer> {
  const nothingCompiled = process.env.PYTHONPYCACHEPREFIX ? {} : { PYTHONDONTWRITEBYTECODE: '1' };
  const env = { ...process.env, ...nothingCompiled, AWS_DEFAULT_REGION: 'us-east-1', SAM_CLI_TELEMETRY: '0' };
  const child = spawn(TOOLS.python, [script], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith(beginning)) waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  child.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${script} ended: ${stderr}`));
  });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      }),
    close: () => child.stdin.end(),
  };
}
