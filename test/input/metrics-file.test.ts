import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readMetricsFile, type ReadFileOptions } from '../../src/input/metrics-file.ts';

const TEXT = 'timestamp,value\n2026-01-05T00:00:00Z,1\n2026-01-05T00:01:00Z,2\n';
let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'prewarm-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function problem(path: string, options?: ReadFileOptions): Promise<string> {
  const error: unknown = await readMetricsFile(path, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

describe('readMetricsFile', () => {
  it.each([
    ['a file', () => readMetricsFile(file('plain.csv', TEXT))],
    ['a compressed file', () => readMetricsFile(file('packed.csv.gz', gzipSync(TEXT)))],
    ['standard input', () => readMetricsFile('-', { stdin: chunks(TEXT.slice(0, 20), TEXT.slice(20)) })],
  ])('reads %s', async (_name, reading) => {
    expect([...(await reading()).grids[0]!.invocations]).toEqual([1, 2]);
  });

  it('passes the duration on', async () => {
    const { grids } = await readMetricsFile(file('plain.csv', TEXT), { averageDurationMs: 5 });
    expect([...grids[0]!.averageDurationMs]).toEqual([5, 5]);
  });

  it('names the file, or standard input, in what it refuses', async () => {
    expect(await problem(file('bad.csv', 'timestamp,value\nx,1\n'))).toContain(
      `${folder}/bad.csv, line 2: timestamp "x"`,
    );
    expect(await problem('-', { stdin: chunks('') })).toContain('standard input is empty');
  });

  it.each([
    ['a file that does not exist', () => join(folder, 'none.csv'), 'none.csv does not exist'],
    ['a path through a file', () => join(file('plain.csv', TEXT), 'x.csv'), 'a part of its path is a file'],
    ['a directory', () => folder, 'is a directory'],
    ['an empty file', () => file('empty.csv', ''), 'empty.csv is empty'],
    ['binary junk', () => file('junk.csv', Uint8Array.of(0, 1, 2, 254)), 'junk.csv is not a text file'],
    ['a damaged archive', () => file('cut.csv.gz', gzipSync(TEXT).subarray(0, 30)), 'is a damaged gzip file'],
  ])('refuses %s', async (_name, path, expected) => {
    expect(await problem(path())).toContain(expected);
  });

  it('refuses what is too large, compressed or not', async () => {
    const limit = { maxBytes: 100 };
    const long = TEXT + '\n'.repeat(200);
    expect(await problem(file('long.csv', long), limit)).toContain('long.csv is larger than 100 bytes');
    expect(await problem(file('long.csv.gz', gzipSync(long)), limit)).toContain('long.csv.gz is larger than 100 bytes');
    expect(await problem('-', { ...limit, stdin: chunks(long) })).toContain('standard input is larger');
  });

  it.each([
    ['EACCES', 'may not be read: permission denied'],
    ['EPERM', 'may not be read: permission denied'],
  ])('refuses what the system refuses with %s', async (code, expected) => {
    // Permissions do not stop the superuser, whom tests often run as, so the stream reports it.
    const stdin = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(Object.assign(new Error(code), { code })) }),
    };
    expect(await problem('-', { stdin })).toContain(expected);
  });

  it('lets any other failure through', async () => {
    const stdin = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('boom')) }) };
    await expect(readMetricsFile('-', { stdin })).rejects.toThrow('boom');
  });
});

describe('the traces that come with the project', () => {
  const traces = readdirSync('data/traces').filter((name) => name.endsWith('.csv.gz'));

  it.each(traces)('%s loads', async (name) => {
    const { grids } = await readMetricsFile(join('data/traces', name));
    expect(grids).toHaveLength(1);
    expect(grids[0]!.invocations.filter((count) => count >= 0).length).toBeGreaterThan(1000);
  });
});
