/** A decision in sentences: what won, what it would have cost, what lost and why, and what would make another win. */
import { SLOT_MS, DAY_MS } from '../time.ts';
import type { Share } from './blend.ts';
import type { CandidateScore, Choice } from './choose.ts';
import { COMPARED_DAYS } from './comparison.ts';
import type { PlanLimits } from './objective.ts';
import type { Footing, ForecastTrust } from './trust.ts';

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
    ...(score === choice.winner ? wonBy(decision, choice) : [`${score.name}: ${describe(score)}`]),
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
  const fault =
    trust.coverage < 0.9 || !(trust.overshoot > 1)
      ? `covered ${percent(trust.coverage)} of the peaks instead of 90 %`
      : `asked for ${trust.overshoot.toPrecision(2)} times what came`;
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

function standing({ winner, ranked }: Choice): string {
  if (ranked[0] === winner) return `would have been the cheapest of ${ranked.length} policies`;
  return `stays, since none of ${ranked.length} policies would have been cheaper by a clear margin`;
}

function whatWouldChange({ settings, knownSlots }: Decision, choice: Choice): string[] {
  const turn = settings.maxColdStartRate === undefined ? turningPrice(choice, settings.coldStartPriceUsd) : null;
  const days = (knownSlots * SLOT_MS) / DAY_MS;
  return [
    ...(settings.maxColdStartRate === undefined && turn !== null && turn > settings.coldStartPriceUsd
      ? [
          `a forecast plan would be the cheapest above ${turn.toPrecision(2)} USD per cold start (now ${settings.coldStartPriceUsd})`,
        ]
      : []),
    ...(choice.bestForecast || !choice.objectiveMet
      ? []
      : [`plans from forecasts compete once there are two days of history (have ${days.toFixed(1)})`]),
    ...(days < COMPARED_DAYS && choice.winner.candidate.kind !== 'forecast'
      ? [
          `compared on ${days.toFixed(1)} days; every weekday will have been seen twice in ${Math.ceil(COMPARED_DAYS - days)} more`,
        ]
      : []),
  ];
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
 * The price of a cold start from which on a forecast plan is the cheapest of all; null when one has won, or none ever is. Each policy
 * is a line, bill + price x cold starts: their lower envelope is followed from the present price on.
 */
function turningPrice({ winner, ranked }: Choice, priceUsd: number): number | null {
  if (winner.candidate.kind === 'forecast') return null;
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
    if (!next) return null;
    best = next.score;
    price = Math.max(price, next.price);
  }
  return price;
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
  return `${+(share * 100).toPrecision(2)} %`;
}
