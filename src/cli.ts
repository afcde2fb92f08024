/** Root 2: the command line. Data goes to stdout, talk to stderr; exit codes: 0 fine, 1 failed, 2 the user's input. */
import { Command, CommanderError } from 'commander';
import { apply, type ApplyOptions } from './commands/apply.ts';
import { demo, type DemoOptions } from './commands/demo.ts';
import { doctor, type DoctorOptions } from './commands/doctor.ts';
import { eject, type EjectOptions } from './commands/eject.ts';
import { exportMetrics, type ExportOptions } from './commands/export.ts';
import { type CommandIo, NotDoneError, printLine } from './commands/io.ts';
import { preview, type PreviewOptions } from './commands/preview.ts';
import { replayCommand, type ReplayCommandOptions } from './commands/replay.ts';
import { addAwsFlags, addSettingsFlags } from './commands/settings-flags.ts';
import { status, type StatusOptions } from './commands/status.ts';
import { InputError, RefusedError, TransientError } from './errors.ts';
import { terminalFor } from './report/terminal.ts';

export const EXIT = { fine: 0, failed: 1, input: 2 } as const;

/** The program, ready to parse; each command gets the world as an argument. */
export function createProgram(io: CommandIo): Command {
  const program = new Command('prewarm')
    .description('Predictive provisioned concurrency for AWS Lambda.')
    .version(VERSION)
    .showHelpAfterError('(prewarm --help lists commands and options)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });

  addSettingsFlags(
    addAwsFlags(
      program
        .command('preview')
        .description('show the forecast, the plan and what would change; writes nothing')
        .option(
          '--metrics <file>',
          'metrics to learn from: CSV or the JSON of `aws cloudwatch get-metric-data`; - is standard input',
        )
        .option('--function <name>', 'the Lambda function, read from CloudWatch')
        .option('--alias <name>', 'its alias')
        .option('--at <time>', 'preview as of this moment (ISO-8601), with only the data before it')
        .option('--json', 'print one JSON object (prewarm/preview/1)'),
    ),
  )
    .addHelpText(
      'after',
      examples(
        'prewarm preview --metrics requests.csv --average-duration-ms 2000',
        'prewarm preview --function my-function --alias live --json',
      ),
    )
    .action((options: PreviewOptions) => preview(options, io));

  addSettingsFlags(
    addAwsFlags(
      program
        .command('replay')
        .description('walk the controller through past data and score its plan and the alternatives request by request')
        .option('--metrics <file>', 'metrics of the past: CSV or JSON as for preview; - is standard input')
        .option('--function <name>', 'the Lambda function, read from CloudWatch')
        .option('--alias <name>', 'its alias')
        .option(
          '--evaluate-from <time>',
          'score from this moment on (ISO-8601); what comes before is history (default: the second half)',
        )
        .option('--json', 'print one JSON object (prewarm/replay/1)'),
    ),
  )
    .addHelpText(
      'after',
      examples(
        'prewarm replay --metrics requests.csv --average-duration-ms 2000 --cold-start-price-usd 0.03',
        'prewarm replay --function my-function --alias live --max-cold-start-rate 0.001 --json',
      ),
    )
    .action((options: ReplayCommandOptions) => replayCommand(options, io));

  addSettingsFlags(
    addAwsFlags(
      program
        .command('apply')
        .description('run one tick that writes the schedule; asks first')
        .requiredOption('--function <name>', 'the Lambda function')
        .requiredOption('--alias <name>', 'its alias')
        .option('--yes', 'write without asking')
        .option('--json', 'print what was decided as JSON (prewarm/preview/1)'),
    ),
  )
    .addHelpText('after', examples('prewarm apply --function my-function --alias live --max-capacity 50'))
    .action((options: ApplyOptions) => apply(options, io));

  addSettingsFlags(
    addAwsFlags(
      program
        .command('doctor')
        .description(
          'check everything around a target and say what to mend; writes nothing; exit code 1 when a check fails',
        )
        .option('--function <name>', 'the Lambda function')
        .option('--alias <name>', 'its alias')
        .option('--json', 'print one JSON object (prewarm/doctor/1)'),
    ),
  )
    .addHelpText('after', examples('prewarm doctor --function my-function --alias live'))
    .action((options: DoctorOptions) => doctor(options, io));

  addSettingsFlags(
    addAwsFlags(
      program
        .command('status')
        .description('show what is scheduled, what fired, what failed, and the forecast against today; writes nothing')
        .option('--function <name>', 'the Lambda function')
        .option('--alias <name>', 'its alias')
        .option('--json', 'print one JSON object (prewarm/status/1)'),
    ),
  )
    .addHelpText('after', examples('prewarm status --function my-function --alias live'))
    .action((options: StatusOptions) => status(options, io));

  addAwsFlags(
    program
      .command('export')
      .description("write an alias's metrics from CloudWatch as CSV")
      .requiredOption('--function <name>', 'the Lambda function')
      .requiredOption('--alias <name>', 'its alias')
      .option('--history-days <number>', 'how many days to read (default: 56)')
      .option('--output <file>', 'write here instead of standard output'),
  )
    .addHelpText(
      'after',
      examples('prewarm export --function my-function --alias live --history-days 14 > metrics.csv'),
    )
    .action((options: ExportOptions) => exportMetrics(options, io));

  addAwsFlags(
    program
      .command('eject')
      .description('take Prewarm away from a target: shows what it would remove, and asks first')
      .option('--function <name>', 'the Lambda function')
      .option('--alias <name>', 'its alias')
      .option('--name-prefix <text>', 'what the names of its scheduled actions begin with (default: prewarm)')
      .option('--min-capacity <number>', 'leave the target registered, with this minimum')
      .option('--max-capacity <number>', 'and this maximum')
      .option('--keep-bounds', 'leave the target registered, with the bounds that are in force')
      .option('--deregister', 'remove the registration with Application Auto Scaling, too')
      .option('--provisioned <keep|delete>', 'what becomes of the provisioned concurrency that nothing manages then')
      .option('--related <file>', "the controller's setting related: take their schedules away, too")
      .option('--yes', 'remove without asking'),
  )
    .addHelpText(
      'after',
      examples(
        'prewarm eject --function my-function --alias live --min-capacity 0 --max-capacity 0',
        'prewarm eject --function my-function --alias live --deregister --provisioned delete',
      ),
    )
    .action((options: EjectOptions) => eject(options, io));

  program
    .command('demo')
    .description('run the built controller for a simulated day against a local AWS, on a real workload')
    .option('--days <number>', 'simulated days (default: 1)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples('prewarm demo', 'prewarm demo --days 3'))
    .action((options: DemoOptions) => demo(options, io));

  return program;
}

const VERSION = '0.1.0';

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

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
