/** Configuration from environment variables: `PREWARM_` and the setting's name in capitals. */
import type * as z from 'zod';
import { LOG_LEVELS, parseControllerConfig, settingsSchema, type TargetConfig } from './config.ts';
import { InputError } from './errors.ts';

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
 * per setting. An empty variable counts as absent. Throws InputError that lists every fault with name, value and fix.
 */
export function configFromEnv(env: Environment): readonly TargetConfig[] {
  const faults = unknownVariables(env);
  const level = env.PREWARM_LOG_LEVEL?.trim();
  if (level && !(LOG_LEVELS as readonly string[]).includes(level.toLowerCase())) {
    faults.push(`PREWARM_LOG_LEVEL = ${JSON.stringify(level)}: must be one of ${LOG_LEVELS.join(', ')}`);
  }
  try {
    const configs = parseControllerConfig(targetsFrom(env.PREWARM_TARGETS), settingsFrom(env), (path) =>
      nameInEnv(env, path),
    );
    if (faults.length === 0) return configs;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
  }
  throw new InputError(faults);
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !SETTING_OF_VARIABLE.has(name) && !OTHER_VARIABLES.includes(name))
    .map(
      (name) =>
        `${name} is not a setting that Prewarm knows; known are ${[...OTHER_VARIABLES, ...SETTING_OF_VARIABLE.keys()].join(', ')}`,
    );
}

function settingsFrom(env: Environment): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [variable, setting] of SETTING_OF_VARIABLE) {
    const text = env[variable]?.trim();
    if (text)
      given[setting] = isNumeric(settingsSchema.shape[setting as keyof typeof settingsSchema.shape])
        ? asNumber(text)
        : text;
  }
  return given;
}

/** A number where the text is one, else the text itself, which the schema then refuses by name and value. */
function asNumber(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;
}

export function isNumeric(field: z.ZodType): boolean {
  let inner = field;
  while (inner.type === 'default' || inner.type === 'optional') {
    inner = (inner as z.ZodDefault<z.ZodType> | z.ZodOptional<z.ZodType>).def.innerType;
  }
  return inner.type === 'number';
}

function targetsFrom(text: string | undefined): unknown {
  const trimmed = text?.trim() ?? '';
  if (trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch (error) {
      throw new InputError(`PREWARM_TARGETS: is not valid JSON (${(error as Error).message})`);
    }
  }
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

function nameInEnv(env: Environment, path: readonly PropertyKey[]): { name: string; value: unknown } {
  const [head, ...rest] = path.map(String);
  if (head === 'targets')
    return { name: ['PREWARM_TARGETS', ...rest].join('.'), value: env.PREWARM_TARGETS ?? undefined };
  const name = environmentName(head ?? '');
  return { name, value: env[name] };
}
