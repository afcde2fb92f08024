/** A page without a browser: listens to server-sent events. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Frame } from '../../src/demo/frames.ts';

export interface Listener {
  readonly frames: Frame[];
  /** Of the last event that had one. */
  readonly lastEventId: string;
  /** Resolves with the first frame, past or to come, that fits; rejects when the stream ends without one. */
  until<K extends Frame['kind']>(
    kind: K,
    fits?: (frame: Extract<Frame, { kind: K }>) => boolean,
  ): Promise<Extract<Frame, { kind: K }>>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  vanish(): void;
}

export async function listen(url: string, lastEventId?: string): Promise<Listener> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const { call, response } = await open(`${url}events`, headers);
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let id = '';
  let text = '';
  let isOver = false;
  const told = () => [...waiting].forEach((check) => check());
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const events = (text + chunk).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      id = /^id: (.+)$/m.exec(event)?.[1] ?? id;
      const data = /^data: (.+)$/m.exec(event)?.[1];
      if (data !== undefined) frames.push(JSON.parse(data) as Frame);
    }
    told();
  });
  const ended = new Promise<void>((resolve) => {
    response.on('close', () => {
      isOver = true;
      told();
      resolve();
    });
  });
  response.on('error', () => undefined);
  return {
    frames,
    ended,
    get lastEventId() {
      return id;
    },
    until: (kind, fits = () => true) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = frames.find((frame) => frame.kind === kind && fits(frame as never));
          if (!found && !isOver) return;
          waiting.delete(check);
          if (found) resolve(found as never);
          else reject(new Error(`the stream ended without the ${kind} that was waited for`));
        };
        waiting.add(check);
        check();
      }),
    vanish: () => call.destroy(),
  };
}

/** A plain request; `host` and the like as given. */
export async function open(
  url: string,
  headers: Record<string, string> = {},
  { method = 'GET', body = '' } = {},
): Promise<{ call: ClientRequest; response: IncomingMessage }> {
  return await new Promise((resolve, reject) => {
    const call = request(url, { method, headers }, (response) => resolve({ call, response }));
    call.on('error', reject);
    call.end(body);
  });
}
