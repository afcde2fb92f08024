import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarSchema, holidaysSchema } from '../src/config-calendar.ts';
import { faultsOf } from './environment-faults.ts';

const faultsOfEvent = (event: object) => faultsOf({ PREWARM_CALENDAR: JSON.stringify([event]) });
const SALE = { name: 'sale', date: '2026-11-27', factor: 2 };

describe('an event', () => {
  it.each<[string, object, RegExp]>([
    ['without a name', { ...SALE, name: undefined }, /^PREWARM_CALENDAR\.0\.name = nothing: must be given/],
    [
      'that is never',
      { name: 'x', level: 1 },
      /^PREWARM_CALENDAR\.0\.date = nothing: must say when: give one of date, yearly/,
    ],
    ['at two times', { ...SALE, weekly: 'friday' }, /\.weekly = "friday": date is given already/],
    ['that begins only', { name: 'x', level: 1, from: '2026-11-27' }, /\.to = nothing: must be given with from/],
    ['that ends only', { name: 'x', level: 1, to: '2026-11-27' }, /\.from = nothing: must be given with to/],
    [
      'that ends first',
      { name: 'x', level: 1, from: '2026-11-27', to: '2026-11-26' },
      /\.to = "2026-11-26": must come after from = "2026-11-27"/,
    ],
    [
      'that ends as it begins',
      { name: 'x', level: 1, from: '2026-11-27T10:00', to: '2026-11-27T10:00' },
      /\.to = "2026-11-27T10:00": must come after/,
    ],
    ['on 30 February', { ...SALE, date: '2026-02-30' }, /\.date = "2026-02-30": is not a day of the calendar/],
    ['on a word', { ...SALE, date: 'tomorrow' }, /\.date = "tomorrow": must be a date such as 2026-11-27/],
    [
      'with an offset',
      { name: 'x', level: 1, from: '2026-11-27T10:00Z', to: '2026-11-28' },
      /\.from = "2026-11-27T10:00Z": .*without an offset/,
    ],
    [
      'on an unknown day of the year',
      { ...SALE, date: undefined, yearly: '24-12' },
      /\.yearly = "24-12": must be a day of the year/,
    ],
    [
      'on an unknown day of the month',
      { ...SALE, date: undefined, monthly: 32 },
      /\.monthly = 32: must be a day of the month/,
    ],
    [
      'on an unknown weekday',
      { ...SALE, date: undefined, weekly: ['fri'] },
      /\.weekly\.0 = "fri": must be a weekday: monday/,
    ],
    ['at an unknown time', { ...SALE, time: '18-22' }, /\.time = "18-22": must be a part of the day/],
    [
      'with its time given twice',
      { name: 'x', level: 1, from: '2026-11-27', to: '2026-11-28', time: '18:00-20:00' },
      /\.time = "18:00-20:00": goes with date/,
    ],
    ['in an unknown time zone', { ...SALE, timeZone: 'Berlin' }, /\.timeZone = "Berlin": must be the IANA name/],
    [
      'without effect',
      { ...SALE, factor: undefined },
      /\.level = nothing: an event does exactly one thing: give one of level, factor/,
    ],
    ['with two effects', { ...SALE, level: 5 }, /\.factor = 2: .*level is given already/],
    ['with half an environment', { ...SALE, factor: undefined, level: 1.5 }, /\.level = 1\.5: /],
    ['with a negative factor', { ...SALE, factor: -1 }, /\.factor = -1: /],
    [
      'like an unknown day',
      { ...SALE, factor: undefined, like: 'yesterday' },
      /\.like = "yesterday": must be a weekday/,
    ],
    ['that is no outage', { ...SALE, factor: undefined, outage: false }, /\.outage = false: must be true, or left out/],
    ['with a misspelt field', { ...SALE, facter: 3 }, /PREWARM_CALENDAR\.0\.facter is not a setting/],
  ])('%s is refused by field, value and fix', (_, event, expected) => {
    const faults = faultsOfEvent(event);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  it('reads weekdays, months and "last" in any case', () => {
    const [event] = calendarSchema.parse([{ name: 'x', yearly: 'LAST Monday of May', like: 'Last Sunday' }]);
    expect(event).toMatchObject({ yearly: 'last monday of may', like: 'sunday' });
  });

  it.each(['2026-11-27', '2026-11-27T00:00'])('may last from a day to %s of the same', (to) => {
    const whole = to.length === 10;
    const parsed = calendarSchema.safeParse([{ name: 'x', level: 1, from: '2026-11-27', to }]);
    expect(parsed.success).toBe(whole);
  });
});

describe('holidays', () => {
  it.each<[string, unknown, object]>([
    ['a country', 'DE', { country: 'DE' }],
    ['a region', 'de-by', { country: 'DE', region: 'BY' }],
    ['a part of a region', 'DE-BY-A', { country: 'DE', region: 'BY-A' }],
    ['an object', { country: 'US', region: 'CA', factor: 0.5 }, { country: 'US', region: 'CA', factor: 0.5 }],
  ])('are named by %s', (_, given, expected) => {
    expect(holidaysSchema.parse(given)).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown country', 'XX', /^PREWARM_HOLIDAYS = "XX": must be the ISO 3166 code of a country/],
    [
      'an unknown region',
      'DE-XX',
      /^PREWARM_HOLIDAYS = "DE-XX": is not a region of DE .*: must be one of BB, BE, BW, BY/,
    ],
    [
      'a region of a country without any',
      'SG-01',
      /^PREWARM_HOLIDAYS = "SG-01": is not a region of SG .*: leave it out, none are known/,
    ],
    ['two effects', '{"country":"DE","level":1,"factor":2}', /PREWARM_HOLIDAYS\.factor = 2: .*level is given already/],
  ])('are refused for %s', (_, text, expected) => {
    const faults = faultsOf({ PREWARM_HOLIDAYS: text });
    expect(faults.join('\n')).toMatch(expected);
  });
});

it.each(['PREWARM_CALENDAR', 'PREWARM_HOLIDAYS', 'PREWARM_PRICES', 'PREWARM_TARGETS'])(
  '%s is accepted or refused by name, whatever it holds',
  (variable) => {
    const words = fc.constantFrom(
      'sunday',
      '2026-11-27',
      '12-24',
      'easter',
      'DE',
      'UTC',
      '18:00-20:00',
      'first monday',
    );
    const fields = [
      'name',
      'date',
      'from',
      'to',
      'yearly',
      'monthly',
      'weekly',
      'time',
      'timeZone',
      'level',
      'factor',
      'like',
    ];
    const keys = fc.constantFrom(
      ...fields,
      'outage',
      'country',
      'region',
      'requestUsd',
      'functionName',
      'alias',
      'calendar',
    );
    const value = fc.oneof(words, fc.integer({ min: -2, max: 40 }), fc.constant(true), fc.jsonValue({ maxDepth: 1 }));
    const object = fc.dictionary(keys, value, { maxKeys: 5 });
    const given = fc.oneof(fc.array(object, { maxLength: 3 }), object, fc.jsonValue());
    fc.assert(
      fc.property(given, (json) => {
        for (const fault of faultsOf({ [variable]: JSON.stringify(json) })) {
          expect(fault).toContain(variable);
          expect(fault.length).toBeLessThan(500);
        }
      }),
      { numRuns: 300 },
    );
  },
);
