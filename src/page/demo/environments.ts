/** Each environment as a mark: provisioned ones are squares, on-demand ones circles; filled while a request runs. */
import type { Side } from '../../demo/frames.ts';
import { element } from '../shared/dom.ts';
import { number } from '../shared/format.ts';
import type { Story } from './story.ts';

/** In the order in which they are drawn. Those that started cold in the last minute have a ring. */
const STATES = [
  ['provisioned-busy', 'provisioned, busy'],
  ['provisioned-idle', 'provisioned, waiting'],
  ['provisioned-warming', 'provisioned, warming up'],
  ['demand-busy', 'on demand, busy'],
  ['demand-idle', 'on demand, idle'],
] as const;
type State = (typeof STATES)[number][0];

export interface Environments {
  node: HTMLElement;
  show(story: Story): void;
}

/** Room for this many from the start, so that nothing moves; more rows come when they are needed. */
const CELLS = 200;

export function createEnvironments(
  world: 'withPrewarm' | 'onDemand',
  title: string,
  states: readonly State[],
): Environments {
  const id = `environments-${world}`;
  const cells: HTMLElement[] = [];
  const grid = element('div', { class: 'environments', role: 'img', 'aria-labelledby': `${id}-counts` });
  const cold = element('span', { class: 'count' }, '0');
  const keys = STATES.filter(([state]) => states.includes(state)).map(([state, label]) => {
    const count = element('span', { class: 'count' }, '0');
    const mark = element('span', { class: 'cell', 'data-state': state, 'aria-hidden': 'true' });
    return { state, count, node: element('li', {}, mark, count, element('span', {}, label)) };
  });
  const coldMark = element('span', {
    class: 'cell',
    'data-state': 'demand-idle',
    'data-cold': '',
    'aria-hidden': 'true',
  });
  const counts = element(
    'ul',
    { class: 'counts small', id: `${id}-counts` },
    ...keys.map(({ node }) => node),
    element('li', {}, coldMark, cold, element('span', {}, 'of them just started cold')),
  );
  const makeRoom = (count: number) => {
    while (cells.length < count) cells.push(grid.appendChild(element('span', { class: 'cell' })));
  };
  makeRoom(CELLS);
  return {
    node: element('section', { class: 'card', id }, element('h2', {}, title), counts, grid),
    show({ now, before }) {
      if (!now) return;
      const numbers = countsOf(now[world], world === 'withPrewarm' ? now.warming : 0);
      const coldStarts = now[world].coldStarts - (before?.[world].coldStarts ?? 0);
      for (const { state, count } of keys) count.textContent = number(numbers[state], 0);
      cold.textContent = number(coldStarts, 0);
      const drawn = STATES.flatMap(([state]) => new Array<State>(numbers[state]).fill(state));
      makeRoom(drawn.length);
      let left = coldStarts;
      cells.forEach((cell, i) => {
        const state = drawn[i] ?? '';
        const isCold = left > 0 && state.startsWith('demand');
        if (isCold) left -= 1;
        if ((cell.dataset.state ?? '') !== state) cell.dataset.state = state;
        if (cell.hasAttribute('data-cold') !== isCold) cell.toggleAttribute('data-cold', isCold);
      });
    },
  };
}

/** Those of a lowered level that still finish a request are busy and no longer ready. */
function countsOf(side: Side, warming: number): Record<State, number> {
  return {
    'provisioned-busy': side.provisionedBusy,
    'provisioned-idle': Math.max(0, side.provisionedReady - side.provisionedBusy),
    'provisioned-warming': warming,
    'demand-busy': side.onDemandBusy,
    'demand-idle': side.onDemandIdle,
  };
}
