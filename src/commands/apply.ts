/** `prewarm apply`: one tick in act mode, shown first and confirmed by a person. */
import type { Command } from 'commander';
import { connectAws, type ConnectOptions } from '../aws/connect.ts';
import type { TargetConfig } from '../config.ts';
import { hasChanges } from '../controller/diff.ts';
import { isCarriedOut } from '../controller/tick.ts';
import { queueFedSource } from '../related/arrivals.ts';
import { wouldWrite } from '../related/follow.ts';
import { type FollowedReport, tickWithNeighbours } from '../related/tick.ts';
import { previewJson } from '../report/preview-json.ts';
import { previewText } from '../report/preview-text.ts';
import { relatedText } from '../report/related-text.ts';
import { terminalFor } from '../report/terminal.ts';
import { confirm } from './confirm.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError, printLine } from './io.ts';
import { addAwsFlags, addSettingsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface ApplyOptions extends Record<string, unknown> {
  function?: string;
  alias?: string;
  yes?: boolean;
  json?: boolean;
  region?: string;
  profile?: string;
}

export function addApply(program: Command, io: CommandIo): void {
  addSettingsFlags(
    addAwsFlags(
      program
        .command('apply')
        .description('run one tick that writes the schedule; asks first')
        .requiredOption('--function <name>', 'the Lambda function')
        .requiredOption('--alias <name>', 'its alias')
        .option('--yes', 'write without asking')
        .option('--json', 'print what was decided as JSON (prewarm/preview/1)'),
    ),
  )
    .addHelpText('after', examples('prewarm apply --function my-function --alias live --max-capacity 50'))
    .action((options: ApplyOptions) => apply(options, io));
}

async function apply(options: ApplyOptions, io: CommandIo): Promise<void> {
  const config = configFromFlags(targetFromFlags(options), 'act', options);
  const connection = {
    nowMs: io.nowMs,
    ...awsFromFlags(options),
  };
  const terminal = terminalFor(io.stderr, io.env);
  if (!options.yes) {
    const planned = await tickOnAws(config, { ...connection, mayWrite: false });
    printLine(io.stderr, previewText(planned, terminal));
    refuseUnlessPlanned(planned);
    if (hasChanges(planned.changes) || wouldFollow(planned)) await confirm('Write this schedule?', io);
  }
  const report = await tickOnAws(config, { ...connection, mayWrite: true });
  if (options.json) printLine(io.stdout, JSON.stringify(previewJson(report, null)));
  refuseUnlessPlanned(report);
  const applied = report.applied ?? { writes: 0, of: 0, failure: null };
  if (applied.failure) {
    printLine(
      io.stderr,
      `stopped after ${applied.writes} of ${applied.of} writes; what is there is safe, and running this again completes it`,
    );
    throw applied.failure;
  }
  if (!options.json)
    printLine(
      io.stdout,
      applied.of === 0
        ? 'nothing to write: the schedule already says what it should'
        : `${applied.writes} of ${applied.of} writes done`,
    );
  reportNeighbours(report, options.json ? null : io);
}

/** Throws the first failure among the neighbours, once the alias is done and all has been said. */
function reportNeighbours(report: FollowedReport, io: CommandIo | null): void {
  if (io) for (const line of relatedText(report)) printLine(io.stdout, line);
  const failure = [...report.related, report.eventSource].find((follower) => follower?.failure)?.failure;
  if (failure) throw failure;
}

function wouldFollow({ related, eventSource }: FollowedReport): boolean {
  return related.some(wouldWrite) || eventSource?.outcome === 'would change';
}

function tickOnAws(config: TargetConfig, connection: ConnectOptions): Promise<FollowedReport> {
  const aws = connectAws(connection);
  const metrics = queueFedSource(aws.metrics, aws.arrivals, config);
  return tickWithNeighbours({ ...aws, metrics }, config, connection.nowMs());
}

function refuseUnlessPlanned(report: FollowedReport): void {
  if (isCarriedOut(report.outcome)) return;
  const followed = report.related.some(({ applied }) => applied) || report.eventSource?.outcome === 'changed';
  const what = followed ? 'only neighbours were written' : 'nothing was written';
  throw new NotDoneError(`${what}: ${report.reason}`);
}
