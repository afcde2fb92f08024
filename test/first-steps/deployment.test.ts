import { describe, expect, it } from 'vitest';
import { configFromEnv } from '../../src/config-env.ts';
import { parseTargetConfig } from '../../src/config.ts';
import {
  attachDeployment,
  type ChosenFunction,
  type Deployment,
  parametersText,
  wholeDeployment,
} from '../../src/first-steps/deployment.ts';
import { type Parameter, readTemplate, resource } from '../infra/cloudformation.ts';
import { deployed } from '../infra/deployed.ts';
import { describeWithTools, run, TOOLS } from '../infra/tools.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function chosen(
  target: string,
  given: Record<string, unknown> = {},
  highestCapacity: number | null = 8,
): ChosenFunction {
  const [functionName, alias] = target.split(':');
  const name = (path: readonly PropertyKey[]) => ({ name: path.join('.'), value: undefined });
  return { settings: parseTargetConfig({ functionName, alias }, given, name), highestCapacity };
}

/** One of everything that can be set. */
const EVERYTHING = {
  minCapacity: 1,
  maxCapacity: 40,
  maxColdStartRate: 0.005,
  monthlyBudgetUsd: 250.5,
  horizonHours: 36,
  historyDays: 28,
  leadTimeSeconds: 300,
  coldStartMs: 12_000,
  idleTimeoutSeconds: 300,
  maxActions: 50,
  scalingMode: 'floor',
  namePrefix: 'shop',
  timeZone: 'Europe/Berlin',
  calendar: [{ name: 'sale', date: '2026-11-27', factor: 3 }],
  holidays: 'DE-BY',
  prices: { provisionedGbSecondUsd: 0.0000001 },
};

const CASES: [string, ChosenFunction[]][] = [
  ['one function', [chosen('orders:live')]],
  ['two that are alike', [chosen('orders:live'), chosen('search:live')]],
  ['two that differ', [chosen('orders:live', { coldStartPriceUsd: 0.1 }), chosen('search:blue', {}, 40)]],
  [
    'a price and a ceiling',
    [chosen('orders:live', { coldStartPriceUsd: 0.00001 }), chosen('search:live', { maxColdStartRate: 0.01 })],
  ],
  [
    'everything that can be set',
    [chosen('orders:live', EVERYTHING), chosen('search:live', { ...EVERYTHING, timeZone: 'UTC' })],
  ],
];

describe('a deployment for functions that exist', () => {
  it('puts what all have in common into parameters, and the rest beside its function', () => {
    const { parameters, targets } = attachDeployment([
      chosen('orders:live', { coldStartPriceUsd: 0.1, timeZone: 'Europe/Berlin' }, 4),
      chosen('search:blue', { timeZone: 'Europe/Berlin' }, 30),
    ]);
    expect(parameters).toEqual({
      Targets: 'orders:live,search:blue',
      TargetsJson:
        '[{"functionName":"orders","alias":"live","coldStartPriceUsd":0.1,"maxCapacity":6},{"functionName":"search","alias":"blue"}]',
      Mode: 'observe',
      MaxCapacity: '45',
      TimeZone: 'Europe/Berlin',
    });
    expect(targets).toEqual([
      { functionName: 'orders', alias: 'live', maxCapacity: 6, coldStartPriceUsd: 0.1, timeZone: 'Europe/Berlin' },
      { functionName: 'search', alias: 'blue', maxCapacity: 45, timeZone: 'Europe/Berlin' },
    ]);
  });

  it.each<[string, Record<string, unknown>, number | null, string]>([
    ['what was given', { maxCapacity: 7 }, 100, '7'],
    ['half more than the plan held', {}, 100, '150'],
    ['two more at the least', {}, 1, '3'],
    ['what an account allows at the most', {}, 800, '900'],
    ["the template's default where nothing was replayed", {}, null, '10'],
  ])('caps at %s', (_, given, highest, cap) => {
    expect(attachDeployment([chosen('orders:live', given, highest)]).parameters.MaxCapacity).toBe(cap);
  });

  it.each(CASES)('is read by the controller as it was ranked: %s', (_, functions) => {
    const { targets } = attachDeployment(functions);
    const configs = configFromEnv({ PREWARM_TARGETS: JSON.stringify(targets) });
    const given = functions.map(({ settings }) => settings);
    expect(configs.map((config, i) => ({ ...config, maxCapacity: given[i]!.maxCapacity }))).toEqual(given);
  });

  it('refuses names that one stack cannot tell apart, and settings that are too long for it', () => {
    expect(() => attachDeployment([chosen('a-b:live'), chosen('ab:live')])).toThrow(
      /a-b:live and ab:live cannot be in one stack/,
    );
    const many = Array.from({ length: 60 }, (_, i) =>
      chosen(`function-with-a-name-${i}:live`, { coldStartMs: 1000 + i }),
    );
    expect(() => attachDeployment(many)).toThrow(/the settings of 60 functions take \d+ characters/);
  });
});

/** As CloudFormation checks a value; commas separate the items of a list. */
function faultsOf(parameters: Record<string, string>, known: Record<string, Parameter>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const parameter = known[name];
    if (!parameter) return [`there is no parameter ${name}`];
    const { Type, AllowedPattern, AllowedValues, MinValue = -Infinity, MaxValue = Infinity } = parameter;
    const items = Type === 'CommaDelimitedList' ? value.split(',') : [value];
    const fits = (item: string) =>
      (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(item)) &&
      (AllowedValues === undefined || AllowedValues.map(String).includes(item)) &&
      (Type !== 'Number' || (Number(item) >= MinValue && Number(item) <= MaxValue));
    return items.every(fits) && value.length <= 4096 ? [] : [`${name} = ${value}`];
  });
}

const environmentOf = (template: Parameters<typeof deployed>[0]) => {
  const { Environment } = resource(template, 'ControllerFunction').Properties;
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  const texts = Object.entries(Variables).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
};

describeWithTools('the parameters', ['python'], () => {
  it.each(CASES)(
    'are those of infra/attach.yaml, and deploy what was ranked: %s',
    async (_, functions) => {
      const { parameters } = attachDeployment(functions);
      const { source } = await readTemplate('attach');
      expect(faultsOf(parameters, source.Parameters)).toEqual([]);
      const { transformed, values } = await readTemplate('attach', parameters);
      const configs = configFromEnv(environmentOf(deployed(transformed, { ...values, ...parameters })));
      const given = functions.map(({ settings }) => settings);
      expect(
        configs.map((config, i) => ({ ...config, maxCapacity: given[i]!.maxCapacity, region: undefined })),
      ).toEqual(given.map((settings) => ({ ...settings, region: undefined })));
    },
    60_000,
  );

  it('are those of infra/template.yaml for a function that is yet to be made', async () => {
    const { source } = await readTemplate('template');
    const one = chosen('orders:live', { ...EVERYTHING, memoryMb: 256, architecture: 'arm64' });
    const { parameters } = wholeDeployment(one);
    expect(parameters).toMatchObject({ WorkerMemoryMb: '512', WorkerArchitecture: 'arm64', MaxCapacity: '40' });
    expect(faultsOf(parameters, source.Parameters)).toEqual([]);
  }, 60_000);

  it('come out of the file as they went in, by the SAM CLI', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prewarm-parameters-'));
    const deployment: Deployment = attachDeployment(CASES.at(-1)![1]);
    const path = join(folder, 'parameters.yaml');
    await writeFile(path, parametersText(deployment, path));
    const script =
      'import json,sys; from samcli.cli.types import CfnParameterOverridesType as T; print(json.dumps(T().convert(("file://" + sys.argv[1],), None, None)))';
    const { stdout, stderr } = await run(TOOLS.python, ['-c', script, path]);
    await rm(folder, { recursive: true });
    expect([stderr, stdout === '' ? null : JSON.parse(stdout)]).toEqual(['', deployment.parameters]);
  }, 60_000);

  it('would be refused if they did not fit', async () => {
    const { source } = await readTemplate('attach');
    const wrong = { Targets: 'a:live,b:7', MaxCapacity: '0', Mode: 'off', Gone: '1', TargetsJson: '{}' };
    expect(faultsOf(wrong, source.Parameters).map((fault) => fault.split(' ')[0])).toEqual([
      'Targets',
      'MaxCapacity',
      'Mode',
      'there',
      'TargetsJson',
    ]);
  }, 60_000);
});
