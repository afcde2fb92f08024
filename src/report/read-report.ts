/** A saved JSON output, checked: what `prewarm report` makes a page of. */
import type * as z from 'zod';
import { InputError } from '../errors.ts';
import { type PreviewJson, previewSchema } from './preview-json.ts';
import { type ReplayJson, replaySchema } from './replay-json.ts';

const SCHEMAS: Readonly<Record<string, z.ZodType<PreviewJson | ReplayJson>>> = {
  'prewarm/preview/1': previewSchema,
  'prewarm/replay/1': replaySchema,
};

const MOST_FAULTS = 8;

/** Throws InputError that says what the text is instead, or which fields are at fault. */
export function parseReport(text: string, name: string): PreviewJson | ReplayJson {
  const value = parseJson(text, name);
  const id: unknown = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  const schema = typeof id === 'string' && Object.hasOwn(SCHEMAS, id) ? SCHEMAS[id] : undefined;
  if (!schema) throw new InputError(`${name}: ${whatIsWrong(id)}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${name}: ${path.join('.') || 'the object'}: ${message}`,
  );
  const more = faults.length - MOST_FAULTS;
  throw new InputError([...faults.slice(0, MOST_FAULTS), ...(more > 0 ? [`${name}: and ${more} more faults`] : [])]);
}

function parseJson(text: string, name: string): unknown {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') throw new InputError(`${name}: is empty`);
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new InputError(`${name}: is not JSON (${(error as Error).message})`);
  }
}

function whatIsWrong(id: unknown): string {
  const known = Object.keys(SCHEMAS);
  if (typeof id !== 'string') {
    return `is JSON, but not of Prewarm: it has no "schema"; save what prewarm preview --json or prewarm replay --json prints`;
  }
  const kind = id.replace(/\d+$/, '');
  const sibling = known.find((name) => name.startsWith(kind) && kind !== '');
  if (sibling !== undefined) return `has schema ${quoted(id)}; this version of Prewarm reads ${sibling}`;
  return `has schema ${quoted(id)}; a report is made of ${known.join(' or ')}`;
}

function quoted(id: string): string {
  return JSON.stringify(id.length > 80 ? `${id.slice(0, 80)}…` : id);
}
