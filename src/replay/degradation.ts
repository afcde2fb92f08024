/** Where the walk had less to go by than a forecast, in sentences: the controller's steps down and back up. */
import { HOUR_MS, isoUtc } from '../time.ts';
import type { Decision } from './walk.ts';

type Degraded = Exclude<Decision['outcome'], 'planned'>;

interface Span {
  fromMs: number;
  toMs: number;
}

interface Outage extends Span {
  knownUntilMs: number;
  ms: Record<Degraded, number>;
}

/** So many gaps are told one by one, the longest. */
const MOST_TOLD = 3;

const STEPS: readonly [Degraded, string][] = [
  ['held', 'what was scheduled was held (it might rise, not fall)'],
  ['constant', 'a constant level'],
  ['released', 'the minimum'],
];

/** Notes on the evaluated period; none where every plan could rest on fresh metrics and a trusted forecast. */
export function degradationNotes(decisions: readonly Decision[], { fromMs, toMs }: Span): string[] {
  const spans = decisions
    .map((decision, i) => ({
      ...decision,
      fromMs: Math.max(fromMs, decision.atMs),
      toMs: Math.min(toMs, decisions[i + 1]?.atMs ?? toMs),
    }))
    .filter((span) => span.toMs > span.fromMs);
  return [...outageNotes(outagesOf(spans), toMs), ...distrustNotes(spans)];
}

function outagesOf(spans: readonly (Decision & Span)[]): Outage[] {
  const outages: Outage[] = [];
  for (const { outcome, knownUntilMs, fromMs, toMs } of spans) {
    if (outcome === 'planned') continue;
    let outage = outages.at(-1);
    if (outage?.toMs !== fromMs || outage.knownUntilMs !== knownUntilMs)
      outages.push((outage = { fromMs, toMs, knownUntilMs, ms: { held: 0, constant: 0, released: 0 } }));
    outage.ms[outcome] += toMs - fromMs;
    outage.toMs = toMs;
  }
  return outages;
}

function outageNotes(outages: readonly Outage[], periodEndMs: number): string[] {
  const longest = outages.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const told = longest.slice(0, MOST_TOLD).sort((a, b) => a.fromMs - b.fromMs);
  const others = longest.slice(MOST_TOLD);
  const sum = others.reduce((ms, outage) => ms + lengthOf(outage), 0);
  return [
    ...told.map(({ knownUntilMs, ms, toMs }) => {
      const steps = STEPS.filter(([step]) => ms[step] > 0).map(([step, what]) => `${what} for ${hours(ms[step])}`);
      const back = toMs < periodEndMs ? `; plans again from ${isoUtc(toMs)}` : '';
      return `nothing was known after ${isoUtc(knownUntilMs)}, as for the live controller: ${steps.join(', then ')}${back}`;
    }),
    ...(others.length > 0
      ? [
          `${others.length} more ${others.length === 1 ? 'gap' : 'gaps'} in what was known, none longer: plans were degraded for ${hours(sum)} more`,
        ]
      : []),
  ];
}

function distrustNotes(spans: readonly (Decision & Span)[]): string[] {
  const distrusted = spans.filter(({ outcome, forecastTrusted }) => outcome === 'planned' && !forecastTrusted);
  const [first] = distrusted;
  if (!first) return [];
  const sum = distrusted.reduce((ms, span) => ms + lengthOf(span), 0);
  return [
    `the forecast was not trusted for ${hours(sum)} in all, first at ${isoUtc(first.fromMs)}: only policies without one competed`,
  ];
}

function lengthOf({ fromMs, toMs }: Span): number {
  return toMs - fromMs;
}

function hours(ms: number): string {
  return `${(ms / HOUR_MS).toFixed(1)} h`;
}
