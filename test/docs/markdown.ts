/** A page of the documentation as data: blocks of code, inline code, links, anchors. GitHub's flavour, by Prettier's parser. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parsers } from 'prettier/plugins/markdown';
import { ROOT } from '../infra/tools.ts';

interface Node {
  type: string;
  value?: string;
  lang?: string | null;
  meta?: string | null;
  url?: string;
  children?: Node[];
  position: { start: { line: number } };
}

export interface Block {
  page: string;
  line: number;
  /** First word of the info string; `sh` where the block is indented, empty where a fence says nothing. */
  language: string;
  /** What follows the first word. */
  kind: string;
  text: string;
  /** Why it is not run, from a comment `<!-- not run: … -->` before it. */
  notRun: string | undefined;
}

export interface Page {
  path: string;
  blocks: Block[];
  inlineCode: { line: number; text: string }[];
  /** Formulas within sentences. */
  formulas: { line: number; text: string }[];
  links: { line: number; url: string }[];
  /** Fragments that a link may name. */
  anchors: Set<string>;
}

const ENTRIES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'examples', 'worker', 'infra', 'src', 'test'];

/** Every page of the repository, relative to its root. */
export function pagePaths(): string[] {
  const found: string[] = [];
  const visit = (path: string) => {
    const name = path.split(/[\\/]/).at(-1)!;
    if (name === 'node_modules' || name.startsWith('.')) return;
    if (statSync(path).isDirectory()) for (const entry of readdirSync(path).sort()) visit(join(path, entry));
    else if (path.endsWith('.md')) found.push(relative(ROOT, path).replaceAll('\\', '/'));
  };
  const there = new Set(readdirSync(ROOT));
  for (const entry of ENTRIES) if (there.has(entry)) visit(join(ROOT, entry));
  return found;
}

export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return parsePage(path, text);
}

export function parsePage(path: string, text: string): Page {
  const page: Page = { path, blocks: [], inlineCode: [], formulas: [], links: [], anchors: new Set() };
  const lines = text.split('\n');
  let notRun: string | undefined;
  const visit = (node: Node) => {
    const { line } = node.position.start;
    if (node.type === 'code') page.blocks.push(blockOf(node, { path, notRun, opening: lines[line - 1]! }));
    else addTo(page, node, line);
    if (node.type !== 'text') notRun = node.type === 'html' ? NOT_RUN.exec(node.value!)?.[1] : undefined;
    for (const child of node.children ?? []) visit(child);
  };
  visit(parsers.markdown.parse(text, {} as never) as Node);
  return page;
}

const NOT_RUN = /^<!--\s*not run:\s*(.+?)\s*-->$/s;
const FENCE = /^[\s>*+\-\d.)]*(```|~~~)/;

function blockOf(
  { lang, meta, value = '', position }: Node,
  { path, notRun, opening }: { path: string; notRun: string | undefined; opening: string },
): Block {
  const language = FENCE.test(opening) ? (lang ?? '') : 'sh';
  return { page: path, line: position.start.line, language, kind: meta ?? '', text: value, notRun };
}

/** `$x$` within a sentence, as GitHub finds it: no blank inside the signs, no word right outside of them. */
const FORMULA = /(?<![\w$\\])\$(?=\S)([^$\n]*?[^\s$\\])\$(?![\w$])/g;

function addTo(page: Page, node: Node, line: number): void {
  if (node.type === 'inlineCode') page.inlineCode.push({ line, text: node.value! });
  if (['link', 'image', 'definition'].includes(node.type)) page.links.push({ line, url: node.url! });
  if (node.type === 'text')
    page.formulas.push(...[...node.value!.matchAll(FORMULA)].map(([, text]) => ({ line, text: text! })));
  if (node.type === 'heading') addAnchor(page.anchors, plainText(node));
  if (node.type !== 'html') return;
  for (const [, url] of node.value!.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)) page.links.push({ line, url: url! });
}

function plainText(node: Node): string {
  return (node.value ?? '') + (node.children ?? []).map(plainText).join('');
}

/** As GitHub makes them: lower case, punctuation dropped, blanks to hyphens, numbered when taken. */
function addAnchor(anchors: Set<string>, heading: string): void {
  const slug = heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
  let anchor = slug;
  for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
  anchors.add(anchor);
}
