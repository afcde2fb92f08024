/** The story of a run for any number of readers: each at its own place, those who come late from the beginning. */
import type { Frame, StateFrame, StoryFrame } from './frames.ts';

export interface FeedReader {
  /** The next lines in the format of server-sent events; null when there is no news. */
  read(): string | null;
}

export interface Feed {
  /** Adds to the story. */
  append(frame: StoryFrame): void;
  /** Takes the place of the last frame of its kind. */
  replace(frame: StateFrame): void;
  /** A reader that has heard everything up to this event id; one of another run, or none, begins at the beginning. */
  readerAfter(lastEventId: string | undefined): FeedReader;
  /** Calls `listener` at each news, until the returned function is called. */
  onNews(listener: () => void): () => void;
}

/** Of one read: the whole story of a week is a few megabytes, more than a socket takes at once. */
const CHUNK_CHARACTERS = 64 * 1024;

/** `runId` tells this run's events from those of another one on the same port. */
export function createFeed(runId: string): Feed {
  const story: string[] = [];
  const state = new Map<StateFrame['kind'], string>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    append(frame) {
      story.push(`id: ${runId}-${story.length}\n${dataLine(frame)}`);
      tell();
    },
    replace(frame) {
      state.set(frame.kind, dataLine(frame));
      tell();
    },
    readerAfter(lastEventId) {
      let next = placeAfter(lastEventId, runId, story.length);
      const heard = new Map<StateFrame['kind'], string>();
      return {
        read() {
          let text = '';
          while (next < story.length && text.length < CHUNK_CHARACTERS) text += story[next++] ?? '';
          if (next < story.length) return text;
          for (const [kind, line] of state) {
            if (heard.get(kind) !== line) text += line;
            heard.set(kind, line);
          }
          return text === '' ? null : text;
        },
      };
    },
    onNews(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function dataLine(frame: Frame): string {
  return `data: ${JSON.stringify(frame)}\n\n`;
}

function placeAfter(lastEventId: string | undefined, runId: string, length: number): number {
  const [, id, index] = /^(.+)-(\d{1,9})$/.exec(lastEventId ?? '') ?? [];
  return id === runId && Number(index) < length ? Number(index) + 1 : 0;
}
