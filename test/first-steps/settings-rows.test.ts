import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { parseSettingsRows } from '../../src/first-steps/settings-rows.ts';

const ORDERS = { name: 'orders', settings: { memoryMb: '1024', coldStartMs: '4000' } };

describe('settings of single functions', () => {
  it.each([
    ['a CSV', 'name,memoryMb,coldStartMs\norders,1024,4000\n'],
    ['a CSV with other separators and spellings', '\uFEFFName;memory_mb;Cold-Start-Ms;alias\r\norders;1024;4000;\r\n'],
    ['a JSON list', '[{"name":"orders","memoryMb":1024,"coldStartMs":4000}]'],
    ['a JSON object by name', '{"orders":{"memoryMb":1024,"coldStartMs":"4000","alias":null}}'],
  ])('come from %s', (_, text) => {
    expect(parseSettingsRows(text, 'settings')).toEqual([ORDERS]);
  });

  it('name the function on AWS and its alias, and keep lists as JSON', () => {
    const text = '[{"functionName":"orders-v2","alias":"live","calendar":[{"name":"x"}]}]';
    expect(parseSettingsRows(text, 'settings')).toEqual([
      { name: 'orders-v2', functionName: 'orders-v2', alias: 'live', settings: { calendar: '[{"name":"x"}]' } },
    ]);
  });

  it.each([
    [
      'an unknown setting',
      'name,memory\norders,1',
      /"memory" is not a setting of a function; known are name, functionName/,
    ],
    ['the mode', '[{"name":"a","mode":"act"}]', /"mode" is not a setting/],
    ['a row without a name', 'name,memoryMb\n,1024', /entry 1: needs a name, or a functionName/],
    ['a name twice', '[{"name":"a"},{"name":"a"}]', /"a" is named twice/],
    ['a list of numbers', '[1]', /must be a list of objects/],
    ['what is no JSON', '{"a":', /is not valid JSON/],
    ['a row that is too long', 'name,memoryMb\na,1,2', /row 2: /],
  ])('refuse %s', (_, text, message) => {
    expect(() => parseSettingsRows(text, 'settings')).toThrow(InputError);
    expect(() => parseSettingsRows(text, 'settings')).toThrow(message);
  });
});
