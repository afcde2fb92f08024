import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/report/table.ts';
import { present, terminalFor } from '../../src/report/terminal.ts';
import { displayWidth } from '../../src/report/text.ts';

const WIDTHS = [40, 60, 80, 100, 200];
const NAMES = [
  'checkout',
  '日本語の関数',
  'שלום-עולם',
  '👩‍👩‍👧‍👦 family',
  'x'.repeat(300),
  '\u001b[2Jwipe',
  'two\nlines',
  '\u202egnp.exe',
];
const header = ['function', 'verdict', 'saves', 'cold starts'];
const rows = NAMES.map((name, i) => [name, 'worth it', `$${(i * 1234.5).toFixed(2)}`, String(i * 1000)]);
const at = (columns: number) => terminalFor({ columns }, {});

describe('a table', () => {
  it.each(WIDTHS)('with hostile names keeps to %i columns and to its rows', (width) => {
    const lines = renderTable(header, rows, { terminal: at(width) });
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it.each(WIDTHS)('stays one grid at %i columns whatever the script', (width) => {
    const wide = NAMES.slice(0, 4).map((name, i) => [name, String(i * 1000)]);
    const lines = renderTable(['function', 'cold starts'], wide, { terminal: at(width) });
    const ends = lines.map(displayWidth);
    expect(new Set(ends).size).toBe(1);
  });

  it('aligns numbers right, dollars, counts and huge ones among them, and texts left', () => {
    const lines = renderTable(
      ['name', 'bill', 'count'],
      [
        ['a', '$6.88', '1,000'],
        ['bb', '$1,141.97', '1.2T'],
        ['c', '-', ''],
      ],
    );
    expect(lines).toEqual([
      'name       bill  count',
      '────  ─────────  ─────',
      'a         $6.88  1,000',
      'bb    $1,141.97   1.2T',
      'c             -',
    ]);
  });

  it('folds texts between words, and goes on under them', () => {
    const lines = renderTable(
      ['best of each kind', 'all in'],
      [['> forecast q96, hold 60 min, floor 13, and a word more', '$7.73']],
      {
        terminal: at(40),
      },
    );
    expect(lines.slice(2)).toEqual(['> forecast q96, hold 60 min,       $7.73', '  floor 13, and a word more']);
  });

  it('breaks no word that fits, marked or not', () => {
    const policies = ['> prewarm', '  hourly-predictive'].map((name) => [name, '$4.13', 'a detail of some length']);
    const lines = renderTable(['policy', 'all in', ''], policies, { terminal: at(40) });
    expect(lines.filter((line) => line.startsWith('  hourly-predictive  '))).toHaveLength(1);
  });

  it('leaves out first what can be done without', () => {
    const wide = [['2026-11-22 15:05+01:00', '12', 'create', 'prewarm-0-0151']];
    const head = ['scheduled', 'capacity', '', 'name'];
    expect(renderTable(head, wide, { terminal: at(40), dispensable: ['name'] }).at(-1)).toBe(
      '2026-11-22 15:05+01:00        12  create',
    );
    expect(renderTable(head, wide, { terminal: at(60), dispensable: ['name'] }).at(-1)).toContain('prewarm-0-0151');
  });

  it('is a list of rows where columns do not fit at all', () => {
    const many = ['policy', 'all in', 'bill', 'cold starts', 'of requests', 'env-hours', 'utilised'];
    const row = ['prewarm', '$123.45', '$120.00', '115', '0.013 %', '219.9', '31 %'];
    expect(renderTable(many, [row], { terminal: at(40) })).toEqual([
      'prewarm',
      '    all in $123.45   bill $120.00',
      '    cold starts 115',
      '    of requests 0.013 %',
      '    env-hours 219.9   utilised 31 %',
    ]);
  });

  it('shows moments in the zone of the terminal, and tones where there are colours', () => {
    const terminal = terminalFor({ isTTY: true, columns: 80 }, {}, 'Europe/Berlin');
    const lines = renderTable(['when', 'what'], [['2026-11-22T14:05:00Z', 'up']], { terminal, toneOf: () => 'good' });
    expect(present(lines.at(-1)!, terminal)).toBe('\u001b[32m2026-11-22 15:05+01:00  up\u001b[39m');
  });
});
