/** Writes the pages that are generated from schemas: docs/configuration.md and docs/json-output.md. A test holds them fresh. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { cliPage } from './docs-cli.ts';
import { configurationPage } from './docs-configuration.ts';
import { doctorSchema } from '../src/ops/doctor-report.ts';
import { statusSchema } from '../src/ops/status-report.ts';
import { previewSchema } from '../src/report/preview-json.ts';
import { rankSchema } from '../src/report/rank-json.ts';
import { replaySchema } from '../src/report/replay-json.ts';

const COMMAND = 'npm run docs';

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
  'docs/configuration.md': () => configurationPage(COMMAND),
  'docs/json-output.md': jsonOutputPage,
  'docs/cli.md': cliPage,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, page] of Object.entries(PAGES))
    writeFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), page());
}
