/** `prewarm rank`: which functions Prewarm is worth it for, from exported metrics alone. */
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { rankAll, type Ranking, type RankSource } from '../first-steps/rank-all.ts';
import { rankJson } from '../report/rank-json.ts';
import { rankSummary, rankText, rankTrail } from '../report/rank-text.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import { fileSources } from './metric-files.ts';
import { addOutputFlags, type Output, outputFor, type OutputOptions } from './output.ts';
import { addSettingsFlags } from './settings-flags.ts';

interface RankCommandOptions extends Record<string, unknown>, OutputOptions {
  settings?: string;
  replay?: string;
  json?: boolean;
}

/** A replay takes seconds: so many are waited for. */
const REPLAYED_BY_DEFAULT = 40;

export function addRank(program: Command, io: CommandIo): void {
  const command = program
    .command('rank')
    .description('rank functions by what Prewarm would have saved on each in the last two weeks; from files, offline')
    .argument('<files...>', 'metrics files, a function each, or folders of them');
  addOutputFlags(addRankFlags(command)).option('--json', 'print one JSON object (prewarm/rank/1)');
  addSettingsFlags(command)
    .option('--region <region>', 'AWS Region whose prices apply (default: us-east-1)')
    .addHelpText(
      'after',
      examples(
        'prewarm rank metrics/*.csv --average-duration-ms 2000 --memory-mb 1024',
        'prewarm rank metrics --settings functions.csv --json',
      ),
    )
    .action((files: string[], options: RankCommandOptions) => rank(files, options, io));
}

/** What every ranking takes. */
export function addRankFlags(command: Command): Command {
  return command
    .option(
      '--settings <file>',
      'settings of single functions: a CSV or JSON with a name and any of the settings below',
    )
    .option(
      '--replay <number>',
      `replay so many, the best by the controller's own comparison where there are more (default: ${REPLAYED_BY_DEFAULT})`,
    );
}

async function rank(files: readonly string[], options: RankCommandOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const sources = fileSources(files, options, { io, output });
  const ranking = await rankWithProgress(sources, options.replay, { io, output });
  const path = new Map(sources.map((source) => [source.name, source.path]));
  if (options.json) output.json(rankJson(ranking, (name) => path.get(name) ?? null));
  else output.print((output.quiet ? rankSummary : rankText)(ranking, output.terminal));
  output.detail(() => rankTrail(ranking));
  refuseFailed(ranking);
}

/** Last of all, so that what could be ranked is shown; the report has said why. InputError where nothing else is the cause. */
export function refuseFailed({ failed }: Ranking): void {
  if (failed.length === 0) return;
  const message = `could not be ranked: ${failed.map(({ name }) => name).join(', ')}`;
  throw failed.every(({ wrongInput }) => wrongInput) ? new InputError(message) : new NotDoneError(message);
}

/** Between two looks at the event loop, so that the work can be stopped. */
const WAIT_EVERY_MS = 50;

export async function rankWithProgress(
  sources: readonly RankSource[],
  replayText: string | undefined,
  { io, output }: { io: CommandIo; output: Output },
): Promise<Ranking> {
  const replayAtMost = replayLimit(replayText);
  const ranking = await output.progress(`ranking ${sources.length}`, (progress) => {
    let waitedMs = io.nowMs();
    const onProgress = async (share: number, name: string) => {
      progress.update(share, name);
      if (io.nowMs() - waitedMs < WAIT_EVERY_MS) return;
      await new Promise((resolve) => setImmediate(resolve));
      waitedMs = io.nowMs();
    };
    return rankAll(sources, { replayAtMost, onProgress });
  });
  if (ranking.skipped.length > 0) output.say(`note: skipped, JSON without metrics: ${ranking.skipped.join(', ')}`);
  return ranking;
}

function replayLimit(text = String(REPLAYED_BY_DEFAULT)): number {
  if (/^\d{1,5}$/.test(text.trim())) return Number(text);
  throw new InputError(`--replay = "${text}": must be a whole number, how many functions are replayed`);
}
