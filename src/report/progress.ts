/** A line that says how far long work has come and how long it still takes; only where somebody watches. */
import type { Terminal } from './terminal.ts';
import { displayWidth, neutralise, wrap } from './text.ts';

const BAR_WIDTH = 24;
/** What is done in less is not worth a line that comes and goes. */
const SHOWN_AFTER_MS = 400;
export const REDRAW_MS = 100;
/** Before that a guess of the time left is none. */
const LEAST_SHARE = 0.03;
const ERASE = '\r\u001b[2K';

export interface Progress {
  /** Share of the work that is done; without it, the line says what is going on and for how long. */
  update: (share?: number, doing?: string) => void;
  /** The same again, later. */
  redraw: () => void;
  /** Takes the line away. */
  done: () => void;
}

export const SILENT: Progress = { update: () => undefined, redraw: () => undefined, done: () => undefined };

export interface ProgressStream {
  write: (text: string) => unknown;
  isTTY?: boolean;
}

/** Draws on a terminal and is silent elsewhere. `present` makes colours of tones. */
export function startProgress(
  stream: ProgressStream,
  label: string,
  options: { terminal: Terminal; nowMs: () => number; present?: (text: string) => string },
): Progress {
  if (!stream.isTTY) return SILENT;
  const { terminal, nowMs, present = (text: string): string => text } = options;
  const startMs = nowMs();
  let drawnMs = startMs + SHOWN_AFTER_MS - REDRAW_MS;
  let drawn = false;
  let now = { share: undefined as number | undefined, doing: label };
  const draw = () => {
    if (nowMs() - drawnMs < REDRAW_MS) return;
    drawnMs = nowMs();
    drawn = true;
    stream.write(ERASE + present(progressLine({ ...now, spentMs: drawnMs - startMs }, terminal)));
  };
  return {
    update(share, doing = label) {
      now = { share, doing };
      draw();
    },
    redraw: draw,
    done() {
      if (drawn) stream.write(ERASE);
      drawn = false;
    },
  };
}

interface State {
  share: number | undefined;
  doing: string;
  spentMs: number;
}

/** One line, narrower than the terminal: the last column stays free, or some terminals would break it. */
export function progressLine({ share, doing, spentMs }: State, { width, paint }: Pick<Terminal, 'width' | 'paint'>) {
  const time =
    share !== undefined && share >= LEAST_SHARE && share <= 1
      ? `${duration(spentMs / share - spentMs)} left`
      : duration(spentMs);
  const percent = share === undefined ? '' : `${String(Math.floor(share * 100)).padStart(3)} %  `;
  const bar = (columns: number) => {
    if (share === undefined || columns < 6) return '';
    const filled = Math.min(columns, Math.round(share * columns));
    return `${paint('good', '█'.repeat(filled))}${paint('dim', '░'.repeat(columns - filled))} `;
  };
  const rest = `${percent}${time}`;
  const text = clipped(neutralise(doing), width - 1 - 2 - displayWidth(rest));
  const room = width - 1 - displayWidth(text) - 2 - displayWidth(rest) - 1;
  return `${text}  ${bar(Math.min(BAR_WIDTH, room))}${rest}`;
}

function clipped(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${wrap(text, width - 1)[0] ?? ''}…`;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
