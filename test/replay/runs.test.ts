/** The two ways to run a policy: request by request, and minute by minute. */
import { describe, expect, it } from 'vitest';
import { readMetricsFile } from '../../src/input/metrics-file.ts';
import { constantCandidates } from '../../src/replay/hindsight.ts';
import { periodOf, prepareEvaluation } from '../../src/replay/evaluate.ts';
import type { Policy, RunOptions } from '../../src/replay/lane.ts';
import { recordDemand } from '../../src/replay/demand-record.ts';
import { runInMinutes } from '../../src/replay/minute-model.ts';
import { runInTwin } from '../../src/replay/twin-run.ts';
import { constantTimeline } from '../../src/replay/timeline.ts';
import type { Workload } from '../../src/replay/workload.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { START_MS } from './support.ts';

/** One step per minute. */
function workloadOf(requests: readonly number[], durationMs: number): Workload {
  return [
    {
      startMs: START_MS,
      stepMs: MINUTE_MS,
      requests: Float64Array.from(requests),
      averageDurationMs: new Float64Array(requests.length).fill(durationMs),
    },
  ];
}

const OPTIONS: RunOptions = {
  seed: 1,
  warmUpFromMs: START_MS,
  fromMs: START_MS + HOUR_MS,
  toMs: START_MS + 3 * HOUR_MS,
  coldStartMs: 5000,
  idleTimeoutSeconds: 600,
  actionLatenessMs: 5000,
  allocationDelayMs: 90_000,
};
const onDemand: Policy = { name: 'on-demand', scheduled: [] };
const constant = (level: number): Policy => ({
  name: `constant ${level}`,
  scheduled: constantTimeline(START_MS, level),
});
const minutes = (count: number, requests: number) => Array.from({ length: count }, () => requests);

describe('the twin run', () => {
  it('counts the evaluation alone, its first requests warm already', async () => {
    const workload = workloadOf([...minutes(60, 30), ...minutes(120, 30)], 100);
    const [outcome] = await runInTwin(workload, [onDemand], OPTIONS);
    expect(outcome).toMatchObject({ invocations: 120 * 30, provisionedMs: 0, billedProvisionedMs: 0 });
    expect(outcome!.coldStarts).toBeLessThan(5);
    expect(outcome!.initMs).toBe(outcome!.coldStarts * 5000);
  });

  it('meets a cold pool when an idle timeout lies between requests', async () => {
    const every20Minutes = Array.from({ length: 180 }, (_, minute) => (minute % 20 === 0 ? 1 : 0));
    const [cold, held] = await runInTwin(workloadOf(every20Minutes, 100), [onDemand, constant(1)], OPTIONS);
    expect(cold).toMatchObject({ invocations: 6, coldStarts: 6 });
    expect(held).toMatchObject({
      invocations: 6,
      coldStarts: 0,
      provisionedMs: 2 * HOUR_MS,
      billedProvisionedMs: 2 * HOUR_MS,
    });
  });

  it('runs every policy on the same requests, and the same again', async () => {
    const workload = workloadOf(minutes(180, 55.5), 2000);
    const policies = [onDemand, constant(2), constant(50)];
    const first = await runInTwin(workload, policies, OPTIONS);
    const total = (i: number) => first[i]!.provisionedRunMs + first[i]!.onDemandRunMs;
    expect(new Set(first.map(({ invocations }) => invocations)).size).toBe(1);
    expect(total(1)).toBeCloseTo(total(0), 3);
    expect(first[2]!.onDemandRunMs).toBe(0);
    expect(await runInTwin(workload, policies, OPTIONS)).toEqual(first);
    const [alone] = await runInTwin(workload, [constant(2)], OPTIONS);
    expect(alone).toEqual(first[1]);
  });

  it('lets target tracking react to the requests', async () => {
    const busy = workloadOf([...minutes(90, 20), ...minutes(90, 600)], 2000);
    const tracking = { target: 0.7, minCapacity: 1, maxCapacity: 100 };
    const [outcome] = await runInTwin(busy, [{ name: 'tracking', scheduled: [], tracking }], OPTIONS);
    const peak = Math.max(...outcome!.asked.map(({ capacity }) => capacity));
    const before = outcome!.asked.filter(({ atMs }) => atMs < START_MS + 92 * MINUTE_MS);
    expect(Math.max(...before.map(({ capacity }) => capacity))).toBeLessThan(12);
    expect(peak).toBeGreaterThan(25);
    const first = outcome!.asked.find(({ capacity, atMs }) => atMs > START_MS + 90 * MINUTE_MS && capacity > 2)!;
    expect(first.atMs).toBeGreaterThanOrEqual(START_MS + 93 * MINUTE_MS);
    expect(first.atMs).toBeLessThan(START_MS + 95 * MINUTE_MS);
  });

  it('waits for its listener', async () => {
    const shares: number[] = [];
    await runInTwin(workloadOf(minutes(180, 4000), 100), [onDemand], OPTIONS, (share) => void shares.push(share));
    expect(shares.length).toBeGreaterThan(2);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });
});

describe('the minute model', () => {
  it('agrees with the twin on a real trace: bills within 2 %, cold starts within 10 % or 5', async () => {
    const path = 'data/traces/nab-aws-elb-request-count-8c0756.csv.gz';
    for (const averageDurationMs of [200, 2000, 20_000]) {
      const reading = await readMetricsFile(path, { averageDurationMs });
      const period = periodOf(reading)!;
      const settings = { coldStartMs: 5000, idleTimeoutSeconds: 600, averageDurationMs };
      const evaluation = prepareEvaluation(reading, period, settings);
      const held = { startMs: evaluation.warmUpFromMs, endMs: period.toMs };
      const constants = constantCandidates(evaluation.record, held, 1000).filter((_, i) => i % 5 === 0);
      const policies = [onDemand, ...constants];
      const outcomes = await evaluation.run(policies);
      for (const [i, policy] of policies.entries()) {
        const [model, twin] = [evaluation.estimate(policy), outcomes[i]!];
        const tolerance = Math.max(5, 0.1 * twin.coldStarts);
        expect(Math.abs(model.coldStarts - twin.coldStarts), policy.name).toBeLessThan(tolerance);
        expect(model.billedProvisionedMs).toBe(twin.billedProvisionedMs);
        const runMs = twin.provisionedRunMs + twin.onDemandRunMs;
        expect(Math.abs(model.provisionedRunMs - twin.provisionedRunMs) / runMs, policy.name).toBeLessThan(0.02);
        expect(Math.abs(model.onDemandRunMs - twin.onDemandRunMs) / runMs, policy.name).toBeLessThan(0.02);
      }
    }
  });

  it('draws the maxima of busy minutes as the twin makes them', async () => {
    const requests = Array.from({ length: 180 }, (_, i) => 12_000 + 3000 * Math.sin(i / 20));
    const workload = workloadOf(requests, 1000);
    const drawn = recordDemand(workload, START_MS, OPTIONS.toMs, 1);
    const policies = [onDemand, constant(230)];
    const outcomes = await runInTwin(workload, policies, OPTIONS);
    for (const [i, policy] of policies.entries()) {
      const model = runInMinutes(drawn, policy, OPTIONS);
      const tolerance = Math.max(5, 0.2 * outcomes[i]!.coldStarts);
      expect(Math.abs(model.coldStarts - outcomes[i]!.coldStarts), policy.name).toBeLessThan(tolerance);
    }
  });

  it('takes no longer for more requests, and refuses none', () => {
    const record = recordDemand(workloadOf(minutes(180, 2e9), 2000), START_MS, OPTIONS.toMs, 1);
    const outcome = runInMinutes(record, onDemand, OPTIONS);
    expect(outcome.invocations).toBe(120 * 2e9);
    expect(outcome.onDemandRunMs).toBeCloseTo(120 * 2e9 * 2000, -3);
  });

  it('knows the limit of ten requests a second and environment', async () => {
    const workload = workloadOf(minutes(180, 6000), 10);
    const [twin] = await runInTwin(workload, [constant(5)], OPTIONS);
    const model = runInMinutes(recordDemand(workload, START_MS, OPTIONS.toMs, 1), constant(5), OPTIONS);
    expect(twin!.onDemandRunMs).toBeGreaterThan(0.4 * (twin!.onDemandRunMs + twin!.provisionedRunMs));
    expect(model.onDemandRunMs / twin!.onDemandRunMs).toBeCloseTo(1, 1);
  });
});
