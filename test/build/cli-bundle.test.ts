/** What `npx prewarm` runs: that it is made once, finds what the sources find, and can be done without. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCli } from '../../scripts/bundle-cli.mjs';
import { ROOT, run } from '../infra/tools.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  // In the checkout, so that what is bundled finds the packages that are not.
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'dist', 'test-'));
  writeFileSync(join(folder, 'cli-0123456789abcdef.mjs'), 'throw new Error("made from other sources")');
  file = await bundleCli(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const IMPORT = `
  const { importCli } = await import(process.argv[1]);
  const { run } = await importCli(process.argv[2]);
  const { stdout, stderr, stdin, env } = process;
  process.exitCode = await run(['--version'], { stdout, stderr, stdin, env, nowMs: Date.now });
`;
const version = (folderOfBundle: string) =>
  run(process.execPath, [
    '--input-type=module',
    '-e',
    IMPORT,
    pathToFileURL(join(ROOT, 'scripts', 'bundle-cli.mjs')).href,
    folderOfBundle,
  ]);

describe('the bundled command line', () => {
  it('is one file, and takes the place of the one before', () => {
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([file]);
  });

  it('is made once', async () => {
    const { mtimeMs } = statSync(file);
    expect(await bundleCli(folder)).toBe(file);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });

  it('runs', async () => {
    expect(await version(folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  it('looks for files where the sources do', () => {
    const urls = [...readFileSync(file, 'utf8').matchAll(/new URL\("([^"]+)", import\.meta\.url\)/g)];
    const sources = urls.map(([, url]) => fileURLToPath(new URL(url ?? '', pathToFileURL(file))));
    expect(sources).toContain(join(ROOT, 'src', 'demo', 'workload.ts'));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
  });

  it('is left out where it cannot be written', async () => {
    const blocked = join(mkdtempSync(join(tmpdir(), 'prewarm-blocked-')), 'file');
    writeFileSync(blocked, '');
    expect(await version(join(blocked, 'dist'))).toMatchObject({ code: 0, stderr: '' });
    rmSync(dirname(blocked), { recursive: true });
  });
});
