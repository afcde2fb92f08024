import { describe, expect, it } from 'vitest';
import type { MinuteFrame, RunFrame, Side } from '../../../src/demo/frames.ts';
import { createStory, hear, type Story } from '../../../src/page/demo/story.ts';

const START = Date.parse('2026-03-02T00:00:00Z');
const at = (minute: number) => START + minute * 60_000;

function story(minutes = 20): Story {
  const run: RunFrame = {
    kind: 'run',
    target: 'f:live',
    startMs: START,
    endMs: at(minutes),
    workload: '',
    assumed: '',
    prices: '',
    coldStartPriceUsd: 0.1,
  };
  return createStory(run);
}

function minute(index: number, ready = 4, warming = 0): MinuteFrame {
  const side: Side = {
    provisionedReady: ready,
    provisionedBusy: 1,
    onDemandBusy: 2,
    onDemandIdle: 3,
    coldStarts: index,
    costUsd: index / 100,
    effectiveCostUsd: index / 10,
  };
  return {
    kind: 'minute',
    atMs: at(index),
    demand: 7,
    warming,
    withPrewarm: side,
    onDemand: { ...side, coldStarts: 2 * index },
  };
}

describe('the story', () => {
  it('has a place for each minute, and nothing in those to come', () => {
    const told = story();
    hear(told, minute(1));
    hear(told, minute(2));
    expect(told.seconds).toHaveLength(21);
    expect(told.columns.coldStartsOnDemand.slice(0, 4)).toEqual([null, 2, 4, null]);
    expect(told.columns.allIn[2]).toBe(0.2);
    expect([told.before?.atMs, told.now?.atMs]).toEqual([at(1), at(2)]);
  });

  it('draws a forecast in the middle of its slot, and none beyond the run', () => {
    const told = story();
    hear(told, { kind: 'forecast', slotMs: at(5), mean: 3, high: 9 });
    hear(told, { kind: 'forecast', slotMs: at(20), mean: 50, high: 90 });
    expect(told.columns.mean.flatMap((mean, i) => (mean === null ? [] : [[i, mean]]))).toEqual([[7, 3]]);
    expect(told.highest).toBe(9);
  });

  it('holds what is scheduled from step to step, beginning with what was asked for last', () => {
    const told = story();
    hear(told, minute(2, 4, 1));
    hear(told, {
      kind: 'schedule',
      steps: [
        { atMs: at(5), level: 8 },
        { atMs: at(7), level: 0 },
        { atMs: at(90), level: 99 },
      ],
    });
    expect(told.columns.scheduled.slice(0, 10)).toEqual([null, null, 5, 5, 5, 8, 8, 0, 0, 0]);
    expect(told.highest).toBe(8);
    hear(told, { kind: 'schedule', steps: [] });
    expect(new Set(told.columns.scheduled.slice(2))).toEqual(new Set([5]));
    hear(told, minute(3));
    expect(told.columns.scheduled[2]).toBeNull();
  });

  it('tells an action once, with its newest outcome, and counts runs and writes', () => {
    const told = story();
    const action = {
      kind: 'action',
      id: 'a',
      atMs: at(1),
      name: null,
      level: 3,
      status: 'InProgress',
      endMs: null,
    } as const;
    hear(told, action);
    hear(told, { ...action, status: 'Successful', endMs: at(2) });
    for (const writes of [2, 5]) {
      hear(told, {
        kind: 'decision',
        atMs: at(1),
        outcome: 'planned',
        model: null,
        policy: 'constant 3',
        reason: 'r',
        writes,
      });
    }
    expect([...told.actions.values()].map(({ status }) => status)).toEqual(['Successful']);
    expect([told.ticks, told.writes]).toEqual([2, 7]);
  });
});
