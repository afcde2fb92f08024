/** docs/configuration.md: every setting with its names, unit, bounds, default, an example and what it means. */
import * as z from 'zod';
import { flagName } from '../src/commands/settings-flags.ts';
import { environmentName } from '../src/config-env.ts';
import { LOG_LEVELS, settingsSchema } from '../src/config.ts';

interface JsonField {
  enum?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  default?: string | number | unknown[];
  description?: string;
}

/** A value for each setting as it is written in its environment variable. */
export const EXAMPLES: Readonly<Record<keyof typeof settingsSchema.shape, string>> = {
  mode: 'act',
  minCapacity: '2',
  maxCapacity: '50',
  horizonHours: '36',
  historyDays: '28',
  leadTimeSeconds: '300',
  maxActions: '150',
  scalingMode: 'floor',
  namePrefix: 'prewarm-eu',
  coldStartPriceUsd: '0.1',
  maxColdStartRate: '0.001',
  monthlyBudgetUsd: '250',
  coldStartMs: '8000',
  idleTimeoutSeconds: '420',
  memoryMb: '3008',
  architecture: 'arm64',
  averageDurationMs: '2000',
  region: 'eu-west-1',
  prices: '{"provisionedGbSecondUsd":0.0000036667}',
  timeZone: 'Europe/Berlin',
  calendar: '[{"name":"launch","date":"2026-12-01","time":"09:00-12:00","level":120}]',
  holidays: 'DE-BY',
  related:
    '[{"namespace":"ecs","resourceId":"service/main/features","scalableDimension":"ecs:service:DesiredCount","unitsPerConcurrentExecution":0.1,"minCapacity":2,"maxCapacity":20}]',
  queue: '{"name":"jobs","batchSize":10}',
  api: '{"name":"jobs-api","stage":"live"}',
  eventSource: '{"uuid":"12345678-1234-1234-1234-123456789abc","min":10,"max":500}',
};

/** By the end of a setting's name. */
const UNITS: readonly [ending: string, unit: string][] = [
  ['Seconds', 's'],
  ['Ms', 'ms'],
  ['Hours', 'h'],
  ['Days', 'd'],
  ['Usd', 'USD'],
  ['Mb', 'MB'],
  ['Rate', 'share'],
  ['Capacity', 'environments'],
  ['Actions', 'actions'],
];

/** What the schema's JSON form does not show. */
const ALLOWED: Readonly<Record<string, string>> = {
  region: 'a Region',
  prices: '`onDemandGbSecondUsd`, `provisionedGbSecondUsd`, `provisionedDurationGbSecondUsd`, `requestUsd`',
  timeZone: 'an IANA name',
  calendar: 'a list of [events](calendar.md)',
  holidays: 'a country, with its state, or an [object](calendar.md)',
  related: 'a list of [neighbours](related.md)',
  queue: '`name`, `batchSize`',
  api: '`name` or `id`, `stage`',
  eventSource: '`uuid`, `min`, `max`, `unitsPerConcurrentExecution`',
};

function allowed(name: string, field: JsonField): string {
  if (ALLOWED[name] !== undefined) return ALLOWED[name];
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(' or ');
  if (field.pattern !== undefined) return `\`${field.pattern}\``;
  const low = field.minimum ?? field.exclusiveMinimum;
  return `${field.exclusiveMinimum === undefined ? '' : 'above '}${low ?? ''}${field.maximum === undefined ? '' : ` to ${field.maximum}`}`;
}

function rowOf(name: string, field: JsonField): string {
  const byDefault = field.default === undefined || typeof field.default === 'object' ? '' : `\`${field.default}\``;
  const flag = name === 'mode' ? '' : `<br>\`${flagName(name)}\``;
  const unit = UNITS.find(([ending]) => name.endsWith(ending))?.[1] ?? '';
  const example = EXAMPLES[name as keyof typeof EXAMPLES];
  const cells = [`\`${name}\``, `\`${environmentName(name)}\`${flag}`, unit, allowed(name, field), byDefault];
  return `| ${[...cells, `\`${example}\``, field.description ?? ''].join(' | ')} |`;
}

export function configurationPage(command: string): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' }) as {
    properties?: Record<string, JsonField>;
  };
  const rows = Object.entries(properties).map(([name, field]) => rowOf(name, field));
  return `<!-- Generated from src/config.ts by \`${command}\`. -->

# Configuration

The controller is configured by environment variables, the command line by flags of the same names (\`preview\` observes and
\`apply\` acts, whatever the mode). The templates have a parameter for most of them: \`MaxCapacity\` for \`maxCapacity\`. A wrong value stops at
the edge, with every fault listed. Lists and objects are JSON: in the variable, in the flag, or in a file that the flag names. There is nothing to tune: objective, limits and assumptions
are all there is.

\`PREWARM_TARGETS\` names what is scaled: \`function:alias\`, comma separated, or a JSON list of objects with \`functionName\`,
\`alias\` and any of the settings below as that target's own ([ten functions](../examples/ten-functions/README.md)). \`PREWARM_LOG_LEVEL\` is one
of ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.

| setting | variable and flag | unit | allowed | default | example | meaning |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
