import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { resolve } from '../../src/calendar/index.ts';
import { calendarSchema, holidaysSchema, WEEKDAYS } from '../../src/config-calendar.ts';
import { configFromEnv } from '../../src/config-env.ts';
import { isoUtc } from '../../src/time.ts';

const YEAR = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2027, 0, 1) };

function spans(event: object, { timeZone = 'UTC', range = YEAR } = {}): string[] {
  const calendar = calendarSchema.parse([{ name: 'event', level: 1, ...event }]);
  return resolve({ timeZone, calendar }, range).map(({ fromMs, toMs }) => `${isoUtc(fromMs)}/${isoUtc(toMs)}`);
}

const days = (...dates: string[]) => dates.map((date) => `2026-${date}`);

describe('resolve', () => {
  it.each<[string, object, string[]]>([
    ['a date', { date: '2026-11-27' }, ['2026-11-27T00:00:00Z/2026-11-28T00:00:00Z']],
    [
      'days, the last included',
      { from: '2026-11-27', to: '2026-11-30' },
      ['2026-11-27T00:00:00Z/2026-12-01T00:00:00Z'],
    ],
    [
      'moments, the last excluded',
      { from: '2026-11-27T18:00', to: '2026-11-28T06:30' },
      ['2026-11-27T18:00:00Z/2026-11-28T06:30:00Z'],
    ],
    [
      'a part of a day into the next',
      { date: '2026-11-27', time: '22:00-02:00' },
      ['2026-11-27T22:00:00Z/2026-11-28T02:00:00Z'],
    ],
    [
      'the last hours of a day',
      { date: '2026-11-27', time: '22:00-24:00' },
      ['2026-11-27T22:00:00Z/2026-11-28T00:00:00Z'],
    ],
  ])('reads %s', (_, event, expected) => {
    expect(spans(event)).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['a day of the year', { yearly: '12-24' }, days('12-24')],
    ['29 February in a year without one', { yearly: '02-29' }, []],
    ['Easter', { yearly: 'easter' }, days('04-05')],
    ['Good Friday', { yearly: 'easter - 2' }, days('04-03')],
    ['the day after', { yearly: '12-24+1' }, days('12-25')],
    ['a shift out of the year before', { yearly: '12-31 + 2' }, days('01-02')],
    ['Thanksgiving', { yearly: 'fourth thursday of november' }, days('11-26')],
    ['Black Friday', { yearly: 'Fourth Thursday of November + 1' }, days('11-27')],
    ['the last Monday of May', { yearly: 'last monday of may' }, days('05-25')],
  ])('knows %s', (_, event, expected) => {
    expect(spans(event).map((span) => span.slice(0, 10))).toEqual(expected);
  });

  it.each<[string, object, string[]]>([
    ['a day of the month', { monthly: '15' }, days('02-15', '03-15')],
    ['a day given as a number', { monthly: 15 }, days('02-15', '03-15')],
    ['a day that February does not have', { monthly: '30' }, days('03-30')],
    ['the last day of the month', { monthly: 'last' }, days('02-28', '03-31')],
    ['a weekday of the month', { monthly: 'second tuesday' }, days('02-10', '03-10')],
    ['the last Friday of the month', { monthly: 'last friday' }, days('02-27', '03-27')],
    [
      'a weekday',
      { weekly: 'sunday' },
      days('02-01', '02-08', '02-15', '02-22', '03-01', '03-08', '03-15', '03-22', '03-29'),
    ],
  ])('repeats %s', (_, event, expected) => {
    const range = { fromMs: Date.UTC(2026, 1, 1), toMs: Date.UTC(2026, 3, 1) };
    expect(spans(event, { range }).map((span) => span.slice(0, 10))).toEqual(expected);
  });

  it('knows Easter of every year from 1990 to 2060 that its feasts are named for', () => {
    // https://en.wikipedia.org/wiki/List_of_dates_for_Easter
    const known = {
      1990: '04-15',
      2000: '04-23',
      2008: '03-23',
      2011: '04-24',
      2024: '03-31',
      2038: '04-25',
      2049: '04-18',
    };
    for (const [year, day] of Object.entries(known)) {
      const range = { fromMs: Date.UTC(Number(year), 0, 1), toMs: Date.UTC(Number(year), 11, 31) };
      expect(spans({ yearly: 'easter' }, { range })[0]).toContain(`${year}-${day}`);
    }
  });

  it.each([
    ['23 hours in spring', '2026-03-29', '2026-03-28T23:00:00Z/2026-03-29T22:00:00Z'],
    ['25 hours in autumn', '2026-10-25', '2026-10-24T22:00:00Z/2026-10-25T23:00:00Z'],
  ])('gives a day of a zone its %s', (_, date, expected) => {
    expect(spans({ date }, { timeZone: 'Europe/Berlin' })).toEqual([expected]);
  });

  it('drops what clocks leave nothing of', () => {
    expect(spans({ date: '2026-03-29', time: '02:30-03:00' }, { timeZone: 'Europe/Berlin' })).toEqual([]);
    expect(spans({ date: '2026-03-29', time: '02:30-03:30' }, { timeZone: 'Europe/Berlin' })).toEqual([]);
    expect(spans({ date: '2026-03-29', time: '01:30-03:30' }, { timeZone: 'Europe/Berlin' })).toEqual([
      '2026-03-29T00:30:00Z/2026-03-29T01:30:00Z',
    ]);
  });

  it('keeps to its own time zone where it has one', () => {
    const event = { weekly: ['friday'], time: '18:00-20:00', timeZone: 'America/New_York' };
    const range = { fromMs: Date.UTC(2026, 9, 30), toMs: Date.UTC(2026, 10, 8) };
    expect(spans(event, { timeZone: 'Europe/Berlin', range })).toEqual([
      '2026-10-30T22:00:00Z/2026-10-31T00:00:00Z',
      '2026-11-06T23:00:00Z/2026-11-07T01:00:00Z',
    ]);
  });

  it('finds what began before the range, in any zone, and nothing that only touches it', () => {
    const range = { fromMs: Date.UTC(2026, 5, 10, 1), toMs: Date.UTC(2026, 5, 10, 2) };
    expect(spans({ date: '2026-06-09', time: '23:00-01:30' }, { range })).toHaveLength(1);
    expect(spans({ date: '2026-06-09', time: '23:00-01:00' }, { range })).toHaveLength(0);
    expect(spans({ date: '2026-06-10', time: '02:00-03:00' }, { range })).toHaveLength(0);
    expect(spans({ weekly: 'tuesday', timeZone: 'Pacific/Pago_Pago' }, { range })).toHaveLength(1);
    expect(spans({ weekly: 'wednesday', timeZone: 'Pacific/Kiritimati' }, { range })).toHaveLength(1);
  });

  it('takes the settings of a target as they are', () => {
    const [config] = configFromEnv({
      PREWARM_TARGETS: 'a:live',
      PREWARM_TIME_ZONE: 'Asia/Tokyo',
      PREWARM_HOLIDAYS: 'JP',
    });
    expect(resolve(config!, { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 2) })).toEqual([
      {
        name: 'holiday in JP',
        fromMs: Date.parse('2025-12-31T15:00:00Z'),
        toMs: Date.parse('2026-01-01T15:00:00Z'),
        effect: { kind: 'like', weekday: 'sunday' },
        timeZone: 'Asia/Tokyo',
      },
    ]);
  });

  it('puts holidays first, with their own effect or that of a Sunday', () => {
    const calendar = calendarSchema.parse([{ name: 'sale', date: '2026-12-25', factor: 2 }]);
    const range = { fromMs: Date.UTC(2026, 11, 25, 6), toMs: Date.UTC(2026, 11, 25, 7) };
    const at = (holidays: unknown) =>
      resolve({ timeZone: 'Europe/Berlin', calendar, holidays: holidaysSchema.parse(holidays) }, range).map(
        ({ name, effect }) => ({ name, effect }),
      );
    const sale = { name: 'sale', effect: { kind: 'factor', factor: 2 } };
    expect(at('DE-BY')).toEqual([{ name: 'holiday in DE-BY', effect: { kind: 'like', weekday: 'sunday' } }, sale]);
    expect(at({ country: 'DE', level: 4 })).toEqual([
      { name: 'holiday in DE', effect: { kind: 'level', level: 4 } },
      sale,
    ]);
  });

  it.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Kiritimati'])(
    'covers in %s the moments that luxon says are on the day and in the hours',
    (timeZone) => {
      const clock = (minute: number) =>
        `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      const moment = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2027, 0, 1) / 60_000 });
      const minutes = fc.tuple(fc.nat(1439), fc.nat(1439)).filter(([from, to]) => from < to);
      fc.assert(
        fc.property(moment, fc.nat(6), fc.integer({ min: 1, max: 31 }), minutes, (minute, weekday, day, [from, to]) => {
          const fromMs = minute * 60_000;
          const local = DateTime.fromMillis(fromMs, { zone: timeZone });
          const wall = local.hour * 60 + local.minute;
          // Moments that clocks show twice belong to the first pass of a span's edge: see fromWall.
          fc.pre(
            local.offset === local.minus({ hours: 26 }).offset && local.offset === local.plus({ hours: 26 }).offset,
          );
          const covered = (event: object) =>
            spans(event, { timeZone, range: { fromMs, toMs: fromMs + 60_000 } }).length > 0;
          const inHours = wall >= from && wall < to;
          const time = `${clock(from)}-${clock(to)}`;
          expect(covered({ weekly: WEEKDAYS[weekday], time })).toBe(local.weekday === weekday + 1 && inHours);
          expect(covered({ monthly: day, time })).toBe(local.day === day && inHours);
          expect(covered({ monthly: 'last' })).toBe(local.day === local.daysInMonth);
          expect(covered({ monthly: `last ${WEEKDAYS[weekday]}` })).toBe(
            local.weekday === weekday + 1 && local.plus({ weeks: 1 }).month !== local.month,
          );
          expect(covered({ monthly: `second ${WEEKDAYS[weekday]}` })).toBe(
            local.weekday === weekday + 1 && local.day > 7 && local.day <= 14,
          );
        }),
        { numRuns: 200 },
      );
    },
  );
});
