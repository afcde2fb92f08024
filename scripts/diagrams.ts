/** Draws docs/images/*.svg: `npx tsx scripts/diagrams.ts`. From a trace of data/traces and the command line as it is; no network. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dayDiagram, frontierDiagram, morningDiagram } from './diagrams/charts.ts';
import { measure } from './diagrams/measured.ts';
import { tickDiagram } from './diagrams/tick.ts';

/** File names and contents. */
export async function diagrams(): Promise<Record<string, string>> {
  const measured = await measure();
  return {
    'tick.svg': tickDiagram(),
    'day.svg': dayDiagram(measured),
    'morning.svg': morningDiagram(measured),
    'frontier.svg': frontierDiagram(measured),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../docs/images', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, svg] of Object.entries(await diagrams())) writeFileSync(`${folder}/${name}`, svg);
}
