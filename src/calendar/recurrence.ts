/** On which days a dated or recurring event takes place. Days are numbers since 1 January 1970. */
import type { CalendarEvent, Weekday } from '../config-calendar.ts';
import { DAY_MS } from '../time.ts';
import { civilDate, dayNumber, easter, weekdayNumber, weekdayOf, weekdayOfMonth } from './days.ts';

/** The days, from `first` to `last`, on which a dated or recurring event takes place. */
export function eventDays(event: CalendarEvent, first: number, last: number): number[] {
  if (event.date !== undefined) return [Date.parse(`${event.date}T00:00:00Z`) / DAY_MS];
  const days = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  if (event.weekly) {
    const wanted = new Set(event.weekly.map(weekdayNumber));
    return days.filter((day) => wanted.has(weekdayOf(day)));
  }
  const { monthly, yearly } = event;
  if (monthly !== undefined) return days.filter((day) => monthlyDay(monthly, civilDate(day)) === day);
  if (yearly === undefined) return [];
  // Days added may lead into the next year or the one before.
  const years = [civilDate(first).year - 1, civilDate(last).year + 1];
  return yearlyDays(yearly, years[0] ?? 0, years[1] ?? 0).filter((day) => day >= first && day <= last);
}

function monthlyDay(rule: string, { year, month }: { year: number; month: number }): number | null {
  const [ordinal = '', weekday] = rule.split(' ');
  if (weekday !== undefined) return weekdayOfMonth(ordinal, weekday as Weekday, { year, month });
  return rule === 'last' ? Date.UTC(year, month, 0) / DAY_MS : dayNumber({ year, month, day: Number(rule) });
}

export const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);

/** `12-24`, `easter`, `fourth thursday of november`, each with days added or taken away, in each of the years. */
export function yearlyDays(rule: string, firstYear: number, lastYear: number): number[] {
  const [, base = '', sign, count = '0'] = /^(.+?)(?: ?([+-]) ?(\d{1,2}))?$/.exec(rule) ?? [];
  const isDate = /^\d\d-\d\d$/.test(rule);
  const shift = isDate ? 0 : Number(`${sign ?? ''}${count}`);
  const years = Array.from({ length: lastYear - firstYear + 1 }, (_, i) => firstYear + i);
  return years.flatMap((year) => {
    const day = yearlyDay(isDate ? rule : base, year);
    return day === null ? [] : [day + shift];
  });
}

function yearlyDay(base: string, year: number): number | null {
  if (base === 'easter') return easter(year);
  if (/^\d\d-\d\d$/.test(base)) return dayNumber({ year, month: Number(base.slice(0, 2)), day: Number(base.slice(3)) });
  const [ordinal = '', weekday, , month = ''] = base.split(' ');
  return weekdayOfMonth(ordinal, weekday as Weekday, { year, month: MONTHS.indexOf(month) + 1 });
}
