/** Settings of single functions in a file: a CSV with a row for each, a JSON list of objects, or a JSON object by name. */
import Papa from 'papaparse';
import { settingsSchema } from '../config.ts';
import { InputError } from '../errors.ts';

export interface SettingsRow {
  /** What the metrics file is called without its endings, or its path as it was given. */
  name: string;
  /** What the function is called on AWS, where that is another name. */
  functionName?: string;
  alias?: string;
  /** As a flag would have them; JSON where the setting is a list or an object. */
  settings: Record<string, string>;
}

const NAMES = ['name', 'functionName', 'alias'] as const;
const KNOWN = new Map([...NAMES, ...Object.keys(settingsSchema.shape)].map((name) => [keyOf(name), name]));

/** Throws an InputError that names every row and setting at fault. */
export function parseSettingsRows(text: string, source: string): SettingsRow[] {
  const content = text.replace(/^\uFEFF/, '');
  const records = /^\s*[[{]/.test(content) ? fromJson(content, source) : fromCsv(content, source);
  const faults: string[] = [];
  const rows = records.map((record, index) => rowOf(record, `${source}, entry ${index + 1}`, faults));
  const seen = new Set<string>();
  for (const { name } of rows) {
    if (name !== '' && seen.has(name)) faults.push(`${source}: "${name}" is named twice`);
    seen.add(name);
  }
  if (faults.length > 0) throw new InputError(faults);
  return rows;
}

type Entry = Record<string, unknown>;

function fromJson(text: string, source: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${source} is not valid JSON (${(error as Error).message})`);
  }
  const entries: unknown[] = Array.isArray(value)
    ? value
    : Object.entries(value as object).map(([name, entry]: [string, unknown]) => ({ name, ...(entry as object) }));
  if (entries.every((entry) => typeof entry === 'object' && entry !== null && !Array.isArray(entry))) {
    return entries as Entry[];
  }
  throw new InputError(
    `${source}: must be a list of objects, or one object by name, such as {"orders":{"memoryMb":1024}}`,
  );
}

function fromCsv(text: string, source: string): Entry[] {
  const { data, errors } = Papa.parse<Entry>(text.trim(), { header: true, skipEmptyLines: 'greedy' });
  const broken = errors.find(({ type }) => type !== 'Delimiter');
  if (broken) throw new InputError(`${source}, row ${(broken.row ?? 0) + 2}: ${broken.message}`);
  return data;
}

/** Empty cells are not there. */
function rowOf(record: Entry, place: string, faults: string[]): SettingsRow {
  const given: Record<string, string> = {};
  for (const [key, value] of Object.entries(record)) {
    const name = KNOWN.get(keyOf(key));
    const text = typeof value === 'string' ? value.trim() : value == null ? '' : JSON.stringify(value);
    if (name === undefined || name === 'mode') {
      const known = [...KNOWN.values()].filter((setting) => setting !== 'mode');
      faults.push(`${place}: ${JSON.stringify(key)} is not a setting of a function; known are ${known.join(', ')}`);
    } else if (text !== '') given[name] = text;
  }
  const { name, functionName, alias, ...settings } = given;
  const called = name ?? functionName ?? '';
  if (called === '') faults.push(`${place}: needs a name, or a functionName`);
  return {
    name: called,
    ...(functionName === undefined ? {} : { functionName }),
    ...(alias === undefined ? {} : { alias }),
    settings,
  };
}

/** `memory_mb` and `Memory Mb` mean `memoryMb`. */
function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
