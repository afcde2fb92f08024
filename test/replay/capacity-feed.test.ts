import { describe, expect, it } from 'vitest';
import { CapacityFeed } from '../../src/replay/capacity-feed.ts';

const DELAYS = { actionLatenessMs: 5_000, allocationDelayMs: 90_000 };

function seen(feed: (log: string[]) => CapacityFeed, run: (feed: CapacityFeed) => void): string[] {
  const log: string[] = [];
  run(feed(log));
  return log;
}

const listener = (log: string[]) => (usable: number, billed: number, atMs: number) =>
  log.push(`${atMs / 1000} s: ${usable} usable, ${billed} billed`);

describe('a capacity feed', () => {
  it('is late by the action, then by the allocation; billing begins when it is asked for; releasing is at once', () => {
    const timeline = [
      { atMs: 0, capacity: 60 },
      { atMs: 600_000, capacity: 10 },
      { atMs: 900_000, capacity: 0 },
    ];
    const log = seen(
      (entries) => new CapacityFeed(timeline, DELAYS, listener(entries)),
      (feed) => feed.advance(1_000_000),
    );
    expect(log).toEqual([
      '5 s: 0 usable, 60 billed',
      // 90 s of preparation, and 60 environments at 6,000 a minute.
      '95.6 s: 60 usable, 60 billed',
      '605 s: 10 usable, 10 billed',
      '905 s: 0 usable, 0 billed',
    ]);
  });

  it('goes on using what is ready while more is allocated, all or nothing', () => {
    const timeline = [
      { atMs: 0, capacity: 6 },
      { atMs: 300_000, capacity: 12 },
    ];
    const log = seen(
      (entries) => new CapacityFeed(timeline, DELAYS, listener(entries)),
      (feed) => feed.advance(1_000_000),
    );
    expect(log.slice(1)).toEqual([
      '95.06 s: 6 usable, 6 billed',
      '305 s: 6 usable, 12 billed',
      '395.06 s: 12 usable, 12 billed',
    ]);
  });

  it('holds the larger of the schedule and what a reactive policy asks for', () => {
    const feed = new CapacityFeed([{ atMs: 0, capacity: 5 }], DELAYS, () => undefined);
    feed.ask(3, -1000);
    feed.advance(10_000);
    expect(feed.requested).toBe(5);
    feed.ask(8, 20_000);
    expect(feed.requested).toBe(8);
    feed.ask(1, 30_000);
    expect(feed.requested).toBe(5);
  });
});
