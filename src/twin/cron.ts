/**
 * The cron of Application Auto Scaling and EventBridge: minutes hours day-of-month month day-of-week year.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 *
 * Days of the week are 1-7 from Sunday; exactly one of the two day fields is `?`. Other cron libraries read both otherwise.
 */

/** A wall-clock day of the Gregorian calendar; month from 1, weekday from 1 = Sunday. */
export interface CronDay {
  year: number;
  month: number;
  day: number;
  weekday: number;
}

export interface CronExpression {
  /** Ascending. */
  minutes: readonly number[];
  /** Ascending. */
  hours: readonly number[];
  matchesDay(day: CronDay): boolean;
}

interface FieldRule {
  name: string;
  min: number;
  max: number;
  names?: readonly string[];
}

const MINUTES: FieldRule = { name: 'minutes', min: 0, max: 59 };
const HOURS: FieldRule = { name: 'hours', min: 0, max: 23 };
const DAY_OF_MONTH: FieldRule = { name: 'day of month', min: 1, max: 31 };
const MONTH: FieldRule = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const DAY_OF_WEEK: FieldRule = {
  name: 'day of week',
  min: 1,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};
const YEAR: FieldRule = { name: 'year', min: 1970, max: 2199 };

/**
 * Reads the text between the brackets of `cron(...)`. A seventh, leading field for seconds is accepted and ignored: AWS takes
 * it "without guarantee". Throws a RangeError that names the faulty field.
 */
export function parseCron(text: string): CronExpression {
  let fields = text.trim().toUpperCase().split(/\s+/);
  if (fields.length === 7) fields = fields.slice(1);
  if (fields.length !== 6) throw new RangeError(`has ${fields.length} fields instead of 6`);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new RangeError('exactly one of day of month and day of week must be ?');
  }
  const inMonth = setOf(month, MONTH);
  const inYear = setOf(year, YEAR);
  const onDay = dayOfWeek === '?' ? dayOfMonthMatcher(dayOfMonth) : dayOfWeekMatcher(dayOfWeek);
  return {
    minutes: [...setOf(minutes, MINUTES)].sort(ascending),
    hours: [...setOf(hours, HOURS)].sort(ascending),
    matchesDay: (day) => inYear.has(day.year) && inMonth.has(day.month) && onDay(day),
  };
}

/** Lists, ranges, steps and names: `1,5-9,20/5,MON-FRI,*`. A range may wrap around (`FRI-MON`). */
function setOf(text: string, rule: FieldRule): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) addPart(values, part, rule);
  return values;
}

function addPart(values: Set<number>, part: string, rule: FieldRule): void {
  const [range = '', stepText, ...more] = part.split('/');
  const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : 0;
  if (more.length > 0 || step < 1) throw faulty(part, rule);
  const [from, to] = rangeOf(range, stepText !== undefined, rule);
  const span = from <= to ? to - from : to - from + (rule.max - rule.min + 1);
  for (let offset = 0; offset <= span; offset += step) {
    values.add(((from - rule.min + offset) % (rule.max - rule.min + 1)) + rule.min);
  }
}

function rangeOf(range: string, hasStep: boolean, rule: FieldRule): [number, number] {
  if (range === '*') return [rule.min, rule.max];
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) throw faulty(range, rule);
  const from = numberOf(first, rule);
  if (last !== undefined) return [from, numberOf(last, rule)];
  return [from, hasStep ? rule.max : from];
}

function numberOf(text: string, rule: FieldRule): number {
  const named = rule.names?.indexOf(text) ?? -1;
  if (named >= 0) return rule.min + named;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= rule.min && value <= rule.max)) throw faulty(text, rule);
  return value;
}

/** `L` is the month's last day, `15W` the weekday nearest to the 15th in the same month, `LW` the last weekday. */
function dayOfMonthMatcher(text: string): (day: CronDay) => boolean {
  if (text === 'L') return (day) => day.day === daysIn(day);
  if (text === 'LW') return (day) => day.day === nearestWeekday(day, daysIn(day));
  const nearest = /^(\d+)W$/.exec(text);
  if (nearest) {
    const wanted = numberOf(nearest[1]!, DAY_OF_MONTH);
    return (day) => wanted <= daysIn(day) && day.day === nearestWeekday(day, wanted);
  }
  const days = setOf(text, DAY_OF_MONTH);
  return (day) => days.has(day.day);
}

/** `FRI#2` is the second Friday, `5L` the last Thursday, `L` Saturday. */
function dayOfWeekMatcher(text: string): (day: CronDay) => boolean {
  const nth = /^([A-Z]{3}|\d)#([1-5])$/.exec(text);
  if (nth) {
    const weekday = numberOf(nth[1]!, DAY_OF_WEEK);
    const ordinal = Number(nth[2]);
    return (day) => day.weekday === weekday && Math.ceil(day.day / 7) === ordinal;
  }
  const last = /^([A-Z]{3}|\d)L$/.exec(text);
  if (last) {
    const weekday = numberOf(last[1]!, DAY_OF_WEEK);
    return (day) => day.weekday === weekday && day.day + 7 > daysIn(day);
  }
  const weekdays = text === 'L' ? new Set([7]) : setOf(text, DAY_OF_WEEK);
  return (day) => weekdays.has(day.weekday);
}

function daysIn({ year, month }: CronDay): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function nearestWeekday(in_: CronDay, wanted: number): number {
  const weekday = new Date(Date.UTC(in_.year, in_.month - 1, wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === daysIn(in_) ? wanted - 2 : wanted + 1;
  return wanted;
}

function ascending(a: number, b: number): number {
  return a - b;
}

function faulty(text: string, rule: FieldRule): RangeError {
  return new RangeError(`"${text}" is not a valid ${rule.name}`);
}
