/** A watched run of a few simulated hours: what pages hear is what happened, and what they ask for is done. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Control, MinuteFrame } from '../../src/demo/frames.ts';
import { policyResults } from '../../src/demo/result.ts';
import { simulate } from '../../src/demo/simulate.ts';
import { MINUTE_MS, SLOT_MS } from '../../src/time.ts';
import { listen, type Listener, open } from './listen.ts';
import { connectTo, watchedRun } from './short-run.ts';

async function control(url: string, change: Partial<Control>): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { response } = await open(`${url}control`, headers, { method: 'POST', body: JSON.stringify(change) });
  expect(response.statusCode).toBe(204);
  response.resume();
}

const minutesOf = ({ frames }: Listener) => frames.filter((frame): frame is MinuteFrame => frame.kind === 'minute');

describe('a run to its end', () => {
  let run: Awaited<ReturnType<typeof watchedRun>>;
  let early: Listener;
  let late: Listener;
  beforeAll(async () => {
    run = await watchedRun({ paused: false, speed: 'max' });
    early = await listen(run.url);
    await early.until('end');
    late = await listen(run.url);
    await late.until('control');
    run.stop.abort();
    await run.over;
    await Promise.all([early.ended, late.ended]);
  }, 120_000);

  it('ends as the run that nobody watches', async () => {
    const { scenario } = run;
    const unwatched = await simulate(scenario, { connect: connectTo(scenario)(() => undefined) });
    expect(run.result()).toEqual(unwatched);
    expect((await early.until('end')).policies).toEqual(policyResults(scenario, unwatched));
  });

  it('tells each minute once, and the last one agrees with the end', async () => {
    const { scenario } = run;
    const minutes = minutesOf(early);
    expect(minutes.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 120 }, (_, i) => scenario.startMs + (i + 1) * MINUTE_MS),
    );
    const { policies } = await early.until('end');
    const last = minutes.at(-1)!;
    for (const [i, side] of [last.withPrewarm, last.onDemand].entries()) expect(policies[i]).toMatchObject(costs(side));
  });

  it('shows demand and levels as the ledger has them', () => {
    const { maxConcurrency, usableProvisioned, coldStarts } = run.result()!.withPrewarm.minutes;
    const minutes = minutesOf(early);
    expect(minutes.map(({ demand }) => demand)).toEqual([...maxConcurrency]);
    expect(minutes.map(({ withPrewarm }) => withPrewarm.provisionedReady)).toEqual([...usableProvisioned]);
    const begun = minutes.map(
      ({ withPrewarm }, i) => withPrewarm.coldStarts - (minutes[i - 1]?.withPrewarm.coldStarts ?? 0),
    );
    expect(begun).toEqual([...coldStarts]);
    for (const { onDemand } of minutes) expect(onDemand).toMatchObject({ provisionedReady: 0, provisionedBusy: 0 });
    expect(minutes.some(({ onDemand }) => onDemand.onDemandIdle > 0 && onDemand.onDemandBusy > 0)).toBe(true);
    expect(minutes.some(({ warming }) => warming > 0)).toBe(true);
  });

  it('tells a decision for each run of the controller, and forecasts that reach two hours ahead', () => {
    const { scenario } = run;
    const decisions = early.frames.filter((frame) => frame.kind === 'decision');
    expect(decisions).toHaveLength(24);
    expect(decisions.at(-1)).toMatchObject({ outcome: 'planned', policy: expect.any(String) as string });
    const slots = early.frames.filter((frame) => frame.kind === 'forecast').map(({ slotMs }) => slotMs);
    expect(new Set(slots).size).toBe(slots.length);
    expect(Math.max(...slots)).toBeGreaterThan(scenario.endMs + 90 * MINUTE_MS);
    for (const slot of slots) expect(slot % SLOT_MS).toBe(0);
  });

  it('tells each change of the level: who made it, and how it ended', () => {
    const actions = early.frames.filter((frame) => frame.kind === 'action');
    expect(actions.some(({ name }) => name?.startsWith('prewarm'))).toBe(true);
    expect(actions.some(({ name }) => name === null)).toBe(true);
    const done = new Map(actions.map((action) => [action.id, action]));
    const levels = [...done.values()].filter(({ status }) => status === 'Successful').map(({ level }) => level);
    // What is ready at the end is what the last change that succeeded asked for.
    expect(levels.at(-1)).toBe(minutesOf(early).at(-1)!.withPrewarm.provisionedReady);
    for (const { status, endMs } of done.values()) expect(endMs === null).toBe(status === 'InProgress');
  });

  it('tells a page that is opened at the end everything that the first one heard', () => {
    const story = ({ frames }: Listener) => frames.filter(({ kind }) => !['control', 'schedule', 'bye'].includes(kind));
    expect(story(late)).toEqual(story(early));
    expect(late.frames[0]).toMatchObject({ kind: 'run', target: 'segment-customers:live' });
    const schedule = late.frames.find((frame) => frame.kind === 'schedule');
    expect(schedule?.steps.length).toBeGreaterThan(5);
    expect(late.frames.at(-1)).toMatchObject({ kind: 'bye' });
  });
});

/** The figures that both a minute and the end have. */
function costs({ coldStarts, costUsd, effectiveCostUsd }: MinuteFrame['withPrewarm']) {
  return { coldStarts, costUsd, effectiveCostUsd };
}

describe('a run under way', () => {
  it('pauses, goes on and takes another speed for all pages at once', async () => {
    const run = await watchedRun({ paused: true, speed: 1 }, { hours: 1, idle: true });
    const [one, two] = [await listen(run.url), await listen(run.url)];
    // What was under way when it began is finished; nothing follows.
    await one.until('minute');
    expect(minutesOf(one)).toHaveLength(1);
    await control(run.url, { speed: 'max' });
    await control(run.url, { paused: false });
    for (const page of [one, two]) {
      await page.until('control', ({ paused, speed }) => !paused && speed === 'max');
      await page.until('end');
      expect(minutesOf(page)).toHaveLength(60);
    }
    run.stop.abort();
    await run.over;
  });

  it('stops with the reason of its signal, tells its pages, and leaves no server behind', async () => {
    const run = await watchedRun({ paused: true, speed: 1 }, { idle: true });
    const page = await listen(run.url);
    await page.until('minute');
    run.stop.abort(new Error('enough'));
    await expect(run.over).rejects.toThrow('enough');
    await page.ended;
    expect(page.frames.at(-1)).toMatchObject({ kind: 'bye' });
    expect(run.result()).toBeNull();
    await expect(open(run.url)).rejects.toThrow('ECONNREFUSED');
  });
});
