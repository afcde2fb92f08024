/** `prewarm replay`: what the controller would have done on past data, against what else could have been done. */
import type { Command } from 'commander';
import { connectAws } from '../aws/connect.ts';
import type { TargetConfig } from '../config.ts';
import { InputError } from '../errors.ts';
import { readMetricsFile } from '../input/metrics-file.ts';
import { gridEndMs } from '../metric-grid.ts';
import type { MetricReading } from '../model.ts';
import { queueFedSource } from '../related/arrivals.ts';
import { replay, type ReplayResult } from '../replay/replay.ts';
import type { Progress } from '../report/progress.ts';
import { replayDetail } from '../report/replay-detail.ts';
import { replayJson } from '../report/replay-json.ts';
import { replaySummary, replayText } from '../report/replay-text.ts';
import { readingTrail } from '../report/trail-text.ts';
import { DAY_MS, isoUtc } from '../time.ts';
import { examples } from './examples.ts';
import { addReportFlag, checkReportFlags, STDOUT, writeReport } from './html-file.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import { parseTime } from './preview.ts';
import {
  addAwsFlags,
  addSettingsFlags,
  awsFromFlags,
  checkOneSource,
  configFromFlags,
  targetFromFlags,
} from './settings-flags.ts';

interface ReplayCommandOptions extends Record<string, unknown>, OutputOptions {
  metrics?: string;
  function?: string;
  alias?: string;
  evaluateFrom?: string;
  json?: boolean;
  html?: string;
  region?: string;
  profile?: string;
}

/** Between two looks at the event loop, so that a replay can be stopped. */
const WAIT_EVERY_MS = 50;

export function addReplay(program: Command, io: CommandIo): void {
  const command = program
    .command('replay')
    .description('walk the controller through past data and score its plan and the alternatives request by request')
    .option('--metrics <file>', 'metrics of the past: CSV or JSON as for preview; - is standard input')
    .option('--function <name>', 'the Lambda function, read from CloudWatch')
    .option('--alias <name>', 'its alias')
    .option(
      '--evaluate-from <time>',
      'score from this moment on (ISO-8601; UTC unless it has an offset); what comes before is history (default: the second half, but never the first two days)',
    );
  addReportFlag(addOutputFlags(command).option('--json', 'print one JSON object (prewarm/replay/1)'));
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm replay --metrics requests.csv --average-duration-ms 2000 --cold-start-price-usd 0.03',
        'prewarm replay --metrics requests.csv --average-duration-ms 2000 --html replay.html',
        'prewarm replay --metrics requests.csv --evaluate-from 2026-11-15T00:00:00Z --quiet',
        'prewarm replay --function my-function --alias live --max-cold-start-rate 0.001 --json',
      ),
    )
    .action((options: ReplayCommandOptions) => replayCommand(options, io));
}

async function replayCommand(options: ReplayCommandOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  checkOneSource(options);
  checkReportFlags(options, options.metrics);
  const evaluateFromMs =
    options.evaluateFrom === undefined ? undefined : parseTime('--evaluate-from', options.evaluateFrom);
  const { result, detail } = await output.progress('replay', async (progress) => {
    const { config, reading } = await configAndReading(options, io, progress);
    output.detail(() => readingTrail(reading));
    checkRequests(reading);
    if (evaluateFromMs !== undefined) checkInside(evaluateFromMs, options.evaluateFrom ?? '', reading);
    const replayed = await replayWithProgress(reading, config, { evaluateFromMs, progress, nowMs: io.nowMs });
    if (!replayed.walked || (!options.json && options.html === undefined)) return { result: replayed, detail: null };
    const detail = await replayDetail(replayed.walked, waitingProgress(progress, 'scoring candidates', io.nowMs));
    return { result: replayed, detail };
  });
  const json = () => replayJson(result, { target: targetOf(options), detail });
  if (options.html !== undefined) await writeReport(json(), options.html, { io, output });
  if (options.json) output.json(json());
  else if (options.html !== STDOUT)
    output.print(output.quiet ? replaySummary(result) : replayText(result, output.terminal));
  if (result.policies.length === 0) throw new NotDoneError('nothing could be replayed: too little data');
}

function targetOf({ metrics, function: functionName, alias }: ReplayCommandOptions) {
  return { functionName: functionName ?? null, alias: alias ?? null, metrics: metrics ?? null };
}

async function configAndReading(
  options: ReplayCommandOptions,
  io: CommandIo,
  progress: Progress,
): Promise<{ config: TargetConfig; reading: MetricReading }> {
  if (options.metrics !== undefined) {
    const target = { functionName: 'file', alias: 'file' };
    const config = configFromFlags(target, 'observe', options);
    const { averageDurationMs } = config;
    const given = averageDurationMs === undefined ? {} : { averageDurationMs };
    return { config, reading: await readMetricsFile(options.metrics, { stdin: io.stdin, ...given }) };
  }
  if (!options.function) {
    throw new InputError('nothing to replay: give --metrics FILE, or --function NAME --alias ALIAS');
  }
  const config = configFromFlags(targetFromFlags(options), 'observe', options);
  const aws = connectAws({
    mayWrite: false,
    nowMs: io.nowMs,
    ...awsFromFlags(options),
  });
  const metrics = queueFedSource(aws.metrics, aws.arrivals, config);
  const toMs = io.nowMs();
  progress.update(undefined, 'reading metrics');
  const reading = await metrics.read(config.target, { fromMs: toMs - config.historyDays * DAY_MS, toMs });
  return { config, reading };
}

/** Concurrency alone says how busy a function was, and not how many requests there are to play. */
function checkRequests({ grids }: MetricReading): void {
  const tells = (key: 'invocations' | 'maxConcurrency') =>
    grids.some((grid) => grid[key].some((n) => !Number.isNaN(n)));
  if (tells('maxConcurrency') && !tells('invocations'))
    throw new InputError('nothing to replay: these metrics tell concurrency and count no requests; add Invocations');
}

function checkInside(evaluateFromMs: number, text: string, { grids }: MetricReading): void {
  const startMs = grids[0]?.startMs ?? 0;
  const endMs = Math.max(0, ...grids.map(gridEndMs));
  if (evaluateFromMs >= startMs && evaluateFromMs < endMs) return;
  throw new InputError(
    `--evaluate-from = "${text}": is outside the data, which reaches from ${isoUtc(startMs)} to ${isoUtc(endMs)}`,
  );
}

async function replayWithProgress(
  reading: MetricReading,
  config: TargetConfig,
  { evaluateFromMs, progress, nowMs }: { evaluateFromMs: number | undefined; progress: Progress; nowMs: () => number },
): Promise<ReplayResult> {
  const onProgress = waitingProgress(progress, 'replaying', nowMs);
  return replay(reading, config, { onProgress, ...(evaluateFromMs === undefined ? {} : { evaluateFromMs }) });
}

/** Tells how far the work has come, and lets the event loop run now and then. */
function waitingProgress(progress: Progress, label: string, nowMs: () => number): (share: number) => Promise<void> {
  let waitedMs = nowMs();
  return async (share) => {
    progress.update(share, label);
    if (nowMs() - waitedMs < WAIT_EVERY_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    waitedMs = nowMs();
  };
}
