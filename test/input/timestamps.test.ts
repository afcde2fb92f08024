import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/input/timestamps.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2026-01-05T14:05:00Z', '2026-01-05T14:05:00.000Z'],
    ['2026-01-05T14:05:00', '2026-01-05T14:05:00.000Z'],
    ['2026-01-05 14:05:00', '2026-01-05T14:05:00.000Z'],
    ['2026-01-05 14:05:00 UTC', '2026-01-05T14:05:00.000Z'],
    ['2026-01-05t14:05z', '2026-01-05T14:05:00.000Z'],
    ['2026-01-05T14:05:00.123456Z', '2026-01-05T14:05:00.123Z'],
    ['2026-01-05T14:05:00.5+00:00', '2026-01-05T14:05:00.500Z'],
    ['2026-01-05T14:05:00+02:00', '2026-01-05T12:05:00.000Z'],
    ['2026-01-05T14:05:00-0530', '2026-01-05T19:35:00.000Z'],
    ['2026-01-05T14:05:00+14', '2026-01-05T00:05:00.000Z'],
    ['2026-01-05', '2026-01-05T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1767621900', '2026-01-05T14:05:00.000Z'],
    ['1767621900.25', '2026-01-05T14:05:00.250Z'],
    ['1767621900000', '2026-01-05T14:05:00.000Z'],
    ['1.7676219e9', '2026-01-05T14:05:00.000Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(parseTimestamp(text)).toISOString()).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2100-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-04-31T00:00:00Z',
    '2026-01-05T24:00:00Z',
    '2026-01-05T23:60:00Z',
    '2026-01-05T23:59:60Z',
    '2026-01-05T14:05:00+15:00',
    '0001-01-01T00:00:00Z',
    '05/01/2026 14:05',
    '2026-1-5',
    '-1767621900',
    '1767621900000000000',
    'NaN',
    'Infinity',
    '1e999',
  ])('refuses "%s"', (text) => {
    expect(parseTimestamp(text)).toBeNaN();
  });

  it('reads back every moment that it can be given', () => {
    const from = Date.UTC(1973, 3, 1);
    const moment = fc.date({ min: new Date(from), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: from, max: Date.UTC(2100, 0) }), (timeMs) => {
        expect(parseTimestamp(String(timeMs))).toBe(timeMs);
        expect(parseTimestamp(String(timeMs / 1000))).toBe(timeMs);
      }),
    );
  });
});
