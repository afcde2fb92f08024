/** Configuration from environment variables: `PREWARM_` and the setting's name in capitals. */
import type * as z from 'zod';
import {
  type FieldName,
  LOG_LEVELS,
  parseControllerConfig,
  settingsFaults,
  settingsSchema,
  type TargetConfig,
} from './config.ts';
import { InputError } from './errors.ts';
import { didYouMean } from './suggest.ts';

const PREFIX = 'PREWARM_';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `leadTimeSeconds` -> `PREWARM_LEAD_TIME_SECONDS`. */
export function environmentName(setting: string): string {
  return PREFIX + setting.replace(/([A-Z])/g, '_$1').toUpperCase();
}

const SETTING_OF_VARIABLE = new Map(
  Object.keys(settingsSchema.shape).map((setting) => [environmentName(setting), setting]),
);
const OTHER_VARIABLES = ['PREWARM_TARGETS', 'PREWARM_LOG_LEVEL'];

/** The level of the controller's own log; `info` unless PREWARM_LOG_LEVEL says otherwise. */
export function logLevelFromEnv(env: Environment): string {
  const level = env.PREWARM_LOG_LEVEL?.trim().toLowerCase();
  return level !== undefined && (LOG_LEVELS as readonly string[]).includes(level) ? level : 'info';
}

/**
 * Reads PREWARM_TARGETS (`function:alias`, comma separated, or a JSON list of objects with overrides) and one variable
 * per setting, JSON where the setting is a list or an object. An empty variable counts as absent; prices are those of
 * AWS_REGION unless PREWARM_REGION says otherwise. Throws InputError that lists every fault with name, value and fix.
 */
export function configFromEnv(env: Environment): readonly TargetConfig[] {
  const faults = unknownVariables(env);
  const level = env.PREWARM_LOG_LEVEL?.trim();
  if (level && !(LOG_LEVELS as readonly string[]).includes(level.toLowerCase())) {
    faults.push(`PREWARM_LOG_LEVEL = ${JSON.stringify(level)}: must be one of ${LOG_LEVELS.join(', ')}`);
  }
  const { given, broken } = settingsFrom(env);
  faults.push(...broken);
  const targets = reading(() => targetsFrom(env.PREWARM_TARGETS), faults);
  const nameOf = namesInEnv(env, { ...given, targets });
  try {
    if (targets === undefined) throw new InputError(settingsFaults(given, nameOf));
    const configs = parseControllerConfig(targets, given, nameOf);
    if (faults.length === 0) return configs;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...withSuggestions(error, environmentName).faults);
  }
  throw new InputError(faults);
}

/** The faults, with the nearest word for each setting that is given a wrong one: `nameOf` says how settings are called in them. */
export function withSuggestions(error: InputError, nameOf: (setting: string) => string): InputError {
  const known = new Map(
    Object.entries(settingsSchema.shape).map(([setting, field]) => [nameOf(setting), wordsFor(setting, field)]),
  );
  return new InputError(
    error.faults.map((fault) => {
      const [, name = '', value = ''] = /^(\S+) = "([^"]*)": /.exec(fault) ?? [];
      return fault + didYouMean(value, known.get(name) ?? []);
    }),
  );
}

/** What a setting may be, where these are words. */
function wordsFor(setting: string, field: z.ZodType): readonly string[] {
  if (setting === 'timeZone') return Intl.supportedValuesOf('timeZone');
  return choicesOf(field) ?? [];
}

/** The few words that a setting may be; null where it may be anything else. */
export function choicesOf(field: z.ZodType): readonly string[] | null {
  const inner = unwrapped(field);
  return inner.type === 'enum' ? (inner as z.ZodEnum).options.map(String) : null;
}

/** What `read` gives; undefined, and a fault more, where the text cannot be read at all. */
function reading(read: () => unknown, faults: string[]): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !SETTING_OF_VARIABLE.has(name) && !OTHER_VARIABLES.includes(name))
    .map((name) => {
      const known = [...OTHER_VARIABLES, ...SETTING_OF_VARIABLE.keys()];
      return `${name} is not a setting that Prewarm knows${didYouMean(name, known)}; known are ${known.join(', ')}`;
    });
}

function settingsFrom(env: Environment): { given: Record<string, unknown>; broken: string[] } {
  const given: Record<string, unknown> = {};
  const broken: string[] = [];
  for (const [variable, setting] of SETTING_OF_VARIABLE) {
    const text = env[variable]?.trim();
    const field = settingsSchema.shape[setting as keyof typeof settingsSchema.shape];
    if (!text) continue;
    const value = reading(() => (isNumeric(field) ? asNumber(text) : fromText(field, text, variable)), broken);
    if (value !== undefined) given[setting] = value;
  }
  if (given.region === undefined && isRegion(env.AWS_REGION)) given.region = env.AWS_REGION;
  return { given, broken };
}

function isRegion(text: string | undefined): boolean {
  return settingsSchema.shape.region.safeParse(text).success;
}

/** The value of a setting that is no number: text, or JSON where the setting is a list or an object. Throws InputError. */
export function fromText(field: z.ZodType, text: string, name: string): unknown {
  return isStructured(field) && /^[[{]/.test(text) ? parseJson(text, name) : text;
}

export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`${name}: is not valid JSON (${(error as Error).message})`);
  }
}

/** A number where the text is one, else the text itself, which the schema then refuses by name and value. */
function asNumber(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;
}

export function isNumeric(field: z.ZodType): boolean {
  return innerType(field) === 'number';
}

/** True for a list or an object, written as JSON. */
export function isStructured(field: z.ZodType): boolean {
  return ['array', 'object', 'pipe'].includes(innerType(field));
}

function innerType(field: z.ZodType): string {
  return unwrapped(field).type;
}

function unwrapped(field: z.ZodType): z.ZodType {
  let inner = field;
  while (inner.type === 'default' || inner.type === 'optional') {
    inner = (inner as z.ZodDefault<z.ZodType> | z.ZodOptional<z.ZodType>).def.innerType;
  }
  return inner;
}

function targetsFrom(text: string | undefined): unknown {
  const trimmed = text?.trim() ?? '';
  if (/^[[{]/.test(trimmed)) return parseJson(trimmed, 'PREWARM_TARGETS');
  return trimmed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.lastIndexOf(':');
      return colon < 0
        ? { functionName: part, alias: '' }
        : { functionName: part.slice(0, colon).trim(), alias: part.slice(colon + 1).trim() };
    });
}

/** `PREWARM_CALENDAR.0.like` and what it is; a variable on its own is shown as it was written. */
function namesInEnv(env: Environment, read: Record<string, unknown>): FieldName {
  return (path) => {
    const [setting = '', ...rest] = path.map(String);
    const variable = setting === 'targets' ? 'PREWARM_TARGETS' : environmentName(setting);
    const value = read[setting];
    return rest.length === 0 || typeof value !== 'object'
      ? { name: variable, value: env[variable] }
      : { name: [variable, ...rest].join('.'), value: valueAt(value, rest) };
  };
}

/** The part of a value that a path leads to, as far as it goes: the schema reads some texts as lists. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : part),
    value,
  );
}
