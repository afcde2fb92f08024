/** A tick's report for people: chart, schedule, changes, and why. */
import type { CandidateScore } from '../controller/choose.ts';
import { isCarriedOut, type TickReport } from '../controller/tick.ts';
import type { CapacityPlan, ScheduledAction } from '../model.ts';
import type { FollowedReport } from '../related/tick.ts';
import { DAY_MS, isoUtc, parseAt, SLOT_MS } from '../time.ts';
import { type ChartSeries, renderChart } from './chart.ts';
import { relatedText } from './related-text.ts';
import { renderTable, type Terminal } from './terminal.ts';

const CHART_HEIGHT = 14;
const ACTIONS_SHOWN = 12;

export function previewText(
  report: TickReport & Partial<Pick<FollowedReport, 'related' | 'eventSource'>>,
  terminal: Terminal,
): string {
  const { history } = report;
  const untilMs = history.startMs + history.meanConcurrency.length * history.stepSeconds * 1000;
  const lines = [
    terminal.paint('strong', `${titleOf(report)} at ${isoUtc(report.nowMs)}`),
    `history   ${isoUtc(history.startMs)} to ${isoUtc(untilMs)}, ${history.stepSeconds} s steps`,
    `forecast  ${report.forecast?.model ?? 'none'}`,
    `decision  ${decisionOf(report)}`,
    ...report.notes.map((note) => terminal.paint('warn', `note      ${note}`)),
    '',
  ];
  lines.push(...comparedTable(report));
  if (report.plan && report.forecast) lines.push(...chartOf(report, terminal), '', ...planSummary(report), '');
  lines.push(...actionTable(report.actions), '', ...changeLines(report, terminal));
  lines.push(...relatedText(report));
  return lines.join('\n');
}

function decisionOf({ plan, reason }: TickReport): string {
  const policy = plan?.policy ?? 'none';
  return reason.startsWith(policy) ? reason : `${policy}: ${reason}`;
}

/** The best of each kind, and what is carried out. */
function comparedTable({ choice, plan }: TickReport): string[] {
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
    coldStartsPerDay.toFixed(1),
    usd(effectiveUsdPerDay),
  ];
  return [...renderTable(['best of each kind, a day', 'bill', 'cold starts', 'all in'], shown.map(row)), ''];
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function titleOf(report: TickReport): string {
  return `${report.target.functionName}:${report.target.alias}`;
}

function chartOf(report: TickReport, terminal: Terminal): string[] {
  const paint = terminal.paint;
  const startMs = report.forecast!.startMs - DAY_MS;
  return [
    `${paint('actual', '█')} demand (busiest moment)  ${paint('band', '▒')} expected to p50  ${paint('band', '░')} to p99  ${paint('plan', '━')} plan`,
    ...renderChart(chartSeries(report, startMs), {
      width: terminal.width,
      height: CHART_HEIGHT,
      label: (slot) =>
        isoUtc(startMs + slot * SLOT_MS)
          .slice(5, 16)
          .replace('T', ' '),
      paint,
    }),
  ];
}

/** One day back and the horizon ahead, on the slot grid. */
function chartSeries({ history, forecast, plan }: TickReport, startMs: number): ChartSeries {
  const past = DAY_MS / SLOT_MS;
  const slots = past + forecast!.mean.length;
  const ahead = (values: Float64Array | Int32Array) => {
    const result = new Float64Array(slots).fill(NaN);
    result.set(values, past);
    return result;
  };
  const actual = new Float64Array(slots).fill(NaN);
  for (let slot = 0; slot < past; slot++) {
    const step = Math.floor((startMs + slot * SLOT_MS - history.startMs) / (history.stepSeconds * 1000));
    actual[slot] = history.peakConcurrency[step] ?? NaN;
  }
  const band = (level: number) => ahead(forecast!.peak.find((quantile) => quantile.level === level)!.values);
  return { actual, band: { low: band(0.5), high: band(0.99) }, plan: ahead(plan!.capacity) };
}

function planSummary({ plan, actions, nowMs }: TickReport): string[] {
  const levels = plan!.capacity;
  const first = actions.map((action) => parseAt(action.schedule)).find((atMs) => atMs !== null && atMs > nowMs);
  return [
    `plan      ${Math.min(...levels)} to ${Math.max(...levels)} environments, ${environmentHours(plan!).toFixed(1)} environment-hours over ${(levels.length * plan!.stepSeconds) / 3600} h` +
      (first === undefined ? '' : `; next change at ${isoUtc(first!)}`),
  ];
}

function environmentHours(plan: CapacityPlan): number {
  return (plan.capacity.reduce((sum, level) => sum + level, 0) * plan.stepSeconds) / 3600;
}

function actionTable(actions: readonly ScheduledAction[]): string[] {
  if (actions.length === 0) return ['no scheduled actions'];
  const shown = actions.slice(0, ACTIONS_SHOWN);
  const rows = shown.map((action) => [
    action.schedule,
    String(action.minCapacity ?? '-'),
    String(action.maxCapacity ?? '-'),
    action.name,
  ]);
  const hidden = actions.length - shown.length;
  return [
    ...renderTable(['scheduled (UTC)', 'min', 'max', 'name'], rows),
    ...(hidden > 0 ? [`... and ${hidden} more, the last at ${actions.at(-1)!.schedule}`] : []),
  ];
}

function changeLines({ changes, outcome, applied }: TickReport, terminal: Terminal): string[] {
  const { create, update, delete: remove, keep, foreign, registerNow } = changes;
  const verb = applied ? 'wrote' : isCarriedOut(outcome) ? 'would write' : 'not written';
  const list = [
    ...(registerNow ? [`now     ${registerNow.minCapacity} to ${registerNow.maxCapacity}: ${registerNow.reason}`] : []),
    ...create.map(({ action, reason }) => `create  ${action.name}: ${reason}`),
    ...update.map(({ action, reason }) => `update  ${action.name}: ${reason}`),
    ...remove.map(({ action, reason }) => `delete  ${action.name}: ${reason}`),
  ];
  const shown = list.slice(0, ACTIONS_SHOWN);
  return [
    terminal.paint(
      'strong',
      `${verb}: ${create.length} to create, ${update.length} to update, ${remove.length} to delete, ${keep.length} kept, ${foreign.length} of others untouched`,
    ),
    ...shown,
    ...(list.length > shown.length ? [`... and ${list.length - shown.length} more`] : []),
  ];
}
