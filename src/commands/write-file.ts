/** Writes a file whole or not at all: under a temporary name in the same folder, then renamed. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, realpath, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { type CommandIo, withTemporary } from './io.ts';

/**
 * What is there stays as it was until the new content is complete, also when the user interrupts. A link goes on pointing where
 * it does; what is no file (/dev/null, a pipe) is written to. InputError, naming the flag, where that fails.
 */
export async function writeOutput(
  { flag, path, content }: { flag: string; path: string; content: string | Uint8Array },
  io: CommandIo,
): Promise<void> {
  if (!existsSync(dirname(path)))
    throw new InputError(`${flag} ${path} cannot be written: there is no folder ${dirname(path)}`);
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    if (present && !present.isFile()) {
      await writeFile(path, content);
      return;
    }
    const final = present ? await realpath(path) : path;
    const temporary = join(dirname(final), `.${basename(final).slice(0, 100)}.${randomUUID()}.tmp`);
    await withTemporary(temporary, io, async () => {
      await writeFile(temporary, content);
      if (present) await chmod(temporary, present.mode);
      await rename(temporary, final);
    });
  } catch (error) {
    throw new InputError(`${flag} ${path} cannot be written: ${(error as Error).message}`);
  }
}
