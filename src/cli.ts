/** Root 2: the command line. Data goes to stdout, talk to stderr; exit codes: 0 fine, 1 failed, 2 the user's input. */
import { Command, CommanderError } from 'commander';
import { addApply } from './commands/apply.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEject } from './commands/eject.ts';
import { addExport } from './commands/export.ts';
import { addPreview } from './commands/preview.ts';
import { addRank } from './commands/rank.ts';
import { addReplay } from './commands/replay.ts';
import { addStatus } from './commands/status.ts';
import { type CommandIo, NotDoneError, printLine } from './commands/io.ts';
import { InputError, RefusedError, TransientError } from './errors.ts';
import { terminalFor } from './report/terminal.ts';

export const EXIT = { fine: 0, failed: 1, input: 2 } as const;

/** In the order of the help; each registers its command with flags, examples and action. */
const COMMANDS = [addPreview, addReplay, addRank, addApply, addDoctor, addStatus, addExport, addEject, addDemo];

/** The program, ready to parse; each command gets the world as an argument. */
export function createProgram(io: CommandIo): Command {
  const program = new Command('prewarm')
    .description('Predictive provisioned concurrency for AWS Lambda.')
    .version(VERSION)
    .showHelpAfterError('(prewarm --help lists commands and options)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });

  for (const add of COMMANDS) add(program, io);
  return program;
}

const VERSION = '0.1.0';

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const program = createProgram(io);
    if (argv.length === 0) {
      io.stderr.write(program.helpInformation());
      return EXIT.input;
    }
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.fine;
  } catch (error) {
    return report(error, io);
  }
}

/** One message that says what happened and what to do; a stack only for what is our own fault. */
function report(error: unknown, io: CommandIo): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.input;
  const paint = terminalFor(io.stderr, io.env).paint;
  if (error instanceof InputError) {
    printLine(io.stderr, paint('bad', `error: ${error.message}`));
    return EXIT.input;
  }
  const expected = error instanceof RefusedError || error instanceof TransientError || error instanceof NotDoneError;
  const text = expected
    ? error.message
    : `this is a bug in Prewarm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  printLine(io.stderr, paint('bad', `error: ${text}`));
  return EXIT.failed;
}
