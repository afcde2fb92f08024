import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  displayWidth,
  fold,
  neutralise,
  oneLine,
  padEnd,
  timesInZone,
  wrap,
  zonedTime,
} from '../../src/report/text.ts';

describe('outside data', () => {
  it.each([
    ['a colour', '\u001b[31mred', '\\u001b[31mred'],
    ['a title of the window', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['an 8-bit escape', '\u009b2J', '\\u009b2J'],
    ['a carriage return that would overwrite the line', 'good\rbad', 'good\\u000dbad'],
    ['a backspace', 'a\b', 'a\\u0008'],
    ['a tab', 'a\tb', 'a\\u0009b'],
    ['right-to-left override', 'abc\u202etxt.exe', 'abc\\u202etxt.exe'],
    ['isolates', '\u2067x\u2069', '\\u2067x\\u2069'],
    ['what cannot be seen', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['half a character', 'x\ud83d', 'x\ufffd'],
    ['letters of any script, emoji and line feeds, as they are', 'Ünï שלום 日本 👩‍👩‍👧 é\n', 'Ünï שלום 日本 👩‍👩‍👧 é\n'],
  ])('shows %s without letting it act', (_, text, expected) => {
    expect(neutralise(text)).toBe(expected);
  });

  it('never acts, whatever it is, and means the same inside of JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex -- these are what must not be there
        expect(neutralise(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(JSON.parse(neutralise(JSON.stringify(text)))).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
      }),
    );
  });

  it('cannot begin a line of its own where it is a name', () => {
    expect(oneLine('x\nerror: all is lost')).toBe('x\\nerror: all is lost');
  });
});

describe('width', () => {
  it.each([
    ['plain', 'abc', 3],
    ['East Asian', '日本', 4],
    ['an emoji of several code points', '👩‍👩‍👧', 2],
    ['a flag', '🇩🇪', 2],
    ['combining marks', 'e\u0301', 1],
    ['Hebrew', 'שלום', 4],
    ['tones', '\ufdd0abc\ufde0', 3],
  ])('of %s', (_, text, columns) => {
    expect(displayWidth(text)).toBe(columns);
    expect(displayWidth(padEnd(text, 10))).toBe(10);
  });
});

describe('folding', () => {
  it.each([
    ['short lines as they are', 'a b', 40, 'a b'],
    ['under the text after a label', 'decision  one two three four', 20, 'decision  one two\n          three four'],
    ['under an indent', '    one two three', 12, '    one two\n    three'],
    ['less of an indent that leaves no room', '            one two three', 16, '    one two\n    three'],
    ['words that are too long inside of them', 'abcdefghij', 4, 'abcd\nefgh\nij'],
    ['wide characters whole', '日本日本', 5, '日本\n日本'],
  ])('keeps %s', (_, text, width, expected) => {
    expect(fold(text, width)).toBe(expected);
  });

  it('loses no word and exceeds no width', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '日', 'é'), minLength: 1, maxLength: 12 }));
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (all, width) => {
        const lines = wrap(all.join(' '), width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(all.join(''));
      }),
    );
  });
});

describe('times', () => {
  it.each([
    ['2026-11-22T14:05:00Z', 'Europe/Berlin', '2026-11-22 15:05+01:00'],
    ['2026-07-22T14:05:00Z', 'Europe/Berlin', '2026-07-22 16:05+02:00'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25 02:30+02:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25 02:30+01:00'],
    ['2026-11-22T14:05:07Z', 'America/St_Johns', '2026-11-22 10:35:07-03:30'],
    ['2026-11-22T23:59:00Z', 'Pacific/Kiritimati', '2026-11-23 13:59+14:00'],
    ['2026-11-22T14:05:00Z', 'UTC', '2026-11-22 14:05Z'],
  ])('%s in %s is %s', (utc, zone, expected) => {
    expect(zonedTime(Date.parse(utc), zone)).toBe(expected);
    expect(timesInZone(`from ${utc}, and so on`, zone)).toBe(`from ${expected}, and so on`);
  });

  it('leaves what is no moment', () => {
    const text = 'at(2026-11-22T14:05:00) 2026-13-40T99:00:00Z run-2026';
    expect(timesInZone(text, 'Europe/Berlin')).toBe(text);
  });
});
