/** What a terminal is told: width, colour, zone, and text laid out for people. */
import { inspect } from 'node:util';
import { isUtc } from '../time-zone.ts';
import { fold, MARKS, neutralise, timesInZone } from './text.ts';

export { renderTable } from './table.ts';

const STYLE = {
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  dim: 'dim',
  strong: 'bold',
  actual: 'cyan',
  band: 'blue',
  plan: 'yellow',
  axis: 'dim',
} as const;

export type Tone = keyof typeof STYLE;

const TONES = Object.keys(STYLE) as Tone[];
const [OPEN, CLOSE] = [0xfdd0, 0xfde0];

export interface Terminal {
  /** Columns for charts and tables. */
  width: number;
  /** Columns at which lines are folded: Infinity where nobody says how many there are, as in a pipe. */
  foldAt: number;
  /** IANA name of the zone that times are shown in. */
  zone: string;
  /** Marks a text with a tone; `present` makes a colour of it. The text as it is where there are no colours. */
  paint: (tone: Tone, text: string) => string;
}

export type TerminalEnv = Readonly<Record<string, string | undefined>>;

export const NARROWEST = 40;
const WIDEST = 160;
const USUAL = 100;

/** Width from the stream, else COLUMNS; `zone` is UTC unless given. */
export function terminalFor(
  stream: { isTTY?: boolean; columns?: number },
  env: TerminalEnv,
  zone: string = 'UTC',
): Terminal {
  const colour = wantsColour(stream, env);
  const columns = stream.columns ?? columnsFrom(env);
  return {
    width: Math.max(NARROWEST, Math.min(columns ?? USUAL, WIDEST)),
    foldAt: columns === undefined ? Infinity : Math.max(NARROWEST, columns),
    zone,
    paint: (tone, text) => (colour && text !== '' ? marked(TONES.indexOf(tone), text) : text),
  };
}

/**
 * Never where NO_COLOR is not empty (https://no-color.org). Else FORCE_COLOR decides where it is not empty: 0 and false are no, as in
 * Node.js, anything else is yes (https://force-color.org). Else on a terminal that has colours.
 */
export function wantsColour({ isTTY }: { isTTY?: boolean }, env: TerminalEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY === true && env.TERM !== 'dumb';
}

function columnsFrom({ COLUMNS }: TerminalEnv): number | undefined {
  return COLUMNS !== undefined && /^[1-9]\d{0,3}$/.test(COLUMNS) ? Number(COLUMNS) : undefined;
}

function marked(tone: number, text: string): string {
  return `${String.fromCharCode(OPEN + tone)}${text}${String.fromCharCode(CLOSE + tone)}`;
}

/** The text as it goes to the stream: harmless, its times in the terminal's zone, folded, its tones as colours. */
export function present(text: string, { zone, foldAt }: Pick<Terminal, 'zone' | 'foldAt'>): string {
  const harmless = neutralise(isUtc(zone) ? text : timesInZone(text, zone));
  return (Number.isFinite(foldAt) ? fold(harmless, foldAt) : harmless).replace(MARKS, colourCode);
}

function colourCode(mark: string): string {
  const index = mark.charCodeAt(0);
  const [tone, side] = index < CLOSE ? [index - OPEN, 0] : [index - CLOSE, 1];
  const style = TONES[tone];
  return style === undefined ? '' : `\u001b[${inspect.colors[STYLE[style]]![side]}m`;
}
