/**
 * How one-off and recurring events are written in the configuration: when, where, and what they do to the plan.
 * The grammar is described in docs/calendar.md; src/calendar turns it into moments.
 */
import * as z from 'zod';
import { holidayEntry, holidayPlaces } from './holiday-places.ts';
import { isTimeZone } from './time-zone.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const ORDINAL = '(?:first|second|third|fourth|last)';
const WEEKDAY = `(?:${WEEKDAYS.join('|')})`;
const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
const MONTH_DAY = '(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const DATE = '\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d';

const pattern = (source: string) => new RegExp(`^${source}$`, 'i');
const YEARLY = pattern(`(?:${MONTH_DAY}|easter|${ORDINAL} ${WEEKDAY} of ${MONTH})(?: ?[+-] ?\\d{1,2})?`);
const MONTHLY = pattern(`(?:[1-9]|[12]\\d|3[01]|last|${ORDINAL} ${WEEKDAY})`);
const LIKE = pattern(`(?:last )?${WEEKDAY}`);

const lower = (text: string) => text.toLowerCase();
const timeZone = z
  .string()
  .refine(isTimeZone, 'must be the IANA name of a time zone, e.g. Europe/Berlin, America/New_York or UTC');

/** A date that exists: 2026-02-30 does not. */
const date = z
  .string()
  .regex(pattern(DATE), { error: 'must be a date such as 2026-11-27', abort: true })
  .refine(isRealDate, 'is not a day of the calendar');
const moment = z
  .string()
  .regex(pattern(`${DATE}(?:T${CLOCK}(?::00)?)?`), {
    error:
      'must be a date such as 2026-11-27 or a local time such as 2026-11-27T18:00, without an offset (its zone is timeZone)',
    abort: true,
  })
  .refine(isRealDate, 'is not a day of the calendar');

function isRealDate(text: string): boolean {
  const day = text.slice(0, 10);
  const timeMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(day);
}

/** What an event does. Exactly one is given. */
const effectFields = {
  level: z.number().int().min(0).max(100_000).optional(),
  factor: z.number().min(0).max(1000).optional(),
  like: z
    .string()
    .regex(LIKE, 'must be a weekday, e.g. "sunday" or "last sunday": the most recent such day before')
    .transform((text) => lower(text).replace('last ', '') as Weekday)
    .optional(),
  outage: z.literal(true, 'must be true, or left out').optional(),
};
const EFFECTS = Object.keys(effectFields);

/** When an event is. Exactly one of the first five, where from and to are one. */
const whenFields = {
  date: date.optional(),
  from: moment.optional(),
  to: moment.optional(),
  yearly: z
    .string()
    .regex(
      YEARLY,
      'must be a day of the year: "12-24", "easter", "fourth thursday of november", each also with days added, e.g. "easter - 2"',
    )
    .transform(lower)
    .optional(),
  monthly: z
    .union([z.string(), z.number().transform(String)])
    .pipe(z.string().regex(MONTHLY, 'must be a day of the month: 1 to 31, "last", or e.g. "first monday"'))
    .transform(lower)
    .optional(),
  weekly: z
    .union([z.string().transform((text) => [text]), z.array(z.string()).min(1)], 'must be a weekday or a list of them')
    .pipe(
      z.array(
        z
          .string()
          .regex(pattern(WEEKDAY), `must be a weekday: ${WEEKDAYS.join(', ')}`)
          .transform((text) => lower(text) as Weekday),
      ),
    )
    .optional(),
};
const RECURRENCES = ['date', 'yearly', 'monthly', 'weekly'] as const;

const eventSchema = z
  .strictObject({
    name: z.string().min(1, 'must name the event').max(100),
    ...whenFields,
    time: z
      .string()
      .regex(pattern(`${CLOCK}-(?:${CLOCK}|24:00)`), 'must be a part of the day such as 18:00-22:30')
      .optional(),
    timeZone: timeZone.optional(),
    ...effectFields,
  })
  .superRefine((event, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    checkOneEffect(event, fault);
    checkWhen(event, fault);
  });

export type CalendarEvent = z.output<typeof eventSchema>;

type Report = (path: string, message: string) => void;

function checkOneEffect(given: object, fault: Report): void {
  const named = EFFECTS.filter((field) => (given as Record<string, unknown>)[field] !== undefined);
  if (named.length === 0) fault('level', `an event does exactly one thing: give one of ${EFFECTS.join(', ')}`);
  for (const field of named.slice(1)) {
    fault(field, `an event does exactly one thing, and ${named[0] ?? ''} is given already: drop one of them`);
  }
}

interface When {
  from?: string | undefined;
  to?: string | undefined;
  time?: string | undefined;
}

function checkWhen(event: When, fault: Report): void {
  const { from, to, time } = event;
  const isSpan = from !== undefined || to !== undefined;
  const named: string[] = RECURRENCES.filter((field) => (event as Record<string, unknown>)[field] !== undefined);
  if (isSpan) named.push('from');
  if (named.length === 0) fault('date', `must say when: give one of ${RECURRENCES.join(', ')}, or from and to`);
  for (const field of named.slice(1)) fault(field, `${named[0] ?? ''} is given already: an event has one of them`);
  if (isSpan) checkSpan(event, fault);
  if (isSpan && time !== undefined) {
    fault('time', 'goes with date, yearly, monthly and weekly: write the times into from and to');
  }
}

function checkSpan({ from, to }: When, fault: Report): void {
  if (from === undefined) fault('from', 'must be given with to');
  else if (to === undefined) fault('to', 'must be given with from');
  else if (!isForward(from, to)) fault('to', `must come after from = ${JSON.stringify(from)}`);
}

/** A date as `to` is included to its end; a moment is the end. */
function isForward(from: string, to: string): boolean {
  const end = to.length === 10 ? `${to}T24:00` : to.slice(0, 16);
  return end > (from.length === 10 ? `${from}T00:00` : from.slice(0, 16));
}

export const calendarSchema = z.array(eventSchema).max(500);

const holidayFields = z
  .strictObject({
    country: z
      .string()
      .transform((code) => code.toUpperCase())
      .refine(
        (code) => code !== '' && holidayEntry(code) !== undefined,
        'must be the ISO 3166 code of a country whose holidays are known, e.g. DE, US, JP',
      ),
    region: z
      .string()
      .transform((code) => code.toUpperCase())
      .optional(),
    ...effectFields,
  })
  .superRefine((given, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (given.region !== undefined && holidayEntry(`${given.country}-${given.region}`) === undefined) {
      const regions = holidayPlaces(given.country).map((place) => place.slice(given.country.length + 1));
      const known = regions.length === 0 ? 'leave it out, none are known' : `must be one of ${regions.join(', ')}`;
      fault('region', `is not a region of ${given.country} with holidays of its own: ${known}`);
    }
    if (EFFECTS.some((field) => given[field as keyof typeof given] !== undefined)) checkOneEffect(given, fault);
  });

/** `DE` and `DE-BY` are short for the object. */
export const holidaysSchema = z.preprocess((given) => {
  if (typeof given !== 'string') return given;
  const [country, ...region] = given.trim().split('-');
  return region.length === 0 ? { country } : { country, region: region.join('-') };
}, holidayFields);

export type HolidaySettings = z.output<typeof holidayFields>;
export { timeZone as timeZoneSchema };
