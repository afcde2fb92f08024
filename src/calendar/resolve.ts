/** The configured events as spans of time. Pure: the same configuration and range give the same occurrences. */
import type { CalendarEvent, HolidaySettings, Weekday } from '../config-calendar.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import { fromWall, type OffsetOf, zoneOffset } from '../time-zone.ts';
import { holidayDays } from './holidays.ts';
import { eventDays } from './recurrence.ts';

export type Effect =
  | { kind: 'level'; level: number }
  | { kind: 'factor'; factor: number }
  /** As the most recent such day before. */
  | { kind: 'like'; weekday: Weekday }
  /** Nothing happens to the plan; nothing is learned from it. */
  | { kind: 'outage' };

/** One event at one time: [fromMs, toMs). */
export interface Occurrence {
  name: string;
  fromMs: number;
  toMs: number;
  effect: Effect;
  /** In which it is written, and in which `like` finds its day. */
  timeZone: string;
}

export interface CalendarSettings {
  timeZone: string;
  calendar: readonly CalendarEvent[];
  holidays?: HolidaySettings | undefined;
}

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/**
 * Everything that overlaps the range, in the order of precedence: holidays, then the events as they are listed. Of two that do
 * the same kind of thing at the same time the later one holds (see docs/calendar.md).
 */
export function resolve(settings: CalendarSettings, range: TimeRange): Occurrence[] {
  const all = [
    ...holidayOccurrences(settings, range),
    ...settings.calendar.flatMap((event) => eventOccurrences(event, event.timeZone ?? settings.timeZone, range)),
  ];
  // Clocks that go forward may leave nothing of an event in that hour.
  return all.filter(({ fromMs, toMs }) => fromMs < toMs && fromMs < range.toMs && toMs > range.fromMs);
}

/** Local days that can overlap a range of moments, with room for any offset and for an event that began the day before. */
function localDays({ fromMs, toMs }: TimeRange): { first: number; last: number } {
  return { first: Math.floor(fromMs / DAY_MS) - 2, last: Math.floor(toMs / DAY_MS) + 1 };
}

function holidayOccurrences({ holidays, timeZone }: CalendarSettings, range: TimeRange): Occurrence[] {
  if (!holidays) return [];
  const { first, last } = localDays(range);
  const place = [holidays.country, holidays.region].filter(Boolean).join('-');
  const effect = effectOf(holidays) ?? { kind: 'like', weekday: 'sunday' };
  const offsetOf = zoneOffset(timeZone);
  return holidayDays(place, first, last).map((day) => ({
    name: `holiday in ${place}`,
    fromMs: fromWall(day * DAY_MS, offsetOf),
    toMs: fromWall((day + 1) * DAY_MS, offsetOf),
    effect,
    timeZone,
  }));
}

type EffectFields = Pick<CalendarEvent, 'level' | 'factor' | 'like' | 'outage'>;

function effectOf({ level, factor, like, outage }: EffectFields): Effect | null {
  if (level !== undefined) return { kind: 'level', level };
  if (factor !== undefined) return { kind: 'factor', factor };
  if (like !== undefined) return { kind: 'like', weekday: like };
  return outage ? { kind: 'outage' } : null;
}

function eventOccurrences(event: CalendarEvent, timeZone: string, range: TimeRange): Occurrence[] {
  const effect = effectOf(event);
  if (!effect) return [];
  const offsetOf = zoneOffset(timeZone);
  const at = (span: TimeRange): Occurrence => ({ name: event.name, ...span, effect, timeZone });
  if (event.from !== undefined && event.to !== undefined) {
    return [at({ fromMs: momentOf(event.from, offsetOf, 0), toMs: momentOf(event.to, offsetOf, 1) })];
  }
  const { first, last } = localDays(range);
  return eventDays(event, first, last).map((day) => at(partOfDay(day, event.time, offsetOf)));
}

/** A date as the end of a span is included: `daysLater` moves to the day after it. */
function momentOf(text: string, offsetOf: OffsetOf, daysLater: number): number {
  const day = text.length === 10;
  const wallMs = Date.parse(day ? `${text}T00:00:00Z` : `${text.slice(0, 16)}:00Z`);
  return fromWall(wallMs + (day ? daysLater * DAY_MS : 0), offsetOf);
}

/** The whole day, 23 or 25 hours where clocks change, or `18:00-22:30` of it; an end before the start is on the next day. */
function partOfDay(day: number, time: string | undefined, offsetOf: OffsetOf): TimeRange {
  const [start = 0, end = 1440] = time?.split('-').map(minuteOfDay) ?? [];
  const at = (minute: number) => fromWall(day * DAY_MS + minute * MINUTE_MS, offsetOf);
  return { fromMs: at(start), toMs: at(end > start ? end : end + 1440) };
}

function minuteOfDay(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
