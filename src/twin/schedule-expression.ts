/** When a scheduled action is due: `at(...)`, `rate(...)` and `cron(...)` with time zone, start and end. */
import { DateTime, IANAZone } from 'luxon';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { parseCron, type CronExpression } from './cron.ts';

export type Schedule =
  | { kind: 'at'; atMs: number }
  | { kind: 'rate'; everyMs: number }
  | { kind: 'cron'; cron: CronExpression; timezone: string };

const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;
const RATE = /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)$/;
const CRON = /^cron\((.*)\)$/;
const UNIT_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;

export function isTimezone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/**
 * Throws a RangeError for anything that PutScheduledAction refuses.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
 */
export function parseSchedule(text: string, timezone: string): Schedule {
  const at = AT.exec(text);
  if (at) {
    const moment = DateTime.fromISO(at[1]!, { zone: timezone });
    if (!moment.isValid) throw new RangeError(`${text} is not a date and time`);
    return { kind: 'at', atMs: moment.toMillis() };
  }
  const rate = RATE.exec(text);
  if (rate) {
    const everyMs = Number(rate[1]) * UNIT_MS[rate[2] as keyof typeof UNIT_MS];
    if (everyMs === 0) throw new RangeError('the value of a rate must be positive');
    return { kind: 'rate', everyMs };
  }
  const cron = CRON.exec(text);
  if (cron) return { kind: 'cron', cron: parseCron(cron[1]!), timezone };
  throw new RangeError(`${text} is neither at(yyyy-mm-ddThh:mm:ss) nor rate(value unit) nor cron(fields)`);
}

export interface ScheduleWindow {
  createdMs: number;
  startMs: number | null;
  endMs: number | null;
}

/**
 * The first time after `afterMs` at which the schedule is due, or Infinity. "At" is due once; a recurring schedule with
 * a start time is due at that time too, and never after its end.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
 */
export function nextDueMs(schedule: Schedule, window: ScheduleWindow, afterMs: number): number {
  const due = unboundedNextMs(schedule, window, afterMs);
  return window.endMs !== null && due > window.endMs ? Infinity : due;
}

function unboundedNextMs(schedule: Schedule, { createdMs, startMs }: ScheduleWindow, afterMs: number): number {
  if (schedule.kind === 'at') {
    const inWindow = startMs === null || schedule.atMs >= startMs;
    return schedule.atMs > afterMs && inWindow ? schedule.atMs : Infinity;
  }
  if (startMs !== null && startMs > afterMs) return startMs;
  if (schedule.kind === 'cron') return nextCronMs(schedule.cron, schedule.timezone, afterMs);
  // Without a start time the first run is one interval after creation (undocumented).
  const originMs = startMs ?? createdMs;
  return originMs + (Math.floor((afterMs - originMs) / schedule.everyMs) + 1) * schedule.everyMs;
}

/** The Gregorian calendar repeats its weekdays within 28 years, but for century years without a leap day: 40 hold all. */
const CRON_SEARCH_DAYS = 40 * 366;

function nextCronMs(cron: CronExpression, timezone: string, afterMs: number): number {
  let day = DateTime.fromMillis(afterMs, { zone: timezone }).startOf('day');
  for (let i = 0; i < CRON_SEARCH_DAYS; i++) {
    const { year, month } = day;
    if (cron.matchesDay({ year, month, day: day.day, weekday: (day.weekday % 7) + 1 })) {
      const due = firstOnDay(cron, day, afterMs);
      if (due !== Infinity) return due;
    }
    day = day.plus({ days: 1 });
  }
  return Infinity;
}

function firstOnDay(cron: CronExpression, day: DateTime, afterMs: number): number {
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      const dueMs = day.set({ hour, minute }).toMillis();
      if (dueMs > afterMs) return dueMs;
    }
  }
  return Infinity;
}
