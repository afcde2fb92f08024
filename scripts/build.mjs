/**
 * Bundles the scheduled Lambda into one ESM file. `sam build` makes the same bytes: infra/template.yaml repeats these
 * options as BuildProperties, and test/build compares both.
 */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** AWS unpacks and parses the file at each cold start; this keeps that below a quarter of a second. */
export const HANDLER_SIZE_LIMIT_BYTES = 768 * 1024;

export const HANDLER_BUILD_OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  // The oldest Node that the demo runs the artefact on; Lambda runs it on a newer one.
  target: 'node20',
  minify: true,
  // The SDK's and zod's ES modules can be tree-shaken, their CommonJS builds cannot: half the size.
  mainFields: ['module', 'main'],
  // pino is CommonJS and calls require() for Node's own modules, which an ES module does not have.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
};

/**
 * Bundles src/handler.ts. Throws esbuild's BuildFailure, whose message names file and line.
 *
 * @param {{ outfile?: string }} [options] where to write; default dist/handler.mjs of this checkout
 * @returns {Promise<{ outfile: string, bytes: number }>} the file's absolute path and its size
 */
export async function buildHandler({ outfile = join(ROOT, 'dist', 'handler.mjs') } = {}) {
  await build({
    ...HANDLER_BUILD_OPTIONS,
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'src', 'handler.ts')],
    outfile,
    logLevel: 'warning',
  });
  return { outfile, bytes: statSync(outfile).size };
}

/**
 * Bundles a page of src/page: its script and its style, to be put into one HTML file. Throws esbuild's BuildFailure.
 *
 * @param {string} name the folder in src/page, with main.ts and main.css
 * @returns {Promise<{ script: string, style: string }>}
 */
export async function bundlePage(name) {
  const folder = join(ROOT, 'src', 'page', name);
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(folder, 'main.ts'), join(folder, 'main.css')],
    bundle: true,
    minify: true,
    write: false,
    outdir: 'page',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
  return { script: textOf('.js'), style: textOf('.css') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { outfile, bytes } = await buildHandler();
  console.log(`${outfile}  ${Math.ceil(bytes / 1024)} KiB`);
}
