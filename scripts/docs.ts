/** Writes the pages that are generated from schemas: docs/configuration.md and docs/json-output.md. A test holds them fresh. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { cliPage } from './docs-cli.ts';
import { environmentName } from '../src/config-env.ts';
import { LOG_LEVELS, settingsSchema } from '../src/config.ts';
import { flagName } from '../src/commands/settings-flags.ts';
import { doctorSchema } from '../src/ops/doctor-report.ts';
import { statusSchema } from '../src/ops/status-report.ts';
import { previewSchema } from '../src/report/preview-json.ts';
import { rankSchema } from '../src/report/rank-json.ts';
import { replaySchema } from '../src/report/replay-json.ts';

const COMMAND = 'npm run docs';

interface JsonField {
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  default?: string | number | unknown[];
  description?: string;
}

/** Every setting with its three names, bounds, default and meaning. */
export function configurationPage(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' }) as {
    properties?: Record<string, JsonField>;
  };
  const rows = Object.entries(properties).map(([name, field]) => {
    const byDefault = field.default === undefined || typeof field.default === 'object' ? '' : `\`${field.default}\``;
    const flag = name === 'mode' ? 'preview observes, apply acts' : `\`${flagName(name)}\``;
    return `| \`${name}\` | \`${environmentName(name)}\` | ${flag} | ${allowed(name, field)} | ${byDefault} | ${field.description ?? ''} |`;
  });
  return `<!-- Generated from src/config.ts by \`${COMMAND}\`. -->

# Configuration

The controller is configured by environment variables, the command line by flags of the same names. A wrong value stops
at the edge, with every fault listed. Lists and objects are JSON: in the variable, in the flag, or in a file that the flag names. There is nothing to tune: objective, limits and assumptions are all there is.

\`PREWARM_TARGETS\` names what is scaled: \`function:alias\`, comma separated, or a JSON list of objects with \`functionName\`,
\`alias\` and any of the settings below as that target's own. \`PREWARM_LOG_LEVEL\` is one of ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.

| setting | environment variable | flag | allowed | default | meaning |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** What the schema's JSON form does not show. */
const ALLOWED: Readonly<Record<string, string>> = {
  region: 'a Region such as `eu-west-1`',
  prices: '`onDemandGbSecondUsd`, `provisionedGbSecondUsd`, `provisionedDurationGbSecondUsd`, `requestUsd`',
  timeZone: 'an IANA name such as `Europe/Berlin`',
  calendar: 'a list of [events](calendar.md)',
  holidays: '`DE`, `DE-BY`, or an [object](calendar.md)',
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

/** What each command prints with `--json`. */
const DOCUMENTS: { name: string; commands: string; schema: z.ZodType; exported: string; path: string }[] = [
  {
    name: 'prewarm/preview/1',
    commands: '`prewarm preview --json` and `prewarm apply --json` print',
    schema: previewSchema,
    exported: 'previewSchema',
    path: 'src/report/preview-json.ts',
  },
  {
    name: 'prewarm/replay/1',
    commands: '`prewarm replay --json` prints',
    schema: replaySchema,
    exported: 'replaySchema',
    path: 'src/report/replay-json.ts',
  },
  {
    name: 'prewarm/rank/1',
    commands: '`prewarm rank --json` prints',
    schema: rankSchema,
    exported: 'rankSchema',
    path: 'src/report/rank-json.ts',
  },
  {
    name: 'prewarm/doctor/1',
    commands: '`prewarm doctor --json` prints',
    schema: doctorSchema,
    exported: 'doctorSchema',
    path: 'src/ops/doctor-report.ts',
  },
  {
    name: 'prewarm/status/1',
    commands: '`prewarm status --json` prints',
    schema: statusSchema,
    exported: 'statusSchema',
    path: 'src/ops/status-report.ts',
  },
];

/** The JSON schemas of DOCUMENTS. */
export function jsonOutputPage(): string {
  const sections = DOCUMENTS.map(
    ({ name, commands, schema, exported, path }) => `## \`${name}\`

${commands} one object. The zod schema is \`${exported}\` in \`${path}\`.

\`\`\`json
${JSON.stringify(z.toJSONSchema(schema), null, 2)}
\`\`\`
`,
  );
  return `<!-- Generated from ${DOCUMENTS.map(({ path }) => path).join(', ')} by \`${COMMAND}\`. -->

# JSON output

Times are ISO-8601 in UTC, concurrency is in concurrent executions, a slot is five minutes. A field may be added in version 1,
none is removed or changes its meaning. \`prewarm report FILE.json\` makes an HTML page of a preview or a replay.

${sections.join('\n')}`;
}

export const PAGES = {
  'docs/configuration.md': configurationPage,
  'docs/json-output.md': jsonOutputPage,
  'docs/cli.md': cliPage,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, page] of Object.entries(PAGES))
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), page());
}
