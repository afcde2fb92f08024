import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandIo } from '../../src/commands/io.ts';
import { writeOutput } from '../../src/commands/write-file.ts';

const io = {} as CommandIo;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (path: string, given: CommandIo = io) => writeOutput({ flag: '--output', path, content: 'new' }, given);

describe('an output file', () => {
  it('in a folder that is not there names the folder', async () => {
    await expect(write(join(folder, 'missing', 'a.csv'))).rejects.toThrow(/there is no folder .*missing$/);
  });

  it('is written whole, and nothing else is left', async () => {
    await write(join(folder, 'a.csv'));
    expect(readdirSync(folder)).toEqual(['a.csv']);
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('new');
  });

  it('takes the place of the one before, with its rights, also behind a link', async () => {
    const [file, link] = [join(folder, 'a.csv'), join(folder, 'link.csv')];
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    await write(link);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['a.csv', 'link.csv']);
  });

  it('is as it was when the user interrupts, and the half is gone', async () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, 'old');
    let putRight: () => void = () => undefined;
    const written = write(file, { ...io, onInterrupt: (undo) => ((putRight = undo), () => undefined) });
    putRight();
    expect(readFileSync(file, 'utf8')).toBe('old');
    await written.catch(() => undefined);
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  it('goes to what is no file directly', async () => {
    await write('/dev/null');
    expect(statSync('/dev/null').isFile()).toBe(false);
  });

  it.each(['missing/folder/a.csv', '.'])('says which flag names a place that cannot be written: %s', async (path) => {
    await expect(write(join(folder, path))).rejects.toThrow(/^--output .* cannot be written: /);
    expect(readdirSync(folder)).toEqual([]);
  });
});
