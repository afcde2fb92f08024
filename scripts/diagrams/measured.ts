/** What the diagrams with numbers show: one preview of a trace, as the command line prints it, and what came afterwards. */
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli.ts';
import { peakOfRate } from '../../src/forecast/arrivals.ts';
import { readMetricsFile } from '../../src/input/metrics-file.ts';
import { type PreviewJson, previewSchema } from '../../src/report/preview-json.ts';
import { SLOT_MS, SLOT_SECONDS } from '../../src/time.ts';

export const TRACE = 'data/traces/worldcup98-a.csv.gz';
/** An ordinary Wednesday, a week before the tournament begins, as load begins to rise. */
export const AT = '1998-06-03T05:30:00Z';
export const DURATION_MS = 400;
export const PRICE_USD = 0.1;
export const COMMAND = `preview --metrics ${TRACE} --average-duration-ms ${DURATION_MS} --cold-start-price-usd ${PRICE_USD} --at ${AT} --json`;

export interface Measured {
  preview: PreviewJson;
  /** What the busiest moment of a slot came to, as likely as not, given its counts; NaN where unknown. */
  demandAt: (slotStartMs: number) => number;
}

export async function measure(): Promise<Measured> {
  const path = fileURLToPath(new URL(`../../${TRACE}`, import.meta.url));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  stderr.resume();
  const stdin = Readable.from([]) as unknown as NodeJS.ReadStream;
  const code = await run(COMMAND.replace(TRACE, path).split(' '), { stdout, stderr, stdin, env: {}, nowMs: () => 0 });
  if (code !== 0) throw new Error(`prewarm ${COMMAND} ended with ${code}`);
  const preview = previewSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const { grids } = await readMetricsFile(path);
  const [grid] = grids;
  if (!grid) throw new Error(`${TRACE} is empty`);
  const { startMs, stepSeconds, invocations } = grid;
  const durationSeconds = DURATION_MS / 1000;
  const peakAt = peakOfRate(stepSeconds, durationSeconds);
  const perSlot = SLOT_SECONDS / stepSeconds;
  const demandAt = (slotStartMs: number) => {
    const first = Math.round((slotStartMs - startMs) / (stepSeconds * 1000));
    const counts = invocations.slice(Math.max(0, first), first + perSlot);
    return first < 0 || counts.length < perSlot
      ? NaN
      : peakAt(Math.max(...counts) * (durationSeconds / stepSeconds), 0.5);
  };
  return { preview, demandAt };
}

export const slotsFrom = (startMs: number, count: number) =>
  Array.from({ length: count }, (_, i) => startMs + i * SLOT_MS);
