/** A ranking for people: a table, why each is where it is, and what switching on those that are worth it would have saved. */
import type { Ranked } from '../first-steps/rank.ts';
import type { Ranking } from '../first-steps/rank-all.ts';
import type { Verdict } from '../first-steps/verdict.ts';
import { nameOf } from '../first-steps/verdict.ts';
import { PRICES_AS_OF } from '../economics/prices.ts';
import { DAY_MS, isoUtc } from '../time.ts';
import { renderTable, type Terminal, type Tone } from './terminal.ts';

const TONES: Partial<Record<Verdict, Tone>> = { 'worth it': 'good', 'too little data': 'warn' };

export function rankText({ ranked, failed }: Ranking, terminal: Terminal): string {
  const faults = failed.map(({ name, error }) => terminal.paint('bad', `failed     ${name}: ${error}`));
  if (ranked.length === 0) return ['nothing to rank', ...faults].join('\n');
  return [
    terminal.paint('strong', 'what Prewarm would have saved in the last two weeks, its own cost taken off'),
    ...aimLines(ranked),
    '',
    ...table(ranked, terminal),
    '',
    ...whyLines(ranked),
    ...noteLines(ranked, terminal),
    ...faults,
    '',
    total(ranked),
    ...footnotes(ranked).map((line) => terminal.paint('dim', line)),
  ].join('\n');
}

/** What all have in common; single functions may differ, which their notes in the JSON tell. */
function aimLines(ranked: readonly Ranked[]): string[] {
  const aims = new Set(
    ranked.map(({ settings: { maxColdStartRate, coldStartPriceUsd } }) =>
      maxColdStartRate === undefined
        ? `the least of bill + $${coldStartPriceUsd} x cold starts`
        : `the least bill with cold starts in at most ${(100 * maxColdStartRate).toFixed(3)} % of requests`,
    ),
  );
  return [`aim        ${aims.size === 1 ? [...aims].join('') : 'differs by function'}`];
}

function table(ranked: readonly Ranked[], terminal: Terminal): string[] {
  const header = [
    '',
    'function',
    'verdict',
    'saves $',
    'off the bill $',
    'cold starts',
    'with Prewarm',
    'days',
    'best without',
  ];
  const rows = ranked.map((one, i) => [
    `${i + 1}`,
    `${one.basis === 'comparison' ? '~ ' : ''}${one.name}`,
    one.verdict,
    money(one.judgement?.savedAgainstOnDemand?.effectiveCostUsd),
    money(one.judgement?.savedAgainstOnDemand?.costUsd),
    coldStarts(one, 'on-demand'),
    coldStarts(one, 'prewarm'),
    one.period ? ((one.period.toMs - one.period.fromMs) / DAY_MS).toFixed(1) : '-',
    one.judgement ? nameOf(one.judgement.best) : '',
  ]);
  const [head = '', rule = '', ...lines] = renderTable(header, rows);
  return [head, rule, ...lines.map((line, i) => painted(line, ranked[i]!.verdict, terminal))];
}

function painted(line: string, verdict: Verdict, terminal: Terminal): string {
  const tone = TONES[verdict];
  return tone ? terminal.paint(tone, line) : line;
}

function money(amount: number | undefined): string {
  return amount === undefined ? '-' : amount.toFixed(2).replace(/^-0\.00$/, '0.00');
}

function coldStarts({ scores }: Ranked, policy: string): string {
  const score = scores.find(({ name }) => name === policy);
  return score ? String(Math.round(score.coldStarts)) : '-';
}

function whyLines(ranked: readonly Ranked[]): string[] {
  const width = Math.max(...ranked.map(({ name }) => name.length));
  return ranked.map(({ name, reason }) => `${name.padEnd(width)}  ${reason}`);
}

/** Those that differ in numbers and names alone are one line, with the first function's. */
function noteLines(ranked: readonly Ranked[], terminal: Terminal): string[] {
  const alike = new Map<string, { note: string; names: Set<string> }>();
  for (const { name, notes } of ranked) {
    for (const note of notes) {
      const kind = note
        .replaceAll(/\S*\/\S*/g, '')
        .replaceAll(name, '')
        .replaceAll(/\d[\d.,]*/g, '');
      const known = alike.get(kind) ?? { note, names: new Set<string>() };
      alike.set(kind, known);
      known.names.add(name);
    }
  }
  return [...alike.values()].map(({ note, names }) => {
    const [first = ''] = names;
    const others = names.size - 1;
    const whom =
      names.size === ranked.length && others > 0 ? 'all' : `${first}${others > 0 ? ` and ${others} more` : ''}`;
    return terminal.paint('warn', `note       ${whom}: ${note}`);
  });
}

function total(ranked: readonly Ranked[]): string {
  const chosen = ranked.filter(({ verdict }) => verdict === 'worth it');
  if (chosen.length === 0) return 'None of them is worth it: leave them as they are, or see what is cheaper above.';
  const sum = (of: (one: Ranked) => number | undefined) => chosen.reduce((all, one) => all + (of(one) ?? 0), 0);
  const usd = sum((one) => one.judgement?.savedAgainstOnDemand?.effectiveCostUsd);
  const fewer = sum((one) => one.judgement?.savedAgainstOnDemand?.coldStarts);
  const who =
    chosen.length === 1
      ? `Switched on for ${chosen[0]!.name}`
      : `Switched on for the ${chosen.length} that are worth it`;
  return `${who}, Prewarm would have saved $${usd.toFixed(2)} all in and ${Math.round(fewer).toLocaleString('en-US')} cold starts against on demand.`;
}

function footnotes(ranked: readonly Ranked[]): string[] {
  const ends = ranked.flatMap(({ period }) => (period ? [period.toMs] : []));
  const until = ends.length > 0 ? ` until ${isoUtc(Math.max(...ends))} at the latest;` : '';
  const lines = [
    `each function's own last two weeks,${until} list prices as of ${PRICES_AS_OF} unless given; "best without" is chosen with the period known`,
  ];
  if (ranked.some(({ basis }) => basis === 'comparison')) {
    lines.push("~ by the controller's own comparison, recent days counting more; --replay N replays more of them");
  }
  return lines;
}
