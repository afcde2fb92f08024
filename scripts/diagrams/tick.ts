/** The flow of a tick. */
import { INK, line, picture, type Point, px, text } from './svg.ts';

interface Step {
  name: string;
  folder: string;
  makes: string;
  does: [string, string, string];
}

/** As `src/controller/tick.ts` goes through them: the name, the folder, what it makes, and three lines on what it does. */
const ROWS: readonly [string, string, string, string, string, string][] = [
  ['observe', 'src/aws', 'DemandHistory', 'what was asked,', 'not what was there;', 'gaps stay unknown'],
  ['forecast', 'src/forecast', 'Forecast', 'quantiles of the peak', 'of each 5 minutes', 'of the next day'],
  ['decide', 'src/controller', 'CapacityPlan', 'about 140 policies', 'on the last 14 days,', 'priced all in'],
  ['schedule', 'src/controller', 'ScheduledAction', 'at(...), min = max,', 'lead time, last one', 'to the baseline'],
  ['diff', 'src/controller', 'Changes', 'create, update,', 'delete, keep;', 'others untouched'],
  ['apply', 'src/controller', 'TickReport', 'only in act mode;', 'nothing new,', 'nothing written'],
];
export const STEPS: readonly Step[] = ROWS.map(([name, folder, makes, ...does]) => ({ name, folder, makes, does }));

const BOX = { width: 136, height: 118, top: 92, gap: 20, left: 24 };

export function tickDiagram(): string {
  const marks = [
    text({ x: 24, y: 34 }, 'One tick, every five minutes, for each alias', { size: 16, weight: 600 }),
    text({ x: 24, y: 56 }, 'Between the two ports everything is a pure function of history, settings and time', {
      fill: INK.soft,
    }),
  ];
  STEPS.forEach((step, i) => marks.push(...box(step, BOX.left + i * (BOX.width + BOX.gap), i)));
  const last = BOX.left + STEPS.length * (BOX.width + BOX.gap) - BOX.gap;
  marks.push(
    ...port(BOX.left + BOX.width / 2, 'CloudWatch', 'read'),
    ...port(last - BOX.width / 2, 'Application Auto Scaling', 'write'),
    line(
      [
        { x: BOX.left + BOX.width / 2 + 50, y: 282 },
        { x: last - BOX.width / 2 - 120, y: 282 },
      ],
      INK.line,
      { dash: '4 4' },
    ),
    text({ x: 480, y: 272 }, 'the alias serves requests; AWS carries the schedule out by itself', {
      anchor: 'middle',
      fill: INK.soft,
      size: 12,
    }),
  );
  const says = `${STEPS.map(({ name, makes }) => `${name} makes a ${makes}`).join(', ')}. Metrics come from CloudWatch; scheduled actions go to Application Auto Scaling.`;
  return picture({ width: last + 24, height: 312 }, { title: 'The flow of a tick', says }, marks);
}

function box({ name, makes, does }: Step, x: number, i: number): string[] {
  const { top, width, height } = BOX;
  const centre = x + width / 2;
  return [
    `<rect x="${px(x)}" y="${top}" width="${width}" height="${height}" rx="8" fill="${INK.box}" stroke="${INK.line}"/>`,
    text({ x: centre, y: top + 24 }, name, { anchor: 'middle', weight: 600, size: 15 }),
    ...does.map((words, k) =>
      text({ x: centre, y: top + 46 + 16 * k }, words, { anchor: 'middle', fill: INK.soft, size: 12 }),
    ),
    text({ x: centre, y: top + 106 }, makes, { anchor: 'middle', size: 12, fill: '#1864ab' }),
    ...(i === 0 ? [] : [arrow({ x: x - BOX.gap, y: top + height / 2 }, { x: x - 1, y: top + height / 2 })]),
  ];
}

function port(x: number, name: string, verb: 'read' | 'write'): string[] {
  const [above, below] = [BOX.top + BOX.height, 264];
  return [
    verb === 'read' ? arrow({ x, y: below }, { x, y: above + 2 }) : arrow({ x, y: above }, { x, y: below }),
    text({ x: x + 8, y: 240 }, verb, { size: 12, fill: INK.soft }),
    text({ x: verb === 'read' ? x - 60 : x + 68, y: 287 }, name, {
      anchor: verb === 'read' ? 'start' : 'end',
      weight: 600,
    }),
  ];
}

function arrow(from: Point, to: Point): string {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const wing = (turn: number): Point => ({
    x: to.x - 8 * Math.cos(angle + turn),
    y: to.y - 8 * Math.sin(angle + turn),
  });
  return line([from, to], INK.soft) + line([wing(0.45), to, wing(-0.45)], INK.soft);
}
