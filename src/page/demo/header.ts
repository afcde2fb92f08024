/** What stays in sight: the run, its time, whether it goes on, and how fast. */
import type { RunFrame } from '../../demo/frames.ts';
import { element } from '../shared/dom.ts';
import type { Clock } from '../shared/format.ts';
import { themeButton } from '../shared/theme.ts';
import { createControls } from './controls.ts';
import type { Story } from './story.ts';
import type { Connection } from './view.ts';

export interface Header {
  node: HTMLElement;
  show(story: Story, connection: Connection): void;
}

const STATUS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'No connection',
  closed: 'Ended',
};

export function createHeader(run: RunFrame, clock: Clock, onRefused: () => void): Header {
  const controls = createControls(onRefused);
  const status = element('span', { class: 'chip', id: 'status' });
  const time = element('span', { class: 'clock', id: 'clock' });
  const length = run.endMs - run.startMs;
  const progress = element('progress', { max: length, value: 0, 'aria-label': 'Share of the simulated time' });
  const title = element(
    'div',
    { class: 'title' },
    element('h1', {}, 'Prewarm demo, live'),
    element('p', { class: 'small dim' }, `${run.target}, times in ${clock.zone}`),
  );
  return {
    node: element(
      'header',
      { class: 'top' },
      element(
        'div',
        { class: 'wrap' },
        title,
        element('div', { class: 'row moment' }, time, status),
        controls.node,
        themeButton(),
      ),
      progress,
    ),
    show(story, connection) {
      const { now, control, end } = story;
      const label = statusOf(story, connection);
      const isOver = end !== null;
      status.textContent = label;
      status.dataset.tone = isOver ? 'over' : label === STATUS.live ? 'live' : 'still';
      controls.show(connection === 'live' ? control : null, isOver);
      const timeMs = now?.atMs ?? run.startMs;
      time.textContent = clock.moment(timeMs);
      progress.value = timeMs - run.startMs;
    },
  };
}

function statusOf({ end, control }: Story, connection: Connection): string {
  if (end) return 'Finished';
  return connection === 'live' && control?.paused ? 'Paused' : STATUS[connection];
}
