import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { calendarSchema, holidaysSchema } from '../../src/config-calendar.ts';
import { HOLIDAY_YEARS } from '../../src/holiday-table.ts';

const page = readFileSync('docs/calendar.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    (match) => JSON.parse(match[1]!) as unknown,
  );

it('shows examples that are accepted', () => {
  expect(blocks('json').map((block) => calendarSchema.parse(block).length)).toEqual([6]);
  expect(blocks('json holidays').map((block) => holidaysSchema.parse(block).country)).toEqual(['US']);
});

it('names the years of the holiday table', () => {
  expect(page).toContain(`${HOLIDAY_YEARS.first} to ${HOLIDAY_YEARS.last}`);
});
