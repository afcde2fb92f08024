import { describe, expect, it } from 'vitest';
import { configFromEnv, environmentName, logLevelFromEnv } from '../src/config-env.ts';
import { parseTargetConfig, settingsSchema } from '../src/config.ts';
import { InputError } from '../src/errors.ts';

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
  return [];
}

describe('configFromEnv', () => {
  it('gives every target the defaults: observing, on demand at rest', () => {
    expect(configFromEnv({ PREWARM_TARGETS: 'scorer:live, segments:live' })).toMatchObject([
      {
        target: { functionName: 'scorer', alias: 'live' },
        mode: 'observe',
        minCapacity: 0,
        horizonHours: 24,
        maxActions: 96,
      },
      { target: { functionName: 'segments', alias: 'live' }, mode: 'observe' },
    ]);
  });

  it('lets a target override any setting', () => {
    const targets = JSON.stringify([
      { functionName: 'a', alias: 'live', maxCapacity: 7, mode: 'act' },
      { functionName: 'b', alias: 'live' },
    ]);
    const configs = configFromEnv({ PREWARM_TARGETS: targets, PREWARM_MIN_CAPACITY: '2' });
    expect(configs).toMatchObject([
      { maxCapacity: 7, mode: 'act', minCapacity: 2 },
      { mode: 'observe', minCapacity: 2 },
    ]);
    expect(Object.isFrozen(configs[0])).toBe(true);
  });

  it('reads an empty variable as absent, and ignores variables of others', () => {
    expect(configFromEnv({ PREWARM_TARGETS: 'a:live', PREWARM_MODE: ' ', PATH: '/bin' })[0]!.mode).toBe('observe');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no target', {}, /^PREWARM_TARGETS = nothing: must name at least one target$/],
    ['a target without alias', { PREWARM_TARGETS: 'a' }, /^PREWARM_TARGETS.*must be the name of an alias/],
    ['$LATEST', { PREWARM_TARGETS: 'a:$LATEST' }, /does not exist for \$LATEST/],
    ['a version number', { PREWARM_TARGETS: 'a:12' }, /a version number changes with each deploy/],
    ['an ARN', { PREWARM_TARGETS: 'arn:aws:lambda:eu-west-1:1:function:f:live' }, /no ARN/],
    ['a target named twice', { PREWARM_TARGETS: 'a:live,a:live' }, /a:live.*named twice/],
    ['broken JSON', { PREWARM_TARGETS: '[{' }, /PREWARM_TARGETS.*not valid JSON/],
    [
      'an unknown field of a target',
      { PREWARM_TARGETS: '[{"functionName":"a","alias":"live","max":3}]' },
      /max is not a setting/,
    ],
    ['an unknown mode', { PREWARM_TARGETS: 'a:live', PREWARM_MODE: 'dry' }, /PREWARM_MODE = "dry": .*observe.*act/],
    [
      'words for a number',
      { PREWARM_TARGETS: 'a:live', PREWARM_HORIZON_HOURS: 'two' },
      /PREWARM_HORIZON_HOURS = "two"/,
    ],
    [
      'a number out of bounds',
      { PREWARM_TARGETS: 'a:live', PREWARM_HORIZON_HOURS: '72' },
      /PREWARM_HORIZON_HOURS = "72": .*48/,
    ],
    ['a fraction', { PREWARM_TARGETS: 'a:live', PREWARM_MAX_ACTIONS: '9.5' }, /PREWARM_MAX_ACTIONS = "9.5"/],
    [
      'a minimum above the maximum',
      { PREWARM_TARGETS: 'a:live', PREWARM_MIN_CAPACITY: '9', PREWARM_MAX_CAPACITY: '8' },
      /a:live: PREWARM_MIN_CAPACITY = 9: must not exceed PREWARM_MAX_CAPACITY = 8/,
    ],
    [
      'acting without a cap',
      { PREWARM_TARGETS: 'a:live', PREWARM_MODE: 'act' },
      /a:live: PREWARM_MAX_CAPACITY = nothing: must be given in act mode/,
    ],
    [
      'a misspelt variable',
      { PREWARM_TARGETS: 'a:live', PREWARM_MAX_CAPACTIY: '8' },
      /PREWARM_MAX_CAPACTIY is not a setting/,
    ],
    [
      'an unknown log level',
      { PREWARM_TARGETS: 'a:live', PREWARM_LOG_LEVEL: 'loud' },
      /PREWARM_LOG_LEVEL = "loud": must be one of/,
    ],
    [
      'a name that AWS refuses',
      { PREWARM_TARGETS: 'a:live', PREWARM_NAME_PREFIX: 'a/b' },
      /PREWARM_NAME_PREFIX = "a\/b"/,
    ],
  ])('names %s with its value and what it has to be', (_, env, expected) => {
    const faults = faultsOf(() => configFromEnv(env));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'an unknown time zone',
      { PREWARM_TIME_ZONE: 'Mars/Olympus' },
      /PREWARM_TIME_ZONE = "Mars\/Olympus": must be the IANA/,
    ],
    ['a calendar that is no JSON', { PREWARM_CALENDAR: '[{' }, /^PREWARM_CALENDAR: is not valid JSON/],
    ['a calendar that is no list', { PREWARM_CALENDAR: '{}' }, /^PREWARM_CALENDAR = "\{\}": must be an array/],
    ['an unknown price', { PREWARM_PRICES: '{"gbSecond":1}' }, /PREWARM_PRICES\.gbSecond is not a setting/],
    [
      'a price in words',
      { PREWARM_PRICES: '{"requestUsd":"much"}' },
      /PREWARM_PRICES\.requestUsd = "much": must be a number/,
    ],
    ['no Region', { PREWARM_REGION: 'eu west' }, /PREWARM_REGION = "eu west": must be the name of an AWS Region/],
    ['targets that are no list', { PREWARM_TARGETS: '{}' }, /^PREWARM_TARGETS = "\{\}": /],
    [
      "a target's own setting",
      { PREWARM_TARGETS: '[{"functionName":"a","alias":"live","timeZone":"Nowhere"}]' },
      /^PREWARM_TARGETS\.0\.timeZone = "Nowhere": /,
    ],
  ])('names %s', (_, env, expected) => {
    const faults = faultsOf(() => configFromEnv({ PREWARM_TARGETS: 'a:live', ...env }));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });

  it('reports the other faults beside targets that cannot be read', () => {
    const env = {
      PREWARM_TARGETS: '[{"functionName":',
      PREWARM_CALENDAR: '[',
      PREWARM_MODE: 'x',
      PREWARM_LOG_LEVEL: 'loud',
      PREWARM_NONSENSE: '1',
    };
    const names = faultsOf(() => configFromEnv(env)).map((fault) => /^\w+/.exec(fault)?.[0]);
    expect(names.sort()).toEqual(Object.keys(env).sort());
    const crossed = { PREWARM_TARGETS: '[', PREWARM_MIN_CAPACITY: '9', PREWARM_MAX_CAPACITY: '8' };
    expect(faultsOf(() => configFromEnv(crossed))).toHaveLength(2);
  });

  it('reports what is wrong together beside what is wrong by itself', () => {
    const env = { PREWARM_TARGETS: 'a', PREWARM_MODE: 'act', PREWARM_HORIZON_HOURS: '0', PREWARM_MIN_CAPACITY: '1000' };
    const names = faultsOf(() => configFromEnv(env)).map((fault) => /^[\w.]+/.exec(fault)?.[0]);
    expect(names).toEqual([
      'PREWARM_HORIZON_HOURS',
      'PREWARM_MIN_CAPACITY',
      'PREWARM_MAX_CAPACITY',
      'PREWARM_TARGETS.0.alias',
    ]);
  });

  it('calls targets that are named twice by their variable', () => {
    expect(faultsOf(() => configFromEnv({ PREWARM_TARGETS: 'a:live,a:live' }))).toEqual([
      'PREWARM_TARGETS = "a:live": is named twice',
    ]);
  });

  it('reads lists and objects as JSON, and holidays by their short name', () => {
    const [config] = configFromEnv({
      PREWARM_TARGETS: 'a:live',
      PREWARM_TIME_ZONE: 'Europe/Berlin',
      PREWARM_CALENDAR: '[{"name":"sale","date":"2026-11-27","factor":2}]',
      PREWARM_HOLIDAYS: 'DE-BY',
      PREWARM_PRICES: '{"requestUsd":0}',
    });
    expect(config).toMatchObject({
      timeZone: 'Europe/Berlin',
      calendar: [{ name: 'sale', date: '2026-11-27', factor: 2 }],
      holidays: { country: 'DE', region: 'BY' },
      prices: { requestUsd: 0 },
    });
  });

  it('lets a target have its own calendar', () => {
    const targets = JSON.stringify([
      { functionName: 'a', alias: 'live', calendar: [], holidays: 'US' },
      { functionName: 'b', alias: 'live' },
    ]);
    const shared = { PREWARM_CALENDAR: '[{"name":"sale","date":"2026-11-27","factor":2}]' };
    const configs = configFromEnv({ PREWARM_TARGETS: targets, ...shared });
    expect(configs.map(({ calendar, holidays }) => [calendar.length, holidays?.country])).toEqual([
      [0, 'US'],
      [1, undefined],
    ]);
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['the one that is set', { PREWARM_REGION: 'eu-west-1', AWS_REGION: 'us-east-2' }, 'eu-west-1'],
    ['that of the environment', { AWS_REGION: 'us-east-2' }, 'us-east-2'],
    ['none where that cannot be one', { AWS_REGION: '?' }, undefined],
    ['none by default', {}, undefined],
  ])('takes as Region %s', (_, env, expected) => {
    expect(configFromEnv({ PREWARM_TARGETS: 'a:live', ...env })[0]?.region).toBe(expected);
  });

  it('reports all faults at once', () => {
    const env = { PREWARM_TARGETS: 'a', PREWARM_MODE: 'x', PREWARM_HORIZON_HOURS: '0', PREWARM_NONSENSE: '1' };
    expect(faultsOf(() => configFromEnv(env))).toHaveLength(4);
  });
});

describe('parseTargetConfig', () => {
  it('names the flag at fault', () => {
    const faults = faultsOf(() =>
      parseTargetConfig({ functionName: 'a', alias: 'live' }, { maxCapacity: 'lots' }, () => ({
        name: '--max-capacity',
        value: 'lots',
      })),
    );
    expect(faults[0]).toMatch(/^--max-capacity = "lots": /);
  });
});

it('falls back to the info log level, since the log must be able to say that the level is wrong', () => {
  expect([undefined, 'loud', 'DEBUG'].map((level) => logLevelFromEnv({ PREWARM_LOG_LEVEL: level }))).toEqual([
    'info',
    'info',
    'debug',
  ]);
});

it('has a description and an environment variable for every setting', () => {
  for (const [name, field] of Object.entries(settingsSchema.shape)) {
    expect(field.description, name).toBeTruthy();
    expect(environmentName(name)).toMatch(/^PREWARM_[A-Z_]+$/);
  }
});
