/**
 * What Prewarm itself costs per month, from what the controller does on the local AWS: `npx tsx scripts/own-cost.ts`. The
 * page docs/operations.md holds this table, and a test holds it fresh.
 */
import { fileURLToPath } from 'node:url';
import { createHandler } from '../src/handler.ts';
import { DAY_MS, SLOT_MS } from '../src/time.ts';
import { type RecordedCall, startLocalAws } from '../src/twin/local-aws.ts';
import { createWorld } from '../src/twin/world.ts';

const RUNS_PER_MONTH = 30 * 288;
/** A warm process reads everything again after six hours (src/controller/remembering-source.ts). */
const FRESH_RUNS_PER_MONTH = 30 * 4;
const WARM_RUNS = 6;

/** us-east-1, November 2026: https://aws.amazon.com/cloudwatch/pricing/, /lambda/pricing/, /eventbridge/pricing/ */
const PRICES = {
  metricRequestedUsd: 0.01 / 1000,
  customMetricUsd: 0.3,
  logGbUsd: 0.5,
  lambdaRequestUsd: 0.2e-6,
  lambdaGbSecondUsd: 0.0000133334,
  scheduleUsd: 1e-6,
};
const MEMORY_GB = 0.5;
/** A run is mostly waiting for CloudWatch; two seconds are on the high side. */
const ASSUMED_SECONDS = 2;

interface Recorded {
  metricsFresh: number;
  /** Of a run in a warm process, on average. */
  metricsWarm: number;
  bytesFresh: number;
  bytesWarm: number;
  customMetrics: { perTarget: number; perController: number };
  operations: string[];
}

/** The first run of a process and some after it, on a function with eight weeks behind it. */
async function record(): Promise<Recorded> {
  const startMs = Date.parse('2026-11-02T12:00:00Z');
  const spec = { memoryMb: 2048, timeoutSeconds: 60, architecture: 'arm64' } as const;
  const world = createWorld({ seed: 1, startMs, functions: [{ functionName: 'orders', alias: 'live', ...spec }] });
  const invocations = Float64Array.from(
    { length: 56 * 288 },
    (_, step) => 40 + 30 * Math.sin((2 * Math.PI * step) / 288),
  );
  const trace = { startMs: startMs - 56 * DAY_MS, stepSeconds: 300, invocations, averageDurationMs: 4000 };
  world.fillHistory('orders', trace);
  world.registerTarget('orders', { minCapacity: 0, maxCapacity: 50 });
  const server = await startLocalAws(world);
  const keys = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  Object.assign(process.env, { AWS_ENDPOINT_URL: server.endpoint, ...keys });
  const lines: string[] = [];
  const env = {
    PREWARM_TARGETS: 'orders:live',
    PREWARM_MODE: 'act',
    PREWARM_MAX_CAPACITY: '50',
    AWS_LAMBDA_FUNCTION_NAME: 'prewarm',
  };
  const handler = createHandler({ env, nowMs: () => world.nowMs, log: { write: (line) => void lines.push(line) } });
  const runs: { calls: readonly RecordedCall[]; bytes: number }[] = [];
  for (let run = 0; run <= WARM_RUNS; run++) {
    const [calls, written] = [server.calls.length, lines.length];
    await handler({});
    const bytes = lines.slice(written).reduce((total, line) => total + Buffer.byteLength(line), 0);
    runs.push({ calls: server.calls.slice(calls), bytes });
    world.advanceTo(world.nowMs + SLOT_MS);
  }
  await server.close();
  const metrics = runs.map(({ calls }) => calls.reduce((total, call) => total + (call.metrics ?? 0), 0));
  const average = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  return {
    metricsFresh: metrics[0] ?? 0,
    metricsWarm: average(metrics.slice(1)),
    bytesFresh: runs[0]?.bytes ?? 0,
    bytesWarm: average(runs.slice(1).map(({ bytes }) => bytes)),
    customMetrics: customMetrics(lines),
    operations: [...new Set(server.calls.map(({ service, operation }) => `${service}:${operation}`))].sort(),
  };
}

interface Embedded {
  _aws?: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
}

function customMetrics(lines: readonly string[]): Recorded['customMetrics'] {
  const names = new Set<string>();
  for (const line of lines) {
    for (const { Dimensions, Metrics } of (JSON.parse(line) as Embedded)._aws?.CloudWatchMetrics ?? []) {
      for (const { Name } of Metrics) names.add(`${String(Dimensions)} ${Name}`);
    }
  }
  const perController = [...names].filter((name) => name.startsWith('Controller ')).length;
  return { perTarget: names.size - perController, perController };
}

/** Rows of a Markdown table: what, how much of it a month, USD. */
export async function ownCostTable(): Promise<string> {
  const recorded = await record();
  const { metricsFresh, metricsWarm, bytesFresh, bytesWarm, customMetrics: custom, operations } = recorded;
  const ofMonth = (fresh: number, warm: number) =>
    FRESH_RUNS_PER_MONTH * fresh + (RUNS_PER_MONTH - FRESH_RUNS_PER_MONTH) * warm;
  const requested = ofMonth(metricsFresh, metricsWarm);
  const hundredthsOfGb = Math.ceil(ofMonth(bytesFresh, bytesWarm) / 1e7);
  const gbSeconds = RUNS_PER_MONTH * MEMORY_GB * ASSUMED_SECONDS;
  const perTarget: [string, string, number][] = [
    ['metrics read (GetMetricData)', requested.toLocaleString('en'), requested * PRICES.metricRequestedUsd],
    ['metrics written (embedded in the log)', String(custom.perTarget), custom.perTarget * PRICES.customMetricUsd],
    ['log', `about ${hundredthsOfGb * 10} MB`, (hundredthsOfGb / 100) * PRICES.logGbUsd],
  ];
  const perController: [string, string, number][] = [
    ['metrics of the controller itself', String(custom.perController), custom.perController * PRICES.customMetricUsd],
    [
      'its Lambda',
      `${RUNS_PER_MONTH.toLocaleString('en')} runs of ${ASSUMED_SECONDS} s at 512 MB, arm64`,
      RUNS_PER_MONTH * PRICES.lambdaRequestUsd + gbSeconds * PRICES.lambdaGbSecondUsd,
    ],
    ['its schedule', `${RUNS_PER_MONTH.toLocaleString('en')} invocations`, RUNS_PER_MONTH * PRICES.scheduleUsd],
  ];
  const cents = (usd: number) => Math.round(usd * 100 + 1e-9) / 100;
  const table = (title: string, rows: [string, string, number][]) => [
    `| ${title} | a month | USD |`,
    '| --- | --- | --- |',
    ...rows.map(([what, amount, usd]) => `| ${what} | ${amount} | ${cents(usd).toFixed(2)} |`),
    `| **together** | | **${rows.reduce((total, [, , usd]) => total + cents(usd), 0).toFixed(2)}** |`,
  ];
  return [
    ...table('per function', perTarget),
    '',
    ...table('once, however many functions', perController),
    '',
    `Calls that cost nothing: ${operations.filter((name) => !name.endsWith('GetMetricData')).join(', ')}.`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await ownCostTable());
