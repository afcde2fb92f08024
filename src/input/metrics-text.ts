/** Reads metrics from the content of a file, CSV or JSON. */
import { InputError } from '../errors.ts';
import type { MetricReading } from '../model.ts';
import { readMetricsCsv } from './csv.ts';
import { readMetricsJson } from './json.ts';

export interface ReadOptions {
  /** The name of the file, for messages. */
  source: string;
  /** Stands in for the durations of a file that has none at all. */
  averageDurationMs?: number;
}

/**
 * Metrics from a CSV with a header, or from the JSON that `aws cloudwatch get-metric-data` prints; which of them is seen from
 * the content. Bytes are UTF-8, or UTF-16 with a byte order mark (what PowerShell writes). docs/metrics-files.md has the
 * formats. Throws an InputError that names the file, the line, the value and the fix.
 *
 * The reading ends with the last step in the file; steps without a row are unknown.
 */
export function readMetricsText(text: string | Uint8Array, options: ReadOptions): MetricReading {
  const { source, averageDurationMs } = options;
  const content = (typeof text === 'string' ? text : decode(text, source)).replace(/^\uFEFF/, '');
  if (content.trim() === '')
    throw new InputError(`${source} is empty. Give a CSV with the header "timestamp,invocations", or JSON.`);
  const reading = isJson(content, source) ? readMetricsJson(content, source) : readMetricsCsv(content, source);
  return averageDurationMs === undefined ? reading : withDuration(reading, averageDurationMs);
}

/** By the content; the name decides only where that is JSON of another kind, such as `null`. */
function isJson(content: string, source: string): boolean {
  if (/^\s*[[{]/.test(content)) return true;
  if (!/\.json(\.gz)?$/i.test(source)) return false;
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes: Uint8Array, source: string): string {
  const notText = `${source} is not a text file. Give a CSV with the header "timestamp,invocations", or the JSON that "aws cloudwatch get-metric-data" prints.`;
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-8' && bytes.subarray(0, 4096).includes(0)) throw new InputError(notText);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(notText);
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function withDuration(reading: MetricReading, averageDurationMs: number): MetricReading {
  if (reading.grids.some((grid) => grid.averageDurationMs.some((duration) => duration >= 0))) return reading;
  for (const grid of reading.grids)
    grid.averageDurationMs = grid.invocations.map((count) => (count >= 0 ? averageDurationMs : NaN));
  return reading;
}
