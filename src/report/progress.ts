/** A line that says how far long work has come; silent where nobody watches. */
import type { Terminal } from './terminal.ts';

const BAR_WIDTH = 30;
const REDRAW_MS = 100;

export interface Progress {
  update: (share: number) => void;
  done: () => void;
}

/** Draws on a terminal; elsewhere says every tenth of the way in a line of its own. */
export function startProgress(
  stream: { write: (text: string) => unknown; isTTY?: boolean },
  label: string,
  options: { terminal: Terminal; nowMs: () => number },
): Progress {
  const startMs = options.nowMs();
  let drawnMs = -Infinity;
  let tenth = 0;
  const line = (share: number) => {
    const filled = Math.round(share * BAR_WIDTH);
    const spentMs = options.nowMs() - startMs;
    const left = share > 0.02 ? `${Math.ceil((spentMs / share - spentMs) / 1000)} s left` : '';
    return `${label} ${options.terminal.paint('good', '█'.repeat(filled))}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.round(share * 100)).padStart(3)} % ${left}`;
  };
  return {
    update(share) {
      if (stream.isTTY) {
        if (options.nowMs() - drawnMs < REDRAW_MS) return;
        drawnMs = options.nowMs();
        stream.write(`\r\u001b[2K${line(share)}`);
      } else if (Math.floor(share * 10) > tenth) {
        tenth = Math.floor(share * 10);
        stream.write(`${label} ${tenth * 10} %\n`);
      }
    },
    done() {
      if (stream.isTTY) stream.write('\r\u001b[2K');
    },
  };
}
