/** The diagrams with numbers: a day ahead, its morning by the minute, and the choice among policies. */
import { DAY_MS, HOUR_MS, MINUTE_MS, parseAt, SLOT_MS } from '../../src/time.ts';
import { AT, type Measured, PRICE_USD, slotsFrom } from './measured.ts';
import { axes, type Axis, band, dot, HUE, INK, line, picture, type Point, roundTicks, steps, text } from './svg.ts';

const NOW_MS = Date.parse(AT);
const SIZE = { width: 960, height: 420 };
const FRAME = { left: 56, right: 936, top: 116, bottom: 366 };

function timeAxis(fromMs: number, toMs: number, everyMs: number): Axis {
  const ticks = [];
  for (let at = Math.ceil(fromMs / everyMs) * everyMs; at <= toMs; at += everyMs) {
    ticks.push({ at, label: new Date(at).toISOString().slice(11, 16) });
  }
  return { from: fromMs, to: toMs, ticks, name: 'time (UTC)' };
}

function countAxis(to: number, name: string): Axis {
  return { from: 0, to, ticks: roundTicks(0, to).map((at) => ({ at, label: String(at) })), name };
}

function legend(entries: readonly [string, string][], y: number): string[] {
  let x = FRAME.left;
  return entries.flatMap(([name, colour]) => {
    const marks = [
      line(
        [
          { x, y: y - 4 },
          { x: x + 18, y: y - 4 },
        ],
        colour,
        { width: 4 },
      ),
      text({ x: x + 24, y }, name, { size: 12 }),
    ];
    x += 42 + name.length * 6.6;
    return marks;
  });
}

const heading = (title: string, below: string) => [
  text({ x: 24, y: 32 }, title, { size: 16, weight: 600 }),
  text({ x: 24, y: 52 }, below, { fill: INK.soft, size: 12 }),
];

/** The day before, the forecast of the next one, what came, and the plan. */
export function dayDiagram({ preview, demandAt }: Measured): string {
  const { slots } = preview.forecast;
  const [fromMs, toMs] = [NOW_MS - DAY_MS / 2, NOW_MS + DAY_MS];
  const top = Math.max(...slots.map(({ peak }) => peak.p99), ...preview.plan.map(({ capacity }) => capacity)) * 1.08;
  const { marks, at } = axes(
    FRAME,
    timeAxis(fromMs, toMs, 3 * HOUR_MS),
    countAxis(top, 'environments in use at the busiest moment of five minutes'),
  );
  const of = (read: (slot: Slot) => number) => slots.map((slot) => at(Date.parse(slot.at), Math.min(top, read(slot))));
  const came = slotsFrom(fromMs, Math.round((toMs - fromMs) / SLOT_MS)).map((ms) =>
    at(ms, Math.min(top, demandAt(ms))),
  );
  const plan = preview.plan.map((slot) => at(Date.parse(slot.at), slot.capacity));
  const now = at(NOW_MS, 0).x;
  marks.push(
    ...forecastBands(of),
    line(came, HUE.demand, { width: 1 }),
    line(steps(plan, at(toMs, 0).x), HUE.plan, { width: 2 }),
    line(
      [
        { x: now, y: FRAME.top },
        { x: now, y: FRAME.bottom },
      ],
      INK.soft,
      { dash: '3 3' },
    ),
    text({ x: now + 6, y: FRAME.top + 4 }, 'now: nothing to the right was known', { size: 12, fill: INK.soft }),
    ...legend(
      [
        ['busiest moment, as it came', HUE.demand],
        ['its forecast: 50 to 90 to 99 %', HUE.band],
        ['plan', HUE.plan],
      ],
      72,
    ),
  );
  const title = 'A day ahead: forecast, plan, and what came';
  const says = `Chosen: ${preview.decision.policy}. The plan follows the forecast band from a quiet night to a busy day.`;
  return picture(SIZE, { title, says }, [...heading(title, chosenIn(preview)), ...marks]);
}

type Slot = Measured['preview']['forecast']['slots'][number];

/** From the median to 90 and to 99 %; `curve` lays a value of each slot out. */
function forecastBands(curve: (read: (slot: Slot) => number) => readonly Point[]): string[] {
  const median = curve(({ peak }) => peak.p50);
  return [
    band(
      curve(({ peak }) => peak.p99),
      median,
      HUE.band,
      0.18,
    ),
    band(
      curve(({ peak }) => peak.p90),
      median,
      HUE.band,
      0.22,
    ),
  ];
}

/** The policy, and whether others are held with it. */
function chosenIn({ decision }: Measured['preview']): string {
  const mean = /the plan is (the mean of \d+ policies that did about as well)/.exec(decision.reason)?.[1];
  return `policy chosen: ${decision.policy}${mean === undefined ? '' : `; held is ${mean}`}`;
}

/** The next two hours of the plan with the actions that carry it out. */
export function morningDiagram({ preview, demandAt }: Measured): string {
  const { plan, forecast, actions } = preview;
  const fromMs = NOW_MS;
  const toMs = fromMs + 2 * HOUR_MS;
  const inside = (iso: string) => Date.parse(iso) >= fromMs && Date.parse(iso) < toMs;
  const slots = forecast.slots.filter((slot) => inside(slot.at));
  const held = plan.filter((slot) => inside(slot.at));
  const top = Math.max(...slots.map(({ peak }) => peak.p99), ...held.map(({ capacity }) => capacity)) * 1.25;
  const { marks, at } = axes(FRAME, timeAxis(fromMs, toMs, 15 * MINUTE_MS), countAxis(top, 'environments'));
  const end = at(toMs, 0).x;
  const stepped = (read: (slot: Slot) => number) =>
    steps(
      slots.map((slot) => at(Date.parse(slot.at), read(slot))),
      end,
    );
  const due = actions.flatMap(({ schedule, minCapacity }) => {
    const atMs = parseAt(schedule);
    return atMs === null ? [] : [{ atMs, level: Number(minCapacity) }];
  });
  const before = due.filter(({ atMs }) => atMs < fromMs).at(-1)?.level ?? preview.changes.registerNow?.minCapacity ?? 0;
  const shown = due.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const levels: Point[] = [
    { x: FRAME.left, y: at(fromMs, before).y },
    ...shown.map(({ atMs, level }) => at(atMs, level)),
  ];
  marks.push(
    ...forecastBands(stepped),
    line(
      steps(
        slots.map((slot) => at(Date.parse(slot.at), Math.min(top, demandAt(Date.parse(slot.at))))),
        end,
      ),
      HUE.demand,
      { width: 1 },
    ),
    line(
      steps(
        held.map((slot) => at(Date.parse(slot.at), slot.capacity)),
        end,
      ),
      HUE.plan,
      { width: 1.2, dash: '4 3' },
    ),
    line(steps(levels, end), HUE.plan, { width: 2.4 }),
    ...shown.map(({ atMs, level }) => dot(at(atMs, level), HUE.plan, 4, true)),
    ...legend(
      [
        ['busiest moment, as it came', HUE.demand],
        ['its forecast: 50 to 90 to 99 %', HUE.band],
        ['plan (dashed) and what AWS is asked for', HUE.plan],
      ],
      72,
    ),
  );
  const title = 'The next two hours: each ring is one scheduled action';
  const first = shown[0] ? new Date(shown[0].atMs).toISOString().slice(11, 16) : '';
  const says = `${shown.length} scheduled actions in two hours, the first at ${first}; capacity is asked for ${240 / 60} minutes before its slot.`;
  return picture(SIZE, { title, says }, [...heading(title, says), ...marks]);
}

/** Every candidate as a point, dollars against cold starts. */
export function frontierDiagram({ preview }: Measured): string {
  const { candidates } = preview.decision;
  const chosen = candidates.find((candidate) => candidate.chosen);
  const onDemand = candidates.find(({ kind }) => kind === 'on-demand');
  if (!chosen || !onDemand) throw new Error('nothing was chosen');
  const near = candidates.filter(({ costUsdPerDay }) => costUsdPerDay <= 1.35 * chosen.costUsdPerDay);
  const costs = near.map(({ costUsdPerDay }) => costUsdPerDay);
  const [from, to] = [Math.min(...costs) * 0.985, Math.max(...costs) * 1.01];
  const most = onDemand.coldStartsPerDay * 1.12;
  const x: Axis = {
    from,
    to,
    name: 'bill, USD a day',
    ticks: roundTicks(from, to).map((at) => ({ at, label: String(at) })),
  };
  const { marks, at } = axes(FRAME, x, countAxis(most, 'cold starts a day'));
  const place = ({ costUsdPerDay, coldStartsPerDay }: typeof chosen) =>
    at(costUsdPerDay, Math.min(most, coldStartsPerDay));
  // Where bill + price x cold starts is that of the chosen one: below the line would be better.
  const equal = (coldStarts: number) =>
    at(chosen.costUsdPerDay + PRICE_USD * (chosen.coldStartsPerDay - coldStarts), coldStarts);
  const upTo = Math.min(most, chosen.coldStartsPerDay + (chosen.costUsdPerDay - from) / PRICE_USD);
  marks.push(
    line([equal(0), equal(upTo)], HUE.plan, { dash: '5 4' }),
    ...near.map((candidate) => dot(place(candidate), HUE[candidate.kind])),
    dot(place(chosen), HUE.plan, 6, true),
    dot(place(onDemand), HUE['on-demand'], 5, true),
    note(place(chosen), `chosen: ${chosen.name}`, { x: 60, y: -60 }),
    note(place(onDemand), 'on demand', { x: 40, y: -4 }),
    ...legend(
      [
        ['forecast', HUE.forecast],
        ['last day or week', HUE.repeat],
        ['recent peak', HUE.recent],
        ['constant', HUE.constant],
        ['equally good at 0.10 USD a cold start', HUE.plan],
      ],
      72,
    ),
  );
  const title = `The choice: ${candidates.length} policies on the same past, the ${near.length} cheapest of them`;
  const says = `${chosen.name}: ${chosen.costUsdPerDay.toFixed(2)} USD and ${chosen.coldStartsPerDay.toFixed(0)} cold starts a day; on demand: ${onDemand.costUsdPerDay.toFixed(2)} USD and ${onDemand.coldStartsPerDay.toFixed(0)}.`;
  return picture(SIZE, { title, says }, [...heading(title, says), ...marks]);
}

function note(from: Point, words: string, by: Point): string {
  const to = { x: from.x + by.x, y: from.y + by.y };
  return line([from, to], INK.soft, { width: 0.8 }) + text({ x: to.x + 4, y: to.y + 4 }, words, { weight: 600 });
}
