/** What fires and what is decided: the newest changes of the level, and the controller's last word. */
import type { ActionFrame } from '../../demo/frames.ts';
import { element } from '../shared/dom.ts';
import { duration, number } from '../shared/format.ts';
import type { Story } from './story.ts';

export interface Actions {
  node: HTMLElement;
  show(story: Story): void;
}

const SHOWN = 60;

export function createActions(clock: (timeMs: number) => string): Actions {
  const rows = new Map<string, { node: HTMLElement; drawn: string }>();
  const body = element('tbody', {});
  const decision = element('p', { class: 'decision', id: 'decision' }, '–');
  const forecast = element('p', { class: 'small' }, '–');
  const reason = element('p', { class: 'dim small reason' });
  const facts = ['runs', 'writes', 'fired', 'at once'].map((name) => ({
    name,
    value: element('dd', {}, '–'),
  }));
  const set = (name: string, text: string) => {
    const fact = facts.find((candidate) => candidate.name === name);
    if (fact && fact.value.textContent !== text) fact.value.textContent = text;
  };
  return {
    node: element(
      'div',
      { class: 'cards' },
      element(
        'section',
        { class: 'card', 'aria-labelledby': 'actions-title' },
        element('h2', { id: 'actions-title' }, 'Actions as they fire'),
        element('p', { class: 'lead small' }, 'Application Auto Scaling carries out what the controller wrote ahead.'),
        element(
          'div',
          { class: 'scroll actions', tabindex: 0, role: 'region', 'aria-label': 'List of actions' },
          element('table', { class: 'table' }, head('Time', 'Level', 'By', 'Outcome'), body),
        ),
      ),
      element(
        'section',
        { class: 'card', 'aria-labelledby': 'decision-title' },
        element('h2', { id: 'decision-title' }, 'What the controller thinks'),
        decision,
        forecast,
        reason,
        element(
          'dl',
          { class: 'facts' },
          ...facts.map(({ name, value }) => element('div', {}, element('dt', {}, FACTS[name]), value)),
        ),
      ),
    ),
    show(story) {
      showActions([...story.actions.values()], { rows, body, clock });
      const all = [...story.actions.values()];
      const fired = all.filter(({ name }) => name !== null).length;
      set('runs', number(story.ticks, 0));
      set('writes', number(story.writes, 0));
      set('fired', number(fired, 0));
      set('at once', number(all.length - fired, 0));
      if (!story.decision) return;
      const { policy, reason: why, model, outcome } = story.decision;
      forecast.textContent = model === null ? 'no forecast yet' : `forecast by ${model}`;
      decision.textContent = policy ?? outcome;
      reason.textContent = why;
    },
  };
}

const FACTS: Record<string, string> = {
  runs: 'Runs, every 5 min',
  writes: 'Writes to AWS',
  fired: 'Changes by fired actions',
  'at once': 'Levels set at once',
};

function head(...titles: string[]): HTMLElement {
  return element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title))));
}

/** Newest first; rows that have not changed stay as they are. */
function showActions(
  actions: ActionFrame[],
  {
    rows,
    body,
    clock,
  }: { rows: Map<string, { node: HTMLElement; drawn: string }>; body: HTMLElement; clock: (timeMs: number) => string },
): void {
  const shown = actions.slice(-SHOWN);
  shown.forEach((action, i) => {
    const drawn = `${action.status} ${action.endMs ?? ''}`;
    const known = rows.get(action.id);
    if (known?.drawn === drawn) return;
    const previous = actions[actions.length - shown.length + i - 1]?.level ?? null;
    const node = rowOf(action, previous, clock);
    if (known) known.node.replaceWith(node);
    else body.prepend(node);
    rows.set(action.id, { node, drawn });
  });
  while (body.children.length > SHOWN) body.lastElementChild?.remove();
}

function rowOf(action: ActionFrame, previous: number | null, clock: (timeMs: number) => string): HTMLElement {
  const { atMs, level, name } = action;
  const arrow = previous === null || level === previous ? '' : level > previous ? ' ▲' : ' ▼';
  return element(
    'tr',
    {},
    element('td', {}, clock(atMs)),
    element('td', {}, `${previous === null ? '' : `${previous} → `}${level}${arrow}`),
    element('td', {}, name === null ? 'controller, at once' : 'scheduled action'),
    element('td', {}, outcomeOf(action)),
  );
}

function outcomeOf({ status, atMs, endMs }: ActionFrame): string {
  if (status === 'InProgress') return 'warming up';
  if (status === 'Overridden') return 'overtaken by the next';
  if (status !== 'Successful' || endMs === null) return status;
  return endMs - atMs < 1000 ? 'done' : `ready after ${duration((endMs - atMs) / 1000)}`;
}
