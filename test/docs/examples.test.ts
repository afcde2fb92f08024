/** The examples are taken by what they are for: the controller's parser, the compiler, Pulumi. Their commands: snippets.test.ts. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHandler } from '../../scripts/build.mjs';
import { configFromEnv } from '../../src/config-env.ts';
import { IMAGE, type Made } from '../infra/pulumi-mocks.ts';
import { ROOT, run } from '../infra/tools.ts';

const read = (path: string) => readFileSync(join(ROOT, 'examples', path), 'utf8');
const namesOf = (targets: string) => targets.split(',');

/** Values of the list `parameter_overrides` below a heading. */
function overrides(path: string, section: 'build' | 'deploy'): Map<string, string> {
  const part = read(path).split(`[default.${section}.parameters]`)[1]!;
  const list = /parameter_overrides = \[([^]*?)^\]|parameter_overrides = \[(.*)\]/m.exec(part)!;
  const items = [...(list[1] ?? list[2]!).matchAll(/"""([^]*?)"""|"((?:[^"\\]|\\.)*)"/g)].map(([, a, b]) => a ?? b!);
  return new Map(items.map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]));
}

describe('examples/ten-functions', () => {
  const targets = read('ten-functions/targets.json');
  const configs = configFromEnv({ PREWARM_TARGETS: targets, PREWARM_MAX_CAPACITY: '20', PREWARM_MODE: 'act' });

  it('are ten that the controller takes, in a Lambda environment of 4 KB', () => {
    expect(configs).toHaveLength(10);
    expect(JSON.stringify(JSON.parse(targets)).length).toBeLessThan(3000);
  });

  it('hold settings of their own, and the common ones otherwise', () => {
    const of = (name: string) => configs.find(({ target }) => target.functionName === name)!;
    expect(of('checkout')).toMatchObject({ maxCapacity: 60, coldStartPriceUsd: 0.3, timeZone: 'UTC' });
    expect(of('invoices')).toMatchObject({ maxCapacity: 20, coldStartPriceUsd: 0.03 });
    expect(of('desk-de')).toMatchObject({ timeZone: 'Europe/Berlin', holidays: { country: 'DE', region: 'BY' } });
    expect(of('score').maxColdStartRate).toBe(0.001);
  });

  it('are the same in samconfig.toml, by name and with their settings', () => {
    const deployed = overrides('ten-functions/samconfig.toml', 'deploy');
    const names = configs.map(({ target }) => `${target.functionName}:${target.alias}`);
    expect(namesOf(deployed.get('Targets')!)).toEqual(names);
    expect(overrides('ten-functions/samconfig.toml', 'build').get('Targets')).toBe(deployed.get('Targets'));
    expect(JSON.parse(deployed.get('TargetsJson')!.slice(1, -1))).toEqual(JSON.parse(targets));
  });
});

describe('examples/one-function', () => {
  it('builds what it deploys, and observes', () => {
    const deployed = overrides('one-function/samconfig.toml', 'deploy');
    expect(overrides('one-function/samconfig.toml', 'build').get('Targets')).toBe(deployed.get('Targets'));
    expect(deployed.get('Mode')).toBe('observe');
  });
});

// That the linter takes it: infra/lint.test.ts.
describe('examples/existing-stack', () => {
  it('has an alias, and leaves its provisioned concurrency alone', () => {
    const lines = read('existing-stack/template.yaml')
      .split('\n')
      .filter((line) => !line.trim().startsWith('#'));
    expect(lines.join('\n')).toContain('AutoPublishAlias: live');
    expect(lines.join('\n')).not.toContain('ProvisionedConcurrencyConfig');
  });
});

const PACKAGES = join(ROOT, 'infra', 'pulumi', 'node_modules');
const required = Boolean(process.env.CI) || process.env.PREWARM_TOOLS === 'required';

describe.skipIf(!existsSync(join(PACKAGES, '.made-from')) && !required)('examples/pulumi', () => {
  const base = mkdtempSync(join(tmpdir(), 'prewarm-example-'));
  const folder = join(base, 'examples', 'pulumi');

  beforeAll(async () => {
    if (!existsSync(join(PACKAGES, '.made-from'))) {
      const { code, stderr } = await run(process.execPath, [join(ROOT, 'scripts', 'setup-pulumi.mjs')]);
      if (code !== 0) throw new Error(stderr);
    }
    await buildHandler();
    mkdirSync(folder, { recursive: true });
    cpSync(join(ROOT, 'examples', 'pulumi'), folder, { recursive: true });
    // What its README does.
    symlinkSync(PACKAGES, join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'infra'), join(base, 'infra'));
  }, 300_000);
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  async function make(stack: string): Promise<Made[]> {
    const script = join(ROOT, 'test', 'docs', 'pulumi-program.ts');
    const { code, stdout, stderr } = await run(process.execPath, [
      '--import',
      'tsx',
      script,
      folder,
      stack,
      JSON.stringify({ imageUri: IMAGE }),
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as Made[];
  }

  it('is well typed', async () => {
    const { code, stdout } = await run(process.execPath, [join(PACKAGES, 'typescript/bin/tsc'), '-p', folder]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it.each([
    ['staging', 'observe', 2],
    ['production', 'act', 40],
  ])(
    '%s runs in %s mode with at most %i environments',
    async (stack, mode, maxCapacity) => {
      const made = await make(stack);
      const controller = made.find(
        ({ type, name }) => type === 'aws:lambda/function:Function' && name === 'controller',
      )!;
      const { variables } = controller.inputs.environment as { variables: Record<string, string> };
      expect(variables).toMatchObject({ PREWARM_MODE: mode, PREWARM_MAX_CAPACITY: String(maxCapacity) });
      expect(configFromEnv(variables)[0]).toMatchObject({ coldStartPriceUsd: 0.2, timeZone: 'Europe/Berlin' });
      const target = made.find(({ type }) => type === 'aws:appautoscaling/target:Target')!;
      expect(target.inputs.maxCapacity).toBe(maxCapacity);
    },
    60_000,
  );
});
