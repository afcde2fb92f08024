/** Command line flags from the configuration schema, so that flags, environment variables and docs cannot differ. */
import { type Command, Option } from 'commander';
import { isNumeric } from '../config-env.ts';
import { type FieldName, parseTargetConfig, settingsSchema, type TargetConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import type { Target } from '../model.ts';

/** The mode is the command's own: preview observes, apply acts. */
const FLAG_SETTINGS = Object.entries(settingsSchema.shape).filter(([name]) => name !== 'mode');

/** `leadTimeSeconds` -> `--lead-time-seconds`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/([A-Z])/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function addSettingsFlags(command: Command): Command {
  for (const [name, field] of FLAG_SETTINGS) {
    const placeholder = isNumeric(field) ? '<number>' : name === 'scalingMode' ? '<pin|floor>' : '<text>';
    const byDefault = field.safeParse(undefined).data;
    const suffix = byDefault === undefined ? '' : ` (default: ${byDefault})`;
    command.addOption(
      new Option(`${flagName(name)} ${placeholder}`, `${field.description ?? ''}${suffix}`.replaceAll('`', '')),
    );
  }
  return command;
}

/** Options every command that talks to AWS has. */
export function addAwsFlags(command: Command): Command {
  return command
    .option('--region <region>', 'AWS Region; otherwise AWS_REGION or the profile says')
    .option('--profile <name>', 'profile of the shared AWS configuration files');
}

/** Where to find AWS, as far as the flags say. */
export function awsFromFlags({ region, profile }: { region?: string; profile?: string }): {
  region?: string;
  profile?: string;
} {
  return { ...(region === undefined ? {} : { region }), ...(profile === undefined ? {} : { profile }) };
}

/** The flags that a command was given, as the configuration of one target. Throws InputError naming each flag at fault. */
export function configFromFlags(
  target: Target,
  mode: 'observe' | 'act',
  options: Record<string, unknown>,
): TargetConfig {
  const given: Record<string, unknown> = { mode };
  for (const [name, field] of FLAG_SETTINGS) {
    const text = options[name];
    if (typeof text !== 'string') continue;
    given[name] = isNumeric(field) && text.trim() !== '' ? numberOrText(text) : text;
  }
  const nameOf: FieldName = (path) => {
    const field = String(path[0]);
    if (field === 'functionName' || field === 'alias') {
      return { name: field === 'alias' ? '--alias' : '--function', value: target[field] };
    }
    return { name: flagName(field), value: options[field] };
  };
  return parseTargetConfig(target, given, nameOf);
}

function numberOrText(text: string): number | string {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

/** The alias named by --function and --alias. */
export function targetFromFlags(options: { function?: string; alias?: string }): Target {
  if (!options.function)
    throw new InputError('--function is missing: name the Lambda function, e.g. --function my-function --alias live');
  if (!options.alias)
    throw new InputError(
      '--alias is missing: name the alias to scale, e.g. --alias live (provisioned concurrency does not exist for $LATEST)',
    );
  return { functionName: options.function, alias: options.alias };
}
