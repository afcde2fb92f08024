/** Answers the tools that pages name: `prewarm` by running it, the others by checking what they are asked to do. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createProgram } from '../../src/cli.ts';
import type { CommandIo } from '../../src/commands/io.ts';
import { settingsSchema } from '../../src/config.ts';
import { runCommand } from '../command-line.ts';
import type { Checker } from './checker.ts';
import type { Answer, Call } from './shell.ts';

/** How far a command was tried. */
export type Tried = 'run' | 'arguments checked';

export interface Surroundings {
  checker: Checker;
  nowMs: () => number;
  /** Of the local AWS, where the page has one. */
  endpoint: string | null;
  note: (tool: string, tried: Tried) => void;
}

const FINE: Answer = { code: 0 };
const refused = (...faults: string[]): Answer => ({ code: 64, stderr: `${faults.join('\n')}\n` });

/** Words in capitals that pages use for the reader's own names. */
const PLACEHOLDERS: Record<string, string> = {
  NAME: 'my-function',
  ALIAS: 'live',
  FUNCTION: 'my-function',
  N: '2',
  M: '20',
  UUID: '12345678-1234-1234-1234-123456789abc',
};

const filledIn = (args: readonly string[]) =>
  args
    .filter((arg) => arg !== '…')
    .map((arg) => arg.replace(/(?<![\w-])[A-Z]+(?![\w-])/g, (word) => PLACEHOLDERS[word] ?? word));

/** A tool by the arguments that its calls begin with, and what is said to them. */
const TOOLS: readonly [
  tool: string,
  beginning: string,
  answer: (call: Call, around: Surroundings) => Answer | Promise<Answer>,
][] = [
  ['npx', 'prewarm', (call, around) => prewarm(call.args.slice(1), call, around)],
  ['prewarm', '', (call, around) => prewarm(call.args, call, around)],
  ['npx', 'vitest', existing],
  ['npx', 'tsx', existing],
  ['aws', '', aws],
  ['npm', '', npm],
  ['node', '', existing],
  ['python', '-m pytest', existing],
  ['git', 'clone', () => FINE],
  ['curl', '', curl],
  ['sam', '', (call, around) => checked(call, around)],
  ['docker', '', (call, around) => checked(call, around, call.folder)],
  ['pulumi', '', (call, around) => checked(call, around, call.folder, Object.keys(settingsSchema.shape))],
];

export async function answer(call: Call, around: Surroundings): Promise<Answer> {
  const line = call.args.join(' ');
  const found = TOOLS.find(([tool, beginning]) => tool === call.tool && line.startsWith(beginning));
  return found === undefined ? refused(`${call.tool} ${line} is not known here`) : found[2](call, around);
}

async function checked({ tool, args }: Call, { checker, note }: Surroundings, ...more: unknown[]): Promise<Answer> {
  note(tool, 'arguments checked');
  return verdict(await checker.ask(tool, args, ...more));
}

function verdict({ faults, output }: { faults: string[]; output: string | null }): Answer {
  return faults.length > 0 ? refused(...faults) : { code: 0, stdout: output === null ? '' : `${output}\n` };
}

async function aws({ args }: Call, { checker, endpoint, note }: Surroundings): Promise<Answer> {
  // A word that stands for something that is not there can be checked, not called.
  const given = await checker.ask('aws', filledIn(args), args.includes('UUID') ? null : endpoint);
  note('aws', given.output === null || args[0] === 'cloudformation' ? 'arguments checked' : 'run');
  return verdict(given);
}

/** Commands that ask before they write, and the flags by which the reader says yes. */
const YES: Readonly<Record<string, readonly string[]>> = {
  apply: ['--yes'],
  eject: ['--yes'],
  init: ['--yes', '--force'],
};

const confirmed = (argv: readonly string[]) => [
  ...argv,
  ...(YES[argv[0] ?? ''] ?? []).filter((flag) => !argv.includes(flag)),
];

/** Commands that a page may name and a test of their own runs: they serve until they are stopped, or take long. */
function isRunElsewhere(argv: readonly string[]): boolean {
  return argv[0] === 'demo' || argv.includes('--open');
}

async function prewarm(args: readonly string[], call: Call, around: Surroundings): Promise<Answer> {
  const argv = filledIn(args);
  if (isRunElsewhere(argv)) {
    around.note('prewarm', 'arguments checked');
    const fault = await commandLineFault(argv);
    return fault === null ? FINE : refused(fault);
  }
  around.note('prewarm', 'run');
  return runPrewarm(confirmed(argv), call, around.nowMs);
}

async function runPrewarm(argv: readonly string[], { folder, stdin = '' }: Call, nowMs: () => number): Promise<Answer> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const { code, out, err } = await runCommand(argv, { input: stdin, nowMs });
    return { code, stdout: out, stderr: err };
  } finally {
    process.chdir(before);
  }
}

/** What the program says against a command line without doing it; null where it takes it. */
export async function commandLineFault(argv: readonly string[]): Promise<string | null> {
  let said = '';
  const sink = { write: (text: string) => (said += text) !== '' } as unknown as NodeJS.WritableStream;
  const io: CommandIo = { stdout: sink, stderr: sink, stdin: process.stdin, env: {}, nowMs: () => 0 };
  const program = createProgram(io);
  for (const command of program.commands) command.action(() => undefined);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return null;
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? null : `prewarm ${argv.join(' ')}: ${said}`;
  }
}

async function npm({ args, folder }: Call, around: Surroundings): Promise<Answer> {
  around.note('npm', 'arguments checked');
  const [verb, name] = args;
  if (verb === 'ci' || verb === 'install') {
    return existsSync(join(folder, 'package-lock.json'))
      ? FINE
      : refused(`npm ${verb}: no package-lock.json in ${folder}`);
  }
  if (verb !== 'run' || name === undefined) return refused(`npm ${args.join(' ')} is not known here`);
  const fault = scriptFault(name, args.slice(args.indexOf('--') < 0 ? args.length : args.indexOf('--') + 1), folder);
  if (fault !== null) return refused(fault);
  const script = scriptsIn(folder)[name]!;
  const own = /bin\/prewarm\.mjs (.*)$/.exec(script)?.[1];
  return own === undefined
    ? FINE
    : prewarm([...own.split(' '), ...args.slice(3)], { args, folder, tool: 'npx', stdin: undefined }, around);
}

function scriptsIn(folder: string): Record<string, string> {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
    .scripts;
}

/** Whether `npm run name -- flags` names a script, and flags that its file speaks of. */
export function scriptFault(name: string, flags: readonly string[], folder: string): string | null {
  const script = scriptsIn(folder)[name];
  if (script === undefined) return `package.json has no script ${name}`;
  const file = script.split(' ').find((word) => /\.m?[jt]s$/.test(word));
  if (file === undefined || file === 'bin/prewarm.mjs') return null;
  const source = readFileSync(join(folder, file), 'utf8');
  const names = flags.filter((flag) => flag.startsWith('--')).map((flag) => flag.slice(2));
  const unknown = names.filter((flag) => !source.includes(flag));
  return unknown.length === 0 ? null : `${file} does not know --${unknown.join(', --')}`;
}

/** Whether the files are there that a call names. */
function existing({ args, folder }: Call, { note }: Surroundings): Answer {
  note('node, npx, python', 'arguments checked');
  const paths = args.filter((arg) => /[/.]|^worker$/.test(arg));
  const missing = paths.filter((path) => !existsSync(join(folder, path)));
  return missing.length === 0 ? FINE : refused(`${missing.join(', ')}: not in the checkout`);
}

async function curl({ args }: Call, { checker, note }: Surroundings): Promise<Answer> {
  note('curl', 'arguments checked');
  const url = args.at(-1) ?? '';
  if (!/^https?:\/\//.test(url)) return refused(`curl ${url}: is no address`);
  const body = args[args.indexOf('-d') + 1];
  return args.includes('-d') ? verdict(await checker.ask('worker-request', body)) : FINE;
}
