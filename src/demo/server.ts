/**
 * Serves the live page to this machine only. A page of another site that had its name point here (DNS rebinding) is
 * refused by the Host header; https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Host
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { Feed } from './feed.ts';
import { type Control, SPEEDS } from './frames.ts';

/** By path; `/` is the page itself. */
export type Assets = Readonly<Record<string, { type: string; body: string }>>;

export interface LiveServerOptions {
  /** 0 = a free one. */
  port: number;
  assets: Assets;
  feed: Feed;
  onControl: (change: Partial<Control>) => void;
}

export interface LiveServer {
  readonly url: string;
  /** Ends all connections; pages that listen are told what was said last. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const LOCAL_NAMES = new Set([HOST, 'localhost']);

/** Nothing but what this server serves; no frame around it, no form that leaves it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** What pages are given to hear the last words before their connection is cut. */
const FAREWELL_MS = 500;

/** After how long a page that lost its connection tries again. */
const RETRY_MS = 1000;

const MOST_BODY_CHARACTERS = 1024;

/** Rejects where the port is taken. */
export async function startLiveServer({ port, assets, feed, onControl }: LiveServerOptions): Promise<LiveServer> {
  const streams = new Set<() => void>();
  const server = createServer((request, response) => {
    const { url = '', method = '' } = request;
    const asset = assets[url];
    const routes: Record<string, () => unknown> = {
      ...(asset && { GET: () => reply(response, 200, asset), HEAD: () => reply(response, 200, asset) }),
      ...(url === '/events' && { GET: () => streams.add(stream(request, response, feed)) }),
      ...(url === '/control' && { POST: () => control(request, response, onControl) }),
    };
    const fault = faultOf(request);
    if (fault !== null) reply(response, 403, text(fault));
    else if (Object.keys(routes).length === 0) reply(response, 404, text('there is nothing here'));
    else if (!routes[method]) reply(response, 405, text('not this way'), { allow: Object.keys(routes).join(', ') });
    else routes[method]();
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const end of streams) end();
      await Promise.race([closed, delay(FAREWELL_MS)]);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Why a request is not one of our own page's; null where it is. */
function faultOf({ headers, socket }: IncomingMessage): string | null {
  const [, name = '', port = '80'] = /^([^:]*)(?::(\d+))?$/.exec(headers.host ?? '') ?? [];
  if (!LOCAL_NAMES.has(name.toLowerCase()) || Number(port) !== socket.localPort) {
    return 'this page is for this machine: ask for it by 127.0.0.1 or localhost';
  }
  const isForeign = headers.origin !== undefined && headers.origin !== `http://${headers.host ?? ''}`;
  return isForeign ? 'another page may not ask for this' : null;
}

/** Tells a page everything that it has not heard, and then the news, no faster than it reads. Returns what ends it. */
function stream(request: IncomingMessage, response: ServerResponse, feed: Feed): () => void {
  const reader = feed.readerAfter(request.headers['last-event-id']?.toString());
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', connection: 'close' });
  response.write(`retry: ${RETRY_MS}\n\n`);
  let isFull = false;
  const pump = () => {
    for (let lines = isFull ? null : reader.read(); lines !== null; lines = isFull ? null : reader.read()) {
      isFull = !response.write(lines);
    }
  };
  response.on('drain', () => {
    isFull = false;
    pump();
  });
  const unsubscribe = feed.onNews(pump);
  response.on('close', unsubscribe);
  pump();
  return () => {
    unsubscribe();
    response.end();
  };
}

/** Sets speed or pause, as `{"paused": true}` or `{"speed": 5}`. */
async function control(
  request: IncomingMessage,
  response: ServerResponse,
  onControl: LiveServerOptions['onControl'],
): Promise<void> {
  // A form or an image of another page cannot send this type without being asked first.
  if (request.headers['content-type'] !== 'application/json') {
    reply(response, 415, text('send application/json'));
    return;
  }
  const change = controlSchema.safeParse(await readJson(request));
  if (!change.success) {
    reply(response, 400, text(`send paused (true, false) or speed (${SPEEDS.join(', ')})`));
    return;
  }
  onControl(change.data);
  response.writeHead(204, HEADERS).end();
}

const controlSchema = z.union([
  z.strictObject({ paused: z.boolean() }),
  z.strictObject({ speed: z.literal([...SPEEDS]) }),
]);

/** Null where it is too long, no JSON, or never came. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
      if (body.length > MOST_BODY_CHARACTERS) return null;
    }
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function text(body: string) {
  return { type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function reply(
  response: ServerResponse,
  status: number,
  { type, body }: Assets[string],
  headers: Record<string, string> = {},
): void {
  // Without this the rest of a refused body would be waited for.
  const ending = status >= 400 ? { connection: 'close' } : {};
  response.writeHead(status, {
    ...HEADERS,
    ...ending,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
