import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStage, retryAtOnce, type Stage } from './local-aws.ts';

/** At this price a forecast plan pays. */
const OBSERVE = { PREWARM_TARGETS: 'scorer:live', PREWARM_COLD_START_PRICE_USD: '1' };
const ACT = { ...OBSERVE, PREWARM_MODE: 'act', PREWARM_MAX_CAPACITY: '50' };

interface Directive {
  Dimensions: string[][];
  Metrics: { Name: string }[];
}
interface Dated {
  Timestamp: number;
}

let stage: Stage;
let lines: Stage['lines'];
let handlerWith: Stage['handlerWith'];

beforeEach(async () => {
  stage = await openStage();
  ({ lines, handlerWith } = stage);
});
afterEach(() => stage.server.close());

describe('the handler', () => {
  it('observes by default: it reads, says what it would do, and writes nothing', async () => {
    const result = await handlerWith(OBSERVE)({});
    expect(result).toEqual({ targets: [{ target: 'scorer:live', outcome: 'planned', writes: 0 }] });
    expect(stage.writes()).toEqual([]);
    expect(lines.filter((line) => line.msg === 'tick')).toHaveLength(1);
    expect(lines[0]).toMatchObject({ target: 'scorer:live', mode: 'observe', outcome: 'planned', applied: null });
    expect((lines[0]!.changes as { create: string[] }).create.length).toBeGreaterThan(5);
  });

  it('writes the schedule in act mode, and nothing at all the second time', async () => {
    const first = await handlerWith(ACT)({});
    expect(first.targets[0]!.writes).toBeGreaterThan(5);
    const written = stage.writes().length;
    const second = await handlerWith(ACT)({});
    expect(second.targets[0]!.writes).toBe(0);
    expect(stage.writes()).toHaveLength(written);
  });

  it('leaves targets for the next run when its time is nearly up, rather than to be cut off', async () => {
    const result = await handlerWith(ACT)({}, { getRemainingTimeInMillis: () => 29_000 });
    expect(result).toEqual({ targets: [{ target: 'scorer:live', outcome: 'deferred', writes: 0 }] });
    expect(stage.writes()).toEqual([]);
    expect(lines[0]).toMatchObject({ target: 'scorer:live', msg: 'deferred: the time of this run is nearly up' });
  });

  it('puts its metrics into the log line, so that they cost no call', async () => {
    await handlerWith(ACT)({});
    const line = lines[0]!;
    const directive = (
      line._aws as { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] }
    ).CloudWatchMetrics[0]!;
    expect(directive).toMatchObject({ Namespace: 'Prewarm', Dimensions: [['FunctionName', 'Alias']] });
    const names = directive.Metrics.map((metric) => metric.Name);
    expect(names).toEqual(
      expect.arrayContaining([
        'ForecastMeanConcurrency',
        'PlannedCapacity',
        'ActualConcurrency',
        'ForecastError',
        'Ticks',
        'Failures',
        'DataAge',
      ]),
    );
    for (const name of names) expect(line[name], name).toEqual(expect.any(Number));
    expect(line).toMatchObject({ FunctionName: 'scorer', Alias: 'live', Ticks: 1, Failures: 0 });
  });

  it('adds what is allocated, and says what alarms watch for all its targets together', async () => {
    stage.world.registerTarget('scorer', { minCapacity: 3, maxCapacity: 50 });
    await handlerWith({ ...OBSERVE, AWS_LAMBDA_FUNCTION_NAME: 'controller' })({});
    const [perTarget, perController] = (lines[0]!._aws as { CloudWatchMetrics: Directive[] }).CloudWatchMetrics;
    expect(perTarget!.Metrics.map((metric) => metric.Name)).toContain('ProvisionedConcurrency');
    expect(perController).toMatchObject({ Namespace: 'Prewarm', Dimensions: [['Controller']] });
    expect(perController!.Metrics.map((metric) => metric.Name).sort()).toEqual([
      'Failures',
      'ForecastDegraded',
      'ProvisionedFailed',
      'ProvisionedShortfall',
      'Ticks',
    ]);
    // Two more environments than there were are still being allocated.
    expect(lines[0]).toMatchObject({ Controller: 'controller', ProvisionedConcurrency: 1, ProvisionedShortfall: 2 });
  });

  it('publishes the next two hours once, and then each slot as it comes into reach', async () => {
    const handler = handlerWith(OBSERVE);
    const ahead = () => lines.filter((line) => line.msg === 'forecast ahead').map((line) => line._aws as Dated);
    await handler({});
    const first = ahead().map(({ Timestamp }) => (Timestamp - stage.world.nowMs) / 60_000);
    expect(first).toHaveLength(24);
    expect(Math.min(...first)).toBeGreaterThan(0);
    expect(Math.max(...first)).toBeLessThan(120);
    lines.length = 0;
    stage.world.advanceTo(stage.world.nowMs + 300_000);
    await handler({});
    const second = ahead().map(({ Timestamp }) => (Timestamp - stage.world.nowMs) / 60_000);
    expect(second).toEqual([Math.max(...first)]);
  });

  it('writes its metrics whatever the log level hides, since alarms rest on them', async () => {
    await handlerWith({ ...OBSERVE, PREWARM_LOG_LEVEL: 'error' })({});
    expect(lines.filter((line) => line.msg === 'tick')).toEqual([]);
    expect(lines.find((line) => line.msg === 'metrics')).toMatchObject({ FunctionName: 'scorer', Ticks: 1 });
    expect(lines.filter((line) => 'reason' in line)).toEqual([]);
  });

  it('goes on with the other targets when one cannot be read, and does not fail for what no retry can mend', async () => {
    const result = await handlerWith({ ...ACT, PREWARM_TARGETS: 'gone:live,scorer:live' })({});
    expect(result.targets).toMatchObject([
      { target: 'gone:live', outcome: 'failed' },
      { target: 'scorer:live', outcome: 'planned' },
    ]);
    const failed = lines.find((line) => line.target === 'gone:live');
    expect(failed).toMatchObject({ level: 50, Failures: 1, FunctionName: 'gone' });
  });

  it('fails when a retry can help, after the other targets were served', async () => {
    retryAtOnce();
    stage.server.inject({ operation: 'DescribeScheduledActions', kind: 'internal-service' });
    await expect(handlerWith({ ...ACT, PREWARM_TARGETS: 'scorer:live' })({})).rejects.toThrow(
      'to be retried: scorer:live',
    );
    expect(stage.writes()).toEqual([]);
  });

  it('leaves what is safe when it is cut off while writing, and completes it the next time', async () => {
    retryAtOnce();
    stage.server.inject({ operation: 'PutScheduledAction', kind: 'internal-service', after: 4 });
    await expect(handlerWith(ACT)({})).rejects.toThrow('to be retried');
    expect(lines.at(-1)).toMatchObject({ msg: 'tick interrupted; the next one completes it', Failures: 1 });
    stage.server.clearFaults();
    expect((await handlerWith(ACT)({})).targets[0]!.writes).toBeGreaterThan(0);
    expect((await handlerWith(ACT)({})).targets[0]!.writes).toBe(0);
  });

  it('lists every fault of its configuration, once, and touches nothing', async () => {
    const result = await handlerWith({ PREWARM_TARGETS: 'scorer', PREWARM_MODE: 'go' })({});
    expect(result).toEqual({ targets: [] });
    expect(lines[0]).toMatchObject({ level: 60, msg: 'misconfigured', Failures: 1 });
    expect(lines[0]!.faults).toHaveLength(2);
    expect(stage.server.calls).toEqual([]);
  });

  it('waits, and says so, while a deployment has put weights on the alias', async () => {
    stage.world.setAliasWeight('scorer', { version: '2', weight: 0.1 });
    const result = await handlerWith(ACT)({});
    expect(result.targets[0]).toMatchObject({ outcome: 'waiting', writes: 0 });
    expect(lines[0]!.reason).toContain('second version');
    expect(stage.writes()).toEqual([]);
  });

  it('lets capacity follow once the alias carries no weights any more', async () => {
    stage.world.setAliasWeight('scorer', { version: '2', weight: 0.1 });
    await handlerWith(ACT)({});
    stage.world.setAliasWeight('scorer', null);
    expect((await handlerWith(ACT)({})).targets[0]!.outcome).toBe('planned');
    expect(stage.writes().length).toBeGreaterThan(0);
  });
});
