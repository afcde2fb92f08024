/** Runs or checks blocks of code, and counts what was done to how many. */
import ts from 'typescript';
import { PAGES } from '../../scripts/docs.ts';
import { parseSettingsRows } from '../../src/first-steps/settings-rows.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';
import { useEndpoint } from '../local-aws.ts';
import { openAccount, READERS_FILES, READERS_SHELL, type Account } from './account.ts';
import type { Checker } from './checker.ts';
import { answer, type Tried } from './commands.ts';
import { shapesOf } from './data-blocks.ts';
import type { Block, Page } from './markdown.ts';
import { mathFaults } from './math.ts';
import { type Box, openBox } from './shell.ts';

/** A page's folder and account, opened when its first command asks for them. */
export interface Setting {
  box: () => Promise<Box>;
  close: () => Promise<void>;
}

export interface Trier {
  /** How often what was done. */
  tally: ReadonlyMap<string, number>;
  settingFor: (page: Page) => Setting;
  /** What is wrong with a block; nothing where it runs, or is what it should be. */
  faultsOf: (block: Block, setting: Setting) => Promise<string[]>;
}

const COMMANDS = 'commands';
const isShell = ({ language }: Block) => ['sh', 'bash', 'console'].includes(language);

export function createTrier(checker: Checker): Trier {
  const tally = new Map<string, number>();
  const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
  const ask = async (check: string, ...args: unknown[]) => (await checker.ask(check, ...args)).faults;
  const commandsSoFar = () =>
    [...tally].filter(([what]) => what.startsWith(COMMANDS)).reduce((sum, [, times]) => sum + times, 0);

  async function open(page: Page): Promise<{ box: Box; account: Account }> {
    const account = await openAccount([...new Set(['my-function', ...functionsIn(page)])]);
    useEndpoint(account.endpoint);
    const note = (tool: string, tried: Tried) => count(`${COMMANDS} ${tried}: ${tool}`);
    const { nowMs, endpoint } = account;
    const box = await openBox(READERS_FILES, (call) => answer(call, { checker, nowMs, endpoint, note }));
    return { box, account };
  }

  async function shellFaults(text: string, setting: Setting): Promise<string[]> {
    if (PARAMETER.test(text.trim())) return parameterFaults(text.trim());
    const box = await setting.box();
    const before = commandsSoFar();
    const { code, stdout = '', stderr = '' } = await box.run(typed(text), READERS_SHELL);
    if (code !== 0) return [`exit code ${code}\n${stderr}${stdout}`];
    return commandsSoFar() > before ? [] : ['no command was run'];
  }

  /** `TargetsJson='[…]'`: a parameter of a template as one would write it. */
  async function parameterFaults(text: string): Promise<string[]> {
    const [, name = '', value = ''] = PARAMETER.exec(text)!;
    const faults = await ask('parameters', 'infra/attach.yaml', { [name]: value });
    return name === 'TargetsJson' ? [...faults, ...shapesOf(value, 'targets').faults] : faults;
  }

  async function jsonFaults({ text, kind }: Block): Promise<string[]> {
    const { shapes, faults } = shapesOf(text, kind);
    if (shapes.length > 0) return [];
    if (kind !== '') return faults;
    const requests = await Promise.all(text.split('\n').map((line) => ask('worker-request', line)));
    return requests.every((found) => found.length === 0) ? [] : ['has no known shape', ...faults];
  }

  const checks: Readonly<Record<string, (block: Block) => string[] | Promise<string[]>>> = {
    json: jsonFaults,
    csv: ({ text }) => csvFaults(text),
    math: ({ text }) => mathFaults(text),
    ts: ({ text }) => typescriptFaults(text),
    yaml: ({ text }) => ask('text', 'yaml', text),
    toml: ({ text }) => ask('text', 'toml', text),
    python: ({ text }) => ask('text', 'python', text),
  };

  async function faultsOf(block: Block, setting: Setting): Promise<string[]> {
    if (block.notRun !== undefined) {
      count(`blocks not run: ${block.notRun}`);
      return [];
    }
    if (block.language === 'text' && block.page in PAGES) {
      const examples = examplesIn(block.text);
      count(examples === '' ? 'blocks generated: usage' : 'blocks run: examples of the help');
      return examples === '' ? [] : shellFaults(examples, setting);
    }
    if (isShell(block)) {
      count('blocks run: shell');
      return shellFaults(block.text, setting);
    }
    const check = checks[block.language];
    if (check === undefined) {
      const language = block.language || 'no language';
      return [`a block of ${language} is neither run nor checked: say <!-- not run: why --> before it`];
    }
    count(`blocks checked: ${block.language}`);
    return check(block);
  }

  function settingFor(page: Page): Setting {
    let opened: { box: Box; account: Account } | undefined;
    return {
      box: async () => {
        opened ??= await open(page);
        return opened.box;
      },
      close: async () => {
        await opened?.account.close();
        await opened?.box.close();
      },
    };
  }

  return { tally, settingFor, faultsOf };
}

/** The command lines of a generated block of examples; nothing where it shows how a command is used. */
function examplesIn(text: string): string {
  if (/\[options\]|^Usage:/m.test(text)) return '';
  return [...text.matchAll(/\bprewarm [^|()#\n]+/g)].map(([line]) => line).join('\n');
}

const PARAMETER = /^(\w+)='([^']*)'$/;

function functionsIn({ blocks }: Page): string[] {
  const shell = blocks.filter((block) => isShell(block) || block.language === 'text');
  const lists = shell.flatMap(({ text }) =>
    [...text.matchAll(/--functions?[ =]([a-z][\w:,-]*)/g)].map(([, list]) => list!),
  );
  return lists.flatMap((list) => list.split(',').map((name) => name.split(':')[0]!));
}

/** Of a transcript only what was typed. */
function typed(text: string): string {
  const lines = text.split('\n');
  if (!lines.some((line) => line.startsWith('$ '))) return text;
  return lines.flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])).join('\n');
}

function typescriptFaults(text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** Metrics, or settings for `prewarm rank`. */
function csvFaults(text: string): string[] {
  if (/^name,/.test(text)) return parseSettingsRows(text, 'the example').length > 0 ? [] : ['holds no settings'];
  return readMetricsText(text, { source: 'the example' }).grids.length > 0 ? [] : ['holds no metrics'];
}
