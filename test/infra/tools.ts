/** Where scripts/setup-tools.mjs puts things, and what a test does without them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';

export const ROOT = join(import.meta.dirname, '..', '..');

const venv = (command: string) =>
  join(ROOT, '.tools', 'venv', process.platform === 'win32' ? 'Scripts' : 'bin', command);
const runtime = (path: string) => join(ROOT, '.tools', 'runtime', 'node_modules', path);

export const TOOLS = {
  sam: venv('sam'),
  cfnLint: venv('cfn-lint'),
  python: venv('python'),
  /** The Node.js release that Lambda runs the controller on. Present on Linux only. */
  node24: runtime('.bin/node'),
  runtimeClient: runtime('aws-lambda-ric/index.mjs'),
} as const;

/**
 * A describe block that needs tools. Without them it is skipped, with the reason in its name; in CI and after
 * `npm run setup-tools` by `npm run check` (PREWARM_TOOLS=required) it fails instead.
 */
export function describeWithTools(name: string, needed: (keyof typeof TOOLS)[], body: () => void): void {
  const missing = needed.filter((tool) => !existsSync(TOOLS[tool]));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `${missing.join(', ')} not installed: npm run setup-tools`;
  const required = Boolean(process.env.CI) || process.env.PREWARM_TOOLS === 'required';
  if (!required) {
    describe.skip(`${name} (${reason})`, body);
    return;
  }
  describe(name, () => {
    it('has its tools', () => {
      throw new Error(reason);
    });
  });
}

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a tool as if without an AWS account, and without its asking home. */
export async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const options = {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, AWS_DEFAULT_REGION: 'us-east-1', SAM_CLI_TELEMETRY: '0', NO_COLOR: '1', ...env },
  };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as Error & { code?: number | string; stdout?: string; stderr?: string };
    if (typeof failed.code !== 'number') throw error;
    return { code: failed.code, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '' };
  }
}
