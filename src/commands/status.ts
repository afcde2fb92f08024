/** `prewarm status`: what is scheduled, what fired, what failed, and the forecast against today. It holds no client that can write. */
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { statusJson, statusText } from '../ops/status-report.ts';
import { statusOf } from '../ops/status.ts';
import { examples } from './examples.ts';
import type { CommandIo } from './io.ts';
import { observeTarget } from './observe-target.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import { addAwsFlags, addSettingsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface StatusOptions extends Record<string, unknown>, OutputOptions {
  function?: string;
  alias?: string;
  json?: boolean;
  region?: string;
  profile?: string;
}

export function addStatus(program: Command, io: CommandIo): void {
  const command = program
    .command('status')
    .description('show what is scheduled, what fired, what failed, and the forecast against today; writes nothing')
    .option('--function <name>', 'the Lambda function')
    .option('--alias <name>', 'its alias');
  addOutputFlags(command).option('--json', 'print one JSON object (prewarm/status/1)');
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm status --function my-function --alias live',
        'prewarm status --function my-function --alias live --region eu-west-1 --json',
      ),
    )
    .action((options: StatusOptions) => status(options, io));
}

async function status(options: StatusOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const config = configFromFlags(targetFromFlags(options), 'observe', options);
  const nowMs = io.nowMs();
  const observed = await output.progress('status', (progress) =>
    observeTarget(config, { ...awsFromFlags(options), now: io.nowMs, output, progress }),
  );
  const { facts } = observed;
  if (facts.alias.known && facts.alias.value === null) {
    throw new InputError(
      `There is no alias "${config.target.alias}" of function "${config.target.functionName}" in ${facts.region}: prewarm doctor says what there is.`,
    );
  }
  const report = statusOf(observed, config, nowMs);
  if (options.json) output.json(statusJson(report));
  else output.print(statusText(report, output.terminal));
}
