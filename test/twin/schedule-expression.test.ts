import { describe, expect, it } from 'vitest';
import { nextDueMs, parseSchedule } from '../../src/twin/schedule-expression.ts';

const FROM = Date.parse('2026-11-02T00:00:00Z');
const open = { createdMs: FROM, startMs: null, endMs: null };

/** The next times after Monday 2 November 2026, 00:00 UTC. */
function dues(text: string, count: number, timezone = 'UTC', window: Partial<Parameters<typeof nextDueMs>[1]> = {}) {
  const schedule = parseSchedule(text, timezone);
  const found: string[] = [];
  let atMs = FROM;
  while (found.length < count) {
    atMs = nextDueMs(schedule, { ...open, ...window }, atMs);
    if (atMs === Infinity) break;
    found.push(new Date(atMs).toISOString().slice(0, 16));
  }
  return found;
}

describe('a recurring schedule is due', () => {
  it.each([
    ['every five minutes', 'cron(0/5 * * * ? *)', ['2026-11-02T00:05', '2026-11-02T00:10']],
    ['at 09:00 each day', 'cron(0 9 * * ? *)', ['2026-11-02T09:00', '2026-11-03T09:00']],
    ['on weekdays by name', 'cron(0 9 ? * MON-FRI *)', ['2026-11-02T09:00', '2026-11-03T09:00', '2026-11-04T09:00']],
    ['on days counted from Sunday = 1', 'cron(0 9 ? * 1,7 *)', ['2026-11-07T09:00', '2026-11-08T09:00']],
    [
      'in a range of days around the end of the week',
      'cron(0 0 ? * SAT-SUN *)',
      ['2026-11-07T00:00', '2026-11-08T00:00'],
    ],
    [
      'in a wrapping range of hours',
      'cron(0 22-1 * * ? *)',
      ['2026-11-02T01:00', '2026-11-02T22:00', '2026-11-02T23:00', '2026-11-03T00:00'],
    ],
    ['on the last day of the month', 'cron(0 0 L * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00']],
    [
      'on the last weekday of the month',
      'cron(0 0 LW * ? *)',
      ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-29T00:00'],
    ],
    ['on the weekday nearest to the 15th', 'cron(0 0 15W * ? *)', ['2026-11-16T00:00', '2026-12-15T00:00']],
    ['on the weekday nearest to the 1st, in the same month', 'cron(0 0 1W AUG ? 2027)', ['2027-08-02T00:00']],
    ['on the second Friday', 'cron(0 0 ? * FRI#2 *)', ['2026-11-13T00:00', '2026-12-11T00:00']],
    ['on the last Thursday', 'cron(0 0 ? * 5L *)', ['2026-11-26T00:00', '2026-12-31T00:00']],
    ['in one year only', 'cron(0 12 25 12 ? 2026)', ['2026-12-25T12:00']],
    ['on 29 February', 'cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['with a leading field of seconds', 'cron(30 0 9 * * ? *)', ['2026-11-02T09:00', '2026-11-03T09:00']],
    ['by rate', 'rate(90 minutes)', ['2026-11-02T01:30', '2026-11-02T03:00']],
    ['by a rate of one day', 'rate(1 day)', ['2026-11-03T00:00']],
  ])('%s', (_, text, expected) => {
    expect(dues(text, expected.length)).toEqual(expected);
  });

  it('never, on a day that does not exist', () => {
    expect(dues('cron(0 0 30 2 ? *)', 1)).toEqual([]);
  });

  it('by the wall clock of its time zone, over the change to summer time', () => {
    expect(dues('cron(0 9 27-28 3 ? 2027)', 2, 'Europe/Berlin')).toEqual(['2027-03-27T08:00', '2027-03-28T07:00']);
  });

  it('at its start time too, then by its rule, and not after its end', () => {
    const window = { startMs: FROM + 60_000 * 7, endMs: FROM + 60_000 * 20 };
    expect(dues('cron(0/10 * * * ? *)', 5, 'UTC', window)).toEqual([
      '2026-11-02T00:07',
      '2026-11-02T00:10',
      '2026-11-02T00:20',
    ]);
  });

  it('by a rate that counts from its start time', () => {
    expect(dues('rate(1 hour)', 2, 'UTC', { startMs: FROM + 60_000 * 7 })).toEqual([
      '2026-11-02T00:07',
      '2026-11-02T01:07',
    ]);
  });
});

describe('a one-time schedule', () => {
  it('is due once', () => {
    expect(dues('at(2026-11-02T10:00:00)', 2)).toEqual(['2026-11-02T10:00']);
  });

  it('is read in its time zone', () => {
    expect(dues('at(2026-11-02T10:00:00)', 1, 'America/New_York')).toEqual(['2026-11-02T15:00']);
  });

  it('before its start time is never due', () => {
    expect(dues('at(2026-11-02T10:00:00)', 1, 'UTC', { startMs: FROM + 86_400_000 })).toEqual([]);
  });
});

describe('a schedule is refused', () => {
  it.each([
    'at(nonsense)',
    'at(2026-02-30T00:00:00)',
    'at(2026-11-02 10:00:00)',
    'at(2026-11-02T10:00:00Z)',
    'at(2026-11-02T10:00)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'rate(-5 minutes)',
    'rate(five minutes)',
    'cron(* * * * *)',
    'cron(0 9 * * * *)',
    'cron(0 9 ? * ? *)',
    'cron(60 9 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 9 32 * ? *)',
    'cron(0 9 ? * 0 *)',
    'cron(0 9 ? * FRI#6 *)',
    'cron(0 9 * FOO ? *)',
    'cron(0/0 9 * * ? *)',
    'cron(1-2-3 9 * * ? *)',
    'every day',
    '',
  ])('%s', (text) => {
    expect(() => parseSchedule(text, 'UTC')).toThrow(RangeError);
  });
});
