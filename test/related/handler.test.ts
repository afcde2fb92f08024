import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { openStage, type Stage } from '../local-aws.ts';

const TABLE = {
  namespace: 'dynamodb',
  resourceId: 'table/results',
  scalableDimension: 'dynamodb:table:WriteCapacityUnits',
};
const SERVICE = {
  namespace: 'ecs',
  resourceId: 'service/main/features',
  scalableDimension: 'ecs:service:DesiredCount',
};
const SIZE = { unitsPerConcurrentExecution: 4, minCapacity: 5, maxCapacity: 400 };
const ACT = {
  PREWARM_TARGETS: 'scorer:live',
  PREWARM_COLD_START_PRICE_USD: '1',
  PREWARM_MODE: 'act',
  PREWARM_MAX_CAPACITY: '50',
  PREWARM_RELATED: JSON.stringify([
    { ...SERVICE, ...SIZE },
    { ...TABLE, ...SIZE },
  ]),
};

let stage: Stage;
let lines: Stage['lines'];
let handlerWith: Stage['handlerWith'];
beforeEach(async () => {
  stage = await openStage();
  ({ lines, handlerWith } = stage);
});
afterEach(() => stage.server.close());

function register(resource: typeof TABLE) {
  const { namespace, resourceId, scalableDimension } = resource;
  const added = stage.world.otherScaling.addResource({ ...resource, capacity: 5 });
  stage.world.otherScaling.registerScalableTarget({
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: scalableDimension,
    MinCapacity: 5,
    MaxCapacity: 50,
  });
  return added;
}

const related = () => lines.filter((line) => 'related' in line);

describe('the handler with neighbours', () => {
  it('makes them ready as time goes by, and writes nothing twice', async () => {
    const table = register(TABLE);
    register(SERVICE);
    const handler = handlerWith(ACT);
    await handler({});
    expect(related().map(({ outcome }) => outcome)).toEqual(['planned', 'planned']);
    const written = stage.writes().length;
    await handler({});
    expect(stage.writes()).toHaveLength(written);
    let highest = 0;
    for (let hour = 0; hour < 12; hour++) {
      stage.world.advanceTo(stage.world.nowMs + HOUR_MS);
      highest = Math.max(highest, table.capacity);
    }
    expect(highest).toBeGreaterThan(5);
    // Nobody came for 12 more hours: the last action has returned it.
    stage.world.advanceTo(stage.world.nowMs + 14 * HOUR_MS);
    expect(table.capacity).toBe(5);
  });

  it('goes on with the alias and the others where one is not registered', async () => {
    stage.world.otherScaling.addResource({ ...SERVICE, capacity: 5 });
    register(TABLE);
    const { targets } = await handlerWith(ACT)({});
    expect(targets[0]).toMatchObject({ outcome: 'planned' });
    expect(related().map(({ outcome }) => outcome)).toEqual(['unregistered', 'planned']);
    expect(related()[1]).toMatchObject({ applied: { writes: expect.any(Number) as number } });
  });

  it('carries out the plan of the alias where AWS refuses the neighbour, and counts the failure', async () => {
    register(TABLE);
    // The first two such calls are about the alias: to see it, and to set its bounds.
    stage.server.inject({ operation: 'DescribeScalableTargets', kind: 'access-denied', after: 2 });
    const neighbours = JSON.stringify([{ ...TABLE, ...SIZE }]);
    const { targets } = await handlerWith({ ...ACT, PREWARM_RELATED: neighbours })({});
    expect(targets[0]).toMatchObject({ outcome: 'planned' });
    expect(stage.writes().length).toBeGreaterThan(5);
    expect(related()).toMatchObject([{ outcome: 'failed', error: 'RefusedError', Failures: 1, level: 50 }]);
  });

  it('writes nothing in observe mode', async () => {
    register(TABLE);
    register(SERVICE);
    await handlerWith({ ...ACT, PREWARM_MODE: 'observe' })({});
    expect(stage.writes()).toEqual([]);
    expect(related().map(({ outcome }) => outcome)).toEqual(['planned', 'planned']);
  });

  it('asks nothing more than without them where none is named', async () => {
    await handlerWith({ ...ACT, PREWARM_RELATED: '' })({});
    expect(related()).toEqual([]);
    expect(stage.server.calls.filter(({ operation }) => operation === 'DescribeScalableTargets').length).toBeLessThan(
      3,
    );
  });
});

describe('the handler behind a queue', () => {
  it('counts a burst that the queue held back as demand', async () => {
    const { world } = stage;
    const atMs = world.nowMs - HOUR_MS;
    for (let minute = 0; minute < 10; minute++) {
      sqs(atMs + minute * MINUTE_MS, 'NumberOfMessagesSent', 50_000);
      sqs(atMs + minute * MINUTE_MS, 'ApproximateAgeOfOldestMessage', 60 * (minute + 1));
    }
    const observe = { ...ACT, PREWARM_MODE: 'observe', PREWARM_RELATED: '' };
    await handlerWith(observe)({});
    await handlerWith({ ...observe, PREWARM_QUEUE: '{"name":"jobs"}' })({});
    const [alone, behindQueue] = lines.filter((line) => line.msg === 'tick');
    expect(alone!.notes).not.toEqual(expect.arrayContaining([expect.stringContaining('the queue let through')]));
    expect(behindQueue!.notes).toEqual(expect.arrayContaining([expect.stringContaining('in 10 steps more arrived')]));
    expect(behindQueue!.ForecastMeanConcurrency).toBeGreaterThan(alone!.ForecastMeanConcurrency as number);
  });

  function sqs(timeMs: number, name: string, value: number): void {
    const directive = { Namespace: 'AWS/SQS', Dimensions: [['QueueName']], Metrics: [{ Name: name }] };
    const line = { _aws: { Timestamp: timeMs, CloudWatchMetrics: [directive] }, QueueName: 'jobs', [name]: value };
    stage.world.log(JSON.stringify(line));
  }
});
