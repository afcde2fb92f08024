/** The measured traces that benchmarks run over, by what data/traces/index.json says of them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { refuse } from './command-line.ts';

export interface TraceEntry {
  id: string;
  file: string;
  unit: string;
  stepSeconds: number;
}

export function tracePath(file: string): string {
  return fileURLToPath(new URL(`../data/traces/${file}`, import.meta.url));
}

export function traceEntries(): TraceEntry[] {
  return JSON.parse(readFileSync(tracePath('index.json'), 'utf8')) as TraceEntry[];
}

/** Those with a part in their id, of which there must be one. */
export function tracesWith(part: string, usage: string): TraceEntry[] {
  const found = traceEntries().filter(({ id }) => id.includes(part));
  if (found.length === 0) refuse(`no trace in data/traces has "${part}" in its id`, usage);
  return found;
}

/** Timestamp and value of each row, as they are written. */
export function traceRows({ file }: TraceEntry): [timestamp: string, value: string][] {
  const lines = gunzipSync(readFileSync(tracePath(file)))
    .toString()
    .trim()
    .split('\n');
  return lines.slice(1).map((line) => line.split(',') as [string, string]);
}
