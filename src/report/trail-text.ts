/** The trail of a decision, for --verbose: what was read, what was known, who competed and lost by how much, trust, limits and caps. */
import type { TargetConfig } from '../config.ts';
import type { CandidateScore, Choice } from '../controller/choose.ts';
import type { TickReport } from '../controller/tick.ts';
import type { MetricReading } from '../model.ts';
import { gridEndMs } from '../metric-grid.ts';
import { DAY_MS, HOUR_MS, isoUtc } from '../time.ts';
import { count, usd } from './numbers.ts';
import { renderTable, type Terminal } from './terminal.ts';

const RANKED_SHOWN = 20;
const GAPS_SHOWN = 5;

/** What a metrics source gave. */
export function readingTrail({ grids, reliableUntilMs, standIn, notes }: MetricReading): string[] {
  return [
    ...grids.map((grid) => {
      const known = (values: Float64Array) => values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
      const steps = grid.invocations.length;
      return `read      ${isoUtc(grid.startMs)} to ${isoUtc(gridEndMs(grid))} in steps of ${grid.stepSeconds} s: ${count(steps)} steps, ${count(known(grid.invocations))} with requests, ${count(known(grid.averageDurationMs))} with durations, ${count(known(grid.maxConcurrency))} with concurrency`;
    }),
    `reliable  until ${isoUtc(reliableUntilMs)}${standIn ? '; the metrics of the whole function stand in for the alias' : ''}`,
    ...notes.map((note) => `remark    ${note}`),
  ];
}

/** What became of it in a tick. */
export function decisionTrail(report: TickReport, config: TargetConfig, terminal: Terminal): string[] {
  return [
    ...historyTrail(report),
    ...lastHourTrail(report),
    ...trustTrail(report),
    ...choiceTrail(report, config, terminal),
    ...limitTrail(report, config),
  ];
}

function historyTrail({ history, nowMs, dataAgeSeconds }: TickReport): string[] {
  const { startMs, stepSeconds, meanConcurrency, peakBasis, invocations } = history;
  if (meanConcurrency.length === 0) return [`demand    none is known before ${isoUtc(nowMs)}`];
  const stepMs = stepSeconds * 1000;
  const gaps: { fromMs: number; toMs: number }[] = [];
  meanConcurrency.forEach((mean, i) => {
    if (!Number.isNaN(mean)) return;
    const fromMs = startMs + i * stepMs;
    const last = gaps.at(-1);
    if (last?.toMs === fromMs) last.toMs += stepMs;
    else gaps.push({ fromMs, toMs: fromMs + stepMs });
  });
  const unknownMs = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const longest = gaps.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, GAPS_SHOWN);
  const requests = invocations.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0);
  return [
    `demand    ${days(meanConcurrency.length * stepMs)} in steps of ${stepSeconds} s, ${count(requests)} requests; peaks are ${peakBasis === 'observed' ? 'as measured' : 'computed from rates and durations'}`,
    gaps.length === 0
      ? 'gaps      none'
      : `gaps      ${gaps.length}, ${days(unknownMs)} in all; the longest: ${longest.map(({ fromMs, toMs }) => `${isoUtc(fromMs)} for ${ago(toMs - fromMs)}`).join(', ')}`,
    `age       the newest known metrics are ${ago(dataAgeSeconds * 1000)} old`,
  ];
}

function lastHourTrail({ lastHour }: TickReport): string[] {
  if (!lastHour) return [];
  return [
    `checked   an hour ago ${count(lastHour.forecast, 1)} were expected for the newest known step, ${count(lastHour.actual, 1)} came`,
  ];
}

function trustTrail({ trust }: TickReport): string[] {
  if (!trust) return ['trust     there is no forecast'];
  if (Number.isNaN(trust.coverage)) return ['trust     not judged: too few peaks of the last six hours are known'];
  return [
    `trust     ${trust.trusted ? 'yes' : 'no'}: in the last six hours the forecast covered ${percent(trust.coverage)} of the peaks (aim 90 %) and lost ${trust.relativeLoss.toFixed(2)} times as much as repeating what was seen`,
  ];
}

function choiceTrail({ choice, plan }: TickReport, config: TargetConfig, terminal: Terminal): string[] {
  if (!choice) return ['ranking   none: too little is known to compare policies'];
  const ranked = choice.ranked;
  const shown = ranked.filter(
    ({ name }, i) => i < RANKED_SHOWN || name === plan?.policy || name === choice.winner.name,
  );
  const rows = shown.map((score) => [
    String(ranked.indexOf(score) + 1),
    `${score.name === plan?.policy ? '> ' : ''}${score.name}`,
    usd(score.billUsdPerDay),
    count(score.coldStartsPerDay, 1),
    usd(score.effectiveUsdPerDay),
    whyNot(score, choice, config),
  ]);
  const aim =
    config.maxColdStartRate === undefined
      ? `the least of bill + $${config.coldStartPriceUsd} x cold starts`
      : choice.objectiveMet
        ? `the least bill of those with cold starts in at most ${percent(config.maxColdStartRate)} of requests`
        : `the fewest cold starts: none stays at ${percent(config.maxColdStartRate)} of requests`;
  return [
    `ranking   ${ranked.length} policies by ${aim}, a day`,
    ...renderTable(['', 'policy', 'bill', 'cold starts', 'all in', 'why'], rows, {
      terminal,
      toneOf: (i) => (shown[i]!.name === plan?.policy ? 'strong' : null),
    }),
    ...(ranked.length > shown.length ? [`... and ${ranked.length - shown.length} more, dearer ones`] : []),
  ];
}

function whyNot(
  score: CandidateScore,
  { winner, ranked, objectiveMet }: Choice,
  { maxColdStartRate }: TargetConfig,
): string {
  if (score === winner) return score === ranked[0] ? 'best' : 'in force, and none is better by a clear margin';
  if (!objectiveMet) return `${count(score.coldStartsPerDay - winner.coldStartsPerDay, 1)} cold starts more`;
  const dearer = score.effectiveUsdPerDay - winner.effectiveUsdPerDay;
  if (dearer < 0) return 'cheaper, not by enough to change';
  if (maxColdStartRate !== undefined) return `${usd(dearer)} dearer`;
  const bill = score.billUsdPerDay - winner.billUsdPerDay;
  const coldStarts = score.coldStartsPerDay - winner.coldStartsPerDay;
  return `${usd(dearer)} dearer: bill ${sign(bill)}${usd(bill)}, ${sign(coldStarts)}${count(coldStarts, 1)} cold starts`;
}

function sign(value: number): string {
  return value > 0 ? '+' : '';
}

function limitTrail({ plan, actions, outcome }: TickReport, config: TargetConfig): string[] {
  const { minCapacity, maxCapacity, monthlyBudgetUsd, maxActions, leadTimeSeconds, horizonHours, mode } = config;
  const capped = plan ? plan.capacity.reduce((slots, level) => slots + (level >= maxCapacity ? 1 : 0), 0) : 0;
  const budget = monthlyBudgetUsd === undefined ? 'no budget' : `at most $${monthlyBudgetUsd} a month`;
  return [
    `limits    ${minCapacity} to ${maxCapacity} environments, ${budget}, ${maxActions} actions; asked for ${leadTimeSeconds} s ahead, planned for ${horizonHours} h`,
    ...(plan ? [`capped    ${capped} of ${plan.capacity.length} slots are at the maximum`] : []),
    `schedule  ${actions.length} actions; outcome ${outcome}, mode ${mode}`,
  ];
}

function days(ms: number): string {
  return ms >= DAY_MS ? `${(ms / DAY_MS).toFixed(1)} days` : ago(ms);
}

function ago(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${(ms / DAY_MS).toFixed(1)} days`;
  return ms >= HOUR_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${Math.round(ms / 60_000)} min`;
}

function percent(share: number): string {
  return `${+(share * 100).toPrecision(3)} %`;
}
