import { describe, expect, it } from 'vitest';
import { ALTERNATIVES } from '../../src/replay/alternatives.ts';
import { replay } from '../../src/replay/replay.ts';
import { replayJson, replaySchema } from '../../src/report/replay-json.ts';
import { replayText } from '../../src/report/replay-text.ts';
import { terminalFor } from '../../src/report/terminal.ts';
import { DAY_MS, HOUR_MS, isoUtc } from '../../src/time.ts';
import { readingOf, settingsOf, START_MS, workingDays } from './support.ts';

const invocations = workingDays(4);
const reading = readingOf({ stepSeconds: 300, invocations, averageDurationMs: invocations.map(() => 2000) });
const settings = settingsOf({ maxCapacity: 60, coldStartPriceUsd: 0.1, horizonHours: 6, averageDurationMs: 2000 });
const evaluateFromMs = START_MS + 3 * DAY_MS;
const plain = terminalFor({ columns: 120 }, {});

describe('a replay', () => {
  const shares: number[] = [];
  const result = replay(reading, settings, { evaluateFromMs, onProgress: (share) => void shares.push(share) });

  it('scores ours first and every alternative on all requests of the period', async () => {
    const { policies, invocations: evaluated, fromMs, toMs, notes } = await result;
    expect(policies.map(({ name }) => name)).toEqual(['prewarm', ...policies.slice(1).map(({ name }) => name)]);
    expect(
      policies
        .slice(1)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...ALTERNATIVES].sort());
    expect(evaluated).toBe(invocations.slice(3 * 288).reduce((sum, count) => sum + count, 0));
    expect([fromMs, toMs]).toEqual([evaluateFromMs, START_MS + 4 * DAY_MS]);
    for (const policy of policies) {
      expect(policy.coldStartRate).toBeCloseTo(policy.coldStarts / evaluated, 12);
      expect(policy.effectiveCostUsd).toBeCloseTo(policy.costUsd + 0.1 * policy.coldStarts, 9);
      expect(policy.timeline[0]!.atMs).toBe(evaluateFromMs);
      expect(policy.timeline.every(({ atMs }) => atMs >= evaluateFromMs && atMs < toMs)).toBe(true);
    }
    expect(notes.join()).toMatch(/3\.0 days of data come before/);
  });

  it('has nothing provisioned on demand, and a clairvoyant that nobody beats', async () => {
    const { policies } = await result;
    const named = (name: string) => policies.find((policy) => policy.name === name)!;
    expect(named('on-demand')).toMatchObject({ provisionedHours: 0, utilization: null });
    expect(named('on-demand').timeline).toEqual([{ atMs: evaluateFromMs, capacity: 0 }]);
    for (const { effectiveCostUsd } of policies)
      expect(named('clairvoyant').effectiveCostUsd).toBeLessThanOrEqual(effectiveCostUsd);
    expect(named('target-tracking').provisionedHours).toBeGreaterThanOrEqual(24);
  });

  it('says how far it has come', async () => {
    await result;
    expect(shares.length).toBeGreaterThan(100);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
  });

  it('is JSON that its schema accepts, the same every time', async () => {
    const json = replayJson(await result);
    expect(replaySchema.parse(JSON.parse(JSON.stringify(json)))).toEqual(json);
    expect(json.evaluated).toEqual({
      from: isoUtc(evaluateFromMs),
      to: isoUtc(START_MS + 4 * DAY_MS),
      invocations: (await result).invocations,
    });
    expect(json.assumptions).toMatchObject({ coldStartPriceUsd: 0.1, maxColdStartRate: null, memoryMb: 2048 });
    expect(replayJson(await replay(reading, settings, { evaluateFromMs }))).toEqual(json);
  });

  it('is a table for people, sorted by cost all in, with one sentence of verdict', async () => {
    const text = replayText(await result, plain);
    const rows = text.split('\n').filter((line) => /^[> ] [a-z-]+ .*\$/.test(line));
    expect(rows).toHaveLength(7);
    expect(rows.filter((row) => row.startsWith('>'))).toHaveLength(1);
    const costs = rows.map((row) => Number(/\$([\d.]+)/.exec(row)![1]));
    expect([...costs].sort((a, b) => a - b)).toEqual(costs);
    expect(text).toMatch(/^Prewarm: \$[\d.]+ all in with \d+ cold starts, .* the best alternative in hindsight/m);
    expect(text).toContain('2 s a request, 5 s to start, warm for 10 min, 2048 MB x86_64');
  });

  it('aims at a ceiling on the rate of cold starts in place of a price', async () => {
    const capped = settingsOf({ maxCapacity: 60, maxColdStartRate: 0.002, horizonHours: 6, averageDurationMs: 2000 });
    const found = await replay(reading, capped, { evaluateFromMs: evaluateFromMs + 12 * HOUR_MS });
    const constant = found.policies.find(({ name }) => name === 'best-constant')!;
    expect(constant.coldStartRate).toBeLessThanOrEqual(0.002);
    expect(found.policies.every(({ costUsd, effectiveCostUsd }) => costUsd === effectiveCostUsd)).toBe(true);
    expect(replayText(found, plain)).toMatch(/the ceiling is (not )?kept\.$/m);
  });

  it('says which limits bind Prewarm and nobody else', async () => {
    const given = { maxCapacity: 60, minCapacity: 5, monthlyBudgetUsd: 10_000, coldStartPriceUsd: 0, horizonHours: 6 };
    const limited = settingsOf(given);
    const { notes, policies } = await replay(reading, limited, { evaluateFromMs: evaluateFromMs + 22 * HOUR_MS });
    expect(notes).toContain('minCapacity = 5 is held by Prewarm alone, whatever it costs, not by the alternatives');
    expect(notes).toContain('monthlyBudgetUsd caps Prewarm alone, not the alternatives');
    const least = (name: string) =>
      Math.min(...policies.find((policy) => policy.name === name)!.timeline.map(({ capacity }) => capacity));
    expect([least('prewarm'), least('on-demand')]).toEqual([5, 0]);
    expect((await result).notes.join()).not.toMatch(/alone/);
  });

  it('says what it needs when the data is too short', async () => {
    const short = readingOf({
      stepSeconds: 300,
      invocations: workingDays(2),
      averageDurationMs: workingDays(2).map(() => 1),
    });
    const found = await replay(short, settings);
    expect(found.policies).toEqual([]);
    expect(found.notes.join()).toMatch(/have 48 hours, need 49 \(two days/);
    expect(replaySchema.parse(replayJson(found)).policies).toEqual([]);
    expect(replayText(found, plain)).toMatch(/nothing to replay/);
  });

  it('says so when nothing is left after the moment that was asked for', async () => {
    const found = await replay(reading, settings, { evaluateFromMs: START_MS + 4 * DAY_MS - 600_000 });
    expect(found.policies).toEqual([]);
    expect(found.notes.join()).toMatch(/less than an hour of reliable data comes after 2026-11-05T23:50:00Z/);
  });

  it('evaluates the second half of a long file', async () => {
    const hours = Array.from({ length: 24 * 8 }, () => 60);
    const hourly = readingOf({ stepSeconds: 3600, invocations: hours, averageDurationMs: hours.map(() => 500) });
    const { fromMs, toMs } = await replay(hourly, settingsOf({ horizonHours: 6, averageDurationMs: 500 }));
    expect([fromMs, toMs]).toEqual([START_MS + 4 * DAY_MS, START_MS + 8 * DAY_MS]);
  });
});
