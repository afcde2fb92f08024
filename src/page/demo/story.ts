/** Everything that was heard so far, in the columns that charts take: one entry per minute, null where nothing is known. */
import type {
  ActionFrame,
  ControlFrame,
  DecisionFrame,
  EndFrame,
  Frame,
  MinuteFrame,
  RunFrame,
} from '../../demo/frames.ts';

type Column = (number | null)[];

const COLUMNS = [
  'demand',
  'ready',
  'mean',
  'high',
  'scheduled',
  'coldStarts',
  'coldStartsOnDemand',
  'cost',
  'costOnDemand',
  'allIn',
  'allInOnDemand',
] as const;

export interface Story {
  run: RunFrame;
  /** Of each minute's end, in seconds. */
  seconds: number[];
  columns: Record<(typeof COLUMNS)[number], Column>;
  /** The newest minute and the one before it. */
  now: MinuteFrame | null;
  before: MinuteFrame | null;
  actions: Map<string, ActionFrame>;
  decision: DecisionFrame | null;
  ticks: number;
  writes: number;
  control: ControlFrame | null;
  end: EndFrame | null;
  /** The highest level that any chart of levels shows. */
  highest: number;
}

const MINUTE_MS = 60_000;
const SLOT_MINUTES = 5;

export function createStory(run: RunFrame): Story {
  const minutes = Math.round((run.endMs - run.startMs) / MINUTE_MS);
  const empty = () => new Array<number | null>(minutes + 1).fill(null);
  return {
    run,
    seconds: Array.from({ length: minutes + 1 }, (_, minute) => run.startMs / 1000 + minute * 60),
    columns: Object.fromEntries(COLUMNS.map((name) => [name, empty()])) as Story['columns'],
    now: null,
    before: null,
    actions: new Map(),
    decision: null,
    ticks: 0,
    writes: 0,
    control: null,
    end: null,
    highest: 0,
  };
}

export function minuteOf(story: Story, timeMs: number): number {
  return Math.round((timeMs - story.run.startMs) / MINUTE_MS);
}

/** Adds one frame. What lies after the end of the run is left out. */
export function hear(story: Story, frame: Frame): void {
  switch (frame.kind) {
    case 'minute':
      hearMinute(story, frame);
      return;
    case 'forecast':
      hearForecast(story, frame);
      return;
    case 'schedule':
      hearSchedule(story, frame.steps);
      return;
    case 'decision':
      story.decision = frame;
      story.ticks += 1;
      story.writes += frame.writes;
      return;
    case 'action':
      story.actions.set(frame.id, frame);
      return;
    case 'control':
      story.control = frame;
      return;
    case 'end':
      story.end = frame;
  }
}

function hearMinute(story: Story, frame: MinuteFrame): void {
  const { withPrewarm, onDemand } = frame;
  const values: Partial<Record<keyof Story['columns'], number>> = {
    demand: frame.demand,
    ready: withPrewarm.provisionedReady,
    coldStarts: withPrewarm.coldStarts,
    coldStartsOnDemand: onDemand.coldStarts,
    cost: withPrewarm.costUsd,
    costOnDemand: onDemand.costUsd,
    allIn: withPrewarm.effectiveCostUsd,
    allInOnDemand: onDemand.effectiveCostUsd,
  };
  const minute = minuteOf(story, frame.atMs);
  for (const [name, value] of Object.entries(values)) story.columns[name as keyof typeof values][minute] = value;
  if (minute > 0) story.columns.scheduled[minute - 1] = null;
  story.highest = Math.max(story.highest, frame.demand, withPrewarm.provisionedReady);
  story.before = story.now;
  story.now = frame;
}

/** A slot's forecast is drawn at its middle. */
function hearForecast(story: Story, { slotMs, mean, high }: Extract<Frame, { kind: 'forecast' }>): void {
  const minute = minuteOf(story, slotMs) + Math.floor(SLOT_MINUTES / 2);
  if (minute < 0 || minute >= story.seconds.length) return;
  story.columns.mean[minute] = mean;
  story.columns.high[minute] = high;
  story.highest = Math.max(story.highest, high);
}

/** From now on: the level in force until the first step, and after it what each step sets. */
function hearSchedule(story: Story, steps: readonly { atMs: number; level: number }[]): void {
  const { scheduled } = story.columns;
  const now = story.now ? minuteOf(story, story.now.atMs) : 0;
  scheduled.fill(null);
  let level = story.now ? story.now.withPrewarm.provisionedReady + story.now.warming : null;
  let next = 0;
  for (let minute = now; minute < scheduled.length; minute++) {
    for (let step = steps[next]; step && minuteOf(story, step.atMs) <= minute; step = steps[++next]) level = step.level;
    scheduled[minute] = level;
    story.highest = Math.max(story.highest, level ?? 0);
  }
}
