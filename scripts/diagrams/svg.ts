/** The few marks that the diagrams of the documentation are made of. A light card, so that it reads on any page. */

export const INK = { text: '#1f2733', soft: '#5b6673', line: '#c9d1da', card: '#ffffff', box: '#f3f6f9' } as const;
export const HUE = {
  demand: '#1f2733',
  band: '#2f7ed8',
  plan: '#d9480f',
  forecast: '#2f7ed8',
  repeat: '#2b8a3e',
  recent: '#9c36b5',
  constant: '#b08900',
  'on-demand': '#1f2733',
} as const;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
export const px = (value: number) => String(Math.round(value * 10) / 10);

export interface Point {
  x: number;
  y: number;
}

/** A whole picture with what a screen reader says of it. */
export function picture(
  size: { width: number; height: number },
  about: { title: string; says: string },
  marks: string[],
) {
  const { width, height } = size;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title says" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13">
<title id="title">${escape(about.title)}</title>
<desc id="says">${escape(about.says)}</desc>
<rect width="${width}" height="${height}" rx="10" fill="${INK.card}" stroke="${INK.line}"/>
${marks.join('\n')}
</svg>
`;
}

export interface TextStyle {
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  size?: number;
  weight?: number;
}

export function text({ x, y }: Point, words: string, style: TextStyle = {}): string {
  const { anchor = 'start', fill = INK.text, size = 13, weight = 400 } = style;
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${fill}" font-size="${size}" font-weight="${weight}">${escape(words)}</text>`;
}

export function line(points: readonly Point[], stroke: string, { width = 1.5, dash = '' } = {}): string {
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<polyline fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dashes} points="${listed(points)}"/>`;
}

/** The area between two lines with the same x. */
export function band(upper: readonly Point[], lower: readonly Point[], fill: string, opacity: number): string {
  return `<polygon fill="${fill}" fill-opacity="${opacity}" points="${listed([...upper, ...lower.toReversed()])}"/>`;
}

export function dot({ x, y }: Point, fill: string, radius = 3.2, ring = false): string {
  const stroke = ring ? ` stroke="${INK.text}" stroke-width="2"` : ` fill-opacity="0.75"`;
  return `<circle cx="${px(x)}" cy="${px(y)}" r="${radius}" fill="${fill}"${stroke}/>`;
}

const listed = (points: readonly Point[]) => points.map(({ x, y }) => `${px(x)},${px(y)}`).join(' ');

/** A step's value lasts until the next one: two points for each. */
export function steps(points: readonly Point[], end: number): Point[] {
  return points.flatMap(({ x, y }, i) => [
    { x, y },
    { x: points[i + 1]?.x ?? end, y },
  ]);
}

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Axis {
  from: number;
  to: number;
  ticks: { at: number; label: string }[];
  name: string;
}

/** Axes with light lines, and where a pair of values lies on them. */
export function axes(frame: Frame, x: Axis, y: Axis): { marks: string[]; at: (x: number, y: number) => Point } {
  const { left, right, top, bottom } = frame;
  const at = (vx: number, vy: number) => ({
    x: left + ((vx - x.from) / (x.to - x.from)) * (right - left),
    y: bottom - ((vy - y.from) / (y.to - y.from)) * (bottom - top),
  });
  const marks = [
    ...y.ticks.flatMap((tick) => {
      const { y: height } = at(x.from, tick.at);
      return [
        line(
          [
            { x: left, y: height },
            { x: right, y: height },
          ],
          INK.line,
          { width: 0.7 },
        ),
        text({ x: left - 8, y: height + 4 }, tick.label, { anchor: 'end', fill: INK.soft, size: 12 }),
      ];
    }),
    ...x.ticks.map((tick) =>
      text({ x: at(tick.at, y.from).x, y: bottom + 18 }, tick.label, { anchor: 'middle', fill: INK.soft, size: 12 }),
    ),
    text({ x: left, y: top - 12 }, y.name, { fill: INK.soft, size: 12 }),
    text({ x: right, y: bottom + 38 }, x.name, { anchor: 'end', fill: INK.soft, size: 12 }),
  ];
  return { marks, at };
}

/** Round numbers from 0 or `from` on, at most `most` of them. */
export function roundTicks(from: number, to: number, most = 6): number[] {
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
