import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constantTimeline, cutTimeline, TimelineBuilder, timelineOfMinutes } from '../../src/replay/timeline.ts';

describe('a timeline', () => {
  it('keeps changes only', () => {
    expect(timelineOfMinutes(600_000, [0, 0, 3, 3, 1, 0])).toEqual([
      { atMs: 720_000, capacity: 3 },
      { atMs: 840_000, capacity: 1 },
      { atMs: 900_000, capacity: 0 },
    ]);
  });

  it('lets the last of several changes at one moment, or out of order by lateness, count', () => {
    const builder = new TimelineBuilder();
    builder.push(1000, 5);
    builder.push(2000, 7);
    builder.push(1990, 5);
    builder.push(3000, 2);
    expect(builder.read()).toEqual([
      { atMs: 1000, capacity: 5 },
      { atMs: 3000, capacity: 2 },
    ]);
  });

  it('has nothing to say about no capacity', () => {
    expect(constantTimeline(0, 0)).toEqual([]);
  });

  it('is cut so that its first entry says what is held', () => {
    const timeline = timelineOfMinutes(0, [2, 5, 5, 1]);
    expect(cutTimeline(timeline, 90_000, 180_000)).toEqual([{ atMs: 90_000, capacity: 5 }]);
    expect(cutTimeline(timeline, 60_000, 200_000)).toEqual([
      { atMs: 60_000, capacity: 5 },
      { atMs: 180_000, capacity: 1 },
    ]);
    expect(cutTimeline([], 5, 10)).toEqual([{ atMs: 5, capacity: 0 }]);
  });

  it('reproduces the levels that it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), (levels) => {
        const timeline = timelineOfMinutes(0, levels);
        const read = levels.map((_, minute) => cutTimeline(timeline, minute * 60_000, Infinity)[0]?.capacity);
        expect(read).toEqual(levels);
      }),
    );
  });
});
