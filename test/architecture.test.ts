/** The house rules that neither the compiler nor the linter knows: who may import whom, and who may ask the world. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const MAX_LINES = 400;

/**
 * Layer -> the layers it may import besides itself. `leaf` is any file directly in src/ that is not a root, `ports` are
 * the files of PORTS, and nothing imports a root.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  leaf: [],
  input: ['leaf'],
  forecast: ['leaf'],
  calendar: ['leaf'],
  economics: ['leaf', 'forecast'],
  controller: ['leaf', 'calendar', 'forecast', 'economics', 'ports'],
  twin: ['leaf', 'forecast', 'economics', 'controller', 'ports'],
  replay: ['leaf', 'calendar', 'forecast', 'economics', 'controller', 'ports', 'twin'],
  demo: ['leaf', 'input', 'calendar', 'forecast', 'economics', 'controller', 'ports', 'twin', 'replay'],
  related: ['leaf', 'calendar', 'controller', 'ports'],
  'first-steps': ['leaf', 'economics', 'controller', 'ports', 'replay'],
  report: [
    'leaf',
    'calendar',
    'forecast',
    'economics',
    'controller',
    'ports',
    'related',
    'twin',
    'replay',
    'demo',
    'first-steps',
  ],
  // Runs in the browser: of Node's side it knows types alone.
  page: ['leaf', 'report', 'demo'],
  ops: ['leaf', 'calendar', 'forecast', 'economics', 'controller', 'ports', 'report'],
  aws: ['leaf', 'ports'],
  ports: ['leaf'],
  commands: [
    'leaf',
    'input',
    'calendar',
    'forecast',
    'economics',
    'controller',
    'ports',
    'related',
    'aws',
    'twin',
    'replay',
    'report',
    'demo',
    'ops',
    'first-steps',
  ],
  root: [
    'leaf',
    'input',
    'calendar',
    'forecast',
    'economics',
    'controller',
    'ports',
    'related',
    'aws',
    'twin',
    'replay',
    'report',
    'commands',
  ],
};
/** The demo runs the built handler and names the type of what it imports. */
const TYPE_OF_ARTEFACT = { from: 'commands/demo.ts', to: 'handler.ts' };
const ROOT_FILES = new Set(['handler.ts', 'cli.ts']);
const PORTS = new Set(['controller/ports.ts', 'ops/facts.ts', 'first-steps/account.ts']);
const PURE_LAYERS = new Set([
  'related',
  'leaf',
  'calendar',
  'forecast',
  'economics',
  'controller',
  'ports',
  'twin',
  'replay',
  'report',
  'ops',
  'first-steps',
]);

/** Answers the SDK over loopback HTTP; the clock is an argument there, too. */
const LOCAL_SERVER = 'twin/local-aws.ts';

interface SourceFile {
  /** Relative to src/, with forward slashes. */
  path: string;
  layer: string;
  imports: string[];
  ast: ts.SourceFile;
}

function layerOf(path: string): string {
  const [folder, ...rest] = path.split('/');
  if (rest.length === 0) return ROOT_FILES.has(path) ? 'root' : 'leaf';
  if (PORTS.has(path)) return 'ports';
  return folder ?? '';
}

function sourceFiles(): SourceFile[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8');
      const imports = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
      return {
        path,
        layer: layerOf(path),
        imports,
        ast: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
      };
    });
}

const files = sourceFiles();

/** What a relative import points at, relative to src/; null when it leaves src/ or is a package. */
function resolveImport(from: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = posix.normalize(posix.join(dirname(from), specifier));
  return path.startsWith('..') ? null : path;
}

function wrongImports(file: SourceFile): string[] {
  const allowed = MAY_IMPORT[file.layer] ?? [];
  return file.imports.flatMap((specifier) => {
    const target = resolveImport(file.path, specifier);
    if (target === null || (file.path === TYPE_OF_ARTEFACT.from && target === TYPE_OF_ARTEFACT.to)) return [];
    const layer = layerOf(target);
    // The ports are part of the controller for everyone but the adapters that implement them.
    const fine =
      layer === file.layer || allowed.includes(layer) || (layer === 'ports' && allowed.includes('controller'));
    const samePorts = ['controller', 'ops'].includes(file.layer) && layer === 'ports';
    return fine || samePorts ? [] : [`${file.path} imports ${target} (${file.layer} must not import ${layer})`];
  });
}

/** Uses of clock, chance, environment and process in one syntax tree; comments and strings do not count. */
function impurities(ast: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const text = `${node.expression.getText()}.${node.name.text}`;
      if (['Date.now', 'Math.random', 'performance.now'].includes(text)) found.push(text);
      if (node.expression.getText() === 'process') found.push(text);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.push('new Date()');
    if (ts.isCallExpression(node) && ['fetch', 'setTimeout', 'setInterval'].includes(node.expression.getText())) {
      found.push(`${node.expression.getText()}()`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return found;
}

const WORLD_MODULES =
  /^(?:node:)?(?:fs|net|http|https|http2|dgram|dns|tls|child_process|worker_threads|os|process)(?:\/|$)/;

describe('the source tree', () => {
  it('has a layer for every folder', () => {
    const unknown = files.filter((file) => !(file.layer in MAY_IMPORT)).map((file) => file.path);
    expect(unknown).toEqual([]);
    expect(files.length).toBeGreaterThan(10);
  });

  it('imports only towards the leaves', () => {
    expect(files.flatMap(wrongImports)).toEqual([]);
  });

  it('imports the AWS SDK, its types included, only in src/aws', () => {
    const importers = files
      .filter((file) => file.layer !== 'aws' && file.imports.some((name) => /^@(?:aws-sdk|smithy)\//.test(name)))
      .map((file) => file.path);
    expect(importers).toEqual([]);
  });

  it('takes clock, chance and environment as arguments in its pure layers', () => {
    const offences = files
      .filter((file) => PURE_LAYERS.has(file.layer))
      .flatMap((file) => impurities(file.ast).map((offence) => `${file.path}: ${offence}`));
    expect(offences).toEqual([]);
  });

  it('touches no file, socket or process in its pure layers', () => {
    const offences = files
      .filter((file) => PURE_LAYERS.has(file.layer) && file.path !== LOCAL_SERVER)
      .flatMap((file) =>
        file.imports.filter((name) => WORLD_MODULES.test(name)).map((name) => `${file.path}: ${name}`),
      );
    expect(offences).toEqual([]);
  });

  it('recognises what it forbids', () => {
    const sample =
      'const a = Date.now() + Math.random(); const b = new Date(); const c = process.env.X; /* Date.now() */';
    expect(impurities(ts.createSourceFile('sample.ts', sample, ts.ScriptTarget.Latest, true))).toEqual([
      'Date.now',
      'Math.random',
      'new Date()',
      'process.env',
    ]);
    const sideways = { path: 'forecast/x.ts', layer: 'forecast', imports: ['../controller/tick.ts', '../model.ts'] };
    expect(wrongImports({ ...sideways, ast: files[0]!.ast })).toEqual([
      'forecast/x.ts imports controller/tick.ts (forecast must not import controller)',
    ]);
  });
});

function trackedFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/** Put together here so that this file does not contain what it looks for. */
const FORBIDDEN = [
  ...[
    'registry.npmjs',
    'registry.yarnpkg',
    'pypi',
    'files.pythonhosted',
    'deb.debian',
    'static.crates',
    'proxy.golang',
  ].map((host) => new RegExp(`${host.replace('.', '\\.')}\\.(?:org|com|io)`, 'i')),
  ...['work', 'root', 'tmp', 'home'].map((folder) => new RegExp(`(?:^|[\\s"'\`(=:])/${folder}/[\\w.-]`, 'm')),
];

describe.skipIf(!existsSync(join(ROOT, '.git')))('the tracked files', () => {
  const text = trackedFiles()
    .map((path) => ({ path, content: readFileSync(join(ROOT, path)) }))
    .filter(({ content }) => !content.includes(0))
    .map(({ path, content }) => ({ path, content: content.toString('utf8') }));

  it('name no registry host and no path of one machine', () => {
    const offences = text.flatMap(({ path, content }) =>
      FORBIDDEN.flatMap((pattern) => {
        const match = pattern.exec(content);
        return match ? [`${path}: ${match[0].trim()}`] : [];
      }),
    );
    expect(offences).toEqual([]);
  });

  it(`are at most ${MAX_LINES} lines long where they are code`, () => {
    const long = text
      .filter(({ path }) => /\.(?:ts|mts|mjs|js|py)$/.test(path))
      .map(({ path, content }) => ({ path, lines: content.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).toEqual([]);
  });
});
