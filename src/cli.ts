/** Root 2: the command line. Data goes to stdout, talk to stderr; exit codes: 0 fine, 1 failed, 2 the user's input (130 interrupted: bin/). */
import { Command, CommanderError } from 'commander';
import { addApply } from './commands/apply.ts';
import { addCompletion } from './commands/completion.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEject } from './commands/eject.ts';
import { addExport } from './commands/export.ts';
import { addInit } from './commands/init.ts';
import { addPreview } from './commands/preview.ts';
import { addRank } from './commands/rank.ts';
import { addReplay } from './commands/replay.ts';
import { addReport } from './commands/report.ts';
import { addStatus } from './commands/status.ts';
import { type CommandIo, NotDoneError } from './commands/io.ts';
import { InputError, RefusedError, TransientError } from './errors.ts';
import { present, terminalFor } from './report/terminal.ts';

export const EXIT = { fine: 0, failed: 1, input: 2 } as const;

type AddCommand = (program: Command, io: CommandIo) => void;

/** In the order of the help; each registers its command with flags, examples and action. */
const COMMANDS: readonly [string, readonly AddCommand[]][] = [
  ['Look, and write nothing:', [addPreview, addReplay, addReport, addStatus, addDoctor]],
  ['Begin:', [addRank, addInit, addDemo]],
  ['Write to AWS:', [addApply, addEject]],
  ['Help out:', [addExport, addCompletion]],
];

/** The program, ready to parse; each command gets the world as an argument. */
export function createProgram(io: CommandIo): Command {
  const [out, err] = [terminalFor(io.stdout, io.env), terminalFor(io.stderr, io.env)];
  const program = new Command('prewarm')
    .description(
      'Predictive provisioned concurrency for AWS Lambda: forecasts demand, and writes the capacity for it ahead.',
    )
    .version(VERSION)
    .showHelpAfterError('(prewarm --help lists commands, prewarm COMMAND --help its options)')
    .exitOverride()
    .configureHelp({ styleTitle: (title) => out.paint('strong', title) })
    .configureOutput({
      getOutHelpWidth: () => Math.min(out.width, HELP_WIDTH),
      getErrHelpWidth: () => Math.min(err.width, HELP_WIDTH),
      writeOut: (text) => io.stdout.write(present(text, out)),
      writeErr: (text) => io.stderr.write(present(text, err)),
      outputError: (text, write) => write(err.paint('bad', text.trimEnd()) + '\n'),
    });
  for (const [group, adds] of COMMANDS) {
    program.commandsGroup(group);
    for (const add of adds) add(program, io);
  }
  return program.helpCommand(true).addHelpText('after', MORE_HELP);
}

/** Longer lines are hard to read. */
const HELP_WIDTH = 120;

const MORE_HELP = `
Examples:
  prewarm demo
  prewarm preview --metrics requests.csv --average-duration-ms 2000
  prewarm apply --function my-function --alias live --max-capacity 50
  prewarm preview --help

Exit codes:
  0    done; too little history for a plan is a result, too
  1    not done: AWS refused or failed, a check of doctor failed, the answer was no,
       or there was nothing to replay
  2    the input is wrong: a command, a flag, a file, a name
  130  interrupted (Ctrl-C); 143 terminated

Environment:
  AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL ...  as for the AWS CLI
  NO_COLOR, FORCE_COLOR                          colours never; always (0: never), unless NO_COLOR is set
  COLUMNS                                        width where no terminal tells it
  TZ                                             zone of the times shown, unless --timezone is given
  PREWARM_...                                    settings of the deployed controller, see docs/configuration.md;
                                                 these commands take flags in their place
`;

const VERSION = '0.1.0';

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const program = createProgram(io);
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return EXIT.input;
    }
    await program.parseAsync(asCommand(argv, program), { from: 'user' });
    return EXIT.fine;
  } catch (error) {
    return report(error, io);
  }
}

/** `help preveiw` as `preveiw`, so that it is answered with what was meant rather than with the whole help. */
function asCommand(argv: readonly string[], program: Command): readonly string[] {
  const [first, name = '', ...rest] = argv;
  const isCommand = program.commands.some((command) => command.name() === name);
  return first !== 'help' || /^(-|$)/.test(name) || isCommand ? argv : [name, ...rest];
}

/** One message that says what happened and what to do; a stack only for what is our own fault. */
function report(error: unknown, io: CommandIo): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.input;
  const expected =
    error instanceof InputError ||
    error instanceof RefusedError ||
    error instanceof TransientError ||
    error instanceof NotDoneError;
  const text = expected
    ? error.message
    : `this is a bug in Prewarm: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const terminal = terminalFor(io.stderr, io.env);
  io.stderr.write(`${present(terminal.paint('bad', `error: ${text}`), terminal)}\n`);
  return error instanceof InputError ? EXIT.input : EXIT.failed;
}
