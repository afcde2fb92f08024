/** Cold starts and dollars with and without Prewarm, side by side, and the sentence that follows from them. */
import type { PolicyResult } from '../../demo/result.ts';
import { element } from '../shared/dom.ts';
import { number, usd } from '../shared/format.ts';
import type { Story } from './story.ts';

type Amounts = Pick<PolicyResult, 'coldStarts' | 'costUsd' | 'effectiveCostUsd'>;
type Measure = keyof Amounts;

/** Dollars to the cent, so that nothing moves while they grow. */
export function cents(amount: number): string {
  return amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

const FORMAT: Record<Measure, (value: number) => string> = {
  coldStarts: (value) => number(value, 0),
  costUsd: cents,
  effectiveCostUsd: cents,
};

export interface Scoreboard {
  node: HTMLElement;
  show(story: Story): void;
}

export function createScoreboard(coldStartPriceUsd: number): Scoreboard {
  const lead = element('p', { class: 'verdict', id: 'verdict' });
  const cards = (
    [
      ['coldStarts', 'Cold starts', 'requests that waited for a new environment'],
      ['costUsd', 'Bill', 'what AWS charges for the function'],
      ['effectiveCostUsd', 'All in', `bill and ${usd(coldStartPriceUsd)} for each cold start`],
    ] as const
  ).map(([measure, title, note]) => createCard(measure, title, note));
  return {
    node: element(
      'section',
      { 'aria-labelledby': 'score-title' },
      element('h2', { id: 'score-title', class: 'sr' }, 'With and without Prewarm'),
      lead,
      element('div', { class: 'scores' }, ...cards.map(({ node }) => node)),
    ),
    show(story) {
      const sides = sidesOf(story);
      if (!sides) return;
      lead.textContent = verdict(...sides, story.end !== null);
      for (const card of cards) card.show(...sides);
    },
  };
}

/** At the end the simulation's own result, before that the newest minute. */
export function sidesOf({ end, now }: Story): [Amounts, Amounts] | null {
  if (end) {
    const [withPrewarm, onDemand] = end.policies;
    if (withPrewarm && onDemand) return [withPrewarm, onDemand];
  }
  return now && [now.withPrewarm, now.onDemand];
}

export function verdict(withPrewarm: Amounts, onDemand: Amounts, isOver: boolean): string {
  const spared = onDemand.coldStarts - withPrewarm.coldStarts;
  const dearer = withPrewarm.costUsd - onDemand.costUsd;
  const saved = onDemand.effectiveCostUsd - withPrewarm.effectiveCostUsd;
  const count = `${number(Math.abs(spared), 0)} ${spared < 0 ? 'more' : 'fewer'} cold start${Math.abs(spared) === 1 ? '' : 's'}`;
  const bill = `a bill ${cents(Math.abs(dearer))} ${dearer < 0 ? 'lower' : 'higher'}`;
  return `${isOver ? 'In the end' : 'So far'}: ${count}, ${bill}; all in ${cents(Math.abs(saved))} ${saved < 0 ? 'lost' : 'saved'}.`;
}

function createCard(measure: Measure, title: string, note: string) {
  const sides = (
    [
      ['with', 'With Prewarm'],
      ['without', 'On demand'],
    ] as const
  ).map(([id, label]) => {
    const value = element('dd', { id: `${measure}-${id}` }, '–');
    const bar = element('span', { class: `amount ${id}`, 'aria-hidden': 'true' });
    return { value, bar, nodes: [element('dt', {}, label), value, element('dd', { class: 'track' }, bar)] };
  });
  return {
    node: element(
      'div',
      { class: 'card score' },
      element('h3', {}, title),
      element('p', { class: 'dim small' }, note),
      element('dl', {}, ...sides.map(({ nodes }) => element('div', {}, ...nodes))),
    ),
    show: (...amounts: [Amounts, Amounts]) => {
      const most = Math.max(...amounts.map((amount) => amount[measure]));
      sides.forEach(({ value, bar }, i) => {
        const amount = amounts[i as 0 | 1][measure];
        value.textContent = FORMAT[measure](amount);
        bar.style.transform = `scaleX(${most > 0 ? amount / most : 0})`;
      });
    },
  };
}
