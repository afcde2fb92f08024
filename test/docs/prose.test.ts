/** What pages name in passing exists: commands and their flags, scripts, variables, files, links, names in code. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli.ts';
import { environmentName } from '../../src/config-env.ts';
import { settingsSchema } from '../../src/config.ts';
import { ROOT } from '../infra/tools.ts';
import { scriptFault } from './commands.ts';
import { type Page, pagePaths, parsePage, readPage } from './markdown.ts';
import { mathFaults } from './math.ts';

const pages = pagePaths().map(readPage);
const program = createProgram({
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  stdin: process.stdin,
  env: {},
  nowMs: () => 0,
});
const flagsOf = new Map(
  program.commands.map((command) => [command.name(), new Set(command.options.map(({ long }) => long!))]),
);
const anyFlag = new Set([...flagsOf.values()].flatMap((flags) => [...flags]));
anyFlag.add('--help').add('--version');

/** The sources as text, where every name that a page puts into code must occur. */
const SOURCES = sourceText([
  'src',
  'infra',
  'worker',
  'bench',
  'scripts',
  'test',
  'package.json',
  'samconfig.toml',
  '.github',
]);

function sourceText(entries: readonly string[]): string {
  const texts: string[] = [];
  const visit = (path: string) => {
    const name = path.split('/').at(-1)!;
    if (['node_modules', 'package-lock.json', '.made-from', 'vectors'].includes(name) || name === 'docs') return;
    if (statSync(path).isDirectory()) for (const entry of readdirSync(path)) visit(join(path, entry));
    else if (/\.(m?[jt]s|py|ya?ml|toml|json|txt|in|css)$|Dockerfile$/.test(name))
      texts.push(readFileSync(path, 'utf8'));
  };
  for (const entry of entries) if (existsSync(join(ROOT, entry))) visit(join(ROOT, entry));
  return texts.join('\n');
}

/** Flags that are not prewarm's. Each with whose it is. */
const FOREIGN_FLAGS: Readonly<Record<string, string>> = {
  '--suspended-state': 'aws application-autoscaling register-scalable-target',
  '--parameter-overrides': 'sam deploy',
  '--guided': 'sam deploy',
  '--full': 'npm run bench:forecast',
};

function codeFaults(text: string): string[] {
  const words = text.split(/\s+/);
  const at = words.indexOf('prewarm');
  if (at === 0 || (at === 1 && words[0] === 'npx')) return commandFaults(words.slice(at + 1));
  if (words[0] === 'npm' && words[1] === 'run' && words[2] !== undefined) {
    const fault = scriptFault(words[2], words.slice(3), ROOT);
    return fault === null ? [] : [fault];
  }
  if (words[0]!.startsWith('--')) return flagFaults(words, anyFlag);
  return variableFaults(text);
}

function commandFaults(words: readonly string[]): string[] {
  const [command] = words;
  if (command === undefined || /^[A-Z_-]/.test(command)) return flagFaults(words, anyFlag);
  const flags = flagsOf.get(command);
  if (flags === undefined) return [`prewarm has no command ${command}`];
  return flagFaults(words, new Set([...flags, '--help']));
}

function flagFaults(words: readonly string[], known: ReadonlySet<string>): string[] {
  const named = words.filter((word) => /^--[a-z]/.test(word)).map((word) => /^--[a-z-]+/.exec(word)![0]);
  return named.filter((flag) => !known.has(flag) && !(flag in FOREIGN_FLAGS)).map((flag) => `there is no flag ${flag}`);
}

const VARIABLES = new Set(Object.keys(settingsSchema.shape).map(environmentName));

function variableFaults(text: string): string[] {
  const named = [...text.matchAll(/\bPREWARM_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);
  return named
    .filter((name) => !VARIABLES.has(name) && !new RegExp(`\\b${name}\\b`).test(SOURCES))
    .map((name) => `there is no variable ${name}`);
}

/** A path of the checkout, or the beginning of one: its first folder is one of ours. */
function pathFaults(text: string): string[] {
  if (!/^(src|docs|infra|worker|bench|scripts|test|examples|data|bin)\/[\w./-]*$/.test(text)) return [];
  return existsSync(join(ROOT, text)) ? [] : [`there is no ${text}`];
}

/** `coldStartPriceUsd`, `MaxCapacity`, `buildHandler()`: a name that no source knows is misspelt or gone. */
function nameFaults(text: string): string[] {
  const [, name] = /^([A-Za-z]+)(?:=\S*|\(\))?$/.exec(text) ?? [];
  if (name === undefined || !/[a-z][A-Z]/.test(name)) return [];
  return new RegExp(`\\b${name}\\b`).test(SOURCES) || FOREIGN_NAMES.has(name) ? [] : [`nothing is called ${name}`];
}

/** Of AWS, said by its own name, and in no source of ours. */
const FOREIGN_NAMES = new Set<string>([]);

function linkFaults({ path, anchors }: Page, url: string): string[] {
  if (/^https:\/\//.test(url)) return URL.canParse(url) ? [] : [`${url} is no address`];
  if (/^[a-z]+:/.test(url)) return [`${url}: only https`];
  const [file = '', fragment] = url.split('#');
  if (file === '') return anchors.has(fragment!) ? [] : [`no heading makes #${fragment}`];
  const target = normalize(join(dirname(path), file)).replaceAll('\\', '/');
  if (!existsSync(join(ROOT, target))) return [`${url}: there is no ${target}`];
  if (fragment === undefined || !target.endsWith('.md')) return [];
  return readPage(target).anchors.has(fragment) ? [] : [`${url}: no heading makes #${fragment}`];
}

function pageFaults(page: Page): string[] {
  const faults: string[] = [];
  const say = (line: number, found: string[]) => faults.push(...found.map((fault) => `${page.path}:${line} ${fault}`));
  for (const { line, text } of page.inlineCode) {
    say(line, [...codeFaults(text), ...pathFaults(text), ...nameFaults(text)]);
  }
  for (const { line, text } of page.formulas) say(line, mathFaults(text));
  for (const { line, url } of page.links) say(line, linkFaults(page, url));
  return faults;
}

describe('what pages name in passing', () => {
  it.each(pages)('$path', (page) => {
    expect(pageFaults(page)).toEqual([]);
  });

  it('no two pages are lost: every page of docs is reached from README.md', () => {
    const reached = new Set<string>();
    const follow = (path: string) => {
      if (reached.has(path)) return;
      reached.add(path);
      const page = pages.find((candidate) => candidate.path === path);
      for (const { url } of page?.links ?? []) {
        const target = normalize(join(dirname(path), url.split('#')[0]!))
          .replaceAll('\\', '/')
          .replace(/\/$/, '');
        if (target.endsWith('.md')) follow(target);
        else if (pages.some((candidate) => candidate.path === `${target}/README.md`)) follow(`${target}/README.md`);
      }
    };
    follow('README.md');
    const lost = pages.map(({ path }) => path).filter((path) => /^(docs|examples)\//.test(path) && !reached.has(path));
    expect(lost).toEqual([]);
  });

  it.each([
    ['a command that is none', '`npx prewarm previw`', /no command previw/],
    ['a flag that it has not', '`prewarm export --json`', /no flag --json/],
    ['a flag of none', '`--cold-start-price`', /no flag --cold-start-price/],
    ['a script that is none', '`npm run bench`', /no script bench/],
    ['a variable that is none', '`PREWARM_MAX_CAP`', /no variable PREWARM_MAX_CAP/],
    ['a file that is not there', '`src/forecast/gone.ts`', /no src\/forecast\/gone\.ts/],
    ['a name that nothing has', '`MaxCapacityy=3`', /nothing is called MaxCapacityy/],
    ['a formula with an unknown command', 'so $\\alhpa_t$ it is', /alhpa/],
    ['a link to nothing', '[x](gone.md)', /no docs\/gone\.md/],
    ['a link to no heading', '[x](limits.md#gone)', /#gone/],
    ['a link within to no heading', '# A\n\n[x](#b)', /#b/],
    ['a link without TLS', '[x](http://example.com)', /only https/],
  ])('finds %s', (_, text, expected) => {
    expect(pageFaults(parsePage('docs/page.md', text)).join('\n')).toMatch(expected);
  });
});
