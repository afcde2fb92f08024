/** A decision in sentences: what won, what it would have cost, and what would make another win. */
import type { CandidateScore, Choice } from './choose.ts';

export function explainChoice(
  choice: Choice,
  settings: { coldStartPriceUsd: number; maxColdStartRate?: number | undefined },
): string {
  const { winner, runnerUp, onDemand, objectiveMet } = choice;
  const parts = [`${winner.name} would have been the cheapest of all: ${describe(winner)}`];
  if (!objectiveMet) {
    parts[0] = `no policy keeps cold starts below ${percent(settings.maxColdStartRate ?? 0)}; ${winner.name} has the fewest: ${describe(winner)}`;
  }
  if (winner.candidate.kind !== 'on-demand') parts.push(`on demand: ${describe(onDemand)}`);
  if (runnerUp && runnerUp.candidate.kind !== 'on-demand') parts.push(`next, ${runnerUp.name}: ${describe(runnerUp)}`);
  const turn = turningPrice(choice);
  if (settings.maxColdStartRate === undefined && turn !== null && turn > settings.coldStartPriceUsd) {
    parts.push(
      `the forecast plan would win above ${turn.toPrecision(2)} USD per cold start (now ${settings.coldStartPriceUsd})`,
    );
  }
  return parts.join('; ');
}

export function explainDefault(): string {
  return 'too little history to compare policies, which takes the fourth day: covers 99 % of the peaks expected, as far as such peaks were seen, and holds each for 15 minutes';
}

/** The price of a cold start at which the best forecast plan becomes as cheap as the winner; null when it never does or has won. */
function turningPrice({ winner, bestForecast }: Choice): number | null {
  if (!bestForecast || winner.candidate.kind === 'forecast') return null;
  const avoided = winner.coldStarts - bestForecast.coldStarts;
  return avoided > 0 ? (bestForecast.billUsd - winner.billUsd) / avoided : null;
}

function describe({ billUsd, coldStarts, coldStartRate }: CandidateScore): string {
  return `${billUsd.toFixed(2)} USD and ${Math.round(coldStarts)} cold starts (${percent(coldStartRate)})`;
}

function percent(share: number): string {
  return `${+(share * 100).toPrecision(2)} %`;
}
