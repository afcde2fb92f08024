/** A status as text for people and as `prewarm/status/1`. */
import * as z from 'zod';
import type { ScheduledAction } from '../model.ts';
import { renderTable, type Terminal } from '../report/terminal.ts';
import { isoUtc, momentOf } from '../time.ts';
import type { ActivityFacts } from './facts.ts';
import type { Agreement, StatusReport } from './status.ts';

const time = z.iso.datetime();
const count = z.number().int().min(0);
const share = z.number().nullable();
const action = z.strictObject({
  name: z.string(),
  schedule: z.string(),
  minCapacity: count.nullable(),
  maxCapacity: count.nullable(),
});
const activity = z.strictObject({
  at: time,
  ended: time.nullable(),
  status: z.string(),
  description: z.string(),
  cause: z.string(),
  message: z.string(),
});
const agreement = z.strictObject({ hours: count, relativeError: share, peaksCovered: share });

/** The contract of `prewarm status --json`: fields may be added in version 1, none is removed or changes its meaning. */
export const statusSchema = z.strictObject({
  schema: z.literal('prewarm/status/1'),
  target: z.strictObject({ functionName: z.string(), alias: z.string() }),
  region: z.string(),
  now: time,
  scalableTarget: z
    .strictObject({ minCapacity: count, maxCapacity: count, scheduledScalingSuspended: z.boolean() })
    .nullable(),
  provisioned: z
    .strictObject({ requested: count, available: count, status: z.string(), statusReason: z.string() })
    .nullable(),
  /** Share of the traffic by additional version. */
  aliasWeights: z.record(z.string(), z.number()),
  scheduled: z.array(action),
  passed: z.array(action),
  foreign: z.array(action),
  /** Of the last 24 hours, the newest first; `failed` are those among them that did. */
  activities: z.array(activity),
  failed: z.array(activity),
  /** The last 24 hours, each as forecast an hour before it began, and as it came. */
  hours: z.array(
    z.strictObject({
      at: time,
      forecastMean: share,
      actualMean: share,
      forecastPeak: share,
      actualPeak: share,
    }),
  ),
  today: agreement.extend({ since: time }),
  lastDay: agreement,
  notes: z.array(z.string()),
});

export type StatusJson = z.output<typeof statusSchema>;

export function statusJson(report: StatusReport): StatusJson {
  const { target, scalableTarget: registered, provisioned, today } = report;
  return {
    schema: 'prewarm/status/1',
    target: { functionName: target.functionName, alias: target.alias },
    region: report.region,
    now: isoUtc(report.nowMs),
    scalableTarget: registered && {
      minCapacity: registered.minCapacity,
      maxCapacity: registered.maxCapacity,
      scheduledScalingSuspended: registered.suspended.scheduled,
    },
    provisioned: provisioned && {
      requested: provisioned.requested,
      available: provisioned.available,
      status: provisioned.status,
      statusReason: provisioned.statusReason,
    },
    aliasWeights: report.aliasWeights,
    scheduled: report.scheduled.map(actionJson),
    passed: report.passed.map(actionJson),
    foreign: report.foreign.map(actionJson),
    activities: report.activities.map(activityJson),
    failed: report.failed.map(activityJson),
    hours: report.hours.map(({ atMs, ...values }) => ({ at: isoUtc(atMs), ...rounded(values) })),
    today: { since: isoUtc(today.sinceMs), ...agreementJson(today) },
    lastDay: agreementJson(report.lastDay),
    notes: report.notes,
  };
}

function actionJson({ name, schedule, minCapacity, maxCapacity }: ScheduledAction): z.output<typeof action> {
  return { name, schedule, minCapacity: minCapacity ?? null, maxCapacity: maxCapacity ?? null };
}

function activityJson({ atMs, endMs, ...rest }: ActivityFacts): z.output<typeof activity> {
  return { at: isoUtc(atMs), ended: endMs === null ? null : isoUtc(endMs), ...rest };
}

function agreementJson({ hours, relativeError, peaksCovered }: Agreement): z.output<typeof agreement> {
  return { hours, ...rounded({ relativeError, peaksCovered }) };
}

function rounded<T extends Record<string, number | null>>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value.toFixed(4))]),
  ) as T;
}

const SHOWN = 8;

export function statusText(report: StatusReport, terminal: Terminal): string {
  const { paint, zone } = terminal;
  const { target, scalableTarget, provisioned, scheduled, passed, foreign, notes } = report;
  const capacity = provisioned
    ? `${provisioned.available} of ${provisioned.requested} environments available, ${provisioned.status}${provisioned.statusReason === '' ? '' : `: ${provisioned.statusReason}`}`
    : 'none: on demand';
  const bounds = scalableTarget
    ? `${scalableTarget.minCapacity} to ${scalableTarget.maxCapacity}${scalableTarget.suspended.scheduled ? ', scheduled scaling suspended' : ''}`
    : 'not registered';
  const weights = Object.entries(report.aliasWeights).map(
    ([version, part]) => `${Math.round(part * 100)} % to ${version}`,
  );
  return [
    paint('strong', `${target.functionName}:${target.alias} in ${report.region} at ${isoUtc(report.nowMs)}`),
    `times      in ${zone}`,
    `capacity   ${capacity}`,
    `bounds     ${bounds}`,
    ...(weights.length > 0 ? [paint('warn', `weights    ${weights.join(', ')}: capacity cannot be changed`)] : []),
    ...notes.map((note) => paint('warn', `note       ${note}`)),
    '',
    paint(
      'strong',
      `scheduled: ${scheduled.length} ahead, ${passed.length} whose time has passed, ${foreign.length} of others`,
    ),
    ...scheduleTable(scheduled, terminal),
    ...foreign.map(({ name, schedule }) => `of others  ${name} ${schedule}`),
    '',
    ...activityLines(report, paint),
    '',
    ...forecastLines(report, terminal),
  ].join('\n');
}

function scheduleTable(actions: readonly ScheduledAction[], terminal: Terminal): string[] {
  if (actions.length === 0) return [];
  const rows = actions
    .slice(0, SHOWN)
    .map(({ name, schedule, minCapacity, maxCapacity }) => [
      momentOf(schedule),
      `${minCapacity ?? '-'}`,
      `${maxCapacity ?? '-'}`,
      name,
    ]);
  const more =
    actions.length > SHOWN
      ? [`... and ${actions.length - SHOWN} more, the last at ${momentOf(actions.at(-1)?.schedule ?? '')}`]
      : [];
  const header = [`scheduled (${terminal.zone})`, 'min', 'max', 'name'];
  return [...renderTable(header, rows, { terminal, dispensable: ['name'] }), ...more];
}

function activityLines({ activities, failed }: StatusReport, paint: Terminal['paint']): string[] {
  const line = ({ atMs, status, description, cause }: ActivityFacts) =>
    `${isoUtc(atMs)}  ${status.padEnd(11)}  ${description} (${cause})`;
  const done = activities.filter((entry) => !failed.includes(entry));
  return [
    paint('strong', `activities in the last 24 h: ${activities.length}, ${failed.length} failed`),
    ...failed.slice(0, SHOWN).map((entry) => paint('bad', `${line(entry)}: ${entry.message}`)),
    ...(failed.length > SHOWN ? [`... and ${failed.length - SHOWN} more that failed`] : []),
    ...done.slice(0, SHOWN).map(line),
    ...(done.length > SHOWN ? [`... and ${done.length - SHOWN} more`] : []),
  ];
}

function forecastLines({ hours, today, lastDay }: StatusReport, terminal: Terminal): string[] {
  if (hours.length === 0) return [];
  const number = (value: number | null) => (value === null ? '-' : value.toFixed(1));
  const rows = hours.map(({ atMs, forecastMean, actualMean, forecastPeak, actualPeak }) => [
    `${isoUtc(atMs)}${atMs >= today.sinceMs ? ' *' : ''}`,
    ...[forecastMean, actualMean, forecastPeak, actualPeak].map(number),
  ]);
  return [
    terminal.paint('strong', 'forecast an hour ahead against what came (* today)'),
    ...renderTable([`hour (${terminal.zone})`, 'mean', 'came', 'peak p99', 'came'], rows, { terminal }),
    `today      ${summary(today)}`,
    `24 h       ${summary(lastDay)}`,
  ];
}

function summary({ hours, relativeError, peaksCovered }: Agreement): string {
  const percent = (value: number | null) => (value === null ? 'unknown' : `${Math.round(value * 100)} %`);
  if (hours === 0) return 'no hour is over and known yet';
  return `${hours} h compared, error ${percent(relativeError)} of the mean, peaks within p99 in ${percent(peaksCovered)} of the hours`;
}
