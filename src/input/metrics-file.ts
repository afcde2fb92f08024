/** Reads metrics from disk or standard input: the only file here that touches the world. */
import { createReadStream } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { MetricReading } from '../model.ts';
import { type ReadOptions, readMetricsText } from './metrics-text.ts';

/** Several times a year of minutes with all columns. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

export interface ReadFileOptions extends Pick<ReadOptions, 'averageDurationMs'> {
  /** Read for `-`. */
  stdin?: AsyncIterable<Uint8Array>;
  /** Default: 256 MiB, before and after decompression. */
  maxBytes?: number;
}

/** `readMetricsText` of a file, gzip-compressed or not; `-` is standard input. */
export async function readMetricsFile(path: string, options: ReadFileOptions = {}): Promise<MetricReading> {
  const { stdin = process.stdin as AsyncIterable<Uint8Array>, maxBytes = MAX_FILE_BYTES, ...rest } = options;
  const source = path === '-' ? 'standard input' : path;
  const bytes = await readBytes(path === '-' ? stdin : createReadStream(path), source, maxBytes);
  return readMetricsText(unpack(bytes, source, maxBytes), { ...rest, source });
}

async function readBytes(stream: AsyncIterable<Uint8Array>, source: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(source, maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw explain(error, source);
  }
  return Buffer.concat(chunks);
}

function unpack(bytes: Buffer, source: string, maxBytes: number): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source, maxBytes);
    throw new InputError(`${source} is a damaged gzip file. Write it again.`);
  }
}

function tooLarge(source: string, maxBytes: number): InputError {
  const limit = maxBytes >= 1024 * 1024 ? `${Math.floor(maxBytes / 1024 / 1024)} MiB` : `${maxBytes} bytes`;
  return new InputError(`${source} is larger than ${limit}. Keep the newest weeks, or a coarser step.`);
}

function explain(error: unknown, source: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return new InputError(`${source} does not exist. Give the path of a metrics file, or - for standard input.`);
    case 'ENOTDIR':
      return new InputError(`${source} does not exist: a part of its path is a file. Give the path of a metrics file.`);
    case 'EISDIR':
      return new InputError(`${source} is a directory. Give the path of one metrics file.`);
    case 'EACCES':
    case 'EPERM':
      return new InputError(
        `${source} may not be read: permission denied. Change its permissions or give another file.`,
      );
    default:
      return error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
