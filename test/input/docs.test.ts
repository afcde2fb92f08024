import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CSV_COLUMNS } from '../../src/input/columns.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';

const page = readFileSync('docs/metrics-files.md', 'utf8');

it.each(['csv', 'json'])('the %s example of docs/metrics-files.md is read as it stands', (language) => {
  const example = new RegExp('```' + language + '\n(.*?)```', 's').exec(page)![1]!;
  const { grids } = readMetricsText(example, { source: 'docs/metrics-files.md' });
  expect(grids.map(({ stepSeconds }) => stepSeconds)).toEqual([300]);
  expect([...grids[0]!.invocations].slice(0, 2)).toEqual([120, 96]);
  expect(grids[0]!.averageDurationMs[0]).toBe(850.5);
});

it.each(CSV_COLUMNS)('docs/metrics-files.md explains the column %s', (column) => {
  expect(page).toMatch(new RegExp(`^\\| \`${column}\``, 'm'));
});
