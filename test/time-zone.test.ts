import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../src/time.ts';
import { fromWall, isTimeZone, isUtc, zoneOffset } from '../src/time-zone.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'UTC',
];
const moment = fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2036, 0, 1) });

describe('zoneOffset', () => {
  it.each(ZONES)('says of %s what luxon says, at any moment', (zone) => {
    fc.assert(
      fc.property(moment, (timeMs) => {
        expect(zoneOffset(zone)(timeMs)).toBe(DateTime.fromMillis(timeMs, { zone }).offset * MINUTE_MS);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 1, 2],
    ['Europe/Berlin', '2026-10-25T01:00:00Z', 2, 1],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 11, 10.5],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', -3, -2],
  ])('changes in %s to the millisecond at %s', (zone, at, before, after) => {
    const changeMs = Date.parse(at);
    expect([changeMs - 1, changeMs].map((timeMs) => zoneOffset(zone)(timeMs) / HOUR_MS)).toEqual([before, after]);
  });

  it('does not accept what is no time zone', () => {
    expect(() => zoneOffset('Mars/Olympus')).toThrow(RangeError);
    expect(['Europe/Berlin', 'utc', 'CET', 'Mars/Olympus', '+01:00', '', '5'].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('knows the names of UTC, and that London is none', () => {
    expect(['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Etc/GMT+0', 'Europe/London', 'Etc/GMT+1'].map(isUtc)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(zoneOffset('Etc/GMT+1')(0)).toBe(-HOUR_MS);
  });
});

describe('fromWall', () => {
  it.each(ZONES)('finds a moment again by its wall time in %s, or the other one with the same', (zone) => {
    const offsetOf = zoneOffset(zone);
    fc.assert(
      fc.property(moment, (timeMs) => {
        const wallMs = timeMs + offsetOf(timeMs);
        const found = fromWall(wallMs, offsetOf);
        expect(found + offsetOf(found)).toBe(wallMs);
        expect(found).toBeLessThanOrEqual(timeMs);
        expect(timeMs - found).toBeLessThanOrEqual(HOUR_MS);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['the first of two', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['as much after a gap', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    ['a day that begins at one', 'America/Sao_Paulo', '2018-11-04T00:00', '2018-11-04T03:00:00.000Z'],
    ['a gap of half an hour', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z'],
  ])('gives %s', (_, zone, wall, expected) => {
    expect(new Date(fromWall(Date.parse(`${wall}Z`), zoneOffset(zone))).toISOString()).toBe(expected);
  });
});
