/** docs/images/*.svg are what scripts/diagrams.ts draws, and say what they show. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { diagrams } from '../../scripts/diagrams.ts';
import { STEPS } from '../../scripts/diagrams/tick.ts';

/** Numbers move a little with each change of the forecast or the controller; what is drawn, and by which kind of policy, does not. */
const shape = (svg: string) => svg.replace(/points="[^"]*"/g, 'points').replace(/\d+(\.\d+)?/g, '#');

describe('the diagrams', () => {
  let drawn: Record<string, string>;
  beforeAll(async () => {
    drawn = await diagrams();
  });

  it.each(['tick.svg', 'day.svg', 'morning.svg', 'frontier.svg'])(
    '%s is fresh: npx tsx scripts/diagrams.ts',
    (name) => {
      const committed = readFileSync(`docs/images/${name}`, 'utf8');
      if (name === 'tick.svg') expect(committed).toBe(drawn[name]);
      else expect(uniqueLines(shape(committed))).toEqual(uniqueLines(shape(drawn[name]!)));
    },
  );

  it.each(['tick.svg', 'day.svg', 'morning.svg', 'frontier.svg'])('%s is complete and inert', (name) => {
    const svg = drawn[name]!;
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox/);
    expect(svg).toMatch(/<title id="title">.+<\/title>\n<desc id="says">.+<\/desc>/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<script|href|url\(/);
    expect(svg.length).toBeLessThan(60_000);
  });

  it('tick.svg names folders and types that are there', () => {
    const model = readFileSync('src/model.ts', 'utf8') + readFileSync('src/controller/tick.ts', 'utf8');
    for (const { folder, makes } of STEPS) {
      expect(existsSync(folder), folder).toBe(true);
      expect(model).toContain(`interface ${makes} `);
    }
  });
});

const uniqueLines = (text: string) => [...new Set(text.split('\n'))].sort();
