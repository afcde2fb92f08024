/** What a terminal is told: width, colour, and text laid out for people. */
import { styleText } from 'node:util';

export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'strong' | 'actual' | 'band' | 'plan' | 'axis';

const STYLE: Record<Tone, Parameters<typeof styleText>[0]> = {
  good: 'green',
  warn: 'yellow',
  bad: 'red',
  dim: 'dim',
  strong: 'bold',
  actual: 'cyan',
  band: 'blue',
  plan: 'yellow',
  axis: 'dim',
};

export interface Terminal {
  width: number;
  paint: (tone: Tone, text: string) => string;
}

/** Colour only for a terminal that wants it: https://no-color.org */
export function terminalFor(
  stream: { isTTY?: boolean; columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const colour = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    width: Math.max(40, Math.min(stream.columns ?? 100, 160)),
    paint: (tone, text) => (colour ? styleText(STYLE[tone], text, { validateStream: false }) : text),
  };
}

/** Rows under a header, columns as wide as their widest cell; numbers (as text) aligned right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-+$]?[\d.,]+( ?[%x]| h)?$|^$|^-$/.test(row[column] ?? '')),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, column) => (numeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}
