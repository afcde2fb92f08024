/** `prewarm export`: an alias's history from CloudWatch as CSV, for previews without an account. */
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { connectAws } from '../aws/connect.ts';
import { InputError } from '../errors.ts';
import { writeMetricsCsv } from '../input/write-csv.ts';
import { DAY_MS } from '../time.ts';
import { examples } from './examples.ts';
import { type CommandIo, printLine } from './io.ts';
import { addAwsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface ExportOptions extends Record<string, unknown> {
  function?: string;
  alias?: string;
  historyDays?: string;
  output?: string;
  region?: string;
  profile?: string;
}

export function addExport(program: Command, io: CommandIo): void {
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
}

async function exportMetrics(options: ExportOptions, io: CommandIo): Promise<void> {
  const { historyDays } = options;
  const config = configFromFlags(targetFromFlags(options), 'observe', historyDays === undefined ? {} : { historyDays });
  const ports = connectAws({
    mayWrite: false,
    nowMs: io.nowMs,
    ...awsFromFlags(options),
  });
  const nowMs = io.nowMs();
  const reading = await ports.metrics.read(config.target, { fromMs: nowMs - config.historyDays * DAY_MS, toMs: nowMs });
  for (const note of reading.notes) printLine(io.stderr, note);
  const csv = writeMetricsCsv(reading);
  if (options.output === undefined || options.output === '-') io.stdout.write(csv);
  else await save(options.output, csv);
}

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new InputError(`--output ${path} cannot be written: ${(error as Error).message}`);
  }
}
