/** A decision in sentences: what won, what it would have cost, what lost and why, and what would make another win. */
import { SLOT_MS, DAY_MS } from '../time.ts';
import type { Share } from './blend.ts';
import type { CandidateScore, Choice } from './choose.ts';
import { COMPARED_DAYS } from './comparison.ts';
import type { PlanLimits } from './objective.ts';
import { coversTooLittle, type Footing, type ForecastTrust } from './trust.ts';

export interface Decision {
  choice: Choice | null;
  /** What is carried out, the leading one first; empty where nothing was compared. */
  blend: readonly Share[];
  footing: Footing;
  trust: ForecastTrust;
  /** The plan before its limits. */
  levels: Int32Array;
  limits: PlanLimits;
  settings: { coldStartPriceUsd: number; maxColdStartRate?: number | undefined };
  knownSlots: number;
}

export function explain(decision: Decision): string {
  const { choice, footing, knownSlots } = decision;
  const score = leading(decision);
  if (!choice || !score) return [waitingFor(knownSlots), ...capNotes(decision)].join('; ');
  const notes = [
    ...distrust(decision),
    ...(score === choice.winner ? wonBy(decision, choice) : insteadOf(score, decision, choice)),
    ...averaged(decision),
    ...(footing === 'best' ? whatWouldChange(decision, choice) : []),
    ...capNotes(decision),
  ];
  return notes.join('; ');
}

/** The first comparison takes a day, the first one with forecasts among the candidates two. */
function waitingFor(knownSlots: number): string {
  const have = (knownSlots * SLOT_MS) / DAY_MS;
  return `policies are compared on at least a day of known requests (the history is ${have.toFixed(1)} days long): until then nothing beyond the minimum is held`;
}

function leading({ blend }: Decision): CandidateScore | null {
  return blend[0]?.score ?? null;
}

function averaged({ blend }: Decision): string[] {
  if (blend.length < 2) return [];
  const shares = blend.map(({ score, weight }) => `${score.name} (${Math.round(100 * weight)} %)`);
  return [`the plan is the mean of ${blend.length} policies that did about as well: ${shares.join(', ')}`];
}

function distrust(decision: Decision): string[] {
  const { choice, footing, trust } = decision;
  if (footing === 'release') return ['nothing is known of the demand for too long: back to the minimum'];
  const score = leading(decision);
  if (footing === 'constant') {
    const before = score === choice?.winner ? '' : `; best with news of it: ${choice?.winner.name}`;
    return [`nothing is known of the demand for hours: the best level that needs no news${before}`];
  }
  if (score === choice?.winner) return [];
  const fault = coversTooLittle(trust)
    ? `covered ${percent(trust.coverage)} of the peaks instead of 90 %`
    : `asked for ${significant(trust.overshoot)} times what came`;
  return [
    `the forecast is not trusted: in the last six hours it ${fault}, and lost ${trust.relativeLoss.toFixed(1)} times as much as repeating what was seen; instead what did best without it in the last day`,
  ];
}

function wonBy({ settings }: Decision, choice: Choice): string[] {
  const { winner, runnerUp, onDemand, bestForecast, objectiveMet } = choice;
  const cheapest = objectiveMet ? choice.ranked[0] : null;
  const others = new Map<string, CandidateScore>();
  for (const [label, score] of [
    [`cheapest, ${cheapest?.name}`, cheapest ?? null],
    ['on demand', onDemand],
    [`next, ${runnerUp?.name}`, runnerUp],
    [`best forecast plan, ${bestForecast?.name}`, bestForecast],
  ] as const) {
    if (score && score !== winner && ![...others.values()].includes(score)) others.set(label, score);
  }
  return [
    objectiveMet
      ? `${winner.name} ${standing(choice)}: ${describe(winner)}`
      : `no policy keeps cold starts below ${percent(settings.maxColdStartRate ?? 0)}; ${winner.name} has the fewest: ${describe(winner)}`,
    ...[...others].map(([label, score]) => `${label}: ${describe(score)}`),
  ];
}

/** Where the winner cannot be carried out. */
function insteadOf(score: CandidateScore, { footing }: Decision, { winner }: Choice): string[] {
  const own = `${score.name}: ${describe(score)}`;
  return footing === 'best' ? [own, `best on record, ${winner.name}: ${describe(winner)}`] : [own];
}

function standing({ winner, ranked }: Choice): string {
  if (ranked[0] === winner) return `would have been the cheapest of ${ranked.length} policies`;
  return `stays, since none of ${ranked.length} policies would have been cheaper by a clear margin`;
}

function whatWouldChange({ settings, knownSlots }: Decision, choice: Choice): string[] {
  if (choice.winner.candidate.kind === 'forecast') return [];
  const days = (knownSlots * SLOT_MS) / DAY_MS;
  const { bestForecast, objectiveMet } = choice;
  return [
    ...(bestForecast && objectiveMet ? [whatWouldMakeItWin(settings, choice, bestForecast)] : []),
    ...(bestForecast || !objectiveMet ? [] : [whyNoForecast(settings, days)]),
    ...(days < COMPARED_DAYS
      ? [
          `compared on ${days.toFixed(1)} days; every weekday will have been seen twice in ${Math.ceil(COMPARED_DAYS - days)} more`,
        ]
      : []),
  ];
}

/** After so many days forecasts have competed, however the days lie to the blocks that are compared. */
const FORECASTS_AFTER_DAYS = 2.5;

function whyNoForecast({ maxColdStartRate }: Decision['settings'], days: number): string {
  if (maxColdStartRate !== undefined && days >= FORECASTS_AFTER_DAYS)
    return `no forecast plan keeps cold starts below ${percent(maxColdStartRate)}`;
  return `plans from forecasts compete once there are two days of history (have ${days.toFixed(1)})`;
}

/** Another price or ceiling, or more of a lead. */
function whatWouldMakeItWin(
  { coldStartPriceUsd, maxColdStartRate }: Decision['settings'],
  { winner, ranked }: Choice,
  bestForecast: CandidateScore,
): string {
  if (bestForecast === ranked[0]) {
    const lead = 1 - bestForecast.effectiveUsdPerDay / winner.effectiveUsdPerDay;
    return `the forecast plan would be carried out if it were cheaper by a clear margin (now ${percent(lead)})`;
  }
  if (maxColdStartRate !== undefined) {
    const rate = turningRate(ranked);
    const ceiling = `(now ${percent(maxColdStartRate)})`;
    return rate === null
      ? `a forecast plan would not be the cheapest under a lower ceiling either ${ceiling}`
      : `a forecast plan would be the cheapest with cold starts held below ${percent(rate)} ${ceiling}`;
  }
  const turn = turningPrice(ranked, coldStartPriceUsd);
  return typeof turn === 'number'
    ? `a forecast plan would be the cheapest above ${significant(turn)} USD per cold start (now ${coldStartPriceUsd})`
    : `a forecast plan would be the cheapest at no higher price of a cold start (now ${coldStartPriceUsd}): ${turn.name} leaves ${decimal(turn.coldStartsPerDay)} a day`;
}

function capNotes({ levels, limits }: Decision): string[] {
  const most = levels.reduce((highest, level) => Math.max(highest, level), 0);
  return [
    ...(most > limits.maxCapacity
      ? [`cut to ${limits.maxCapacity} by ${limits.cappedBy} where up to ${most} are wanted`]
      : []),
    ...(limits.minimumExceedsBudget
      ? [
          `monthlyBudgetUsd does not pay for minCapacity = ${limits.minCapacity} around the clock; it is held all the same`,
        ]
      : []),
  ];
}

/**
 * The price of a cold start from which on a forecast plan is the cheapest of all, or the policy that is it at any price beyond. Each
 * policy is a line, bill + price x cold starts: their lower envelope is followed from the present price on.
 */
function turningPrice(ranked: readonly CandidateScore[], priceUsd: number): number | CandidateScore {
  let best = ranked[0]!;
  let price = priceUsd;
  while (best.candidate.kind !== 'forecast') {
    const next = ranked
      .filter((score) => score.coldStartsPerDay < best.coldStartsPerDay)
      .map((score) => ({
        score,
        price: (score.billUsdPerDay - best.billUsdPerDay) / (best.coldStartsPerDay - score.coldStartsPerDay),
      }))
      .reduce<{ score: CandidateScore; price: number } | null>((a, b) => (a && a.price <= b.price ? a : b), null);
    if (!next) return best;
    best = next.score;
    price = Math.max(price, next.price);
  }
  return price;
}

/** The highest ceiling below which some forecast plan is the cheapest of those that keep it: all cheaper ones (`ranked`) miss it. */
function turningRate(ranked: readonly CandidateScore[]): number | null {
  let least = Infinity;
  for (const { candidate, coldStartRate } of ranked) {
    if (candidate.kind === 'forecast' && coldStartRate < least) return least;
    least = Math.min(least, coldStartRate);
  }
  return null;
}

function describe({ billUsdPerDay, coldStartsPerDay, coldStartRate }: CandidateScore): string {
  return `${usd(billUsdPerDay)} USD and ${decimal(coldStartsPerDay)} cold starts (${percent(coldStartRate)}) a day`;
}

function decimal(value: number): string {
  if (value < 10) return String(+value.toFixed(1));
  return Number.isFinite(value) ? huge(value, 0) : '-';
}

function usd(amount: number): string {
  return huge(amount, 2);
}

/** With separators from 100,000 on, and as a power of ten from a billion on. */
function huge(value: number, digits: number): string {
  if (Math.abs(value) >= 1e9) return value.toExponential(2);
  return Math.abs(value) < 100_000
    ? value.toFixed(digits)
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function percent(share: number): string {
  return `${significant(100 * share, 1)} %`;
}

/** Two digits that count, and no power of ten below a billion. */
function significant(value: number, least = 2): string {
  if (Math.abs(value) >= 1e9) return value.toExponential(2);
  return value.toLocaleString('en-US', { minimumSignificantDigits: least, maximumSignificantDigits: 2 });
}
