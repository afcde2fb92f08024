import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { addAwsFlags, addSettingsFlags, configFromFlags } from '../src/commands/settings-flags.ts';
import { InputError } from '../src/errors.ts';

const directory = mkdtempSync(join(tmpdir(), 'prewarm-flags-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}
const read = (options: Record<string, unknown>) =>
  configFromFlags({ functionName: 'a', alias: 'live' }, 'observe', options);

function faultsOf(options: Record<string, unknown>): readonly string[] {
  try {
    read(options);
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
  return [];
}

const SALE = '[{"name":"sale","date":"2026-11-27","factor":2}]';

describe('configFromFlags', () => {
  it.each([
    ['a file', file('calendar.json', `${SALE}\n`)],
    ['a file with a byte order mark', file('marked.json', `\uFEFF${SALE}`)],
    ['the flag itself', SALE],
  ])('reads a calendar from %s', (_, calendar) => {
    expect(read({ calendar }).calendar).toEqual([{ name: 'sale', date: '2026-11-27', factor: 2 }]);
  });

  it('reads time zone, holidays, Region and prices', () => {
    const options = { timeZone: 'Asia/Tokyo', holidays: 'JP', region: 'ap-northeast-1', prices: '{"requestUsd":0}' };
    expect(read(options)).toMatchObject({ ...options, holidays: { country: 'JP' }, prices: { requestUsd: 0 } });
  });

  it('has neither events nor holidays by default, and UTC', () => {
    const { timeZone, calendar, holidays, region } = read({});
    expect([timeZone, calendar, holidays, region]).toEqual(['UTC', [], undefined, undefined]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a file that is not there',
      { calendar: join(directory, 'none.json') },
      /^--calendar = ".*none\.json": cannot be read \(ENOENT/,
    ],
    ['a file that is no JSON', { calendar: file('bad.json', '[{]') }, /^--calendar = ".*bad\.json": is not valid JSON/],
    [
      'a fault inside',
      { calendar: '[{"name":"x","level":1,"weekly":"fri"}]' },
      /^--calendar\.0\.weekly\.0 = "fri": must be/,
    ],
    ['a file of YAML', { calendar: file('c.yaml', '- name: x') }, /^--calendar = ".*c\.yaml": is not valid JSON/],
    ['an empty file', { calendar: file('empty.json', '') }, /^--calendar = ".*empty\.json": is not valid JSON/],
    ['JSON that is no list', { calendar: file('5.json', '5') }, /^--calendar = ".*5\.json": must be an array/],
    ['an unknown place', { holidays: 'DE-XX' }, /^--holidays = "DE-XX": is not a region of DE/],
    ['an unknown time zone', { timeZone: 'Berlin' }, /^--time-zone = "Berlin": must be the IANA name/],
  ])('names %s', (_, options, expected) => {
    const faults = faultsOf(options);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
  });
});

it('has one flag for each of them', () => {
  const flags = addSettingsFlags(addAwsFlags(new Command())).options.map((option) => option.flags);
  const expected = [
    '--region <region>',
    '--time-zone <zone>',
    '--calendar <file>',
    '--holidays <place>',
    '--prices <file>',
  ];
  expect(flags.filter((flag) => expected.includes(flag)).sort()).toEqual(expected.sort());
});
