import { describe, expect, it } from 'vitest';
import { createFeed, type FeedReader } from '../../src/demo/feed.ts';
import type { ForecastFrame, Frame } from '../../src/demo/frames.ts';

const frame = (slotMs: number): ForecastFrame => ({ kind: 'forecast', slotMs, mean: 1, high: 2 });

function readAll(reader: FeedReader): { frames: Frame[]; ids: string[] } {
  let text = '';
  for (let chunk = reader.read(); chunk !== null; chunk = reader.read()) text += chunk;
  return {
    frames: [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as Frame),
    ids: [...text.matchAll(/^id: (.+)$/gm)].map(([, id = '']) => id),
  };
}

describe('the feed', () => {
  it('tells who comes late the whole story, and then only the news', () => {
    const feed = createFeed('run');
    for (const slot of [1, 2, 3]) feed.append(frame(slot));
    const late = feed.readerAfter(undefined);
    expect(readAll(late)).toEqual({ frames: [frame(1), frame(2), frame(3)], ids: ['run-0', 'run-1', 'run-2'] });
    expect(late.read()).toBeNull();
    feed.append(frame(4));
    expect(readAll(late).frames).toEqual([frame(4)]);
  });

  it.each([
    ['the last event that it sent', 'run-1', [3]],
    ['the very last one', 'run-2', []],
    ['one of another run', 'other-1', [1, 2, 3]],
    ['one that is still to come', 'run-7', [1, 2, 3]],
    ['nonsense', '; drop', [1, 2, 3]],
    ['nothing', '', [1, 2, 3]],
  ])('goes on after %s', (_, lastEventId, slots) => {
    const feed = createFeed('run');
    for (const slot of [1, 2, 3]) feed.append(frame(slot));
    expect(readAll(feed.readerAfter(lastEventId)).frames).toEqual(slots.map(frame));
  });

  it('keeps of a state only the newest, and tells it after the story', () => {
    const feed = createFeed('run');
    feed.replace({ kind: 'control', paused: false, speed: 1 });
    feed.replace({ kind: 'control', paused: true, speed: 5 });
    feed.append(frame(1));
    const reader = feed.readerAfter(undefined);
    expect(readAll(reader).frames).toEqual([frame(1), { kind: 'control', paused: true, speed: 5 }]);
    feed.replace({ kind: 'control', paused: true, speed: 5 });
    expect(reader.read()).toBeNull();
  });

  it('gives a long story in pieces that a socket can take', () => {
    const feed = createFeed('run');
    for (let slot = 0; slot < 5000; slot++) feed.append(frame(slot));
    feed.replace({ kind: 'control', paused: false, speed: 1 });
    const reader = feed.readerAfter(undefined);
    expect(reader.read()?.length).toBeLessThan(70_000);
    expect(readAll(reader).frames.at(-2)).toEqual(frame(4999));
  });

  it('calls its listeners until they no longer want it', () => {
    const feed = createFeed('run');
    let news = 0;
    const unsubscribe = feed.onNews(() => (news += 1));
    feed.append(frame(1));
    feed.replace({ kind: 'schedule', steps: [] });
    unsubscribe();
    feed.append(frame(2));
    expect(news).toBe(2);
  });
});
