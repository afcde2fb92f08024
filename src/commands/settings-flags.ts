/** Command line flags from the configuration schema, so that flags, environment variables and docs cannot differ. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type * as z from 'zod';
import { choicesOf, fromText, isNumeric, isStructured, parseJson, valueAt, withSuggestions } from '../config-env.ts';
import { type FieldName, parseTargetConfig, settingsSchema, type TargetConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import type { Target } from '../model.ts';

/** The mode is the command's own: preview observes, apply acts. */
const FLAG_SETTINGS: [string, z.ZodType][] = Object.entries(settingsSchema.shape).filter(([name]) => name !== 'mode');

/** A setting that is also where AWS is found: see addAwsFlags. */
const AWS_FLAG = 'region';

/** `leadTimeSeconds` -> `--lead-time-seconds`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/([A-Z])/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const SETTINGS_GROUP = 'Settings (docs/configuration.md says more):';

export function addSettingsFlags(command: Command): Command {
  command.optionsGroup(SETTINGS_GROUP);
  for (const [name, field] of FLAG_SETTINGS) {
    if (name === AWS_FLAG) continue;
    const byDefault = isStructured(field)
      ? undefined
      : (field.safeParse(undefined).data as string | number | undefined);
    const suffix = byDefault === undefined ? '' : ` (default: ${byDefault})`;
    const description = `${field.description ?? ''}${suffix}`.replaceAll('`', '').replace(/\[.*\]\((.*)\)/, 'docs/$1');
    const remark = name === 'timeZone' ? '; how times are shown is --timezone' : '';
    command.addOption(
      new Option(
        `${flagName(name)} ${placeholderOf(name, field)}`,
        description.replace(/\.?( \(default|$)/, `${remark}$1`),
      ),
    );
  }
  return command;
}

function placeholderOf(name: string, field: z.ZodType): string {
  if (isNumeric(field)) return '<number>';
  if (name === 'holidays') return '<place>';
  if (isStructured(field)) return '<file>';
  const choices = choicesOf(field);
  return choices ? `<${choices.join('|')}>` : name === 'timeZone' ? '<zone>' : '<text>';
}

/** Options every command that talks to AWS has. */
export function addAwsFlags(command: Command): Command {
  return command
    .optionsGroup('AWS:')
    .addOption(
      new Option('--region <region>', 'AWS Region, for its prices, too; otherwise the profile says').env('AWS_REGION'),
    )
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
    if (isNumeric(field)) given[name] = text.trim() === '' ? text : numberOrText(text);
    else given[name] = isStructured(field) ? structured(name, field, text.trim()) : text;
  }
  const nameOf: FieldName = (path) => {
    const field = String(path[0]);
    if (field === 'functionName' || field === 'alias') {
      return { name: field === 'alias' ? '--alias' : '--function', value: target[field] };
    }
    const [, ...rest] = path.map(String);
    return rest.length === 0 || typeof given[field] !== 'object'
      ? { name: flagName(field), value: options[field] }
      : { name: [flagName(field), ...rest].join('.'), value: valueAt(given[field], rest) };
  };
  try {
    return parseTargetConfig(target, given, nameOf);
  } catch (error) {
    throw error instanceof InputError ? withSuggestions(error, flagName) : error;
  }
}

const PLACE = /^[A-Za-z]{2}(?:-[A-Za-z0-9]+)*$/;

/** JSON in the flag itself or in the file that it names; holidays also as a place, `DE-BY`. */
function structured(name: string, field: z.ZodType, text: string): unknown {
  if (/^[[{]/.test(text) || (name === 'holidays' && PLACE.test(text))) return fromText(field, text, flagName(name));
  let content: string;
  try {
    content = readFileSync(text, 'utf8');
  } catch (error) {
    throw new InputError(`${flagName(name)} = ${JSON.stringify(text)}: cannot be read (${(error as Error).message})`);
  }
  const source = `${flagName(name)} = ${JSON.stringify(text)}`;
  const written = content.replace(/^\uFEFF/, '').trim();
  return name === 'holidays' ? fromText(field, written, source) : parseJson(written, source);
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

/** Metrics come from a file or from CloudWatch: what else is given would be ignored. */
export function checkOneSource(options: { metrics?: string; function?: string; alias?: string }): void {
  const others = (['function', 'alias'] as const).filter((name) => options[name] !== undefined);
  if (options.metrics === undefined || others.length === 0) return;
  throw new InputError(
    `--metrics and ${others.map((name) => `--${name}`).join(', ')} exclude each other: metrics are read from a file, or from CloudWatch`,
  );
}
