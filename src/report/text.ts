/** Text for a terminal: how wide it is, what of it is harmless, and how it is folded. */
import stringWidth from 'string-width';
import { zoneOffset } from '../time-zone.ts';
import { MINUTE_MS } from '../time.ts';

/**
 * What moves the cursor, hides or reorders text: controls (C0, C1), bidirectional controls, line and paragraph separators,
 * invisible characters. A line feed is the text's own, and a left-to-right mark moves nothing.
 */
const HARMFUL =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Unicode's noncharacters: tones are marked by them until the text is shown, so that no data can pass for a colour code. */
export const MARKS = /[\ufdd0-\ufdef]/g;

/** Outside data made visible: an escape reads `\u001b`, as in JSON, where it means the same. */
export function neutralise(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd').replace(HARMFUL, escaped);
}

/** The same for a name or a sentence that belongs on one line. */
export function oneLine(text: string): string {
  return neutralise(text).replaceAll('\n', '\\n');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Columns that a text takes: two for East Asian wide characters and emoji, none for marks. */
export function displayWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text.replace(MARKS, ''));
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** Each line in at most `width` columns; what is folded goes on under the text that a label or an indent leads to. */
export function fold(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => foldLine(line, width))
    .join('\n');
}

function foldLine(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line];
  const deep = /^ */.exec(line)?.[0].length ?? 0;
  if (deep > width / 2) return foldLine(' '.repeat(Math.floor(width / 4)) + line.slice(deep), width);
  const indent = ' '.repeat(hangingIndent(line, width));
  const [first = '', ...rest] = wrap(line.slice(indent.length), width - indent.length);
  return [line.slice(0, indent.length) + first, ...rest.map((part) => indent + part)];
}

/** Where the last column that gaps set apart begins, as long as it leaves half of the line. */
function hangingIndent(line: string, width: number): number {
  let indent = 0;
  for (const gap of line.matchAll(/^ +|(?<=\S) {2,}/g)) {
    const end = gap.index + gap[0].length;
    if (end > width / 2) break;
    indent = end;
  }
  return displayWidth(line.slice(0, indent)) === indent ? indent : 0;
}

/** Broken at spaces, and inside of words that are wider than the line. At least one line. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(2, width);
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(' ').flatMap((part) => cut(part, room))) {
    if (line === null) line = word;
    else if (displayWidth(line) + 1 + displayWidth(word) <= room) line += ` ${word}`;
    else {
      lines.push(line.trimEnd());
      line = word;
    }
  }
  return [...lines, (line ?? '').trimEnd()];
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A word in pieces of at most `width` columns, never inside of a character. */
function cut(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const columns = displayWidth(segment);
    if (used + columns > width) {
      parts.push(part);
      [part, used] = ['', 0];
    }
    part += segment;
    used += columns;
  }
  return [...parts, part];
}

const UTC_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** A moment as a zone's clocks show it, with its offset: `2026-11-22 15:05+01:00`. */
export function zonedTime(timeMs: number, zone: string): string {
  const aheadMs = zoneOffset(zone)(timeMs);
  const wall = new Date(timeMs + aheadMs).toISOString();
  const seconds = wall.slice(16, 19) === ':00' ? '' : wall.slice(16, 19);
  return `${wall.slice(0, 10)} ${wall.slice(11, 16)}${seconds}${offsetText(aheadMs)}`;
}

function offsetText(aheadMs: number): string {
  if (aheadMs === 0) return 'Z';
  const minutes = Math.abs(Math.round(aheadMs / MINUTE_MS));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${aheadMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The moments in a text, which are written in UTC, as a zone's clocks show them. */
export function hasTimes(text: string): boolean {
  return text.search(UTC_TIME) >= 0;
}

export function timesInZone(text: string, zone: string): string {
  return text.replace(UTC_TIME, (time) => {
    const timeMs = Date.parse(time);
    return Number.isNaN(timeMs) ? time : zonedTime(timeMs, zone);
  });
}
