/** A ranking for people: a table, why each is where it is, and what switching on those that are worth it would have saved. */
import type { Ranked } from '../first-steps/rank.ts';
import type { Ranking } from '../first-steps/rank-all.ts';
import { nameOf, type Verdict } from '../first-steps/verdict.ts';
import { PRICES_AS_OF } from '../economics/prices.ts';
import { DAY_MS, isoUtc } from '../time.ts';
import { count, usd } from './numbers.ts';
import { renderTable, type Terminal, type Tone } from './terminal.ts';
import { displayWidth, oneLine, padEnd } from './text.ts';

const TONES: Partial<Record<Verdict, Tone>> = { 'worth it': 'good', 'too little data': 'warn' };

export function rankText(ranking: Ranking, terminal: Terminal): string {
  const { ranked } = ranking;
  if (ranked.length === 0) return ['nothing to rank', ...failedLines(ranking, terminal)].join('\n');
  return [
    terminal.paint('strong', 'what Prewarm would have saved in the last two weeks, its own cost taken off'),
    aimLine(ranked),
    '',
    ...table(ranked, terminal),
    '',
    ...whyLines(ranked),
    ...noteLines(ranked, terminal),
    ...failedLines(ranking, terminal),
    '',
    total(ranked),
    ...footnotes(ranked).map((line) => terminal.paint('dim', line)),
  ].join('\n');
}

/** The table, what failed and the sum. */
export function rankSummary(ranking: Ranking, terminal: Terminal): string {
  const { ranked } = ranking;
  const lines = ranked.length === 0 ? ['nothing to rank'] : [...table(ranked, terminal), total(ranked)];
  return [...lines, ...failedLines(ranking, terminal)].join('\n');
}

/** All that is known of each, for --verbose. */
export function rankTrail({ ranked }: Ranking): string[] {
  return ranked.flatMap(({ name, notes, scores }) => [
    `${oneLine(name)}: ${scores.map(({ detail, effectiveCostUsd, coldStarts }) => `${detail} ${usd(effectiveCostUsd)} (${count(coldStarts)} cold starts)`).join(', ')}`,
    ...notes.map((note) => `    ${oneLine(note)}`),
  ]);
}

function failedLines({ failed }: Ranking, terminal: Terminal): string[] {
  return failed.map(({ name, error }) => terminal.paint('bad', `failed     ${oneLine(name)}: ${error}`));
}

/** What all have in common; single functions may differ, which their notes in the JSON tell. */
function aimLine(ranked: readonly Ranked[]): string {
  const aims = new Set(
    ranked.map(({ settings: { maxColdStartRate, coldStartPriceUsd } }) =>
      maxColdStartRate === undefined
        ? `the least of bill + $${coldStartPriceUsd} x cold starts`
        : `the least bill with cold starts in at most ${(100 * maxColdStartRate).toFixed(3)} % of requests`,
    ),
  );
  return `aim        ${aims.size === 1 ? [...aims].join('') : 'differs by function'}`;
}

function table(ranked: readonly Ranked[], terminal: Terminal): string[] {
  const header = [
    'function',
    'verdict',
    'saves',
    'off the bill',
    'cold starts',
    'with Prewarm',
    'days',
    'best without',
  ];
  const rows = ranked.map((one) => {
    const saved = one.judgement?.savedAgainstOnDemand;
    return [
      `${one.basis === 'comparison' ? '~ ' : ''}${one.name}`,
      one.verdict,
      usd(saved?.effectiveCostUsd ?? NaN),
      usd(saved?.costUsd ?? NaN),
      coldStarts(one, 'on-demand'),
      coldStarts(one, 'prewarm'),
      one.period ? ((one.period.toMs - one.period.fromMs) / DAY_MS).toFixed(1) : '-',
      one.judgement ? nameOf(one.judgement.best) : '',
    ];
  });
  return renderTable(header, rows, {
    terminal,
    dispensable: ['days', 'off the bill', 'best without'],
    toneOf: (row) => TONES[ranked[row]?.verdict ?? 'leave on demand'] ?? null,
  });
}

function coldStarts({ scores }: Ranked, policy: string): string {
  return count(scores.find(({ name }) => name === policy)?.coldStarts ?? NaN);
}

function whyLines(ranked: readonly Ranked[]): string[] {
  const names = ranked.map(({ name }) => oneLine(name));
  const width = Math.max(...names.map(displayWidth));
  return ranked.map(({ reason }, i) => `${padEnd(names[i] ?? '', width)}  ${reason}`);
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
    return terminal.paint('warn', `note       ${oneLine(whom)}: ${oneLine(note)}`);
  });
}

function total(ranked: readonly Ranked[]): string {
  const chosen = ranked.filter(({ verdict }) => verdict === 'worth it');
  if (chosen.length === 0) return 'None of them is worth it: leave them as they are, or see what is cheaper above.';
  const sum = (of: (one: Ranked) => number | undefined) => chosen.reduce((all, one) => all + (of(one) ?? 0), 0);
  const saved = sum((one) => one.judgement?.savedAgainstOnDemand?.effectiveCostUsd);
  const fewer = sum((one) => one.judgement?.savedAgainstOnDemand?.coldStarts);
  const [only] = chosen;
  const who = chosen.length === 1 ? oneLine(only?.name ?? '') : `the ${chosen.length} that are worth it`;
  return `Switched on for ${who}, Prewarm would have saved ${usd(saved)} all in and ${count(Math.round(fewer))} cold starts against on demand.`;
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
