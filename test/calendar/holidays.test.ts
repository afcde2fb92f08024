import { describe, expect, it } from 'vitest';
import { libraryDays, libraryPlaces } from '../../scripts/holidays.ts';
import { holidayDays } from '../../src/calendar/holidays.ts';
import { holidayPlaces } from '../../src/holiday-places.ts';
import { HOLIDAY_YEARS } from '../../src/holiday-table.ts';
import { DAY_MS } from '../../src/time.ts';

const yearOf = (place: string, year: number) =>
  holidayDays(place, Date.UTC(year, 0, 1) / DAY_MS, Date.UTC(year, 11, 31) / DAY_MS);
const dates = (days: number[]) => days.map((day) => new Date(day * DAY_MS).toISOString().slice(0, 10));

describe('holidayDays', () => {
  // Islamic, Hebrew, Chinese, Hindu and Orthodox feasts, substitute days, states and regions, both ends of the table.
  it.each([
    'DE',
    'DE-BY',
    'DE-BY-A',
    'US',
    'US-CA',
    'GB-SCT',
    'FR',
    'JP',
    'CN',
    'SA',
    'IL',
    'SG',
    'GR',
    'BR-SP',
    'AU-VIC',
    'ZA',
  ])('has for %s what date-holidays has', (place) => {
    for (const year of [HOLIDAY_YEARS.first, 2026, 2027, HOLIDAY_YEARS.last]) {
      const known = libraryDays(place, year).filter((day) => new Date(day * DAY_MS).getUTCFullYear() === year);
      expect(known.length).toBeGreaterThan(0);
      expect(dates(yearOf(place, year))).toEqual(dates(known));
    }
  });

  it('knows the places that date-holidays knows', () => {
    const countries = libraryPlaces().filter((place) => !place.includes('-'));
    expect(holidayPlaces()).toEqual(countries.sort());
    expect(holidayPlaces('DE')).toHaveLength(16);
    expect(holidayPlaces('DE-BY')).toContain('DE-BY-A');
  });

  it('goes on with what follows a rule where the table ends', () => {
    expect(dates(yearOf('DE', HOLIDAY_YEARS.last + 5))).toEqual(dates(libraryDays('DE', HOLIDAY_YEARS.last + 5)));
  });

  it('knows Thanksgiving and the like for ever', () => {
    expect(dates(yearOf('US', 2061))).toEqual(
      expect.arrayContaining(['2061-01-17', '2061-05-30', '2061-11-24', '2061-12-25']),
    );
  });

  it('has none for a place that it does not know', () => {
    expect(yearOf('XX', 2026)).toEqual([]);
  });
});
