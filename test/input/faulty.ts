import { expect } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';

/** What the user is told about a file that cannot be read. */
export function problemOf(text: string | Uint8Array, source: string): string {
  try {
    readMetricsText(text, { source });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
  throw new Error('The text was read without a fault.');
}
