import { describe, expect, it } from 'vitest';
import { replay } from '../../src/replay/replay.ts';
import { DAY_MS, HOUR_MS } from '../../src/time.ts';
import { coldMinutes, settingsOf, START_MS } from './support.ts';

const EVALUATED_MS = START_MS + 3 * DAY_MS;

async function coldStartsOf(before: number, after: number, given = {}) {
  const settings = settingsOf({ maxCapacity: 60, horizonHours: 6, ...given });
  const { assumptions, notes, policies } = await replay(
    coldMinutes(3.5, (atMs) => (atMs < EVALUATED_MS - HOUR_MS ? before : after)),
    settings,
    { evaluateFromMs: EVALUATED_MS },
  );
  const initialised = policies.find(({ name }) => name === 'on-demand')?.costUsd ?? 0;
  return { coldStartMs: assumptions.coldStartMs, notes: notes.join('\n'), initialised };
}

describe('a replay without --cold-start-ms', () => {
  it('learns how long a cold start takes from what comes before, plays it so, and says it', async () => {
    const learned = await coldStartsOf(20, 20);
    expect(learned.coldStartMs).toBeGreaterThan(14_000);
    expect(learned.coldStartMs).toBeLessThan(27_000);
    expect(learned.notes).toMatch(/cold starts last about .* s .*, learned from \d+ minutes/);
    expect(learned.initialised).toBeGreaterThan((await coldStartsOf(20, 20, { coldStartMs: 5000 })).initialised);
  });

  it('learns nothing from what comes after', async () => {
    expect((await coldStartsOf(0, 20)).coldStartMs).toBe(5000);
    expect((await coldStartsOf(20, 0)).coldStartMs).toBe((await coldStartsOf(20, 20)).coldStartMs);
  });

  it('is overruled by it', async () => {
    const { coldStartMs, notes } = await coldStartsOf(20, 20, { coldStartMs: 3000 });
    expect(coldStartMs).toBe(3000);
    expect(notes).not.toContain('learned from');
  });
});

it.each([
  ['enough', 2.1],
  ['too little', 1],
])("a replay of %s data assumes the function's own memory and architecture", async (_, days) => {
  const billing = { memoryMb: 3008, architecture: 'arm64' } as const;
  const { assumptions } = await replay({ ...coldMinutes(days, () => 5), billing }, settingsOf());
  expect(assumptions).toMatchObject(billing);
});
