/** `prewarm demo`: the built controller lives through days of a real workload in the local AWS, and shows what it did. */
import type { Command } from 'commander';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildHandler, bundlePage } from '../../scripts/build.mjs';
import { runLive } from '../demo/live.ts';
import { pageAssets } from '../demo/page-assets.ts';
import { type Handler, type Scenario, simulate, type Simulated, type Worlds } from '../demo/simulate.ts';
import { controllerSettings, demoScenario, MAX_DEMO_DAYS } from '../demo/workload.ts';
import { InputError } from '../errors.ts';
import { demoJson, demoSummary, demoText } from '../report/demo.ts';
import { SLOT_MS } from '../time.ts';
import { examples } from './examples.ts';
import { interruptible } from './interrupt.ts';
import { type CommandIo, withTemporary } from './io.ts';
import { openInBrowser } from './open-browser.ts';
import { addOutputFlags, type Output, type OutputOptions, outputFor } from './output.ts';

interface DemoOptions extends OutputOptions {
  days?: string;
  json?: boolean;
  open?: boolean;
  serve?: boolean;
  port?: string;
}

export function addDemo(program: Command, io: CommandIo): void {
  const command = program
    .command('demo')
    .description('run the built controller for a simulated day against a local AWS, on a real workload')
    .option('--days <number>', 'simulated days (default: 1)')
    .option('--open', 'watch it live: opens a page that this machine serves to itself')
    .option('--serve', 'the same without opening a browser: prints the address of the page')
    .option('--port <number>', 'port of the page (default: a free one)');
  addOutputFlags(command)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples('prewarm demo', 'prewarm demo --days 3', 'prewarm demo --open'))
    .action((options: DemoOptions) => demo(options, io));
}

/** What both ways of showing the demo are given. */
interface Run {
  scenario: Scenario;
  /** Makes the built controller, which writes its log to `hear`. */
  connect: (hear: (line: string) => void) => (endpoint: string, nowMs: () => number) => Handler;
  /** Prints the result. */
  finish: (run: Record<keyof Worlds, Simulated>) => void;
}

async function demo(options: DemoOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const scenario = await demoScenario(daysFrom(options.days));
  const port = portFrom(options);
  const log: string[] = [];
  const finish: Run['finish'] = (run) => {
    const result = { scenario, ...run, log };
    output.detail(() => log);
    if (options.json) output.json(demoJson(result));
    else output.print((output.quiet ? demoSummary : demoText)(result, output.terminal));
  };
  const createHandler = await loadController(output, io);
  const restore = setEnvironment({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const connect: Run['connect'] = (hear) => (endpoint, nowMs) => {
    process.env.AWS_ENDPOINT_URL = endpoint;
    const write = (line: string) => {
      log.push(line);
      hear(line);
    };
    return createHandler({ env: controllerSettings(scenario), nowMs, log: { write } });
  };
  const run: Run = { scenario, connect, finish };
  try {
    await (port === null
      ? showAtEnd(run, output)
      : showLive(run, { port, open: options.open === true, env: io.env, output }));
  } finally {
    restore();
  }
}

async function showAtEnd({ scenario, connect, finish }: Run, output: Output): Promise<void> {
  const { startMs, endMs } = scenario;
  const run = await output.progress(`${(endMs - startMs) / SLOT_MS} ticks`, (progress) => {
    const onMinute = ({ withPrewarm }: Worlds) => progress.update((withPrewarm.nowMs - startMs) / (endMs - startMs));
    return simulate(scenario, { connect: connect(() => undefined), onMinute });
  });
  finish(run);
}

/** In the beginning a simulated day takes a minute and a half. */
const FIRST_PACE = { paused: false, speed: 15 } as const;

interface LiveOptions {
  port: number;
  open: boolean;
  env: CommandIo['env'];
  output: Output;
}

async function showLive(run: Run, { port, open, env, output }: LiveOptions): Promise<void> {
  const assets = pageAssets(await bundlePage('demo'));
  const show = (signal: AbortSignal) =>
    runLive({
      ...run,
      assets,
      port,
      control: FIRST_PACE,
      onServing: async (url) => {
        output.ask(`live at ${url} (Ctrl-C ends it)`);
        if (open && !(await openInBrowser(url, env)))
          output.ask('no browser could be opened here: open that address yourself');
      },
      onEnd: (result) => {
        run.finish(result);
        output.say('the page shows the result until Ctrl-C');
      },
      signal,
    });
  try {
    await interruptible(show);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`--port = ${port}: something else listens there; leave it out for a free one`);
  }
}

/** Null without a page. */
function portFrom({ open, serve, port }: DemoOptions): number | null {
  const isLive = open === true || serve === true;
  if (port === undefined) return isLive ? 0 : null;
  if (!isLive) throw new InputError('--port is for the live page: give --open or --serve, too');
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InputError(`--port = "${port}": must be a whole number from 0 to 65535; 0 is a free one`);
  }
  return number;
}

function daysFrom(text: string | undefined): number {
  const days = Number(text ?? '1');
  if (!Number.isInteger(days) || days < 1 || days > MAX_DEMO_DAYS) {
    throw new InputError(
      `--days = "${text ?? ''}": must be a whole number from 1 to ${MAX_DEMO_DAYS}; the days before are the history that is learned from`,
    );
  }
  return days;
}

type CreateHandler = typeof import('../handler.ts').createHandler;

/** Builds what is deployed and loads it; the file is not needed any longer then. */
async function loadController(output: Output, io: CommandIo): Promise<CreateHandler> {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-demo-'));
  return await withTemporary(folder, io, async () => {
    const { outfile, bytes } = await buildHandler({ outfile: join(folder, 'handler.mjs') });
    output.say(
      `built the controller: one file of ${Math.ceil(bytes / 1024)} KiB; it talks to a local AWS through the AWS SDK`,
    );
    const { createHandler } = (await import(pathToFileURL(outfile).href)) as { createHandler: CreateHandler };
    return createHandler;
  });
}

/** The SDK reads endpoint and credentials from the environment; what was there before comes back afterwards. */
function setEnvironment(values: Record<string, string>): () => void {
  const before = process.env;
  const inherited = Object.entries(before).filter(
    ([name]) => !name.startsWith('AWS_') || name.startsWith('AWS_SDK_JS_'),
  );
  process.env = { ...Object.fromEntries(inherited), ...values };
  return () => {
    process.env = before;
  };
}
