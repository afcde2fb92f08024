/** What stands behind the commands of a page: a local AWS with the functions that it names, and files as a reader would have. */
import { DAY_MS, isoUtc, HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { startLocalAws } from '../../src/twin/local-aws.ts';
import { createWorld } from '../../src/twin/world.ts';

/** A Thursday morning. */
const NOW_MS = Date.parse('2026-11-19T09:00:00Z');
const STEP_MS = 5 * MINUTE_MS;
/** Enough to compare policies on, and little enough to be quick. */
const DAYS = 4;

const SPEC = { memoryMb: 2048, timeoutSeconds: 60, architecture: 'x86_64' as const, coldStartMs: 5000 };

/** Requests in a step: quiet nights, and a morning that rises within the hour. */
function requestsAt(ms: number): number {
  const hour = (ms % DAY_MS) / HOUR_MS;
  return Math.round(hour < 8 || hour > 19 ? 4 : 40 + 30 * Math.sin((Math.PI * (hour - 8)) / 11));
}

export interface Account {
  nowMs: () => number;
  endpoint: string;
  close: () => Promise<void>;
}

export async function openAccount(names: readonly string[]): Promise<Account> {
  const startMs = NOW_MS - HOUR_MS;
  const firstMs = startMs - DAYS * DAY_MS;
  const invocations = Float64Array.from({ length: (DAYS * DAY_MS) / STEP_MS + 24 }, (_, i) =>
    requestsAt(firstMs + i * STEP_MS),
  );
  const trace = { startMs: firstMs, stepSeconds: 300, invocations, averageDurationMs: 4000 };
  const functions = names.map((functionName) => ({ functionName, alias: 'live', ...SPEC }));
  const world = createWorld({ seed: 11, startMs, functions });
  for (const { functionName } of functions) {
    world.fillHistory(functionName, trace);
    world.feed(functionName, trace);
    world.registerTarget(functionName, { minCapacity: 1, maxCapacity: 50 });
  }
  world.advanceTo(NOW_MS);
  const server = await startLocalAws(world);
  return { nowMs: () => world.nowMs, endpoint: server.endpoint, close: () => server.close() };
}

/** So that a file reaches back to the dates that pages name. */
const FILE_DAYS = 7;

function metricsCsv(scale: number, days: number): string {
  const rows = Array.from({ length: (days * DAY_MS) / STEP_MS }, (_, i) => {
    const ms = NOW_MS - days * DAY_MS + i * STEP_MS;
    return `${isoUtc(ms)},${Math.round(scale * requestsAt(ms))},2000`;
  });
  return ['timestamp,invocations,averageDurationMs', ...rows, ''].join('\n');
}

/** Files that pages speak of as the reader's own. */
export const READERS_FILES: Record<string, string> = {
  'requests.csv': metricsCsv(2, FILE_DAYS),
  'metrics.csv': metricsCsv(2, DAYS),
  'metrics/checkout.csv': metricsCsv(2, DAYS),
  'metrics/search.csv': metricsCsv(1, DAYS),
  'functions.csv': 'name,memoryMb,coldStartMs\ncheckout,1024,4000\nsearch,3008,\n',
  'customers.csv': 'customer,spend,visits\n1,120.5,3\n2,8,1\n',
};

/** What a reader's shell holds: the stack's outputs, and credentials. */
export const READERS_SHELL: Record<string, string> = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: 'test',
  REGION: 'us-east-1',
  ANALYZE_URL: 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live/analyze',
  JOBS_URL: 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live/jobs',
  JOB_DEAD_LETTER_QUEUE_ARN: 'arn:aws:sqs:us-east-1:111122223333:dead-letters',
  BUCKET: 'bucket-1a2b',
  BUS: 'bus-1a2b',
};
