import { describe, expect, it } from 'vitest';
import { configFromEnv } from '../../src/config-env.ts';
import { faultsOf } from '../environment-faults.ts';

const TABLE = {
  namespace: 'dynamodb',
  resourceId: 'table/results',
  scalableDimension: 'dynamodb:table:WriteCapacityUnits',
  unitsPerConcurrentExecution: 4,
  minCapacity: 5,
  maxCapacity: 400,
};

const UUID = '12345678-1234-1234-1234-123456789ABC';

describe('the settings of neighbours and queues', () => {
  it('are off by default', () => {
    const [config] = configFromEnv({ PREWARM_TARGETS: 'a:live' });
    expect(config).toMatchObject({ related: [] });
    expect(config).not.toHaveProperty('queue');
    expect(config).not.toHaveProperty('api');
    expect(config).not.toHaveProperty('eventSource');
  });

  it('are read as JSON, with the batch size of SQS by default', () => {
    const env = {
      PREWARM_RELATED: JSON.stringify([TABLE]),
      PREWARM_QUEUE: '{"name":"jobs"}',
      PREWARM_API: '{"id":"abc1"}',
    };
    const [config] = configFromEnv({ PREWARM_TARGETS: 'a:live', ...env });
    expect(config).toMatchObject({ related: [TABLE], queue: { name: 'jobs', batchSize: 10 }, api: { id: 'abc1' } });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an unknown namespace', { namespace: 'dynamo' }, /^PREWARM_RELATED\.0\.namespace = "dynamo": must be one of/],
    ['crossed bounds', { minCapacity: 9, maxCapacity: 3 }, /\.0\.minCapacity = 9: must not exceed maxCapacity = 3$/],
    ['a negative minimum', { minCapacity: -1 }, /\.0\.minCapacity = -1: .*>=0/],
    ['half a unit', { maxCapacity: 1.5 }, /\.0\.maxCapacity = 1\.5: .*whole number/],
    ['no units', { unitsPerConcurrentExecution: 0 }, /\.0\.unitsPerConcurrentExecution = 0: .*>0/],
    [
      'endless units',
      { unitsPerConcurrentExecution: 1e300 },
      /\.0\.unitsPerConcurrentExecution = 1e\+300: .*<=1000000/,
    ],
    [
      'a dimension of another namespace',
      { namespace: 'ecs' },
      /scalableDimension = .*must begin with the namespace, ecs:/,
    ],
    [
      'a dimension that is none',
      { scalableDimension: 'Write' },
      /scalableDimension = "Write": must be a scalable dimension/,
    ],
    ['a resource with a space', { resourceId: 'a table' }, /resourceId = "a table": must be the resource as/],
    ['a missing resource', { resourceId: undefined }, /\.0\.resourceId = nothing: must be given/],
    ['a misspelt field', { units: 3 }, /PREWARM_RELATED\.0\.units is not a setting that Prewarm knows/],
    [
      "a function's own plan",
      {
        namespace: 'lambda',
        scalableDimension: 'lambda:function:ProvisionedConcurrency',
        resourceId: 'function:a:live',
      },
      /is what Prewarm plans for a target itself/,
    ],
  ])('name %s with field, value and fix', (_, own, expected) => {
    const faults = faultsOf({ PREWARM_RELATED: JSON.stringify([{ ...TABLE, ...own }]) });
    expect(faults).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a queue by its URL', { PREWARM_QUEUE: '{"name":"https://sqs/jobs"}' }, /^PREWARM_QUEUE\.name = .*no URL, no ARN/],
    ['a batch of nothing', { PREWARM_QUEUE: '{"name":"jobs","batchSize":0}' }, /^PREWARM_QUEUE\.batchSize = 0: .*>=1/],
    ['an API by name and id', { PREWARM_API: '{"name":"x","id":"y"}' }, /^PREWARM_API\.name = "x": give either name/],
    ['an API by neither', { PREWARM_API: '{}' }, /^PREWARM_API\.name = nothing: give either name/],
    ...(
      [
        [
          'an event source by its ARN',
          { uuid: 'arn:aws:sqs' },
          /^PREWARM_EVENT_SOURCE\.uuid = "arn:aws:sqs": must be the/,
        ],
        ['a maximum that AWS does not know', { max: 1001 }, /^PREWARM_EVENT_SOURCE\.max = 1001: .*<=1000/],
        ['a minimum that AWS does not know', { min: 1 }, /^PREWARM_EVENT_SOURCE\.min = 1: .*>=2/],
        [
          'crossed bounds of an event source',
          { min: 9, max: 3 },
          /^PREWARM_EVENT_SOURCE\.min = 9: must not exceed max = 3/,
        ],
      ] as const
    ).map(([what, own, expected]): [string, Record<string, string>, RegExp] => [
      what,
      { PREWARM_EVENT_SOURCE: JSON.stringify({ uuid: UUID, min: 2, max: 9, ...own }) },
      expected,
    ]),
    [
      'an event source of two targets',
      { PREWARM_TARGETS: 'a:live,b:live', PREWARM_EVENT_SOURCE: JSON.stringify({ uuid: UUID, min: 2, max: 9 }) },
      /^b:live: eventSource = "12345678.*follows a:live already/,
    ],
    ['neighbours that are no JSON', { PREWARM_RELATED: '[{' }, /^PREWARM_RELATED: is not valid JSON/],
    ['a neighbour that is no list', { PREWARM_RELATED: '{}' }, /^PREWARM_RELATED = "\{\}": must be an array/],
    [
      'a resource that is named twice',
      { PREWARM_RELATED: JSON.stringify([TABLE, { ...TABLE, minCapacity: 1 }]) },
      /^PREWARM_RELATED\.1\.resourceId = "table\/results": is named by entry 0 already$/,
    ],
    [
      'a resource that two targets would write',
      { PREWARM_TARGETS: 'a:live,b:live', PREWARM_RELATED: JSON.stringify([TABLE]) },
      /^b:live: related = "dynamodb:table:WriteCapacityUnits of table\/results": follows a:live already/,
    ],
  ])('refuse %s', (_, env, expected) => {
    expect(faultsOf(env)).toEqual([expect.stringMatching(expected)]);
  });
});
