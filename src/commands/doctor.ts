/** `prewarm doctor`: everything that can be wrong around a target, looked at and told. It holds no client that can write. */
import type { Command } from 'commander';
import type { TargetConfig } from '../config.ts';
import type { Target } from '../model.ts';
import { examine, worstOf } from '../ops/doctor.ts';
import { doctorJson, doctorText } from '../ops/doctor-report.ts';
import { terminalFor } from '../report/terminal.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError, printLine } from './io.ts';
import { observeTarget } from './observe-target.ts';
import { addAwsFlags, addSettingsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface DoctorOptions extends Record<string, unknown> {
  function?: string;
  alias?: string;
  json?: boolean;
  region?: string;
  profile?: string;
}

export function addDoctor(program: Command, io: CommandIo): void {
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
}

async function doctor(options: DoctorOptions, io: CommandIo): Promise<void> {
  const target = targetFromFlags(options);
  const config = configOf(target, options);
  const nowMs = io.nowMs();
  const observed = await observeTarget(config, awsFromFlags(options), io.nowMs);
  const checks = examine({ ...observed, config, nowMs });
  const report = { target, region: observed.facts.region, nowMs, checks };
  printLine(
    io.stdout,
    options.json ? JSON.stringify(doctorJson(report)) : doctorText(report, terminalFor(io.stdout, io.env)),
  );
  const failed = checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
  if (worstOf(checks) === 'fail') throw new NotDoneError(`failed: ${failed.join(', ')}`);
}

/** The settings of the flags; an alias that cannot be one is for the checks to tell. */
function configOf(target: Target, options: DoctorOptions): TargetConfig {
  const odd = /^(\$LATEST|\d+)$/.test(target.alias);
  const config = configFromFlags(odd ? { ...target, alias: 'live' } : target, 'observe', options);
  return odd ? { ...config, target } : config;
}
