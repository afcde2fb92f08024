/** Whether there is enough to learn from, and whether provisioned concurrency is worth having at all. */
import type { CandidateScore } from '../../controller/choose.ts';
import { DAY_MS } from '../../time.ts';
import { type Check, type Examined, monthly, provisionedOf, verdict } from '../check.ts';

const LEAST_DAYS = 1;
/** Every weekday twice. */
const GOOD_DAYS = 14;
const TOLERATED_GAPS = 0.1;

export function history(x: Examined): Check {
  const say = verdict(
    'history',
    'a forecast takes a day of known demand, a choice of policies up to four, weekdays two weeks',
  );
  if (!x.demand) return say.skipped(x.demandMissing);
  const { meanConcurrency, stepSeconds } = x.demand.history;
  const known = meanConcurrency.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const days = (known * stepSeconds * 1000) / DAY_MS;
  const gaps = meanConcurrency.length === 0 ? 0 : 1 - known / meanConcurrency.length;
  const seen = `${days.toFixed(1)} days are known${gaps > 0 ? `, ${(gaps * 100).toFixed(1)} % of the time since the first datapoint is not` : ''}`;
  if (days < LEAST_DAYS)
    return say.warn(seen, `wait ${(LEAST_DAYS - days).toFixed(1)} days more; until then nothing is changed`);
  if (gaps > TOLERATED_GAPS)
    return say.warn(
      seen,
      'CloudWatch has gaps of its own: name them as outages in the calendar (docs/calendar.md) if they were',
    );
  return say.pass(days < GOOD_DAYS ? `${seen}; forecasts get better until ${GOOD_DAYS}` : seen);
}

export function need(x: Examined): Check {
  const say = verdict('need', 'environments that save less than they cost are not worth having');
  if (!x.demand) return say.skipped(x.demandMissing);
  const { planned } = x.demand;
  if (planned.kind !== 'planned' || !planned.choice) return say.skipped('too little history to compare policies');
  const { winner, onDemand } = planned.choice;
  if (winner.candidate.kind !== 'on-demand') {
    return say.pass(`it pays: ${winner.name} ${perDay(winner)}; on demand ${perDay(onDemand)}`);
  }
  const held = provisionedOf(x)?.requested ?? 0;
  const seen = `you do not need provisioned concurrency: on demand ${perDay(onDemand)}, and no other of ${planned.choice.ranked.length} policies is cheaper. ${planned.plan.reason}`;
  return held === 0
    ? say.pass(seen)
    : say.warn(
        `${seen}. ${held} environments are held: ${monthly(x, held)}`,
        'let Prewarm act with minCapacity 0, which releases them, or prewarm eject --min-capacity 0 --max-capacity 0',
      );
}

function perDay({ billUsdPerDay, coldStartsPerDay, coldStartRate, effectiveUsdPerDay }: CandidateScore): string {
  const missed = `${coldStartsPerDay.toFixed(1)} cold starts (${(coldStartRate * 100).toFixed(2)} %)`;
  return `$${billUsdPerDay.toFixed(2)} and ${missed} a day, all in $${effectiveUsdPerDay.toFixed(2)}`;
}
