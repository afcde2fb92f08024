/** `prewarm export`: an alias's history from CloudWatch as CSV, for previews without an account. */
import type { Command } from 'commander';
import { connectAws } from '../aws/connect.ts';
import { writeMetricsCsv } from '../input/write-csv.ts';
import { queueFedSource } from '../related/arrivals.ts';
import { readingTrail } from '../report/trail-text.ts';
import { DAY_MS } from '../time.ts';
import { examples } from './examples.ts';
import type { CommandIo } from './io.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import { addAwsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';
import { writeOutput } from './write-file.ts';

interface ExportOptions extends Record<string, unknown>, OutputOptions {
  function?: string;
  alias?: string;
  historyDays?: string;
  queue?: string;
  api?: string;
  output?: string;
  region?: string;
  profile?: string;
}

export function addExport(program: Command, io: CommandIo): void {
  const command = program
    .command('export')
    .description("write an alias's metrics from CloudWatch as CSV")
    .requiredOption('--function <name>', 'the Lambda function')
    .requiredOption('--alias <name>', 'its alias')
    .option('--history-days <number>', 'how many days to read (default: 56)')
    .option('--queue <file>', 'the SQS queue that feeds it: what was sent counts as demand, see docs/related.md')
    .option('--api <file>', 'the API Gateway API in front of it, see docs/related.md')
    .option('--output <file>', 'write here instead of standard output; the file is replaced only when all is read');
  addAwsFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm export --function my-function --alias live --history-days 14 > metrics.csv',
        'prewarm export --function my-function --alias live --output metrics.csv',
      ),
    )
    .action((options: ExportOptions) => exportMetrics(options, io));
}

async function exportMetrics(options: ExportOptions, io: CommandIo): Promise<void> {
  const { historyDays, queue, api } = options;
  const output = outputFor(options, io);
  const config = configFromFlags(targetFromFlags(options), 'observe', { historyDays, queue, api });
  const ports = connectAws({ mayWrite: false, nowMs: io.nowMs, ...awsFromFlags(options) });
  const metrics = queueFedSource(ports.metrics, ports.arrivals, config);
  const nowMs = io.nowMs();
  const range = { fromMs: nowMs - config.historyDays * DAY_MS, toMs: nowMs };
  const reading = await output.progress('reading metrics', () => metrics.read(config.target, range));
  for (const note of reading.notes) output.say(note);
  output.detail(() => readingTrail(reading));
  const content = writeMetricsCsv(reading);
  if (options.output === undefined || options.output === '-') io.stdout.write(content);
  else await writeOutput({ flag: '--output', path: options.output, content }, io);
}
