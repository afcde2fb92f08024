/** All parts of the page in their places. */
import type { RunFrame } from '../../demo/frames.ts';
import { append, element } from '../shared/dom.ts';
import { clockIn } from '../shared/format.ts';
import { createActions } from './actions.ts';
import { createAnnouncer } from './announcer.ts';
import { createEnvironments } from './environments.ts';
import { createHeader } from './header.ts';
import { createScoreboard } from './scoreboard.ts';
import { createStory, type Story } from './story.ts';
import { createTimeline } from './timeline.ts';

/** Whether anybody tells us anything. */
export type Connection = 'connecting' | 'live' | 'lost' | 'closed';

export interface View {
  story: Story;
  show(connection: Connection): void;
}

/** Builds the page for a run. */
export function createView(run: RunFrame): View {
  const clock = clockIn('UTC');
  const story = createStory(run);
  const announcer = createAnnouncer(clock.moment);
  const header = createHeader(run, clock, () => announcer.say('The demo did not answer.'));
  const timeline = createTimeline();
  const parts = [
    createScoreboard(run.coldStartPriceUsd),
    timeline,
    createEnvironments('withPrewarm', 'Environments now, with Prewarm', [
      'provisioned-busy',
      'provisioned-idle',
      'provisioned-warming',
      'demand-busy',
      'demand-idle',
    ]),
    createEnvironments('onDemand', 'The same requests on demand', ['demand-busy', 'demand-idle']),
    createActions((timeMs) => new Date(timeMs).toISOString().slice(11, 19)),
    announcer,
  ] as const;
  const [scoreboard, , withPrewarm, onDemand, actions] = parts;
  append(document.body, [
    header.node,
    element(
      'main',
      { class: 'wrap' },
      scoreboard.node,
      timeline.levels,
      element('div', { class: 'cards' }, withPrewarm.node, onDemand.node),
      timeline.totals,
      actions.node,
      assumptions(run),
      announcer.node,
    ),
  ]);
  timeline.mount(story);
  const show = (connection: Connection) => {
    header.show(story, connection);
    for (const part of parts) part.show(story);
  };
  // Before anything is painted, so that nothing moves when it is filled.
  show('connecting');
  return { story, show };
}

function assumptions({ workload, assumed, prices }: RunFrame): HTMLElement {
  const facts = [
    ['Workload', workload],
    ['Assumed', assumed],
    ['Prices', prices],
    [
      'How',
      'The built controller runs every five minutes against a local AWS over HTTP. “On demand” is the same requests without provisioned concurrency, simulated beside it.',
    ],
  ] as const;
  return element(
    'section',
    { class: 'card', 'aria-labelledby': 'assumptions-title' },
    element('h2', { id: 'assumptions-title' }, 'What is simulated'),
    element(
      'dl',
      { class: 'assumptions small' },
      ...facts.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]),
    ),
  );
}
