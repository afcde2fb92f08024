import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFeed, type Feed } from '../../src/demo/feed.ts';
import type { Control, ForecastFrame } from '../../src/demo/frames.ts';
import { type LiveServer, startLiveServer } from '../../src/demo/server.ts';
import { listen, open } from './listen.ts';

const ASSETS = {
  '/': { type: 'text/html; charset=utf-8', body: '<!doctype html><title>Pr\u00e9warm</title>' },
  '/page.js': { type: 'text/javascript; charset=utf-8', body: '' },
};

const frame = (slotMs: number): ForecastFrame => ({ kind: 'forecast', slotMs, mean: 1, high: 2 });

let server: LiveServer;
let feed: Feed;
let port: string;
let changes: Partial<Control>[];
let listeners: number;
let reads: number;

beforeEach(async () => {
  changes = [];
  listeners = reads = 0;
  const made = createFeed('run');
  feed = {
    ...made,
    onNews(listener) {
      listeners += 1;
      const unsubscribe = made.onNews(listener);
      return () => {
        listeners -= 1;
        unsubscribe();
      };
    },
    readerAfter(id) {
      const reader = made.readerAfter(id);
      return { read: () => ((reads += 1), reader.read()) };
    },
  };
  server = await startLiveServer({ port: 0, assets: ASSETS, feed, onControl: (change) => changes.push(change) });
  port = new URL(server.url).port;
});
afterEach(() => server.close());

const JSON_TYPE = { 'content-type': 'application/json' };

async function ask(path: string, headers: Record<string, string> = {}, more: { method?: string; body?: string } = {}) {
  const { response } = await open(`${server.url}${path}`, headers, more);
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe('who is answered', () => {
  it.each([
    ['127.0.0.1', 200],
    ['localhost', 200],
    ['LOCALHOST', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.', 403],
    ['[::1]', 403],
    ['', 403],
  ])('a request to host "%s" gets %i', async (host, status) => {
    expect((await ask('', { host: `${host}:${port}` })).status).toBe(status);
  });

  it.each([['127.0.0.1'], ['127.0.0.1:1'], ['localhost:99999999']])(
    'refuses host "%s" of another port',
    async (host) => {
      expect((await ask('', { host })).status).toBe(403);
    },
  );

  it('refuses events and controls by the same rule', async () => {
    const host = `evil.example:${port}`;
    expect((await ask('events', { host })).status).toBe(403);
    const control = await ask('control', { host, ...JSON_TYPE }, { method: 'POST', body: '{"paused":true}' });
    expect(control.status).toBe(403);
    expect(changes).toEqual([]);
  });

  it('listens on loopback alone', async () => {
    const outside = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    );
    for (const address of ['127.0.0.2', ...outside]) {
      const socket = connect({ host: address, port: Number(port), timeout: 2000 });
      const [outcome] = await Promise.race([
        once(socket, 'connect').then(() => ['connected']),
        once(socket, 'timeout').then(() => ['refused']),
        once(socket, 'error').then(() => ['refused']),
      ]).catch(() => ['refused']);
      socket.destroy();
      expect({ address, outcome }).toEqual({ address, outcome: 'refused' });
    }
  });

  it('lets nothing in but itself', async () => {
    const { headers, body } = await ask('');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body).toBe(ASSETS['/'].body);
  });

  it.each([
    ['POST', '', 405, 'GET, HEAD'],
    ['PUT', 'page.js', 405, 'GET, HEAD'],
    ['GET', 'control', 405, 'POST'],
    ['POST', 'events', 405, 'GET'],
    ['HEAD', '', 200, undefined],
    ['GET', '../package.json', 404, undefined],
    ['GET', '%2e%2e/package.json', 404, undefined],
    ['GET', 'constructor', 404, undefined],
  ])('answers %s /%s with %i', async (method, path, status, allow) => {
    const answer = await ask(path, {}, { method });
    expect({ status: answer.status, allow: answer.headers.allow }).toEqual({ status, allow });
  });
});

describe('the controls', () => {
  it.each([
    ['{"paused":true}', { paused: true }],
    ['{"speed":5}', { speed: 5 }],
    ['{"speed":"max"}', { speed: 'max' }],
  ])('takes %s', async (body, change) => {
    const answer = await ask('control', JSON_TYPE, { method: 'POST', body });
    expect(answer.status).toBe(204);
    expect(changes).toEqual([change]);
  });

  it.each([
    ['a speed that there is not', JSON_TYPE, '{"speed":7}', 400],
    ['words for yes', JSON_TYPE, '{"paused":"yes"}', 400],
    ['nothing to change', JSON_TYPE, '{}', 400],
    ['more than is known', JSON_TYPE, '{"paused":true,"x":1}', 400],
    ['broken JSON', JSON_TYPE, '{"paused":', 400],
    ['a long text', JSON_TYPE, `{"paused":true,"x":"${'x'.repeat(100_000)}"}`, 400],
    ['the type that a form can send', { 'content-type': 'text/plain' }, '{"paused":true}', 415],
    ['another site', { ...JSON_TYPE, origin: 'http://evil.example' }, '{"paused":true}', 403],
    ['a page without an origin', { ...JSON_TYPE, origin: 'null' }, '{"paused":true}', 403],
  ])('refuses %s', async (_, headers, body, status) => {
    const answer = await ask('control', headers, { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(changes).toEqual([]);
  });

  it('takes them from its own page', async () => {
    const headers = { ...JSON_TYPE, origin: server.url.slice(0, -1) };
    expect((await ask('control', headers, { method: 'POST', body: '{"paused":false}' })).status).toBe(204);
  });
});

describe('the events', () => {
  it('tells two pages the same, and one that comes back what it missed', async () => {
    feed.append(frame(1));
    const [one, two] = [await listen(server.url), await listen(server.url)];
    await one.until('forecast');
    one.vanish();
    feed.append(frame(2));
    await two.until('forecast', ({ slotMs }) => slotMs === 2);
    expect(two.frames).toEqual([frame(1), frame(2)]);
    const back = await listen(server.url, one.lastEventId);
    await back.until('forecast', ({ slotMs }) => slotMs === 2);
    expect(back.frames).toEqual([frame(2)]);
  });

  it('forgets a page that vanished, and goes on for the others', async () => {
    const [gone, stays] = [await listen(server.url), await listen(server.url)];
    expect(listeners).toBe(2);
    gone.vanish();
    await expect.poll(() => listeners).toBe(1);
    feed.append(frame(1));
    expect(await stays.until('forecast')).toEqual(frame(1));
  });

  it('reads no further ahead than a page that does not listen can take', async () => {
    for (let slot = 0; slot < 200_000; slot++) feed.append(frame(slot));
    const { response, call } = await open(`${server.url}events`);
    response.pause();
    await expect.poll(() => reads).toBeGreaterThan(1);
    for (let slot = 0; slot < 100; slot++) feed.append(frame(slot));
    // The whole story is some 250 reads.
    expect(reads).toBeLessThan(150);
    call.destroy();
  });

  it('says the last words, ends the streams and is gone', async () => {
    const page = await listen(server.url);
    feed.replace({ kind: 'bye', reason: 'over' });
    await server.close();
    await page.ended;
    expect(page.frames.at(-1)).toEqual({ kind: 'bye', reason: 'over' });
    await expect(open(server.url)).rejects.toThrow('ECONNREFUSED');
    server = await startLiveServer({ port: 0, assets: ASSETS, feed, onControl: () => undefined });
  });

  it('says where its port is taken', async () => {
    const options = { assets: ASSETS, feed, onControl: () => undefined };
    await expect(startLiveServer({ ...options, port: Number(port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
