/** `prewarm preview`: the loop without its last step. It holds no client that can write. */
import type { Command } from 'commander';
import { basename } from 'node:path';
import { DateTime } from 'luxon';
import { connectAws } from '../aws/connect.ts';
import { InputError } from '../errors.ts';
import { readMetricsFile } from '../input/metrics-file.ts';
import { gridEndMs } from '../metric-grid.ts';
import type { MetricReading, Target } from '../model.ts';
import type { TargetConfig } from '../config.ts';
import { queueFedSource } from '../related/arrivals.ts';
import { type FollowedPorts, tickWithNeighbours } from '../related/tick.ts';
import { previewDetail } from '../report/preview-detail.ts';
import { previewJson } from '../report/preview-json.ts';
import { previewSummary, previewText } from '../report/preview-text.ts';
import { decisionTrail } from '../report/trail-text.ts';
import { examples } from './examples.ts';
import { addReportFlag, checkReportFlags, STDOUT, writeReport } from './html-file.ts';
import type { CommandIo } from './io.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import {
  addAwsFlags,
  addSettingsFlags,
  awsFromFlags,
  checkOneSource,
  configFromFlags,
  targetFromFlags,
} from './settings-flags.ts';
import { tellingSource, watchTick } from './watch-tick.ts';

interface PreviewOptions extends Record<string, unknown>, OutputOptions {
  metrics?: string;
  function?: string;
  alias?: string;
  at?: string;
  json?: boolean;
  html?: string;
  region?: string;
  profile?: string;
}

export function addPreview(program: Command, io: CommandIo): void {
  const command = program
    .command('preview')
    .description('show the forecast, the plan and what would change; writes nothing')
    .option(
      '--metrics <file>',
      'metrics to learn from: CSV or the JSON of `aws cloudwatch get-metric-data`; - is standard input',
    )
    .option('--function <name>', 'the Lambda function, read from CloudWatch')
    .option('--alias <name>', 'its alias')
    .option(
      '--at <time>',
      'preview as of this moment, with only the data before it (ISO-8601; UTC unless it has an offset)',
    );
  addReportFlag(addOutputFlags(command).option('--json', 'print one JSON object (prewarm/preview/1)'));
  addSettingsFlags(addAwsFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm preview --metrics requests.csv --average-duration-ms 2000',
        'prewarm preview --metrics requests.csv --average-duration-ms 2000 --verbose --timezone Europe/Berlin',
        'prewarm preview --metrics requests.csv --average-duration-ms 2000 --html preview.html',
        'prewarm preview --function my-function --alias live --json',
      ),
    )
    .action((options: PreviewOptions) => preview(options, io));
}

async function preview(options: PreviewOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  checkOneSource(options);
  checkReportFlags(options, options.metrics);
  const atMs = options.at === undefined ? null : parseTime('--at', options.at);
  const { config, ports, nowMs } =
    options.metrics === undefined ? functionToPreview(options, io) : await fileToPreview(options, options.metrics, io);
  const { report, detail } = await output.progress('preview', async (progress) => {
    const { metrics, memory } = watchTick(tellingSource(ports.metrics, output), progress);
    const ticked = await tickWithNeighbours({ ...ports, metrics }, config, atMs ?? nowMs, memory);
    if (!options.json && options.html === undefined) return { report: ticked, detail: undefined };
    progress.update(undefined, 'judging past forecasts');
    return { report: ticked, detail: previewDetail(ticked, memory) };
  });
  output.detail((talk) => decisionTrail(report, config, talk));
  const json = () => previewJson(report, options.metrics ?? null, detail);
  if (options.html !== undefined) await writeReport(json(), options.html, { io, output });
  if (options.json) output.json(json());
  else if (options.html !== STDOUT)
    output.print(output.quiet ? previewSummary(report) : previewText(report, output.terminal));
}

interface Previewed {
  config: TargetConfig;
  ports: FollowedPorts;
  /** The moment to preview unless another is asked for. */
  nowMs: number;
}

function functionToPreview(options: PreviewOptions, io: CommandIo): Previewed {
  if (!options.function) {
    throw new InputError('nothing to preview: give --metrics FILE, or --function NAME --alias ALIAS');
  }
  const config = configFromFlags(targetFromFlags(options), 'observe', options);
  const aws = connectAws({ mayWrite: false, nowMs: io.nowMs, ...awsFromFlags(options) });
  const metrics = queueFedSource(aws.metrics, aws.arrivals, config);
  return { config, ports: { ...aws, metrics }, nowMs: io.nowMs() };
}

async function fileToPreview(options: PreviewOptions, path: string, io: CommandIo): Promise<Previewed> {
  const config = configFromFlags(fileTarget(path), 'observe', options);
  const reading = await readMetricsFile(path, {
    stdin: io.stdin,
    ...(config.averageDurationMs === undefined ? {} : { averageDurationMs: config.averageDurationMs }),
  });
  return { config, ports: filePorts(reading), nowMs: endOfReading(reading) };
}

/** What a file's demand is called in the report: its own name. */
function fileTarget(path: string): Target {
  const name = path === '-' ? 'stdin' : basename(path).replace(/\.(csv|json)(\.gz)?$/i, '');
  return { functionName: name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64) || 'file', alias: 'file' };
}

function filePorts(reading: MetricReading): FollowedPorts {
  return {
    metrics: { read: () => Promise.resolve(reading) },
    scaling: null,
    writer: null,
    related: null,
    eventSource: null,
  };
}

/** The end of the last step in which anything is known. */
function endOfReading(reading: MetricReading): number {
  return Math.max(...reading.grids.map(gridEndMs));
}

/** A moment from a flag: ISO-8601, UTC where no offset is given. */
export function parseTime(flag: string, text: string): number {
  const time = DateTime.fromISO(text.trim().replace(' ', 'T'), { zone: 'utc' });
  if (!time.isValid) {
    throw new InputError(`${flag} = "${text}": is not a time; write it like 2026-11-22T14:05:00Z`);
  }
  return time.toMillis();
}
