import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ownCostTable } from '../../scripts/own-cost.ts';

/** Rows without the padding that formatting adds. */
const rows = (text: string) =>
  text.split('\n').map((line) => line.replace(/\s+/g, ' ').replace(/-{3,}/g, '---').trim());

describe('docs/operations.md', () => {
  it('states what Prewarm itself costs as `npx tsx scripts/own-cost.ts` computes it', async () => {
    const table = rows(await ownCostTable()).filter((line) => line.startsWith('|'));
    const page = rows(readFileSync('docs/operations.md', 'utf8'));
    expect(table.length).toBeGreaterThan(8);
    expect(table.filter((line) => !page.includes(line))).toEqual([]);
  });

  it('says what to do about every alarm of both templates', () => {
    const page = readFileSync('docs/operations.md', 'utf8');
    const alarms = ['infra/template.yaml', 'infra/attach.yaml'].flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/^\s+(\w+)Alarm:$/gm)].map((match) => match[1]!),
    );
    expect(alarms.length).toBeGreaterThan(10);
    expect(alarms.filter((name) => !page.includes(`\`${name}Alarm\``))).toEqual([]);
  });

  it('names every check of the doctor', () => {
    const page = readFileSync('docs/operations.md', 'utf8');
    const ids = ['alias', 'provisioned', 'target', 'actions', 'concurrency', 'demand', 'access'].flatMap((file) =>
      [...readFileSync(`src/ops/checks/${file}.ts`, 'utf8').matchAll(/verdict\(\s*'([\w-]+)'/g)].map(
        (match) => match[1]!,
      ),
    );
    expect(new Set(ids).size).toBe(30);
    expect(ids.filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
  });
});
