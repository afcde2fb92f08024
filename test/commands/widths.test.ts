import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/cli.ts';
import { displayWidth } from '../../src/report/text.ts';
import { openStage, type Stage } from '../local-aws.ts';

const WIDTHS = ['40', '60', '80', '100', '200'];
/** Of what takes its time; each table and chart is tried at all widths in test/report. */
const FEW = ['40', '80'];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.server.close());

/** Both streams of one command line on a terminal so wide. */
async function shown(line: string, columns: string): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let text = '';
  for (const stream of [stdout, stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stdin = Readable.from([]) as unknown as NodeJS.ReadStream;
  const { nowMs } = stage.world;
  await run(line.split(' '), {
    stdout,
    stderr,
    stdin,
    env: { COLUMNS: columns },
    nowMs: () => nowMs,
    timeZone: 'Asia/Kathmandu',
  });
  return text;
}

describe('no line is wider than the terminal', () => {
  it.each<[string, string, string[]]>([
    ['preview --function scorer --alias live --cold-start-price-usd 1 --verbose', 'Asia/Kathmandu', FEW],
    ['status --function scorer --alias live --verbose', 'Asia/Kathmandu', FEW],
    ['doctor --function scorer --alias live', 'Asia/Kathmandu', FEW],
    ['eject --function scorer --alias live --deregister --provisioned keep', 'eject scorer:live', FEW],
    ['preview --help', '--time-zone', WIDTHS],
    ['--help', 'Exit codes', WIDTHS],
    ['preview --function scorer --alias gone', 'error: ', WIDTHS],
    ['preview --functoin scorer', 'Did you mean --function?', WIDTHS],
  ])('of %s', async (line, expected, widths) => {
    for (const columns of widths) {
      const text = await shown(line, columns);
      expect(text).toContain(expected);
      for (const part of text.split('\n')) expect(displayWidth(part), part).toBeLessThanOrEqual(Number(columns));
    }
  });
});
