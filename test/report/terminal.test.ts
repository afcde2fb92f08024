import { describe, expect, it } from 'vitest';
import { present, terminalFor, wantsColour } from '../../src/report/terminal.ts';

describe('colour', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['no terminal', false, {}, false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR, which counts as none', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['FORCE_COLOR without a terminal', false, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR = 3 without a terminal', false, { FORCE_COLOR: '3' }, true],
    ['FORCE_COLOR = 0 on a terminal', true, { FORCE_COLOR: '0' }, false],
    ['FORCE_COLOR = false on a terminal', true, { FORCE_COLOR: 'false' }, false],
    ['an empty FORCE_COLOR, which counts as none', false, { FORCE_COLOR: '' }, false],
    ['NO_COLOR over FORCE_COLOR, whatever that says', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['FORCE_COLOR and an empty NO_COLOR', false, { FORCE_COLOR: '1', NO_COLOR: '' }, true],
  ])('with %s', (_, isTTY, env, expected) => {
    expect(wantsColour({ isTTY }, env)).toBe(expected);
    const terminal = terminalFor({ isTTY }, env);
    expect(present(terminal.paint('bad', 'x'), terminal)).toBe(expected ? '\u001b[31mx\u001b[39m' : 'x');
  });

  it('cannot be brought in by data', () => {
    const terminal = terminalFor({ isTTY: true }, {});
    expect(present(terminal.paint('good', '\u001b[31mfake'), terminal)).toBe('\u001b[32m\\u001b[31mfake\u001b[39m');
  });
});

describe('width', () => {
  it.each([
    ['as the terminal says', { columns: 120 }, {}, { width: 120, foldAt: 120 }],
    ['never below 40', { columns: 12 }, {}, { width: 40, foldAt: 40 }],
    ['at most 160 for charts, lines in full', { columns: 300 }, {}, { width: 160, foldAt: 300 }],
    ['from COLUMNS in a pipe', {}, { COLUMNS: '60' }, { width: 60, foldAt: 60 }],
    ['100 in a pipe, lines not folded', {}, {}, { width: 100, foldAt: Infinity }],
    ['100 where COLUMNS is no number', {}, { COLUMNS: 'wide' }, { width: 100, foldAt: Infinity }],
  ])('%s', (_, stream, env, expected) => {
    expect(terminalFor(stream, env)).toMatchObject(expected);
  });

  it('folds what is shown', () => {
    expect(present('note  one two three four five six seven eight nine ten', { zone: 'UTC', foldAt: 40 })).toBe(
      'note  one two three four five six seven\n      eight nine ten',
    );
  });
});
