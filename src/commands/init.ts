/** `prewarm init`: finds the functions worth it, and writes what it takes to deploy Prewarm for them. It changes nothing on AWS. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import type { Obstacle } from '../first-steps/candidates.ts';
import { attachDeployment, type Deployment, parametersText, wholeDeployment } from '../first-steps/deployment.ts';
import type { Ranked } from '../first-steps/rank.ts';
import type { Ranking, RankSource } from '../first-steps/rank-all.ts';
import { filesText, type FileToWrite, nextSteps, obstaclesText } from '../report/init-text.ts';
import { rankSummary, rankText, rankTrail } from '../report/rank-text.ts';
import { ask, mayAsk } from './ask.ts';
import { confirm } from './confirm.ts';
import { examples } from './examples.ts';
import { type AccountOptions, namedFunctions, surveyAccount } from './init-account.ts';
import type { CommandIo } from './io.ts';
import { fileSources } from './metric-files.ts';
import { addOutputFlags, type Output, outputFor, type OutputOptions } from './output.ts';
import { addRankFlags, rankWithProgress, refuseFailed } from './rank.ts';
import { addAwsFlags, addSettingsFlags } from './settings-flags.ts';
import { writeOutput } from './write-file.ts';

interface InitOptions extends AccountOptions, OutputOptions {
  metrics?: string[];
  settings?: string;
  replay?: string;
  new?: boolean;
  outputDir?: string;
  force?: boolean;
  coldStartPriceUsd?: string;
  maxColdStartRate?: string;
}

const OUTPUT_DIR = 'prewarm';
const DEFAULT_PRICE_USD = '0.03';

export function addInit(program: Command, io: CommandIo): void {
  const command = program
    .command('init')
    .description(
      'find the functions that are worth it, in the account or in files, and write what deploys Prewarm for them',
    )
    .option('--metrics <files...>', 'look at metrics files, offline, in place of the account')
    .option(
      '--functions <names>',
      'only these, name or name:alias with commas between, chosen whatever the ranking says',
    )
    .option('--most-functions <number>', 'list so many of the account (default: 1000)')
    .option('--top <number>', 'read the whole past of so many, the most promising (default: 20)')
    .option('--new', 'the function is not on Lambda yet: parameters for infra/template.yaml, which brings a worker')
    .option('--output-dir <folder>', `where the files go (default: ${OUTPUT_DIR})`)
    .option('--yes', 'ask nothing')
    .option('--force', 'overwrite files that are there');
  addOutputFlags(addRankFlags(command));
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm init --region eu-west-1',
        'prewarm init --functions checkout:live,search --yes --output-dir prewarm',
        'prewarm init --metrics metrics/*.csv --settings functions.csv',
      ),
    )
    .action((options: InitOptions) => init(options, { io, output: outputFor(options, io) }));
}

/** What all parts of the command speak and ask through. */
interface Speech {
  io: CommandIo;
  output: Output;
}

async function init(options: InitOptions, speech: Speech): Promise<void> {
  const regions = (options.region ?? '').split(',').map((region) => region.trim());
  if (options.metrics !== undefined || regions.length < 2) return initIn(options, null, speech);
  for (const region of regions) await initIn({ ...options, region }, region, speech);
}

/** One Region, one stack; of several each has a folder of its own. */
async function initIn(given: InitOptions, subfolder: string | null, speech: Speech): Promise<void> {
  const { io, output } = speech;
  const folder = join(given.outputDir ?? OUTPUT_DIR, subfolder ?? '');
  const paths = { targets: join(folder, 'targets.json'), parameters: join(folder, 'parameters.yaml') };
  if (!mayAsk(given, io)) refuseExisting(Object.values(paths), given);
  const options = await withPrice(given, io);
  const { sources, obstacles, notes, region } = await look(options, speech);
  const ranking = sources.length > 0 ? await rankWithProgress(sources, options.replay, speech) : NOTHING;
  if (sources.length > 0) output.print((output.quiet ? rankSummary : rankText)(ranking, output.terminal));
  output.detail(() => rankTrail(ranking));
  for (const note of notes) output.print(`note       ${note}`);
  if (obstacles.length > 0) output.print(`\n${obstaclesText(obstacles, output.terminal)}`);
  const chosen = await choose(ranking, obstacles, options, io);
  if (chosen.length === 0) output.print('\nNothing to write.');
  else {
    const deployment = deploymentOf(chosen, options);
    await write(filesOf(deployment, paths), options, speech);
    const stack = `prewarm${subfolder === null ? '' : `-${subfolder}`}`;
    output.print(`\n${nextSteps(deployment, { path: paths.parameters, region, stack })}`);
  }
  refuseFailed(ranking);
}

const NOTHING: Ranking = { ranked: [], failed: [], skipped: [] };

interface Looked {
  sources: RankSource[];
  obstacles: Obstacle[];
  notes: string[];
  region: string | null;
}

async function look(options: InitOptions, speech: Speech): Promise<Looked> {
  if (options.metrics === undefined) return surveyAccount(options, speech);
  const sources = fileSources(options.metrics, options, speech);
  const note = 'from files alone: that these functions and their aliases exist is for `prewarm doctor` to check';
  return { sources, obstacles: [], notes: options.new ? [] : [note], region: options.region ?? null };
}

/** The one decision that is the user's. */
async function withPrice(options: InitOptions, io: CommandIo): Promise<InitOptions> {
  const said = options.coldStartPriceUsd ?? options.maxColdStartRate ?? options.settings;
  if (said !== undefined || !mayAsk(options, io)) return options;
  const price = await ask('What is avoiding one cold start worth, in USD?', DEFAULT_PRICE_USD, io);
  return { ...options, coldStartPriceUsd: price };
}

/** What is worth it and has nothing in its way, or what was named; a person at the terminal has the last word. */
async function choose(
  { ranked }: Ranking,
  obstacles: readonly Obstacle[],
  options: InitOptions,
  io: CommandIo,
): Promise<Ranked[]> {
  const blocked = new Set(obstacles.map(({ name }) => name));
  const ready = ranked.filter(
    ({ settings }) => options.metrics !== undefined || !blocked.has(settings.target.functionName),
  );
  if (options.functions !== undefined) return options.metrics === undefined ? ready : among(ready, options.functions);
  const worth = ready.filter(({ verdict, basis }) => verdict === 'worth it' && basis === 'replay');
  if (!mayAsk(options, io) || ready.length === 0) return worth;
  const byDefault = worth.length === 0 ? 'none' : worth.map(({ name }) => name).join(',');
  const answer = await ask('Which of them, with commas between, or none?', byDefault, io);
  return answer === 'none' ? [] : among(ready, answer);
}

function among(ready: readonly Ranked[], text: string): Ranked[] {
  return namedFunctions(text).map(({ name, alias }) => {
    const called = alias === undefined ? name : `${name}:${alias}`;
    const found = ready.find((one) => one.name === called || one.settings.target.functionName === name);
    if (found) return found;
    const known = ready.map((one) => one.name).join(', ') || 'none';
    throw new InputError(`"${called}" is none of those that can be switched on: ${known}`);
  });
}

function deploymentOf(chosen: readonly Ranked[], options: InitOptions): Deployment {
  const functions = chosen.map(({ given, highestCapacity }) => ({ settings: given, highestCapacity }));
  if (!options.new) return attachDeployment(functions);
  const [only, ...others] = functions;
  if (!only || others.length > 0) {
    throw new InputError('--new: the stack has one worker of its own; name the one with --functions NAME');
  }
  return wholeDeployment(only);
}

function filesOf(deployment: Deployment, paths: { targets: string; parameters: string }): FileToWrite[] {
  const parameters = { path: paths.parameters, text: parametersText(deployment, paths.parameters) };
  if (deployment.targets === null) return [parameters];
  return [{ path: paths.targets, text: `${JSON.stringify(deployment.targets, null, 2)}\n` }, parameters];
}

async function write(files: readonly FileToWrite[], options: InitOptions, { io, output }: Speech): Promise<void> {
  output.ask(`\n${filesText(files, output.talk)}`);
  const there = files.map(({ path }) => path).filter((path) => existsSync(path));
  if (options.yes) refuseExisting(there, options);
  else await confirm(there.length > 0 ? `Write these, over ${there.join(' and ')}?` : 'Write these files?', io);
  for (const { path, text } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeOutput({ flag: '--output-dir', path, content: text }, io);
    output.print(`wrote ${path}`);
  }
}

function refuseExisting(paths: readonly string[], { force }: InitOptions): void {
  const there = paths.filter((path) => existsSync(path));
  if (there.length === 0 || force) return;
  throw new InputError(
    `${there.join(' and ')} ${there.length > 1 ? 'exist' : 'exists'}: give --force to overwrite, or another --output-dir`,
  );
}
