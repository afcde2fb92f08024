/** `prewarm doctor`: everything that can be wrong around a target, looked at and told. It holds no client that can write. */
import type { Command } from 'commander';
import type { TargetConfig } from '../config.ts';
import type { Target } from '../model.ts';
import { examine, worstOf } from '../ops/doctor.ts';
import { doctorJson, doctorText } from '../ops/doctor-report.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import { observeTarget } from './observe-target.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import { addAwsFlags, addSettingsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface DoctorOptions extends Record<string, unknown>, OutputOptions {
  function?: string;
  alias?: string;
  json?: boolean;
  region?: string;
  profile?: string;
}

export function addDoctor(program: Command, io: CommandIo): void {
  const command = program
    .command('doctor')
    .description(
      'check everything around a target and say what to mend; writes nothing; exit code 1 when a check fails',
    )
    .option('--function <name>', 'the Lambda function')
    .option('--alias <name>', 'its alias');
  addOutputFlags(command).option('--json', 'print one JSON object (prewarm/doctor/1)');
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm doctor --function my-function --alias live',
        'prewarm doctor --function my-function --alias live --region eu-west-1 --json',
      ),
    )
    .action((options: DoctorOptions) => doctor(options, io));
}

async function doctor(options: DoctorOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const target = targetFromFlags(options);
  const config = configOf(target, options);
  const nowMs = io.nowMs();
  const observed = await output.progress('doctor', (progress) =>
    observeTarget(config, { ...awsFromFlags(options), now: io.nowMs, output, progress }),
  );
  const checks = examine({ ...observed, config, nowMs });
  const report = { target, region: observed.facts.region, nowMs, checks };
  if (options.json) output.json(doctorJson(report));
  else output.print(doctorText(report, output.terminal));
  const failed = checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
  if (worstOf(checks) === 'fail') throw new NotDoneError(`failed: ${failed.join(', ')}`);
}

/** The settings of the flags; an alias that cannot be one is for the checks to tell. */
function configOf(target: Target, options: DoctorOptions): TargetConfig {
  const odd = /^(\$LATEST|\d+)$/.test(target.alias);
  const config = configFromFlags(odd ? { ...target, alias: 'live' } : target, 'observe', options);
  return odd ? { ...config, target } : config;
}
