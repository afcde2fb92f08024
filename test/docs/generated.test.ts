import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../scripts/docs.ts';

describe('generated pages', () => {
  it.each(Object.entries(PAGES))('%s is what `npm run docs` writes', (path, page) => {
    expect(readFileSync(path, 'utf8')).toBe(page());
  });
});
