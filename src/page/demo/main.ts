/** The live demo's page: hears what happens and draws it, a frame at a time. */
import type { Frame } from '../../demo/frames.ts';
import { hear } from './story.ts';
import { type Connection, createView, type View } from './view.ts';

/** Drawing more often than this would show nothing more, and takes time from the simulation. */
const LEAST_BETWEEN_DRAWINGS_MS = 33;

function start(): void {
  const source = new EventSource('/events');
  let view: View | null = null;
  let connection: Connection = 'connecting';
  let drawnMs = -Infinity;
  let isDue = false;
  const draw = () => {
    if (performance.now() - drawnMs < LEAST_BETWEEN_DRAWINGS_MS) {
      requestAnimationFrame(draw);
      return;
    }
    isDue = false;
    drawnMs = performance.now();
    view?.show(connection);
  };
  const changed = (next: Connection) => {
    connection = next;
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  };
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const frame = JSON.parse(data) as Frame;
    if (frame.kind === 'bye') {
      source.close();
      changed('closed');
      return;
    }
    // Another run answers at this address: its page begins anew.
    if (frame.kind === 'run' && view) location.reload();
    else if (frame.kind === 'run') view = createView(frame);
    else if (view) hear(view.story, frame);
    changed('live');
  };
  source.onopen = () => changed('live');
  source.onerror = () => changed('lost');
}

start();
