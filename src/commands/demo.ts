/** `prewarm demo`: the built controller lives through days of a real workload in the local AWS, and shows what it did. */
import type { Command } from 'commander';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildHandler } from '../../scripts/build.mjs';
import { type Handler, simulateController, simulateOnDemand } from '../demo/simulate.ts';
import { ASSUMED, demoScenario, MAX_DEMO_DAYS } from '../demo/workload.ts';
import { InputError } from '../errors.ts';
import { demoJson, demoText, type DemoResult } from '../report/demo.ts';
import { startProgress } from '../report/progress.ts';
import { terminalFor } from '../report/terminal.ts';
import { examples } from './examples.ts';
import { type CommandIo, printLine } from './io.ts';

interface DemoOptions {
  days?: string;
  json?: boolean;
}

export function addDemo(program: Command, io: CommandIo): void {
  program
    .command('demo')
    .description('run the built controller for a simulated day against a local AWS, on a real workload')
    .option('--days <number>', 'simulated days (default: 1)')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples('prewarm demo', 'prewarm demo --days 3'))
    .action((options: DemoOptions) => demo(options, io));
}

async function demo(options: DemoOptions, io: CommandIo): Promise<void> {
  const days = daysFrom(options.days);
  const scenario = await demoScenario(days);
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-demo-'));
  const restore = setEnvironment({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const progress = startProgress(io.stderr, `${days * 288} ticks`, {
    terminal: terminalFor(io.stderr, io.env),
    nowMs: io.nowMs,
  });
  try {
    const { outfile, bytes } = await buildHandler({ outfile: join(folder, 'handler.mjs') });
    printLine(
      io.stderr,
      `built the controller: one file of ${Math.ceil(bytes / 1024)} KiB; it talks to a local AWS through the AWS SDK`,
    );
    const { createHandler } = (await import(pathToFileURL(outfile).href)) as typeof import('../handler.ts');
    const log: string[] = [];
    const connect = (endpoint: string, nowMs: () => number): Handler => {
      process.env.AWS_ENDPOINT_URL = endpoint;
      const targets = `${scenario.functionName}:${scenario.alias}`;
      const env = {
        PREWARM_TARGETS: targets,
        PREWARM_MODE: 'act',
        PREWARM_MAX_CAPACITY: String(scenario.maxCapacity),
        PREWARM_COLD_START_PRICE_USD: String(ASSUMED.coldStartPriceUsd),
        PREWARM_COLD_START_MS: String(ASSUMED.coldStartMs),
        PREWARM_IDLE_TIMEOUT_SECONDS: String(ASSUMED.idleTimeoutSeconds),
      };
      return createHandler({ env, nowMs, log: { write: (line) => log.push(line) } });
    };
    const withPrewarm = await simulateController(scenario, connect, progress.update);
    progress.done();
    const result: DemoResult = { scenario, withPrewarm, onDemand: simulateOnDemand(scenario), log };
    const text = options.json ? JSON.stringify(demoJson(result)) : demoText(result, terminalFor(io.stdout, io.env));
    printLine(io.stdout, text);
  } finally {
    restore();
    await rm(folder, { recursive: true, force: true });
  }
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
