/** Numbers and times as people read them. */

const MINUS = '\u2212';
const NARROW = '\u202f';

/** `1234.5` -> `1,234.5`: as many digits as say something, never scientific. */
export function number(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return '\u2013';
  const size = Math.abs(value);
  const shown = digits ?? (size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 0.095 ? 2 : 3);
  const text = size.toLocaleString('en-US', { maximumFractionDigits: shown });
  return value < 0 && text !== '0' ? MINUS + text : text;
}

/** `0.1234` -> `12.3 %`. */
export function percent(share: number, digits?: number): string {
  const size = Math.abs(share * 100);
  const shown = digits ?? (size >= 10 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3);
  return `${number(share * 100, shown)}${NARROW}%`;
}

/** `12.345` -> `$12.35`; amounts below a dollar keep two digits that say something. */
export function usd(amount: number): string {
  if (!Number.isFinite(amount)) return '\u2013';
  const size = Math.abs(amount);
  const digits = size >= 1000 ? 0 : size >= 1 || size === 0 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(size)));
  const text = size.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${amount < 0 ? MINUS : ''}$${text}`;
}

/** `5400` -> `1 h 30 min`. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [size, unit] of [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    const count = Math.floor(left / size);
    if (count > 0 && parts.length < 2) parts.push(`${count}${NARROW}${unit}`);
    left -= count * size;
  }
  return parts.length === 0 ? `0${NARROW}s` : parts.join(' ');
}

export interface Clock {
  zone: string;
  /** `Mon 3 Nov, 14:05` */
  moment: (timeMs: number) => string;
  /** `14:05` */
  hour: (timeMs: number) => string;
  /** `Mon 3 Nov` */
  day: (timeMs: number) => string;
  /** `3 Nov 2026` */
  date: (timeMs: number) => string;
  /** Milliseconds by which the zone's wall clock is ahead of UTC. */
  offsetMs: (timeMs: number) => number;
}

/** Times in one zone. */
export function clockIn(zone: string): Clock {
  const formatOf = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    return (timeMs: number) => format.format(timeMs);
  };
  const day = formatOf({ weekday: 'short', day: 'numeric', month: 'short' });
  const hour = formatOf({ hour: '2-digit', minute: '2-digit' });
  const wall = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return {
    zone,
    day,
    hour,
    date: formatOf({ day: 'numeric', month: 'short', year: 'numeric' }),
    moment: (timeMs) => `${day(timeMs).replace(',', '')}, ${hour(timeMs)}`,
    offsetMs: (timeMs) => {
      const parts = Object.fromEntries(wall.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
      const { year = 0, month = 1, day: dayOfMonth = 1, hour: hours = 0, minute = 0, second = 0 } = parts;
      return Date.UTC(year, month - 1, dayOfMonth, hours, minute, second) - Math.floor(timeMs / 1000) * 1000;
    },
  };
}
