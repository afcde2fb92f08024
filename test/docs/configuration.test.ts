/** docs/configuration.md says everything about every setting, and its examples are taken. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../../scripts/docs-configuration.ts';
import { configFromEnv, environmentName, isNumeric } from '../../src/config-env.ts';
import { settingsSchema } from '../../src/config.ts';

const names = Object.keys(settingsSchema.shape) as (keyof typeof settingsSchema.shape)[];
const rows = new Map(
  readFileSync('docs/configuration.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.trim()))
    .map(([name = '', ...cells]) => [name.replace(/[|` ]/g, ''), cells]),
);

describe('docs/configuration.md', () => {
  it.each(names)('explains %s with names, bounds, example and meaning, and numbers with a unit', (name) => {
    const [variable, unit, allowed, , example, meaning] = rows.get(name)!;
    expect(variable).toContain(environmentName(name));
    expect(allowed).not.toBe('');
    expect(example).toBe(`\`${EXAMPLES[name]}\``);
    expect(meaning).toMatch(/\w.*\.( \|)?$/);
    if (isNumeric(settingsSchema.shape[name])) expect(unit).not.toBe('');
  });

  it.each(names)('has an example of %s that is taken, and is not the default', (name) => {
    const base = { PREWARM_TARGETS: 'checkout:live', PREWARM_MAX_CAPACITY: '100' };
    const [config] = configFromEnv({ ...base, [environmentName(name)]: EXAMPLES[name] });
    const [plain] = configFromEnv(base);
    expect(config![name]).not.toEqual(plain![name]);
    expect(config![name]).toBeDefined();
  });
});
