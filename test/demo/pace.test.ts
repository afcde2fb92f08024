import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Control } from '../../src/demo/frames.ts';
import { createPace } from '../../src/demo/pace.ts';

/** A pace on a clock that stands still unless it is moved, and a loop that lives by it. */
function stage(control: Control) {
  const stop = new AbortController();
  const pace = createPace({ control, signal: stop.signal, nowMs: () => Date.now() });
  let minutes = 0;
  const loop = (async () => {
    for (;;) {
      await pace.nextMinute();
      minutes += 1;
    }
  })();
  loop.catch(() => undefined);
  return { pace, stop, loop, minutes: () => minutes };
}

describe('the pace', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    [1, 10],
    [5, 50],
    [15, 150],
  ] as const)('lets %i minutes go by in a second', async (speed, expected) => {
    const { minutes } = stage({ paused: false, speed });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(Math.abs(minutes() - expected)).toBeLessThanOrEqual(1);
  });

  it('holds while paused, and goes on where it was', async () => {
    const { pace, minutes } = stage({ paused: false, speed: 1 });
    await vi.advanceTimersByTimeAsync(3000);
    pace.set({ paused: true });
    const before = minutes();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(minutes()).toBe(before);
    pace.set({ paused: false });
    await vi.advanceTimersByTimeAsync(2000);
    expect(minutes() - before).toBeGreaterThanOrEqual(2);
    expect(minutes() - before).toBeLessThanOrEqual(4);
  });

  it('takes a new speed at once, also in the middle of a wait', async () => {
    const { pace, minutes } = stage({ paused: false, speed: 1 });
    await vi.advanceTimersByTimeAsync(100);
    pace.set({ speed: 15 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(minutes()).toBeGreaterThanOrEqual(14);
    pace.set({ speed: 'max' });
    const before = minutes();
    await vi.advanceTimersByTimeAsync(100);
    expect(minutes() - before).toBeGreaterThan(50);
    expect(pace.control).toEqual({ paused: false, speed: 'max' });
  });

  it('makes up for a run that took long, but not for an afternoon', async () => {
    const stop = new AbortController();
    const pace = createPace({ control: { paused: false, speed: 15 }, signal: stop.signal, nowMs: () => Date.now() });
    vi.setSystemTime(Date.now() + 3_600_000);
    let minutes = 0;
    void (async () => {
      for (;;) {
        await pace.nextMinute();
        minutes += 1;
      }
    })();
    await vi.advanceTimersByTimeAsync(1000);
    expect(minutes).toBeLessThanOrEqual(15 + 6);
  });

  it.each([
    ['paused', { paused: true, speed: 1 }],
    ['waiting', { paused: false, speed: 1 }],
  ] as const)('ends with the reason of its signal while %s', async (_, control) => {
    const { stop, loop } = stage(control);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort(new Error('enough'));
    await expect(loop).rejects.toThrow('enough');
  });

  it('ends at once where its signal was raised before', async () => {
    const stop = new AbortController();
    const pace = createPace({ control: { paused: true, speed: 1 }, signal: stop.signal, nowMs: () => 0 });
    stop.abort(new Error('enough'));
    await expect(pace.nextMinute()).rejects.toThrow('enough');
  });
});
