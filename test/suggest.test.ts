import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configFromEnv } from '../src/config-env.ts';
import { didYouMean, nearest } from '../src/suggest.ts';

const ZONES = Intl.supportedValuesOf('timeZone');

describe('the nearest word', () => {
  it.each([
    ['pim', ['pin', 'floor'], 'pin'],
    ['flor', ['pin', 'floor'], 'floor'],
    ['arm', ['x86_64', 'arm64'], 'arm64'],
    ['ARM64', ['x86_64', 'arm64'], 'arm64'],
    ['PREWARM_MAX_CAPACTIY', ['PREWARM_MIN_CAPACITY', 'PREWARM_MAX_CAPACITY'], 'PREWARM_MAX_CAPACITY'],
    ['Europe/Berln', ZONES, 'Europe/Berlin'],
    ['Berlim', ZONES, 'Europe/Berlin'],
    ['berlin', ZONES, 'Europe/Berlin'],
    ['quite something else', ['pin', 'floor'], null],
    ['', ['pin'], null],
    ['x', [], null],
  ])('to %s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
    expect(didYouMean(word, known)).toBe(expected === null ? '' : `; did you mean ${expected}?`);
  });

  it('is the word itself, or the word with two neighbours swapped', () => {
    const words = ['capacity', 'duration', 'timezone', 'architecture'];
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(6), (word, at) => {
        const swapped = word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
        expect(nearest(word, words)).toBe(word);
        expect(nearest(swapped, words)).toBe(word);
      }),
    );
  });
});

it.each([
  [{ PREWARM_MAX_CAPACTIY: '3' }, /PREWARM_MAX_CAPACTIY is not a setting.*did you mean PREWARM_MAX_CAPACITY\?/],
  [{ PREWARM_SCALING_MODE: 'pim' }, /PREWARM_SCALING_MODE = "pim".*did you mean pin\?/],
  [{ PREWARM_TIME_ZONE: 'Europe/Berln' }, /PREWARM_TIME_ZONE = "Europe\/Berln".*did you mean Europe\/Berlin\?/],
])('what the environment gets wrong is named with what is near: %o', (env, expected) => {
  expect(() => configFromEnv({ PREWARM_TARGETS: 'f:live', ...env })).toThrow(expected);
});
