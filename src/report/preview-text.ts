/** A tick's report for people: chart, schedule, changes, and why. */
import type { CandidateScore } from '../controller/choose.ts';
import { isCarriedOut, type TickReport } from '../controller/tick.ts';
import { atLeast, drawnLimits } from '../forecast/request-limit.ts';
import type { CapacityPlan, Changes, ScheduledAction } from '../model.ts';
import type { FollowedReport } from '../related/tick.ts';
import { DAY_MS, isoUtc, momentOf, parseAt, SLOT_MS } from '../time.ts';
import { chartLegend, type ChartSeries, renderChart } from './chart.ts';
import { count, usd } from './numbers.ts';
import { relatedText } from './related-text.ts';
import { renderTable, type Terminal, type Tone } from './terminal.ts';
import { oneLine } from './text.ts';

const CHART_HEIGHT = 14;
const ACTIONS_SHOWN = 12;

export function previewText(
  report: TickReport & Partial<Pick<FollowedReport, 'related' | 'eventSource'>>,
  terminal: Terminal,
): string {
  const { plan, forecast } = report;
  return [
    terminal.paint('strong', `${titleOf(report)} at ${isoUtc(report.nowMs)}`),
    `times     in ${terminal.zone}`,
    `history   ${historyOf(report)}`,
    `forecast  ${forecast?.model ?? 'none'}`,
    ...[...seasonNote(report), ...launchNote(report)].map((note) => terminal.paint('warn', `note      ${note}`)),
    `decision  ${decisionOf(report)}`,
    ...report.notes.map((note) => terminal.paint('warn', `note      ${oneLine(note)}`)),
    '',
    ...comparedTable(report, terminal),
    ...(plan && forecast ? [...chartOf(report, terminal), '', planSummary(report), ''] : []),
    ...actionTable(report, terminal),
    '',
    ...changeLines(report, terminal),
    ...relatedText(report),
  ].join('\n');
}

function historyOf({ history, nowMs }: TickReport): string {
  const { startMs, stepSeconds, meanConcurrency } = history;
  if (meanConcurrency.length === 0) return `none before ${isoUtc(nowMs)}`;
  return `${isoUtc(startMs)} to ${isoUtc(startMs + meanConcurrency.length * stepSeconds * 1000)}, ${stepSeconds} s steps`;
}

/** What is left of it with --quiet: the decision and the plan. */
export function previewSummary(report: TickReport): string {
  const plan = report.plan && report.forecast ? [planSummary(report)] : [];
  return [`decision  ${decisionOf(report)}`, ...plan].join('\n');
}

/** A daily pattern is learned from two days of known demand: gaps do not count. */
const SEASON_HOURS = 48;

function seasonNote({ forecast, history }: TickReport): string[] {
  if (!forecast?.model.startsWith('recent level')) return [];
  const known = history.meanConcurrency.reduce((steps, mean) => steps + (Number.isNaN(mean) ? 0 : 1), 0);
  const missing = Math.ceil(SEASON_HOURS - (known * history.stepSeconds) / 3600);
  const needs =
    missing > 0
      ? `${missing} more known ${missing === 1 ? 'hour' : 'hours'} (${SEASON_HOURS} in all)`
      : `${SEASON_HOURS} known hours since the level last changed`;
  return [`a weak forecast, the recent level alone: a daily pattern needs ${needs}`];
}

/** Why a history that is long enough is not: a launch is where it begins. */
function launchNote({ outcome, history: { startMs, stepSeconds, meanConcurrency } }: TickReport): string[] {
  if (outcome !== 'insufficient-history') return [];
  const first = meanConcurrency.findIndex((mean) => mean > 0);
  const silentSteps = meanConcurrency.subarray(0, Math.max(0, first)).filter((mean) => mean === 0).length;
  if (silentSteps * stepSeconds * 1000 < DAY_MS) return [];
  return [
    `no request came before ${isoUtc(startMs + first * stepSeconds * 1000)}: there the history begins that counts`,
  ];
}

function decisionOf({ plan, reason }: TickReport): string {
  const policy = plan?.policy ?? 'none';
  return oneLine(reason.startsWith(policy) ? reason : `${policy}: ${reason}`);
}

/** The best of each kind, and what is carried out. */
function comparedTable({ choice, plan }: TickReport, terminal: Terminal): string[] {
  if (!choice) return [];
  const kinds = new Set<string>();
  const shown = choice.ranked.filter(({ candidate, name }) => {
    const first = !kinds.has(candidate.kind);
    kinds.add(candidate.kind);
    return first || name === plan?.policy;
  });
  const row = ({ name, billUsdPerDay, coldStartsPerDay, effectiveUsdPerDay }: CandidateScore) => [
    name === plan?.policy ? `> ${name}` : `  ${name}`,
    usd(billUsdPerDay),
    count(coldStartsPerDay, 1),
    usd(effectiveUsdPerDay),
  ];
  const table = renderTable(['best of each kind, a day', 'bill', 'cold starts', 'all in'], shown.map(row), {
    terminal,
    toneOf: (i) => (shown[i]!.name === plan?.policy ? 'strong' : null),
  });
  return [...table, ''];
}

function titleOf(report: TickReport): string {
  return `${report.target.functionName}:${report.target.alias}`;
}

function chartOf(report: TickReport, terminal: Terminal): string[] {
  return [
    ...chartLegend({ actual: 'demand (busiest moment)', plan: 'plan', band: true }, terminal),
    ...renderChart(chartSeries(report), CHART_HEIGHT, terminal),
  ];
}

/** One day back and the horizon ahead, on the slot grid. */
function chartSeries({ history, forecast, plan, nowMs }: TickReport): ChartSeries {
  const startMs = forecast!.startMs - DAY_MS;
  const past = DAY_MS / SLOT_MS;
  const slots = past + forecast!.mean.length;
  const ahead = (values: Float64Array | Int32Array) => {
    const result = new Float64Array(slots).fill(NaN);
    result.set(values, past);
    return result;
  };
  const peaks = atLeast(history.peakConcurrency, drawnLimits(history));
  const actual = new Float64Array(slots).fill(NaN);
  for (let slot = 0; slot < past; slot++) {
    const step = Math.floor((startMs + slot * SLOT_MS - history.startMs) / (history.stepSeconds * 1000));
    actual[slot] = peaks[step] ?? NaN;
  }
  const peak = (level: number) => ahead(forecast!.peak.find((quantile) => quantile.level === level)!.values);
  const band = { mean: ahead(forecast!.mean), likely: peak(0.9), high: peak(0.99) };
  return { startMs, slotMs: SLOT_MS, actual, band, plan: ahead(plan!.capacity), nowMs };
}

function planSummary({ plan, actions, nowMs }: TickReport): string {
  const levels = plan!.capacity;
  const first = actions.map((action) => parseAt(action.schedule)).find((atMs) => atMs !== null && atMs > nowMs);
  return (
    `plan      ${Math.min(...levels)} to ${Math.max(...levels)} environments, ${count(environmentHours(plan!), 1)} environment-hours over ${(levels.length * plan!.stepSeconds) / 3600} h` +
    (first === undefined ? '' : `; next change at ${isoUtc(first!)}`)
  );
}

function environmentHours(plan: CapacityPlan): number {
  return (plan.capacity.reduce((sum, level) => sum + level, 0) * plan.stepSeconds) / 3600;
}

function actionTable({ actions, changes }: TickReport, terminal: Terminal): string[] {
  if (actions.length === 0) return ['no scheduled actions'];
  const shown = actions.slice(0, ACTIONS_SHOWN);
  const hidden = actions.length - shown.length;
  const header = [`scheduled (${terminal.zone})`, 'capacity', '', 'name'];
  const rows = shown.map((action) => [
    momentOf(action.schedule),
    boundsOf(action),
    changeOf(action, changes),
    action.name,
  ]);
  const last = actions.at(-1)!;
  return [
    ...renderTable(header, rows, {
      terminal,
      dispensable: ['name'],
      toneOf: (i) => CHANGE_TONE[changeOf(shown[i]!, changes)] ?? null,
    }),
    ...(hidden > 0 ? [`... and ${hidden} more, the last at ${momentOf(last.schedule)}: ${boundsOf(last)}`] : []),
  ];
}

function boundsOf({ minCapacity, maxCapacity }: ScheduledAction): string {
  return minCapacity === maxCapacity ? String(minCapacity ?? '-') : `${minCapacity ?? '-'} to ${maxCapacity ?? '-'}`;
}

const CHANGE_TONE: Readonly<Record<string, Tone>> = { create: 'good', update: 'warn', kept: 'dim' };

function changeOf({ name }: ScheduledAction, { create, update }: Changes): string {
  const isIt = (entry: { action: ScheduledAction }) => entry.action.name === name;
  return create.some(isIt) ? 'create' : update.some(isIt) ? 'update' : 'kept';
}

function changeLines({ changes, outcome, applied }: TickReport, terminal: Terminal): string[] {
  const { create, update, delete: remove, keep, foreign, registerNow } = changes;
  const verb = applied ? 'wrote' : isCarriedOut(outcome) ? 'would write' : 'not written';
  const shown = remove.slice(0, ACTIONS_SHOWN);
  return [
    terminal.paint(
      'strong',
      `${verb}: ${create.length} to create, ${update.length} to update, ${remove.length} to delete, ${keep.length} kept, ${foreign.length} of others untouched`,
    ),
    ...(registerNow ? [`now     ${registerNow.minCapacity} to ${registerNow.maxCapacity}: ${registerNow.reason}`] : []),
    ...shown.map(({ action, reason }) => terminal.paint('bad', `delete  ${oneLine(action.name)}: ${reason}`)),
    ...(remove.length > shown.length ? [`... and ${remove.length - shown.length} more to delete`] : []),
  ];
}
