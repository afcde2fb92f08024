import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './tools.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const TEST_COMMAND = 'npm ci && npm run check';

describe('CI', () => {
  it.each(['README.md', 'CONTRIBUTING.md', '.ci/run'])('runs the one test command, which %s names', (path) => {
    expect(read(path)).toContain(TEST_COMMAND);
  });

  it('is started by a script that may be executed', () => {
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
    expect(read('.github/workflows/ci.yml')).toContain('- run: .ci/run');
  });

  it('gives actions no more than reading, and pins each to a commit', () => {
    const workflow = read('.github/workflows/ci.yml');
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action ?? ''))).toEqual([]);
  });
});
