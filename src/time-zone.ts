/** Offsets of IANA time zones from the runtime's own database (Intl). A zone is asked once per day, not once per moment. */
import { DAY_MS } from './time.ts';

/** Milliseconds that a zone's wall clock is ahead of UTC at a moment. */
export type OffsetOf = (timeMs: number) => number;

export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const known = new Map<string, OffsetOf>();

/** Throws RangeError for a name that is no time zone. */
export function zoneOffset(timeZone: string): OffsetOf {
  let offsetOf = known.get(timeZone);
  if (!offsetOf) known.set(timeZone, (offsetOf = isUtc(timeZone) ? () => 0 : offsetByDay(readOffset(timeZone))));
  return offsetOf;
}

export function isUtc(timeZone: string): boolean {
  return /^(?:(?:Etc\/)?(?:UTC|UCT|GMT|Zulu|Universal|Greenwich|GMT[+-]?0)|Z)$/i.test(timeZone);
}

/** `GMT+05:30` -> 19,800,000. */
function readOffset(timeZone: string): OffsetOf {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (timeMs) => {
    const name = format.formatToParts(timeMs).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
    if (!match) return 0;
    const [, sign, hours, minutes, seconds = '0'] = match;
    const ahead = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -ahead : ahead;
  };
}

interface Day {
  before: number;
  /** The first moment at which `after` holds. */
  changeMs: number;
  after: number;
}

/** No zone has changed its clocks twice within a day. */
function offsetByDay(read: OffsetOf): OffsetOf {
  const days = new Map<number, Day>();
  const dayAt = (day: number): Day => {
    const [before, after] = [read(day * DAY_MS), read((day + 1) * DAY_MS)];
    let [low, high] = [day * DAY_MS, (day + 1) * DAY_MS];
    while (before !== after && high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (read(middle) === before) low = middle;
      else high = middle;
    }
    return { before, changeMs: high, after };
  };
  return (timeMs) => {
    const day = Math.floor(timeMs / DAY_MS);
    let found = days.get(day);
    if (!found) days.set(day, (found = dayAt(day)));
    return timeMs < found.changeMs ? found.before : found.after;
  };
}

/**
 * The moment at which a zone's clocks show `wallMs` (a wall time written as if it were UTC): the earlier of two where clocks
 * go back, and as much after the change where they skip it.
 */
export function fromWall(wallMs: number, offsetOf: OffsetOf): number {
  const early = wallMs - offsetOf(wallMs - DAY_MS);
  const late = wallMs - offsetOf(wallMs + DAY_MS);
  if (early === late || early + offsetOf(early) === wallMs) return early;
  return late + offsetOf(late) === wallMs ? late : early;
}
