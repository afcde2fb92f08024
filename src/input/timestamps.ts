/** Reads the notations of time that metric files use. */
import { MINUTE_MS } from '../time.ts';

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
const EPOCH = /^\d+(?:\.\d+)?(?:e\+?\d+)?$/i;

/** Epoch numbers below this are seconds (until the year 5138), from here on milliseconds (from 1973). */
const FIRST_EPOCH_MILLISECONDS = 1e11;
const LAST_EPOCH_MILLISECONDS = 1e14;

/** Line Islands Time; no zone is further from UTC. */
const MAX_OFFSET_MINUTES = 14 * 60;

export const TIMESTAMP_HINT =
  'write ISO-8601 such as 2026-01-05T14:05:00Z (UTC where no offset is given), or epoch seconds or milliseconds';

/**
 * Unix milliseconds of an ISO-8601 date and time (`T` or a blank between them, an offset or UTC, seconds and fractions
 * optional) or of an epoch number; NaN for anything else, dates that do not exist included.
 */
export function parseTimestamp(text: string): number {
  const iso = ISO.exec(text);
  if (iso) return isoMs(iso);
  if (!EPOCH.test(text)) return NaN;
  const epoch = Number(text);
  if (epoch >= LAST_EPOCH_MILLISECONDS) return NaN;
  return Math.round(epoch < FIRST_EPOCH_MILLISECONDS ? epoch * 1000 : epoch);
}

function isoMs(parts: RegExpExecArray): number {
  const timeMs = clockMs(Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0));
  const milliseconds = parts[7] === undefined ? 0 : Number(parts[7].padEnd(3, '0').slice(0, 3));
  return dateMs(Number(parts[1]), Number(parts[2]), Number(parts[3])) + timeMs + milliseconds - offsetMs(parts[8]);
}

function dateMs(year: number, month: number, day: number): number {
  const exists = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? Date.UTC(year, month - 1, day) : NaN;
}

function clockMs(hour: number, minute: number, second: number): number {
  return hour < 24 && minute < 60 && second < 60 ? ((hour * 60 + minute) * 60 + second) * 1000 : NaN;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.length < 3 || zone.toUpperCase() === 'UTC') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  if (minutes > MAX_OFFSET_MINUTES) return NaN;
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
}
