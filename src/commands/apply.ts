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
import { decisionTrail } from '../report/trail-text.ts';
import { confirm } from './confirm.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import { addOutputFlags, type Output, type OutputOptions, outputFor } from './output.ts';
import { addAwsFlags, addSettingsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';
import { tellingSource, watchTick } from './watch-tick.ts';

interface ApplyOptions extends Record<string, unknown>, OutputOptions {
  function?: string;
  alias?: string;
  yes?: boolean;
  json?: boolean;
  region?: string;
  profile?: string;
}

export function addApply(program: Command, io: CommandIo): void {
  const command = program
    .command('apply')
    .description('run one tick that writes the schedule; asks first')
    .requiredOption('--function <name>', 'the Lambda function')
    .requiredOption('--alias <name>', 'its alias')
    .option('--yes', 'write without asking');
  addOutputFlags(command).option('--json', 'print what was decided as JSON (prewarm/preview/1)');
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm apply --function my-function --alias live --max-capacity 50',
        'prewarm apply --function my-function --alias live --max-capacity 50 --yes --json',
      ),
    )
    .action((options: ApplyOptions) => apply(options, io));
}

async function apply(options: ApplyOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const config = configFromFlags(targetFromFlags(options), 'act', options);
  const connection = { nowMs: io.nowMs, ...awsFromFlags(options) };
  if (!options.yes) {
    const planned = await tickOnAws(config, { ...connection, mayWrite: false }, output);
    output.ask(previewText(planned, output.talk));
    refuseUnlessPlanned(planned);
    if (hasChanges(planned.changes) || wouldFollow(planned)) await confirm('Write this schedule?', io);
  }
  const report = await tickOnAws(config, { ...connection, mayWrite: true }, output);
  output.detail((talk) => decisionTrail(report, config, talk));
  if (options.json) output.json(previewJson(report, null));
  refuseUnlessPlanned(report);
  const applied = report.applied ?? { writes: 0, of: 0, failure: null };
  if (applied.failure) {
    output.ask(
      `stopped after ${applied.writes} of ${applied.of} writes; what is there is safe, and running this again completes it`,
    );
    throw applied.failure;
  }
  if (!options.json)
    output.print(
      applied.of === 0
        ? 'nothing to write: the schedule already says what it should'
        : `${applied.writes} of ${applied.of} writes done`,
    );
  reportNeighbours(report, options.json ? null : output);
}

/** Throws the first failure among the neighbours, once the alias is done and all has been said. */
function reportNeighbours(report: FollowedReport, output: Output | null): void {
  if (output) for (const line of relatedText(report)) output.print(line);
  const failure = [...report.related, report.eventSource].find((follower) => follower?.failure)?.failure;
  if (failure) throw failure;
}

function wouldFollow({ related, eventSource }: FollowedReport): boolean {
  return related.some(wouldWrite) || eventSource?.outcome === 'would change';
}

function tickOnAws(config: TargetConfig, connection: ConnectOptions, output: Output): Promise<FollowedReport> {
  const aws = connectAws(connection);
  const source = queueFedSource(aws.metrics, aws.arrivals, config);
  return output.progress('apply', (progress) => {
    const { metrics, memory } = watchTick(tellingSource(source, output), progress);
    return tickWithNeighbours({ ...aws, metrics }, config, connection.nowMs(), memory);
  });
}

function refuseUnlessPlanned(report: FollowedReport): void {
  if (isCarriedOut(report.outcome)) return;
  const followed = report.related.some(({ applied }) => applied) || report.eventSource?.outcome === 'changed';
  const what = followed ? 'only neighbours were written' : 'nothing was written';
  throw new NotDoneError(`${what}: ${report.reason}`);
}
