/** Pause and speed: asked of the demo, shown as the demo says they are. */
import { type Control, type Speed, SPEEDS } from '../../demo/frames.ts';
import { element, segments } from '../shared/dom.ts';

export interface Controls {
  node: HTMLElement;
  show(control: Control | null, isOver: boolean): void;
}

const LABELS: Record<Speed, string> = { 1: '1', 5: '5', 15: '15', max: 'Fastest' };

export function createControls(onRefused: () => void): Controls {
  let control: Control | null = null;
  const ask = (change: Partial<Control>) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) };
    void fetch('/control', request).then(({ ok }) => {
      if (!ok) onRefused();
    }, onRefused);
  };
  const pause = element('button', { type: 'button', class: 'button', id: 'pause' }, 'Pause');
  pause.addEventListener('click', () => ask({ paused: !control?.paused }));
  const speed = segments(
    'Simulated minutes per second',
    SPEEDS.map((value) => [LABELS[value], value] as const),
    (value) => ask({ speed: value }),
  );
  return {
    node: element(
      'div',
      { class: 'row controls' },
      pause,
      element('span', { class: 'small dim', 'aria-hidden': 'true' }, 'min/s'),
      speed.node,
    ),
    show(next, isOver) {
      if (next === control && pause.disabled === isOver) return;
      control = next;
      pause.textContent = next?.paused ? 'Go on' : 'Pause';
      speed.select(next?.speed ?? null);
      for (const button of [pause, ...speed.node.querySelectorAll('button')]) button.disabled = isOver || next === null;
    },
  };
}
