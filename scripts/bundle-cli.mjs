/**
 * The command line as one file: it starts in a third of the time that its sources take, and computes without what tsx adds to
 * every function. Made when it is first needed and named by what it was made from, so that it is never stale.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'dist');

/** Native, asks for its own files, or does not belong to the commands that are in a hurry: loaded where it is used. */
const EXTERNAL = ['esbuild', 'open', 'tsx'];

/** Everything that a bundle is made from; packages by their lock. */
function inputs() {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|mts|mjs|js|json)$/.test(path))
    .sort()
    .map((path) => join('src', path));
  return [...sources, join('scripts', 'bundle-cli.mjs'), 'package-lock.json'];
}

function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const path of inputs())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Sources that read files beside them say where by `import.meta.url`: it stays what it was. Scripts stay where they are.
 *
 * @param {string} folder of the bundle
 * @returns {import('esbuild').Plugin}
 */
function inPlace(folder) {
  const fromBundle = (path) => relative(folder, path).replaceAll(sep, '/');
  return {
    name: 'in-place',
    setup(build) {
      build.onResolve({ filter: /\/scripts\/[^/]+\.mjs$/ }, ({ path, resolveDir }) => ({
        path: fromBundle(join(resolveDir, path)),
        external: true,
      }));
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const url = `new URL(${JSON.stringify(fromBundle(path))}, import.meta.url).href`;
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

/**
 * The bundle of src/cli.ts as it is now, made if it is not there yet. Throws a system error where it cannot be written.
 *
 * @param {string} [folder]
 * @returns {Promise<string>} its path
 */
export async function bundleCli(folder = FOLDER) {
  const file = join(folder, `cli-${fingerprint()}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const before = readdirSync(folder).filter((name) => /^cli-[\da-f]+\.mjs$/.test(name));
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'src', 'cli.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: EXTERNAL,
    plugins: [inPlace(folder)],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  // Others may start at the same moment: what they find is whole.
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, outputFiles[0].contents);
  renameSync(unfinished, file);
  for (const name of before) rmSync(join(folder, name), { force: true });
  return file;
}

/**
 * The command line from its bundle; where none can be written, as in a checkout that is read only, from the sources through tsx.
 *
 * @param {string} [folder]
 * @returns {Promise<typeof import('../src/cli.ts')>}
 */
export async function importCli(folder = FOLDER) {
  let file;
  try {
    file = await bundleCli(folder);
  } catch (error) {
    if (error.syscall === undefined) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return import('../src/cli.ts');
  }
  return import(pathToFileURL(file).href);
}
