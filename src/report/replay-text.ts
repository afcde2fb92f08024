/** A replay for people: every policy's cost and cold starts, and one sentence of verdict. */
import { AVAILABLE, type ScoredPolicy } from '../replay/alternatives.ts';
import type { ReplayResult } from '../replay/replay.ts';
import { compareScores } from '../replay/score.ts';
import { PRICES_AS_OF } from '../economics/prices.ts';
import { isoUtc } from '../time.ts';
import { count, usd } from './numbers.ts';
import { renderTable, type Terminal } from './terminal.ts';
import { oneLine } from './text.ts';

const MOST_POLICIES_NAMED = 3;

export function replayText(result: ReplayResult, terminal: Terminal): string {
  const notes = result.notes.map((note) => terminal.paint('warn', `note       ${oneLine(note)}`));
  if (result.policies.length === 0) return ['nothing to replay', ...notes].join('\n');
  const { fromMs, toMs, invocations } = result;
  return [
    terminal.paint('strong', `${isoUtc(fromMs)} to ${isoUtc(toMs)}: ${count(invocations)} requests`),
    `times      in ${terminal.zone}`,
    ...assumptionLines(result),
    `prewarm    ${inForce(result)}`,
    ...notes,
    '',
    ...table(result, terminal),
    '',
    verdict(result),
    terminal.paint(
      'dim',
      `prices of ${result.assumptions.region} as of ${PRICES_AS_OF}, unless given; best-constant and clairvoyant are chosen with the period known`,
    ),
  ].join('\n');
}

function assumptionLines({ assumptions }: ReplayResult): string[] {
  const { averageDurationMs, coldStartMs, idleTimeoutSeconds, memoryMb, architecture } = assumptions;
  const duration = averageDurationMs === null ? 'durations as measured' : `${averageDurationMs / 1000} s a request`;
  const aim =
    assumptions.maxColdStartRate === null
      ? `the least of bill + $${assumptions.coldStartPriceUsd} x cold starts`
      : `the least bill with cold starts in at most ${percent(assumptions.maxColdStartRate)} of requests`;
  return [
    `assumed    ${duration}, ${coldStartMs / 1000} s to start, warm for ${idleTimeoutSeconds / 60} min, ${memoryMb} MB ${architecture}`,
    `aim        ${aim}`,
  ];
}

/** The policies that the controller chose over time, the longest in force first. */
function inForce({ ticks: { all, byPolicy } }: ReplayResult): string {
  const chosen = [...byPolicy].sort(([, a], [, b]) => b - a);
  const named = chosen.slice(0, MOST_POLICIES_NAMED).map(([name, ticks]) => `${name} (${percent(ticks / all, 0)})`);
  const others = chosen.length - named.length;
  if (named.length === 0) return `${all} ticks, none with enough history for a plan`;
  return `${all} ticks: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

function sorted({ policies, objective }: ReplayResult): ScoredPolicy[] {
  return policies.toSorted((a, b) => compareScores(a, b, objective));
}

function table(result: ReplayResult, terminal: Terminal): string[] {
  const ranked = sorted(result);
  const rows = ranked.map((policy) => [
    `${policy.name === 'prewarm' ? '>' : ' '} ${policy.name}`,
    usd(policy.effectiveCostUsd),
    usd(policy.costUsd),
    count(policy.coldStarts),
    percent(policy.coldStartRate),
    count(policy.provisionedHours, 1),
    policy.utilization === null ? '-' : percent(policy.utilization, 0),
    policy.detail === policy.name ? '' : policy.detail,
  ]);
  const header = ['policy', 'all in', 'bill', 'cold starts', 'of requests', 'env-hours', 'utilised', ''];
  return renderTable(header, rows, { terminal, toneOf: (i) => (ranked[i]!.name === 'prewarm' ? 'strong' : null) });
}

/** What is left of it with --quiet: the sentence of verdict. */
export function replaySummary(result: ReplayResult): string {
  return result.policies.length === 0 ? ['nothing to replay', ...result.notes].join('\n') : verdict(result);
}

/** How ours compares with the best that anybody could have set up, and with doing nothing. */
function verdict(result: ReplayResult): string {
  const { objective, policies } = result;
  const ours = policies.find(({ name }) => name === 'prewarm')!;
  const others = sorted(result).filter(({ name }) => AVAILABLE.includes(name));
  const best = others[0]!;
  const onDemand = others.find(({ name }) => name === 'on-demand')!;
  const against = (other: ScoredPolicy) =>
    `${relative(ours.effectiveCostUsd, other.effectiveCostUsd)} ${other.name} (${usd(other.effectiveCostUsd)}, ${count(other.coldStarts)} cold starts)`;
  const rest = best === onDemand ? '' : `, and ${against(onDemand)}`;
  const ceiling = objective.maxColdStartRate;
  const kept =
    ceiling === undefined ? '' : ours.coldStartRate <= ceiling ? '; the ceiling is kept' : '; the ceiling is not kept';
  return `Prewarm: ${usd(ours.effectiveCostUsd)} all in with ${count(ours.coldStarts)} cold starts, ${against(best)}, the best alternative in hindsight${rest}${kept}.`;
}

function relative(ours: number, other: number): string {
  const share = other > 0 ? ours / other - 1 : 0;
  if (Math.abs(share) < 0.0005) return 'the same as';
  return `${percent(Math.abs(share), 1)} ${share < 0 ? 'less than' : 'more than'}`;
}

function percent(share: number, digits = 3): string {
  return `${(share * 100).toFixed(digits)} %`;
}
