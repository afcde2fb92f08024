/** Days of the Gregorian calendar as numbers: 0 is 1 January 1970, a Thursday. */
import { DAY_MS } from '../time.ts';
import { WEEKDAYS, type Weekday } from '../config-calendar.ts';

export interface CivilDate {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

/** Null for a day that the month does not have. */
export function dayNumber({ year, month, day }: CivilDate): number | null {
  const timeMs = Date.UTC(year, month - 1, day);
  return new Date(timeMs).getUTCMonth() === month - 1 ? timeMs / DAY_MS : null;
}

export function civilDate(day: number): CivilDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 is Monday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

export function weekdayNumber(name: Weekday): number {
  return WEEKDAYS.indexOf(name);
}

export const ORDINALS = ['first', 'second', 'third', 'fourth'];

/** "first", ..., "fourth" or "last" weekday of a month. */
export function weekdayOfMonth(
  ordinal: string,
  weekday: Weekday,
  { year, month }: { year: number; month: number },
): number {
  const wanted = weekdayNumber(weekday);
  if (ordinal === 'last') {
    const last = Date.UTC(year, month, 0) / DAY_MS;
    return last - ((weekdayOf(last) - wanted + 7) % 7);
  }
  const first = Date.UTC(year, month - 1, 1) / DAY_MS;
  return first + ((wanted - weekdayOf(first) + 7) % 7) + 7 * ORDINALS.indexOf(ordinal);
}

/** Easter Sunday of the Western churches (the anonymous Gregorian algorithm, Meeus, Astronomical Algorithms, ch. 8). */
export function easter(year: number): number {
  const century = Math.floor(year / 100);
  const golden = year % 19;
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonShift + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor((year % 100) / 4) - epact - (year % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * late + 114;
  return Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1) / DAY_MS;
}
