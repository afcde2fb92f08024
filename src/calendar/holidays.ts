/** Public holidays by country and region, from a table made from the date-holidays package. */
import { holidayEntry } from '../holiday-places.ts';
import { HOLIDAY_YEARS } from '../holiday-table.ts';
import { DAY_MS } from '../time.ts';
import { civilDate } from './days.ts';
import { yearlyDays } from './recurrence.ts';

/**
 * Holidays of days `first` to `last` (since 1970), ascending. Those that follow no simple rule end with the table's last year.
 * None for a place that the table does not have.
 */
export function holidayDays(place: string, first: number, last: number): number[] {
  const [rules = '', rest = ''] = (holidayEntry(place) ?? '').split('|');
  const years = { first: civilDate(first).year - 1, last: civilDate(last).year + 1 };
  const all = [
    ...words(rules).flatMap((rule) => yearlyDays(rule.replaceAll('_', ' '), years.first, years.last)),
    ...daysOf(words(rest)),
  ];
  return [...new Set(all)].filter((day) => day >= first && day <= last).sort((a, b) => a - b);
}

function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

function daysOf(distances: string[]): number[] {
  let day = Date.UTC(HOLIDAY_YEARS.first, 0, 1) / DAY_MS;
  return distances.map((distance) => (day += parseInt(distance, 36)));
}
