import { describe, expect, it } from 'vitest';
import { degradationNotes } from '../../src/replay/degradation.ts';
import type { Decision } from '../../src/replay/walk.ts';
import { DAY_MS, HOUR_MS } from '../../src/time.ts';
import { START_MS } from './support.ts';

/** A day each, at whose noon nothing is known for so many hours. */
function daysWithGaps(hours: readonly number[]): Decision[] {
  const shared = { policy: 'on demand', forecastTrusted: true };
  return hours.flatMap((length, day): Decision[] => {
    const atMs = START_MS + day * DAY_MS + 12 * HOUR_MS;
    return [
      { ...shared, atMs, outcome: 'held', knownUntilMs: atMs - HOUR_MS },
      { ...shared, atMs: atMs + length * HOUR_MS, outcome: 'planned', knownUntilMs: atMs + length * HOUR_MS },
    ];
  });
}

describe('notes on a walk with gaps', () => {
  it.each<[string, number[], string[]]>([
    ['three of them one by one', [2, 3, 4], []],
    [
      'a fourth as one more, which may be as long',
      [2, 2, 2, 2],
      ['1 more gap in what was known, none longer: plans were degraded for 2.0 h more'],
    ],
    [
      'others together, the longest one by one',
      [1, 5, 2, 6, 2, 7],
      ['3 more gaps in what was known, none longer: plans were degraded for 5.0 h more'],
    ],
  ])('tell %s', (_, hours, together) => {
    const notes = degradationNotes(daysWithGaps(hours), { fromMs: START_MS, toMs: START_MS + 7 * DAY_MS });
    expect(notes.slice(0, 3).every((note) => note.startsWith('nothing was known after'))).toBe(true);
    expect(notes.slice(3)).toEqual(together);
  });
});
