import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/ops/status-report.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { type Clinic, FLAGS, openClinic } from '../ops/clinic.ts';

const ALIAS = '--function orders --alias live';
const QUEUE = '--queue {"name":"jobs","batchSize":1}';
const SENT = 3000;

let clinic: Clinic;
beforeEach(async () => {
  clinic = await openClinic();
  const hourAgo = clinic.world.nowMs - 3 * HOUR_MS;
  for (let minute = 0; minute < 20; minute++) {
    const values = { NumberOfMessagesSent: SENT, ApproximateAgeOfOldestMessage: 60 * (minute + 1) };
    const Metrics = Object.keys(values).map((Name) => ({ Name }));
    const CloudWatchMetrics = [{ Namespace: 'AWS/SQS', Dimensions: [['QueueName']], Metrics }];
    const _aws = { Timestamp: hourAgo + minute * MINUTE_MS, CloudWatchMetrics };
    clinic.world.log(JSON.stringify({ _aws, QueueName: 'jobs', ...values }));
  }
});
afterEach(() => clinic.server.close());

describe('the commands that read the past of a queue-fed function', () => {
  it('count as demand what the queue held back: status', async () => {
    const hours = async (more: string) => {
      const { code, out } = await clinic.prewarm(`status ${ALIAS} ${FLAGS} --json ${more}`);
      expect(code).toBe(0);
      return statusSchema.parse(JSON.parse(out)).hours.map(({ actualMean }) => actualMean ?? 0);
    };
    const [without, behindQueue] = [await hours(''), await hours(QUEUE)];
    // 60,000 messages of four seconds in one hour.
    expect(Math.max(...behindQueue)).toBeGreaterThan(50);
    expect(Math.max(...without)).toBeLessThan(5);
  });

  it('read the queue with the function: doctor', async () => {
    const metricsRead = async (more: string) => {
      const before = clinic.server.calls.length;
      await clinic.doctor(more);
      return clinic.server.calls.slice(before).reduce((sum, { metrics = 0 }) => sum + metrics, 0);
    };
    expect(await metricsRead(QUEUE)).toBeGreaterThan(await metricsRead(''));
  });

  it('count as demand what the queue held back: export, from which a preview sees it, too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'prewarm-related-'));
    const file = join(directory, 'metrics.csv');
    const rows = async (more: string) => {
      const { code } = await clinic.prewarm(`export ${ALIAS} ${FLAGS} --output ${file} ${more}`);
      expect(code).toBe(0);
      return readFileSync(file, 'utf8');
    };
    const [without, behindQueue] = [await rows(''), await rows(QUEUE)];
    const preview = await clinic.prewarm(`preview --metrics ${file} --json`);
    rmSync(directory, { recursive: true });
    const throttled = (csv: string) => {
      const [header = '', ...lines] = csv.trim().split('\n');
      const column = header.split(',').findIndex((name) => /throttles/i.test(name));
      return lines.reduce((sum, line) => sum + Number(line.split(',')[column] ?? 0), 0);
    };
    expect(throttled(without)).toBe(0);
    expect(throttled(behindQueue)).toBeGreaterThan(0.9 * 20 * SENT);
    expect(preview.code).toBe(0);
  });

  it('count as demand what the queue held back: replay', async () => {
    const requests = async (more: string) => {
      const { code, out } = await clinic.prewarm(
        `replay ${ALIAS} ${FLAGS} --evaluate-from 2026-11-02T06:00:00Z --json ${more}`,
      );
      expect(code).toBe(0);
      return (JSON.parse(out) as { evaluated: { invocations: number } }).evaluated.invocations;
    };
    expect((await requests(QUEUE)) - (await requests(''))).toBeGreaterThan(0.9 * 20 * SENT);
  });

  it('say which flag is wrong', async () => {
    const { code, err } = await clinic.prewarm(`export ${ALIAS} --queue {"url":"jobs"}`);
    expect(code).toBe(2);
    expect(err).toContain('--queue');
  });
});
